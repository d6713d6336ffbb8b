"""Text cut into what a page shows: paragraphs, headings, bullets and tables, with marked words.

All offsets are in characters of the text, end exclusive.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from index.passage import Brief, Passage
from index.words import stem, words

Span = tuple[int, int]

PARAGRAPH, HEADING, BULLET, TABLE = "paragraph", "heading", "bullet", "table"

_EMPTY_LINES = re.compile(r"\n\s*\n\s*")
_BULLET = re.compile(r"(?<![^\n])(?P<indent> *)• ")
_BAR = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"^[\s|:\-–=]*$")
_WORD = re.compile(r"[^\W_]+(?:['’.,-][^\W_]+)*")
_DEEPEST = 4


@dataclass(frozen=True)
class TextRun:
    """Words that are all marked or all not; `number` counts the marks from 1, 0 for none."""

    text: str
    number: int = 0


@dataclass(frozen=True)
class PageBlock:
    """A paragraph, a heading, a bullet or a table.

    `rows` are the cells of a table, () for others; `paragraph` is 0 where nothing cites it.
    """

    kind: str
    start: int
    end: int
    runs: tuple[TextRun, ...] = ()
    rows: tuple[tuple[tuple[TextRun, ...], ...], ...] = ()
    level: int = 0  # of a bullet
    paragraph: int = 0
    page: int | None = None  # where another page begins


def text_runs(text: str, start: int, end: int, marks: Sequence[Span] = ()) -> tuple[TextRun, ...]:
    """Return the slice start:end as runs; marks may begin before it and end after it."""
    found: list[TextRun] = []
    at = start
    for number, (first, last) in enumerate(marks, 1):
        first, last = max(first, at), min(last, end)
        if first >= last:
            continue
        if at < first:
            found.append(TextRun(text[at:first]))
        found.append(TextRun(text[first:last], number))
        at = last
    if at < end:
        found.append(TextRun(text[at:end]))
    return tuple(found)


def word_spans(text: str, wanted: Collection[str]) -> list[Span]:
    """Return where a text has words of these stems (index/words.py)."""
    return [
        found.span()
        for found in _WORD.finditer(text)
        if any(stem(word) in wanted for word in words(found[0]))
    ]


def blocks(text: str, span: Span | None = None, marks: Sequence[Span] = ()) -> list[PageBlock]:
    """Return the blocks of a slice of a text, in order; marks are sorted and do not overlap."""
    first, last = span or (0, len(text))
    return [
        _block(text, start, end, level, marks)
        for start, end, level in _pieces(text, first, last)
        if text[start:end].strip()
    ]


def _pieces(text: str, first: int, last: int) -> Iterator[tuple[int, int, int]]:
    """Yield start, end and level (0: no bullet) of each block."""
    at = first
    for found in [*_EMPTY_LINES.finditer(text, first, last), None]:
        end = found.start() if found else last
        yield from _bullets(text, at, end)
        # The spaces before a bullet tell its level.
        at = found.start() + found[0].rfind("\n") + 1 if found else last


def _bullets(text: str, first: int, last: int) -> Iterator[tuple[int, int, int]]:
    at, level = first, 0
    for found in _BULLET.finditer(text, first, last):
        yield at, found.start(), level
        at, level = found.end(), min(_DEEPEST, len(found["indent"]) // 2 + 1)
    yield at, last, level


def _block(text: str, start: int, end: int, level: int, marks: Sequence[Span]) -> PageBlock:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    if level:
        return PageBlock(BULLET, start, end, text_runs(text, start, end, marks), level=level)
    lines = text[start:end].split("\n")
    if len(lines) > 1 and all(line.lstrip().startswith("|") for line in lines):
        return PageBlock(TABLE, start, end, rows=tuple(_rows(text, start, lines, marks)))
    return PageBlock(PARAGRAPH, start, end, text_runs(text, start, end, marks))


def _rows(
    text: str, start: int, lines: Sequence[str], marks: Sequence[Span]
) -> Iterator[tuple[tuple[TextRun, ...], ...]]:
    for line in lines:
        if not _RULE.match(line):
            yield tuple(text_runs(text, *cell, marks) for cell in _cells(line, start))
        start += len(line) + 1


def _cells(line: str, start: int) -> Iterator[Span]:
    bars = [found.start() for found in _BAR.finditer(line)]
    if bars[-1:] != [len(line.rstrip()) - 1] or len(bars) == 1:
        bars.append(len(line))
    for before, after in pairwise(bars):
        cell = line[before + 1 : after]
        lead = len(cell) - len(cell.lstrip())
        yield start + before + 1 + lead, start + before + 1 + max(lead, len(cell.rstrip()))


def laid_out(
    brief: Brief, passages: Sequence[Passage], marks: Sequence[Span] = ()
) -> list[PageBlock]:
    """Return the blocks of a brief after its title, numbered, with the marks in them.

    Paragraphs in no passage are headings. A block has its page where a new one begins.
    """
    shown: list[PageBlock] = []
    page: int | None = None
    numbers = _Numbers(passages)
    title_ends = len(brief.title) if brief.text.startswith(brief.title) else 0
    for block in blocks(brief.text, (title_ends, len(brief.text)), marks):
        number = numbers.of(block)
        kind = HEADING if number is None and block.kind == PARAGRAPH else block.kind
        here = brief.page_at(block.start)
        turned = here if here != page else None
        page = here
        shown.append(replace(block, kind=kind, paragraph=number or 0, page=turned))
    return shown


class _Numbers:
    """Gives blocks the numbers of their paragraphs, in order, each number once."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._passages = sorted(passages, key=lambda one: one.start)
        self._at = 0
        self._last = 0

    def of(self, block: PageBlock) -> int | None:
        """Return the number of a block, 0 for one that goes on, None for one without passage."""
        while self._at < len(self._passages) and self._passages[self._at].end <= block.start:
            self._at += 1
        if self._at == len(self._passages) or self._passages[self._at].start >= block.end:
            return None
        # A block is cut into several passages, or a passage holds several blocks.
        passage = self._passages[self._at]
        begins = block.start <= passage.start
        number = passage.paragraph if begins else self._last + 1
        if number <= self._last:
            return 0
        self._last = number
        return number
