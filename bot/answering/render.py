"""Show answers to people: as plain text and as rich renderables; what stands where, in words."""

from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

from bot.answering.answer import Answer, Citation, NearPassage, Outcome, Sentence, SentenceForm
from bot.answering.freshness import cited_dates
from bot.checking.verdict import Verdict
from bot.language.untrusted import inert, safe
from bot.question.kinds import Kind
from index.passage import BriefRef, page_name

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

UNSURE = "This may answer it:"
HELP = (
    "I answer questions from the briefs in this library and cite every sentence. Ask what they say "
    "about a topic, for a fact, for the newest brief on something, or for a brief's key points."
)
ASK_NEXT = "You could ask:"
NO_DATE = "no date"
MOST_NUMBERS = 4  # of one sentence that are listed one by one
SHORT_LABEL = 24  # characters of a label that stands in line with its text
BULLET = "• "
ITEMISED = frozenset({Kind.LIST, Kind.TIMELINE, Kind.COMPARISON})
CHECK_MARK = "[?]"  # behind a sentence that its passages do not bear out beyond doubt


def paragraphs(answer: Answer) -> list[str]:
    """Return the answer's text with its [1] marks: a paragraph for each brief in turn.

    A list, a timeline or a comparison is one paragraph with a line for each of its sentences.
    """
    if itemised(answer):
        mark = BULLET if answer.kind is Kind.LIST else ""
        lines = (f"{mark}{label_of(one)}{marked(one)}" for one in answer.sentences)
        return ["\n".join(lines)]
    between = "\n" if answer.kind is Kind.SUMMARY else ""
    return [
        inert(headed(group[0].label)) + (between or joint(group)).join(map(marked, group))
        for group in grouped(answer)
    ]


def headed(label: str) -> str:
    """Return what stands before the text that a label is for; a long one has its own line."""
    if not label:
        return ""
    return f"{label}\n" if len(label) > SHORT_LABEL else f"{label}: "


def itemised(answer: Answer) -> bool:
    """Return whether each sentence stands on a line of its own."""
    return answer.kind in ITEMISED and len(answer.sentences) > 1


def marked(sentence: Sentence) -> str:
    """Return a sentence with the numbers of its citations, and the mark of one to be checked."""
    return f"{inert(sentence.text)} {cited(sentence)}"


def label_of(sentence: Sentence) -> str:
    """Return what stands before a sentence and is ours: "1 May 2021: ", "" for most."""
    return f"{inert(sentence.label)}: " if sentence.label else ""


def message(answer: Answer) -> str:
    """Return the line that stands where there are no sentences; "" where there are some."""
    if answer.sentences:
        return ""
    if answer.kind is Kind.HELP or answer.draft.off_topic:
        return HELP
    if answer.outcome is Outcome.UNSURE:
        return UNSURE
    return safe(answer.draft.reason) or nothing_found(answer.draft.searched)


def nothing_found(briefs: int) -> str:
    """Return the line for a question on which so many briefs have nothing."""
    if not briefs:
        return "I found nothing on this."
    return f"I found nothing on this in {briefs:,} brief{'' if briefs == 1 else 's'}."


def notes(answer: Answer) -> list[str]:
    """Return the lines that stand in the way of plain trust: the draft's, then those to check."""
    lines = [safe(note) for note in answer.draft.notes]
    for sentence in answer.sentences:
        if sentence.verdict is Verdict.CHECK:
            why = "; ".join(f"{one.kind}: {one.detail}" for one in sentence.reasons)
            lines.append(safe(f"{cited(sentence)} check this against its source. {why}".strip()))
    return lines


def sources_heading(answer: Answer) -> str:
    """Return the heading of the sources, with the date of the newest where there are several."""
    found = cited_dates(answer.citations)
    return f"Sources (newest: {found.newest})" if found.newest and found.cited > 1 else "Sources"


def source_line(citation: Citation) -> str:
    """Return title, date, page or paragraph, and source of a citation, in one line."""
    return _source_line(citation.brief, citation.page, citation.hit.passage.paragraph)


def _source_line(brief: BriefRef, page: int | None, paragraph: int) -> str:
    place = f"paragraph {paragraph}" if paragraph else "title"
    if page:
        place = page_name(brief.page_facts, page)
    return f"{inert(brief.title)}, {safe(f'{brief.date or NO_DATE}, {place}, {_source(brief)}')}"


def sources(answer: Answer) -> list[tuple[str, str]]:
    """Return (marks, line) of each source in order of first use: "[1][3]" where two share one."""
    marks: dict[str, str] = {}
    for citation in answer.citations:
        line = source_line(citation)
        marks[line] = marks.get(line, "") + f"[{citation.number}]"
    return [(mark, line) for line, mark in marks.items()]


def near_source(near: NearPassage) -> str:
    """Return title, date, page or paragraph, and source of a passage that may answer."""
    passage, brief = near.hit.passage, near.hit.brief
    page = brief.page_at(passage.start + near.marked[0])
    return _source_line(brief, page, passage.paragraph)


def plain(answer: Answer) -> str:
    """Return the answer as text for people: sentences with marks, then the sources."""
    return "\n".join(_lines(answer))


