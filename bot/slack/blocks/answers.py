"""Build the messages that an answer is: a Shown in, text and blocks out.

Numbered sentences with the words that answer in bold, notes, sources, buttons, feedback, notice. An
answer too long for one message is cut between paragraphs, a long paragraph between sentences; what
stands in a message's blocks stands in its text as well, so that nothing is lost where blocks are
refused.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.answering.answer import Answer, Outcome, Sentence
from bot.answering.render import (
    BULLET,
    CHECK_MARK,
    cited,
    grouped,
    headed,
    is_listed,
    itemised,
    joint,
    label_of,
    message,
    near_source,
    notes,
    sources_heading,
)
from bot.checking.verdict import Verdict
from bot.question.kinds import Kind
from bot.slack import phrases, text
from bot.slack.blocks import actions
from bot.slack.blocks import elements as kit
from bot.slack.blocks.elements import Block, Element, Message
from bot.slack.blocks.sources import (
    Offer,
    Shown,
    notice,
    page_of,
    page_of_hit,
    place_of_hit,
    source_elements,
    source_text,
    sourced,
)

MOST_BLOCKS = 40  # of a message, before the buttons
LONGEST_NOTE = 600

_CONSENT = kit.confirmation(
    "Ask the librarians?",
    "They will see your question and your name.",
    "Ask them",
    "Not now",
    danger=False,
)


@dataclass(frozen=True)
class _MessagePiece:
    """What may not be torn apart: blocks, and their text ready for a message."""

    text: str
    blocks: tuple[Block, ...]


def messages(shown: Shown) -> list[Message]:
    """Return the messages that show an answer, or say that the briefs do not; mostly one."""
    packed = _packed([*_body(shown.answer), *_ending(shown)])
    made = [Message(said, blocks) for said, blocks in packed[:-1]]
    said, blocks = packed[-1]
    return [*made, Message(said, (*blocks, *_tail(shown)))]


def answer_text(shown: Shown) -> str:
    """Return the whole answer as the text of one message; the sources survive what is cut."""
    kept = text.fit("\n".join(piece.text for piece in _ending(shown)), kit.MESSAGE_TEXT * 2 // 3)
    head = text.fit(
        "\n".join(piece.text for piece in _body(shown.answer)), kit.MESSAGE_TEXT - len(kept) - 2
    )
    return f"{head}\n{kept}".strip()


def growing_message(sentences: Sequence[Sentence]) -> Message:
    """Return what is shown of an answer that is still being written."""
    said, blocks = _packed(_paragraph(sentences))[0]
    return Message(said, (*blocks, kit.context(phrases.WRITING)))


def _body(answer: Answer) -> list[_MessagePiece]:
    if not answer.sentences:
        line = message(answer)
        return [_MessagePiece(text.escape(line), (kit.paragraph(line, bold=True),))]
    if itemised(answer):
        return [_item(one, bulleted=answer.kind is Kind.LIST) for one in answer.sentences]
    listed = answer.kind is Kind.SUMMARY
    return [piece for group in grouped(answer) for piece in _paragraph(group, points=listed)]


def _item(sentence: Sentence, *, bulleted: bool) -> _MessagePiece:
    """Return a sentence that stands on a line of its own: of a list, a timeline, a comparison."""
    parts = _parts(sentence, label_of(sentence))
    run = [element for _, made in parts for element in made]
    said = " ".join(part for part, _ in parts)
    element = kit.bullets([run]) if bulleted else kit.section(run)
    return _MessagePiece(text.escape(f"{BULLET if bulleted else ''}{said}"), (kit.rich(element),))


def _paragraph(sentences: Sequence[Sentence], *, points: bool = False) -> list[_MessagePiece]:
    label = headed(sentences[0].label)
    if points or (len(sentences) > 1 and all(map(is_listed, sentences))):
        return [*(_label(label) if label else ()), *_listed(sentences)]
    pieces: list[_MessagePiece] = []
    said, run = label, [kit.words(label, bold=True)] if label else list[Element]()
    between = joint(sentences)
    for part, made in (one for sentence in sentences for one in _parts(sentence)):
        if said and text.weight(said) + text.weight(part) > kit.RICH:
            pieces.append(_MessagePiece(text.escape(said), (kit.rich(kit.section(run)),)))
            said, run = "", []
        apart = between if said and said != label else ""
        said, run = f"{said}{apart}{part}", [*run, *([kit.words(apart)] if apart else []), *made]
    return [*pieces, _MessagePiece(text.escape(said), (kit.rich(kit.section(run)),))]


def _label(label: str) -> list[_MessagePiece]:
    said = label.strip()
    return [_MessagePiece(text.escape(said), (kit.paragraph(said, bold=True),))]


def _listed(sentences: Sequence[Sentence]) -> list[_MessagePiece]:
    """Return rows of the catalogue, or the points of a brief, as a list."""
    pieces: list[_MessagePiece] = []
    said, items = "", list[list[Element]]()
    for part, made in (one for sentence in sentences for one in _parts(sentence)):
        if items and text.weight(said) + text.weight(part) > kit.RICH:
            pieces.append(_MessagePiece(text.escape(said), (kit.rich(kit.bullets(items)),)))
            said, items = "", []
        said, items = f"{said}\n• {part}".strip(), [*items, made]
    return [*pieces, _MessagePiece(text.escape(said), (kit.rich(kit.bullets(items)),))]


def _parts(sentence: Sentence, label: str = "") -> list[tuple[str, list[Element]]]:
    """Return (text, elements) of a sentence with its marks; several where it is endless.

    `label` stands before it.
    """
    said, marks = _readable_row(sentence.text), cited(sentence)
    made = []
    for start, end in text.spans(said, kit.RICH - text.weight(marks) - 1) or [(0, 0)]:
        piece = said[start:end]
        made.append((piece, kit.emphasised(piece, kit.clipped(sentence.bold, start, end))))
    if label:
        piece, run = made[0]
        made[0] = (f"{label}{piece}", [kit.words(label, italic=True), *run])
    piece, run = made[-1]
    checked = sentence.verdict is Verdict.CHECK
    numbers = marks.removesuffix(CHECK_MARK) if checked else marks
    run = [*run, kit.words(f" {numbers}"), kit.words(CHECK_MARK if checked else "", bold=True)]
    return [*made[:-1], (f"{piece} {marks}", [one for one in run if one["text"]])]


def _readable_row(said: str) -> str:
    """Return a row of a table with dots between its cells, at the same offsets."""
    if not said.startswith("|"):
        return said
    inner = said.strip().strip("|").replace("|", "·")
    return inner.rjust(len(said.rstrip().rstrip("|")))


def _ending(shown: Shown) -> list[_MessagePiece]:
    answer = shown.answer
    lines = [text.shorten(f"Note: {note}", LONGEST_NOTE) for note in notes(answer)]
    lines += [shown.note] if shown.note else []
    noted = [_MessagePiece(text.escape(line), (kit.context(line),)) for line in lines]
    return [*noted, *(_sources(shown) if answer.sentences else _near(shown))]


def _sources(shown: Shown) -> list[_MessagePiece]:
    """Return the heading and a line for each source, as many in one piece as are safe in one."""
    answer = shown.answer
    heading = sources_heading(answer)
    said, sections = text.escape(heading), [kit.section([kit.words(heading, bold=True)])]
    pieces: list[_MessagePiece] = []
    for one in sourced(answer):
        brief, place = one.citation.brief, one.place
        line = text.escape(source_text(brief, place, one.marks))
        if len(said) + len(line) > kit.RICH:
            pieces.append(_MessagePiece(said, (kit.rich(*sections),)))
            said, sections = "", []
        said = f"{said}\n{line}".strip()
        page = page_of(shown.desk, one.citation)
        sections.append(kit.section(source_elements(brief, place, one.marks, page)))
    return [*pieces, _MessagePiece(said, (kit.rich(*sections),))]


def _near(shown: Shown) -> list[_MessagePiece]:
    """Return the passages that may answer, each in full with its best sentence in bold."""
    pieces = []
    for near in shown.answer.draft.near:
        hit, said = near.hit, near.hit.passage.text
        for start, end in text.spans(said, kit.RICH):
            bold = kit.clipped((near.marked,), start, end)
            quoted = kit.quotation(kit.emphasised(said[start:end], bold))
            pieces.append(_MessagePiece(text.escape(said[start:end]), (kit.rich(quoted),)))
        page = page_of_hit(shown.desk, hit)
        source = kit.rich(kit.section(source_elements(hit.brief, place_of_hit(hit), page=page)))
        line = text.shorten(near_source(near), kit.MESSAGE_TEXT // 8)
        pieces.append(_MessagePiece(text.escape(line), (source,)))
    return pieces


def _tail(shown: Shown) -> list[Block]:
    answer = shown.answer
    if answer.kind is Kind.HELP or answer.draft.off_topic:
        return []
    made = [kit.row(*row) for row in (_buttons(shown), _next(answer)) if row]
    made.append(feedback(answer.answer_id, declined=answer.outcome is Outcome.DECLINED))
    return made if answer.outcome is Outcome.DECLINED else [*made, kit.context(notice(answer))]


def _buttons(shown: Shown) -> list[Element]:
    answer = shown.answer
    name = answer.answer_id
    made = []
    if answer.citations or answer.nearest:
        made.append(kit.button("Show passages", actions.SHOW_PASSAGES, name))
    if not answer.answered:
        made.append(
            kit.button("Ask the librarians", actions.ASK_LIBRARIANS, name, confirm=_CONSENT)
        )
    if shown.offer is Offer.PRIVATELY:
        made.append(kit.button("Ask privately", actions.ASK_PRIVATELY, name))
    if shown.offer is Offer.SHARE and answer.answered:
        made.append(kit.button("Share with channel", actions.SHARE, name))
    return made


def _next(answer: Answer) -> list[Element]:
    """Return a button for each suggested question, which carries its number and no text."""
    return [
        kit.button(question, actions.suggestion(number), actions.joined(answer.answer_id, number))
        for number, question in enumerate(answer.suggestions, 1)
    ]


# Label and what a screen reader says, of answers and of replies without one.
_GOOD = (
    ("Good answer", "This answer is good"),
    ("That is right", "It is right that nothing was found"),
)
_BAD = (
    ("Bad answer", "Say what is wrong with this answer"),
    ("That is wrong", "Say what should have been found"),
)


def feedback(answer_id: str, *, declined: bool = False) -> Block:
    """Return the two buttons; where nothing was found, they say whether that was right."""

    def side(label: str, said: str, choice: str) -> Element:
        return {
            "text": {"type": "plain_text", "text": label, "emoji": False},
            "value": actions.joined(answer_id, choice),
            "accessibility_label": said,
        }

    buttons = {
        "type": "feedback_buttons",
        "action_id": actions.FEEDBACK,
        "positive_button": side(*_GOOD[declined], actions.GOOD),
        "negative_button": side(*_BAD[declined], actions.BAD),
    }
    return {"type": "context_actions", "elements": [buttons]}


def _packed(pieces: Iterable[_MessagePiece]) -> list[tuple[str, tuple[Block, ...]]]:
    made: list[tuple[str, tuple[Block, ...]]] = []
    for piece in pieces:
        if made:
            said, blocks = made[-1]
            fits = len(said) + len(piece.text) + 2 <= kit.MESSAGE_TEXT
            if fits and len(blocks) + len(piece.blocks) <= MOST_BLOCKS:
                made[-1] = f"{said}\n{piece.text}", (*blocks, *piece.blocks)
                continue
        made.append((piece.text, piece.blocks))
    return made
