"""Take running heads, page numbers and repeated pages out of a PDF's lines.

A running line stands at the same place of several pages, outside the text block and set off from
it, is short, and reads the same there but for the page's own number. Body text is never one: lines
that differ in any other figure are not the same.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby, pairwise

from index.left_out import OmissionReason
from ingest.readers.pdf_lines import LeftOutText, PdfLine

_ROWS = 4  # from the top and from the bottom of a page, at most, are running lines
_LONGEST = 200  # characters
_SET_OFF = 1.5  # ems between the text block and a running line that is set like the text
_NUMBER = re.compile(r"\d+|\b[ivxlc]+\b")
_PAGE_NUMBER = re.compile(
    r"(?:page\s*)?[-–—|\s]*(?:\d{1,4}|[ivxlc]{1,6})[-–—|\s]*(?:(?:of|/)\s*\d+)?$", re.I
)
_PAGES_A_SHEET = 2
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_ALIKE = 40  # characters of a page; pages with fewer are not compared

Place = tuple[str, int, int]


def without_running_lines(
    pages: list[list[PdfLine]], body: float, left_out: LeftOutText
) -> list[list[PdfLine]]:
    """Return the pages' lines without those that run through them, and equal pages once.

    `body` is the size of the main text in points. What goes is added to `left_out`.
    """
    pages = _each_once(pages, left_out)
    edges = [_edges(lines, body) for lines in pages]
    seen: dict[Place, set[int]] = defaultdict(set)
    texts: dict[str, set[int]] = defaultdict(set)
    for rows in edges:
        for line in (line for side in rows for row in side for line in row):
            for key in _keys(line):
                texts[key].add(line.page)
                for place in _places(line):
                    seen[(key, *place)].add(line.page)
    need = 2 if len(pages) < 8 else 3
    held = _Repeats(seen, texts, need)
    first: set[str] = set()
    kept = []
    for lines, rows in zip(pages, edges, strict=True):
        running = {id(line) for side in rows for line in _peeled(side, held)}
        if lines and lines[0].page == 1:  # a cover repeats them at other places
            running |= {id(line) for line in lines if held.is_known(line, body)}
        large = {line.text for line in lines if id(line) in running and line.size > 1.12 * body}
        running -= {id(line) for line in lines if line.text in large - first}
        first |= large  # type set larger than the text heads something: it is kept once
        kept.append([line for line in lines if id(line) not in running])
        left_out += [_counted(line) for line in lines if id(line) in running]
    return kept


def _counted(line: PdfLine) -> tuple[OmissionReason, str]:
    lone = _PAGE_NUMBER.match(line.text.strip())
    return OmissionReason.PAGE_NUMBER if lone else OmissionReason.RUNNING_HEAD, line.whole


def _each_once(pages: list[list[PdfLine]], left_out: LeftOutText) -> list[list[PdfLine]]:
    """Empty the pages that say word for word what one before them says."""
    known: set[str] = set()
    kept = []
    for lines in pages:
        text = "\n".join(line.text for line in lines)
        if text in known and len(text) >= _ALIKE:
            left_out += [(OmissionReason.REPEATED, line.whole) for line in lines]
            lines = []
        known.add(text)
        kept.append(lines)
    return kept


class _Repeats:
    """Which lines come again on enough pages: at their place, or anywhere at a page's edge."""

    def __init__(self, seen: dict[Place, set[int]], texts: dict[str, set[int]], need: int) -> None:
        self._seen, self._texts, self._need = seen, texts, need

    def at_place(self, line: PdfLine) -> bool:
        """Tell whether the line stands at the same place of enough pages."""
        places = _places(line)
        return any(
            len(self._seen.get((key, *place), ())) >= self._need
            for key in _keys(line)
            for place in places
        )

    def anywhere(self, line: PdfLine) -> bool:
        """Tell whether enough pages have it at an edge, at whatever height."""
        return any(len(self._texts.get(key, ())) >= self._need for key in _keys(line))

    def is_known(self, line: PdfLine, body: float) -> bool:
        """Tell whether a line of the cover, no larger than the text, runs through the pages."""
        return (
            line.size <= 1.12 * body
            and " " in line.text
            and not _PAGE_NUMBER.match(line.text.strip())
            and self.anywhere(line)
        )


def _keys(line: PdfLine) -> Iterator[str]:
    """Yield what two appearances have in common: the text, and without the page's own number.

    A number is the page's own if it differs from the page's index by the same on all of them, or,
    where each column is a page of its own, as on a sheet of two, from as many times the index.
    """
    text = line.text.strip().lower()
    yield text
    for found in _NUMBER.finditer(text):
        number = found.group()
        value = int(number) if number.isdigit() else _roman(number)
        if value < 10_000:
            for pages in range(1, _PAGES_A_SHEET + 1):
                step = value - pages * line.page
                yield f"{text[: found.start()]}#{pages}:{step}{text[found.end() :]}"


def _roman(numeral: str) -> int:
    values = [_ROMAN[letter] for letter in numeral]
    after = [*values[1:], 0]
    return sum(-a if a < b else a for a, b in zip(values, after, strict=True))


def _places(line: PdfLine) -> Iterator[tuple[int, int]]:
    """Yield places of which two share one that are within 4 points in y, and left or right in x."""
    y = round(line.y / 4)
    for edge in (round(line.x0 / 8), 10_000 + round(line.x1 / 8)):
        yield from ((y + shift, edge) for shift in (-1, 0, 1))


Rows = list[list[PdfLine]]


def _edges(lines: list[PdfLine], body: float) -> tuple[Rows, Rows]:
    """Return the rows at the top and at the bottom that may be running lines, outermost first."""
    ordered = sorted(lines, key=lambda line: -line.y)
    rows = [list(row) for _, row in groupby(ordered, key=lambda line: round(line.y / 3))]
    half = len(rows) // 2 if len(rows) > 1 else 0
    top = _outside(rows[: half + _ROWS], half, body)
    return top, _outside(rows[::-1][: half + _ROWS], half, body)


def _outside(rows: Rows, half: int, body: float) -> Rows:
    """Return of the rows from one edge those up to the last one that is set off from the text."""
    outside = 0
    for i, (row, inner) in enumerate(pairwise(rows)):
        if i >= min(_ROWS, half) or any(len(line.text) > _LONGEST for line in row):
            break
        gap = min(abs(line.y - other.y) for line in row for other in inner)
        smaller = all(line.size < 0.95 * body for line in row)
        if gap > _SET_OFF * body or (smaller and gap > 1.1 * body):
            outside = i + 1
    return rows[:outside]


def _peeled(rows: Rows, held: _Repeats) -> Iterator[PdfLine]:
    """Yield the running lines of one edge, from the outermost row on to the first of the text."""
    for i, row in enumerate(rows):
        running = [
            line
            for line in row
            if held.at_place(line) or (i == 0 and (held.anywhere(line) or _is_lone(line, row)))
        ]
        yield from running
        if not running:
            return


def _is_lone(line: PdfLine, row: list[PdfLine]) -> bool:
    return len(row) == 1 and bool(_PAGE_NUMBER.match(line.text.strip()))
