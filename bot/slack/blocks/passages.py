"""Build the dialog that shows the passages behind an answer, verbatim.

In: an answer (fresh or rebuilt from its record), what the viewer may see, which page, which
passages are opened to the paragraphs around them. Out: a view. The quoted words are in bold; where
there is no answer, the nearest passages are shown, with the sentence that may answer in bold.
Whoever calls this has checked that the viewer may see them. Pages hold as much as Slack takes.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.answering.answer import Answer
from bot.slack import text
from bot.slack.blocks import actions
from bot.slack.blocks import elements as kit
from bot.slack.blocks.elements import Block, Element, View
from bot.slack.blocks.sources import page_of_hit, place_of, place_of_hit, source_elements
from bot.slack.phrases import NO_LONGER_THERE, NOTHING_TO_SEE
from index.passage import Brief, Hit, Passage

PAGE_BLOCKS = kit.VIEW_BLOCKS - 6  # beside the question and the buttons to turn pages
PAGE_TEXT = 40_000  # characters; Slack refuses views of more than 250 kB
AROUND = 4_000  # characters of a paragraph before or after
HEADINGS = 300
QUESTION = 300
MOST_OPENED = 60  # passages remembered as opened

Opened = Mapping[int, "Around | None"]


@dataclass(frozen=True)
class Around:
    """The text before and after a passage, up to a paragraph each; "" at the brief's ends."""

    before: str
    after: str


@dataclass(frozen=True)
class PassagesState:
    """What the dialog remembers of itself between clicks."""

    answer_id: str
    page: int = 0
    opened: tuple[int, ...] = ()  # first citation numbers of the passages opened


@dataclass(frozen=True)
class _ShownPassage:
    """A passage with all quotations from it; `number` names it."""

    number: int
    marks: str
    hit: Hit
    bold: tuple[tuple[int, int], ...]
    place: str


def around(brief: Brief, passages: Sequence[Passage], passage: Passage) -> Around:
    """Return what stands around a passage: the rest of its paragraph, else the next paragraph.

    `passages` are all of that brief version, in order.
    """
    reach: dict[int, tuple[int, int]] = {}
    for one in passages:
        start, end = reach.get(one.paragraph, (one.start, one.end))
        reach[one.paragraph] = min(start, one.start), max(end, one.end)
    before = [start for start, _ in reach.values() if start < passage.start]
    after = [end for _, end in reach.values() if end > passage.end]
    first = max(before, default=passage.start)
    last = min(after, default=passage.end)
    return Around(brief.text[first : passage.start].strip(), brief.text[passage.end : last].strip())


def passage_of(answer: Answer, number: int) -> Hit | None:
    return next((unit.hit for unit in _units(answer, None) if unit.number == number), None)


def passages_view(
    answer: Answer,
    *,
    page: int = 0,
    opened: Opened | None = None,
    collections: Collection[str] | None = None,
    desk: str | None = None,
) -> View:
    """Return the dialog.

    `opened` maps the number of each passage opened to what stands around it, None where the brief
    is gone. `collections` are those that the viewer may see; others are left out without a word.
    `desk` is the desk's public address, to which the sources link.
    """
    shown = opened or {}
    units = _units(answer, collections)
    pages = _pages(_blocks(unit, answer.answer_id, shown, desk) for unit in units)
    at = min(max(page, 0), len(pages) - 1)
    state = PassagesState(answer.answer_id, at, tuple(shown)[-MOST_OPENED:])
    blocks = [*_question(answer), *pages[at], *_turning(answer.answer_id, at, len(pages))]
    return {
        "type": "modal",
        "callback_id": actions.PASSAGES_VIEW,
        "title": kit.plain("Passages", kit.TITLE),
        "close": kit.plain("Close", kit.TITLE),
        "private_metadata": json.dumps(
            {"answer": state.answer_id, "page": state.page, "opened": list(state.opened)}
        ),
        "blocks": blocks,
    }


def state_of(view: Mapping[str, object]) -> PassagesState:
    kept = json.loads(str(view.get("private_metadata") or "{}"))
    return PassagesState(
        str(kept.get("answer", "")), int(kept.get("page", 0)), tuple(kept.get("opened", ()))
    )