def renderable(answer: Answer) -> "RenderableType":
    """Return the answer for a rich console; brief text is never read as markup."""
    from rich.console import Group
    from rich.padding import Padding
    from rich.text import Text

    if not answer.sentences:
        near = [Padding(_rich_near(one), (1, 0, 0, 2)) for one in answer.draft.near]
        return Group(Text(message(answer)), *near, *_rich_notes(answer), *_rich_next(answer))
    if itemised(answer):
        mark = BULLET if answer.kind is Kind.LIST else ""
        lines = [
            Text.assemble(mark, (label_of(one), "cyan"), rich_sentence(one))
            for one in answer.sentences
        ]
        return Group(Padding(Text("\n").join(lines), (0, 0, 1, 0)), rich_sources(answer))
    body = []
    for group in grouped(answer):
        label = Text(inert(headed(group[0].label)), "bold")
        between = "\n" if answer.kind is Kind.SUMMARY else joint(group)
        said = Text(between).join([rich_sentence(sentence) for sentence in group])
        body.append(Padding(Text.assemble(label, said), (0, 0, 1, 0)))
    return Group(*body, rich_sources(answer))


def rich_sentence(sentence: Sentence) -> "Text":
    """Return a sentence with its marks, its bold stretches in bold."""
    from rich.text import Text

    line = Text(marked(sentence))
    for start, end in sentence.bold:
        line.stylize("bold", start, end)
    return line


def _rich_near(near: NearPassage) -> "Text":
    from rich.text import Text

    passage = Text(inert(near.hit.passage.text))
    passage.stylize("bold", *near.marked)
    return Text.assemble(passage, "\n", (near_source(near), "cyan"))


def rich_sources(answer: Answer) -> "RenderableType":
    """Return the notes and the sources of an answer."""
    from rich.console import Group
    from rich.text import Text

    listed = [Text.assemble((f" {mark} ", "cyan"), line) for mark, line in sources(answer)]
    heading = Text(sources_heading(answer), style="bold")
    return Group(*_rich_notes(answer), heading, *listed, *_rich_next(answer))


def _rich_next(answer: Answer) -> "list[RenderableType]":
    from rich.text import Text

    return [Text("\n".join(next_lines(answer)), "dim")] if answer.suggestions else []


def _rich_notes(answer: Answer) -> "list[RenderableType]":
    from rich.padding import Padding
    from rich.text import Text

    lines = list(map(inert, notes(answer)))
    if not lines:
        return []
    return [Padding(Text("\n".join(f"Note: {line}" for line in lines), "yellow"), (0, 0, 1, 0))]


def _lines(answer: Answer) -> list[str]:
    said = [f"Note: {inert(line)}" for line in notes(answer)]
    if not answer.sentences:
        near = [line for one in answer.draft.near for line in ("", *_near_lines(one))]
        return [message(answer), *near, *(["", *said] if said else []), *next_lines(answer)]
    body = [line for paragraph in paragraphs(answer) for line in (paragraph, "")]
    listed = [f" {mark} {line}" for mark, line in sources(answer)]
    heading = sources_heading(answer)
    return [*body, *said, *([""] if said else []), heading, *listed, *next_lines(answer)]


def next_lines(answer: Answer) -> list[str]:
    """Return the lines that suggest what to ask next, [] where nothing is suggested."""
    asked = [f" – {inert(question)}" for question in answer.suggestions]
    return ["", ASK_NEXT, *asked] if asked else []


def _near_lines(near: NearPassage) -> list[str]:
    """Return a passage in full, its best sentence between arrows, and its source."""
    text, (start, end) = near.hit.passage.text, near.marked
    marked = f"{text[:start]}»{text[start:end]}«{text[end:]}" if end > start else text
    return [*(f"  {line}" for line in inert(marked).splitlines()), f"  – {near_source(near)}"]


def grouped(answer: Answer) -> list[list[Sentence]]:
    """Return the sentences in paragraphs: of one brief each, of one label, or of rows."""
    briefs = {citation.number: citation.brief.id for citation in answer.citations}
    groups: list[list[Sentence]] = []
    before: object = None
    for sentence in answer.sentences:
        brief = briefs.get(sentence.citations[0]) if sentence.citations else None
        own = SentenceForm.ROW if is_listed(sentence) else brief
        if groups and own == before and not sentence.label:
            groups[-1].append(sentence)
        else:
            groups.append([sentence])
        before = own
    return groups


def is_listed(sentence: Sentence) -> bool:
    """Return whether a sentence is a row of the catalogue, which stands in a list."""
    return (
        sentence.form is SentenceForm.ROW
        and not sentence.text.startswith("|")
        and not sentence.label
    )


def cited(sentence: Sentence) -> str:
    """Return the numbers of a sentence's citations, and the mark of one to be checked."""
    numbers = "".join(f"[{number}]" for number in sentence.citations)
    if len(sentence.citations) > MOST_NUMBERS:
        numbers = f"[{sentence.citations[0]}]–[{sentence.citations[-1]}]"
    return numbers + (CHECK_MARK if sentence.verdict is Verdict.CHECK else "")


def joint(sentences: Sequence[Sentence]) -> str:
    """Return what stands between sentences; rows stand on lines of their own."""
    rows = any(one.form is SentenceForm.ROW or one.text.startswith("|") for one in sentences)
    return "\n" if rows else " "


def _source(brief: BriefRef) -> str:
    """Where the public finds it, else the file's name; its whole path is in `briefs show`."""
    return brief.source_url or PurePath(brief.source).name or brief.source
