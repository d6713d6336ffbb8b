"""Put the lines of a PDF's pages into reading order, without contents; part text and notes.

Most files draw their text in reading order, and then that order is kept: it holds sidebars and
text boxes together. Where a page is drawn across its columns, the order comes from the places.
"""

import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from statistics import median

from index.left_out import OmissionReason
from ingest.readers.pdf_lines import LeftOutText, PdfLine

_TABLE_CELLS, _TABLE_ROWS = 4, 6  # of a table that fills a page, at least
_TABLE_SHARE = 0.5  # of the page's lines that are in its rows
_PROSE_SHARE = 0.2  # sizes of type with less of a document's prose are headings or captions
_LEADERS = re.compile(r"(?:\.\s?){4,}\s*(?:\d+|[ivxlc]+)$|(?:\.\s?){8,}")


_LONG_LEADERS = re.compile(r"(?:\.\s?){20,}\s*(?:\d+|[ivxlc]+)$")


def without_contents(lines: list[PdfLine], left_out: LeftOutText) -> list[PdfLine]:
    """Drop a table of contents: lines with dot leaders, what they continue, and their headings."""
    leaders = {i for i, line in enumerate(lines) if _LEADERS.search(line.text)}
    if len(leaders) < 3:  # the last lines of a list, or a form with room to fill in
        leaders = {i for i in leaders if _LONG_LEADERS.search(lines[i].text)}
        left_out += [(OmissionReason.CONTENTS, lines[i].whole) for i in leaders]
        return [line for i, line in enumerate(lines) if i not in leaders]
    dropped = set(leaders)
    for i in leaders:
        before = i - 1
        while before >= 0 and before not in leaders and _heads(lines[before], lines[i]):
            dropped.add(before)
            before -= 1
    left_out += [(OmissionReason.CONTENTS, lines[i].whole) for i in sorted(dropped)]
    return [line for i, line in enumerate(lines) if i not in dropped]


def _heads(line: PdfLine, below: PdfLine) -> bool:
    """Tell whether the line belongs to the list of contents that goes on `below` it."""
    near = 0 < line.y - below.y < 4 * below.size
    return near and ((line.bold and len(line.text) < 30) or line.size == below.size)


def with_drop_caps(lines: list[PdfLine]) -> list[PdfLine]:
    """Put a large initial that is drawn by itself back before the rest of its word."""
    for cap in [line for line in lines if len(line.text) == 1 and line.text.isalpha()]:
        beside = [line for line in lines if _is_capped(line, cap)]
        if beside:
            first = max(beside, key=lambda line: line.y)
            whole = replace(first, text=cap.text + first.text)
            lines = [whole if line is first else line for line in lines if line is not cap]
    return lines


def _is_capped(line: PdfLine, cap: PdfLine) -> bool:
    """Tell whether the line stands right of the initial, within its height."""
    near = -0.5 * line.size < line.x0 - cap.x1 < 2 * line.size
    high = cap.y - 0.5 * line.size <= line.y <= cap.y + cap.size
    return near and high and cap.size > 1.8 * line.size and line.text[:1].islower()


def reading_order(lines: list[PdfLine], body: float) -> list[PdfLine]:
    """Return the lines in reading order; `body` is the size of the main text in points."""
    lines = _with_late_headings(lines, body)
    gutter = find_gutter(lines, body)
    crossed = gutter is not None and _drawn_across(lines, gutter)
    climbs = sum(b.y - a.y > 2 * body and b.x0 < a.x1 for a, b in pairwise(lines))
    by_columns = _is_table_by_columns(lines)
    if not crossed and not by_columns and climbs <= 2 + len(lines) // 20:
        return lines
    if gutter is None or by_columns:
        return _by_rows(lines)
    return _by_bands(lines, gutter)