def _units(answer: Answer, collections: Collection[str] | None) -> list[_ShownPassage]:
    units = _cited(answer) if answer.sentences else _nearest(answer)
    if collections is None:
        return units
    return [unit for unit in units if unit.hit.brief.collection in collections]


def _cited(answer: Answer) -> list[_ShownPassage]:
    made: dict[str, _ShownPassage] = {}
    for citation in answer.citations:
        start = citation.hit.passage.start
        quoted = (citation.start - start, citation.end - start)
        mark = f"[{citation.number}]"
        known = made.get(citation.passage_id)
        if known is None:
            place = place_of(citation)
            unit = _ShownPassage(citation.number, mark, citation.hit, (quoted,), place)
        else:
            marks, bold = known.marks + mark, (*known.bold, quoted)
            unit = _ShownPassage(known.number, marks, known.hit, bold, known.place)
        made[citation.passage_id] = unit
    return list(made.values())


def _nearest(answer: Answer) -> list[_ShownPassage]:
    marked = {near.hit.passage_id: (near.marked,) for near in answer.draft.near}
    return [
        _ShownPassage(rank, "", hit, marked.get(hit.passage_id, ()), place_of_hit(hit))
        for rank, hit in enumerate(answer.nearest, 1)
    ]


def _blocks(unit: _ShownPassage, answer_id: str, opened: Opened, desk: str | None) -> list[Block]:
    hit = unit.hit
    page = page_of_hit(desk, hit)
    made = [kit.rich(kit.section(source_elements(hit.brief, unit.place, unit.marks, page)))]
    if hit.passage.heading:
        made.append(kit.context(text.one_line(" › ".join(hit.passage.heading), HEADINGS)))
    shown = opened.get(unit.number) if unit.number in opened else None
    if shown:
        made += _beside(shown.before)
    made += _verbatim(hit.passage.text, unit.bold)
    if shown:
        made += _beside(shown.after)
    elif unit.number in opened:
        made.append(kit.context(NO_LONGER_THERE))
    else:
        value = actions.joined(answer_id, unit.number)
        made.append(kit.row(kit.button("Show surrounding text", actions.MORE_CONTEXT, value)))
    return [*made, kit.divider()]


def _verbatim(said: str, bold: tuple[tuple[int, int], ...]) -> list[Block]:
    return [
        kit.rich(kit.quotation(kit.emphasised(said[start:end], kit.clipped(bold, start, end))))
        for start, end in text.spans(said, kit.RICH)
    ]


def _beside(said: str) -> list[Block]:
    pieces = text.split(text.shorten(said, AROUND), kit.RICH)
    return [kit.rich(kit.section([kit.words(piece, italic=True)])) for piece in pieces]


def _pages(units: Iterable[list[Block]]) -> list[list[Block]]:
    """Return pages of blocks; a passage is torn apart only where it fills more than a page."""
    pages: list[list[Block]] = []
    filled = 0
    for run in (part for blocks in units for part in _whole_or_parts(blocks)):
        size = sum(map(_size, run))
        full = not pages or len(pages[-1]) + len(run) > PAGE_BLOCKS
        if full or filled + size > PAGE_TEXT:
            pages.append([])
            filled = 0
        pages[-1] += run
        filled += size
    return pages or [[kit.paragraph(NOTHING_TO_SEE)]]


def _whole_or_parts(blocks: list[Block]) -> list[list[Block]]:
    if len(blocks) <= PAGE_BLOCKS and sum(map(_size, blocks)) <= PAGE_TEXT:
        return [blocks]
    return [[block] for block in blocks]


def _size(block: Block) -> int:
    return len(json.dumps(block))


def _question(answer: Answer) -> list[Block]:
    asked = text.one_line(answer.question, QUESTION)
    if not asked:
        return []
    return [kit.header(asked) if text.weight(asked) <= 140 else kit.paragraph(asked, bold=True)]


def _turning(answer_id: str, page: int, pages: int) -> list[Block]:
    if pages == 1:
        return []

    def turn(label: str, to: int) -> Element:
        name = actions.TURN_PAGE if to > page else actions.TURN_BACK
        return kit.button(label, name, actions.joined(answer_id, to))

    back = [turn("Earlier passages", page - 1)] if page else []
    on = [turn("More passages", page + 1)] if page + 1 < pages else []
    return [kit.row(*back, *on), kit.context(f"Page {page + 1} of {pages}")]
