"""An answer as a document to take away: paragraphs with notes, whatever file it becomes.

Each citation is a note (author, title, number, date, page, address); where an answer's words are
not the brief's own, the note quotes what they rest on. What stood in the way of plain trust stands
in the document too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.answering.answer import Answer, Citation, NearPassage, Sentence
from bot.answering.export.references import CitedText, Reference, note
from bot.answering.freshness import said_date
from bot.answering.readable import bare, cells, is_row
from bot.answering.render import CHECK_MARK, grouped, message, notes
from bot.checking.verdict import Verdict
from bot.language.untrusted import safe
from bot.question.kinds import Kind
from index.passage import Hit

UNTITLED = "Answer"  # where the question was deleted
_RUNNING = frozenset({Kind.FACT, Kind.OVERVIEW, Kind.HELP})  # kinds whose sentences run on


class ParagraphStyle(StrEnum):
    """What a paragraph is."""

    TEXT = "text"
    ITEM = "item"  # of a list
    QUOTE = "quote"  # a passage, in full
    REMARK = "remark"  # a word of ours about the answer


@dataclass(frozen=True)
class Run:
    """Words that look alike, or the mark of a note (`note` from 1, and then no words)."""

    text: str = ""
    bold: bool = False
    marked: bool = False  # highlighted in a passage
    note: int = 0


@dataclass(frozen=True)
class Paragraph:
    style: ParagraphStyle
    runs: tuple[Run, ...]


@dataclass(frozen=True)
class AnswerDocument:
    """Title, paragraphs, and notes; note `n` is `notes[n - 1]`."""

    title: str
    paragraphs: tuple[Paragraph, ...]
    notes: tuple[tuple[CitedText, ...], ...]
    colophon: str  # how it was made, when, and under which id it is on record


def document(answer: Answer, day: str | None = None) -> AnswerDocument:
    """Return an answer as a document; `day` (ISO) is when it was given, None if not known."""
    written = _Notes(answer)
    paragraphs = [*_body(answer, written), *_near(answer, written), *map(_remark, notes(answer))]
    title = " ".join(safe(answer.standalone.text or answer.question).split())
    return AnswerDocument(
        title or UNTITLED, tuple(paragraphs), written.texts, _colophon(answer, day)
    )


def plain_text(found: AnswerDocument) -> str:
    """Return a document as text to paste anywhere: numbers in brackets, the notes at its end."""
    lines = [found.title, ""]
    for paragraph in found.paragraphs:
        text = "".join(f" [{run.note}]" if run.note else run.text for run in paragraph.runs)
        lines += [f"• {text}" if paragraph.style is ParagraphStyle.ITEM else text, ""]
    for number, runs in enumerate(found.notes, 1):
        lines.append(f"[{number}] {''.join(run.text for run in runs)}")
    return "\n".join(lines).strip() + "\n"


class _Notes:
    """Numbers the notes in the order of their first marks; what reads the same is one note."""

    def __init__(self, answer: Answer) -> None:
        self._citations = {one.number: one for one in answer.citations}
        self._said = {bare(one.text) for one in answer.sentences}
        self._numbers: dict[tuple[CitedText, ...], int] = {}

    @property
    def texts(self) -> tuple[tuple[CitedText, ...], ...]:
        return tuple(self._numbers)

    def of_sentence(self, sentence: Sentence) -> list[Run]:
        """Return the marks of a sentence's citations, each note once."""
        cited = [self._citations[one] for one in sentence.citations if one in self._citations]
        return list(dict.fromkeys(self._mark(self._text(one)) for one in cited))

    def of_passage(self, near: NearPassage) -> Run:
        hit = near.hit
        return self._mark(note(_place(hit, hit.brief.page_at(hit.passage.start + near.marked[0]))))

    def _mark(self, text: Sequence[CitedText]) -> Run:
        return Run(note=self._numbers.setdefault(tuple(text), len(self._numbers) + 1))

    def _text(self, citation: Citation) -> list[CitedText]:
        found, quote = note(_place(citation.hit, citation.page)), citation.quote
        quoted = " | ".join(map(bare, cells(quote))) if is_row(quote) else bare(quote)
        return found if quoted in self._said else [*found, CitedText(f" “{safe(quoted)}”")]


def _place(hit: Hit, page: int | None) -> Reference:
    return Reference(hit.brief, page, paragraph=hit.passage.paragraph)


def lines(answer: Answer) -> Iterator[tuple[bool, list[Sentence]]]:
    """Yield what stands in one paragraph, and whether it is an item of a list.

    Facts and overviews have a paragraph a brief; of lists, timelines, rows of the catalogue and the
    like each is an item.
    """
    for group in grouped(answer):
        if answer.kind in _RUNNING:
            yield False, group
        else:
            yield from ((True, [sentence]) for sentence in group)


def _body(answer: Answer, written: _Notes) -> Iterator[Paragraph]:
    if line := message(answer):
        yield Paragraph(ParagraphStyle.TEXT, (Run(line),))
    for is_item, sentences in lines(answer):
        runs: list[Run] = []
        for sentence in sentences:
            runs += [Run(" "), *_said(sentence, written)] if runs else _said(sentence, written)
        yield Paragraph(ParagraphStyle.ITEM if is_item else ParagraphStyle.TEXT, tuple(runs))


def _said(sentence: Sentence, written: _Notes) -> list[Run]:
    """Return a sentence with its bold words, the marks of its notes, and that of a doubt."""
    doubt = [Run(f" {CHECK_MARK}")] if sentence.verdict is Verdict.CHECK else []
    return [
        *_parted(sentence.text, sentence.bold, bold=True),
        *written.of_sentence(sentence),
        *doubt,
    ]


def _parted(text: str, stretches: Sequence[tuple[int, int]], *, bold: bool = False) -> list[Run]:
    """Return a text as runs: the stretches bold or marked, the rest plain."""
    runs, at = [], 0
    for start, end in sorted(stretches):
        runs += [Run(text[at:start]), Run(text[start:end], bold=bold, marked=not bold)]
        at = max(at, end)
    return [replace(run, text=safe(run.text)) for run in [*runs, Run(text[at:])] if run.text]


def _remark(line: str) -> Paragraph:
    return Paragraph(ParagraphStyle.REMARK, (Run(f"Note: {line}"),))


def _near(answer: Answer, written: _Notes) -> Iterator[Paragraph]:
    for one in answer.draft.near:
        runs = _parted(one.hit.passage.text, [one.marked])
        yield Paragraph(ParagraphStyle.QUOTE, (*runs, written.of_passage(one)))


def _colophon(answer: Answer, day: str | None) -> str:
    draft = answer.draft
    made = f"Written by {draft.model}, checked sentence by sentence" if draft.model else ""
    if answer.sentences and answer.kind is Kind.FACT and not made:
        made = "In the words of the briefs"
    parts = (made, said_date(day) if day else "", f"answer {answer.answer_id}")
    line = ", ".join(filter(None, parts))
    return safe(f"{line[:1].upper()}{line[1:]}.")