def _with_late_headings(lines: list[PdfLine], body: float) -> list[PdfLine]:
    """Put headings that are drawn after the text back between the lines that they stand between.

    Some programs draw all that is of one size or on a layer of its own at the end of the page.
    """
    late = [
        line
        for before, line in pairwise(lines)
        if line.size > 1.12 * body and line.y > before.y + 4 * body
    ]
    ordered = list(lines)
    for heading in late:
        rest = [line for line in ordered if line is not heading]
        place = next(
            (
                i
                for i, (a, b) in enumerate(pairwise(rest), 1)
                if a.y > heading.y > b.y
                and abs(b.x0 - heading.x0) < body
                and min(a.x1, heading.x1) > max(a.x0, heading.x0)
                and a.y - b.y > 1.5 * heading.size
            ),
            None,
        )
        if place is not None:
            ordered = [*rest[:place], heading, *rest[place:]]
    return ordered


def _is_table_by_columns(lines: list[PdfLine]) -> bool:
    """Tell whether a page is one table of which the file draws a column, or each, by itself."""
    rows: dict[int, list[int]] = {}
    for place, line in enumerate(lines):
        rows.setdefault(round(line.y / 3), []).append(place)
    wide = [places for places in rows.values() if len(places) >= _TABLE_CELLS]
    if len(wide) < _TABLE_ROWS or sum(map(len, wide)) < _TABLE_SHARE * len(lines):
        return False
    whole = sum(places[-1] - places[0] < len(places) for places in wide)
    return whole < 0.3 * len(wide)


def find_gutter(lines: list[PdfLine], body: float) -> float | None:
    """Return the x of the white strip between two columns of text, None on a one-column page."""
    prose = [line for line in lines if abs(line.size - body) < 0.15 * body and len(line.text) > 20]
    if len(prose) < 6:
        return None
    low, high = min(line.x0 for line in prose), max(line.x1 for line in prose)
    best: tuple[int, float] | None = None
    for step in range(30, 71, 2):
        x = low + (high - low) * step / 100
        left = sum(line.x1 <= x for line in prose)
        right = sum(line.x0 >= x for line in prose)
        crossing = len(prose) - left - right
        if (
            min(left, right) >= 3
            and crossing * 4 <= len(prose)
            and (not best or crossing < best[0])
        ):
            best = (crossing, x)
    return best[1] if best else None


def _drawn_across(lines: list[PdfLine], gutter: float) -> bool:
    """Tell whether the file draws left and right lines of prose by turns.

    In a table, too, left and right take turns; but its cells do not fill their columns.
    """
    pairs = [
        (a, b) for a, b in pairwise(lines) if a.x1 <= gutter <= b.x0 and abs(a.y - b.y) < a.size
    ]
    if len(pairs) < 6 or len(pairs) * 4 < len(lines):
        return False
    left, right = [a for a, _ in pairs], [b for _, b in pairs]
    return _filled(left) and _filled(right)


def _filled(lines: list[PdfLine]) -> bool:
    """Tell whether most of the lines start and end at the margins, as prose does."""
    low, high = min(line.x0 for line in lines), max(line.x1 for line in lines)
    flush = sum(line.x0 < low + 2 * line.size for line in lines)
    return flush > 0.7 * len(lines) and median(line.x1 for line in lines) > low + 0.75 * (
        high - low
    )


def _by_rows(lines: list[PdfLine]) -> list[PdfLine]:
    """Return the lines from top to bottom, those of one row from left to right."""
    size = median(line.size for line in lines)
    rows: list[list[PdfLine]] = []
    for line in sorted(lines, key=lambda each: -each.y):
        if rows and rows[-1][0].y - line.y < 0.4 * size:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in sorted(row, key=lambda each: each.x0)]


def _by_bands(lines: list[PdfLine], gutter: float) -> list[PdfLine]:
    """Return the left column, then the right one, between the lines that span both."""
    ordered: list[PdfLine] = []
    left: list[PdfLine] = []
    right: list[PdfLine] = []
    for line in _by_rows(lines):
        if line.x1 <= gutter:
            left.append(line)
        elif line.x0 >= gutter:
            right.append(line)
        else:
            ordered += [*left, *right, line]
            left, right = [], []
    return [*ordered, *left, *right]


def body_size(pages: list[list[PdfLine]]) -> float:
    """Return the size of the main text in points: the largest that a good part of the prose has.

    Notes and tables are smaller, and in some reports longer than the text.
    """
    sizes: Counter[float] = Counter()
    for lines in pages:
        for line in lines:
            sizes[line.size] += len(line.text) if len(line.text) > 30 else 1
    whole = sum(sizes.values())
    return max((size for size in sizes if sizes[size] >= _PROSE_SHARE * whole), default=10.0)


_SMALLER = 0.97  # notes are set at most so large, in parts of the body size
_PLAIN_MARK = re.compile(r"(\d{1,3})\s+(?=[A-Z“\"'(\d])")
_REACH = 1.6  # a note's next line is at most so many ems lower


def split_notes(lines: list[PdfLine], body: float) -> tuple[list[PdfLine], list[PdfLine]]:
    """Return the lines of the text and those of the notes, each note's first line with its mark.

    `body` is the size of the main text in points. Lines above the first mark that are set like the
    notes go on a note of the page before and come first, without a mark.
    """
    starts = _starts(lines, body)
    text: list[PdfLine] = []
    notes: list[PdfLine] = []
    last = 0  # where the last line of the notes stands
    for i, line in enumerate(lines):
        if i in starts:
            notes = notes or _continued(text, starts[i])
            notes.append(starts[i])
            last = i
        elif notes and _goes_on(line, notes[-1]) and i == last + 1:
            notes.append(line)
            last = i
        else:
            text.append(line)
    return text, notes


def _starts(lines: list[PdfLine], body: float) -> dict[int, PdfLine]:
    """Return the first lines of notes by index, each with its mark: raised, or a plain number."""
    small = [(i, x) for i, x in enumerate(lines) if x.size <= _SMALLER * body and not x.bold]
    raised = {i: line for i, line in small if line.mark and not line.mark.isalpha()}
    if raised:
        return raised
    floor = min((line.y for line in lines if line.size > _SMALLER * body), default=0.0)
    left = min((line.x0 for line in lines), default=0.0)
    plain: dict[int, PdfLine] = {}
    for i, line in small:
        alone = not any(
            abs(x.y - line.y) < 1 for x in lines[max(0, i - 1) : i + 2] if x is not line
        )
        if alone and line.y < floor and line.x0 < left + 3 * line.size and (note := _plain(line)):
            plain[i] = note
    marks = [note.mark for note in plain.values()]
    first = int(marks[0]) if marks else 0
    return plain if marks == [str(first + i) for i in range(len(marks))] else {}


def _plain(line: PdfLine) -> PdfLine | None:
    found = _PLAIN_MARK.match(line.text)
    if found and not line.label:
        return replace(line, mark=found.group(1), text=line.text[found.end() :])
    number = line.label.strip("().")
    return replace(line, mark=number, label="") if number.isdigit() else None


def _goes_on(line: PdfLine, last: PdfLine) -> bool:
    near = 0 < last.y - line.y < _REACH * last.size
    return near and abs(line.size - last.size) < 0.8 and not line.bold


def _continued(text: list[PdfLine], start: PdfLine) -> list[PdfLine]:
    """Take the lines right above the first mark off the text: the end of the page before's note."""
    taken: list[PdfLine] = []
    below = start
    while text and _goes_on(below, text[-1]) and text[-1].size == start.size:
        below = text.pop()
        taken.insert(0, below)
    set_off = not text or text[-1].y - below.y > _REACH * below.size or text[-1].y < below.y
    if not set_off and text[-1].size == start.size:
        text.extend(taken)
        return []
    return taken
