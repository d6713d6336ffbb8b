"""Find the boxes of a PDF page: prose within a bordered or shaded rectangle of its own.

What is drawn and the lines of type go in, in points of the page; the lines of the text and those
of each box come out. Frames of tables, figures and whole pages are no boxes, nor is a title's band.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median

from ingest.readers.pdf_lines import PdfLine

_LEAST = (70.0, 36.0)  # points, width and height
_THIN = 3.0  # points: what is thinner is a rule
_NEAR = 3.0  # points between edges that are one
_PAPER = 250  # of 255: fills paler in all channels are no shade
_MOST_FRAMES = 60  # of a page; more are a drawing, or the cells of a table
_TITLE = 1.5  # of the size of the text: what is larger on page 1 is the title in its band
_MOST_INSIDE = 0.85  # of the page's text: more is the frame of the page
_CELLS = 0.2  # of the rows may have several lines side by side, as the rows of a table have
_FILLED = 0.5  # of the frame's width is what lines of prose take
_SAME_EDGE = 12.0  # points between the left edges of a box that goes on over the page
_LEAST_SAID = 60  # characters
_LETTERS = 0.7  # of the characters
_SENTENCE = re.compile(r"[.?!。؟।][\"'”’»)\]]*$")

Bounds = tuple[float, float, float, float]  # left, bottom, right, top, in points


@dataclass(frozen=True)
class Shape:
    """A path that a page draws: where, with which fill, and whether its edge is drawn."""

    bounds: Bounds
    fill: tuple[int, int, int] | None
    stroked: bool

    @property
    def is_thin(self) -> bool:
        return min(_width(self.bounds), _height(self.bounds)) < _THIN

    @property
    def is_shown(self) -> bool:
        """Tell whether it is seen on paper."""
        return self.stroked or (self.fill is not None and min(self.fill) < _PAPER)


@dataclass(frozen=True)
class BoxedPage:
    """The lines of a page's text, and those of each of its boxes, from top to bottom."""

    text: list[PdfLine]
    boxes: tuple[list[PdfLine], ...] = ()


def whole_boxes(pages: Sequence[BoxedPage]) -> list[list[list[PdfLine]]]:
    """Return the boxes, each as its lines page by page: a box may go on over the page."""
    found: list[list[list[PdfLine]]] = []
    ends: float | None = None  # where the box begins that ends the page before
    for page in pages:
        for i, box in enumerate(page.boxes):
            left = min(line.x0 for line in box)
            top = max(line.y for line in box)
            first = i == 0 and all(line.y < top for line in page.text)
            if first and ends is not None and abs(left - ends) < _SAME_EDGE:
                found[-1].append(box)
            else:
                found.append([box])
        ends = None
        if page.boxes:
            foot = min(line.y for line in page.boxes[-1])
            if all(line.y > foot for line in page.text):
                ends = min(line.x0 for line in page.boxes[-1])
    return found


def part_boxes(lines: list[PdfLine], shapes: Sequence[Shape], body: float) -> BoxedPage:
    """Part the lines of a page; `body` is the size of the main text in points."""
    text = lines
    boxes: list[list[PdfLine]] = []
    for frame in _frames(shapes) if lines else ():
        inside = [line for line in text if _is_in(line, frame)]
        if _is_box(inside, text, frame, body) and _said(inside) < _MOST_INSIDE * _said(lines):
            boxes.append(inside)
            held = set(map(id, inside))
            text = [line for line in text if id(line) not in held]
    return BoxedPage(text, tuple(sorted(boxes, key=lambda box: -max(line.y for line in box))))


def _said(lines: Sequence[PdfLine]) -> int:
    return sum(len(line.text) for line in lines)


def _frames(shapes: Sequence[Shape]) -> list[Bounds]:
    """Return the rectangles that may hold a box, the largest first.

    A frame is a path, a pile of shaded ones, or four rules. Those that stand side by side without
    room between them are cells.
    """
    shown = [shape for shape in shapes if shape.is_shown]
    drawn = [shape.bounds for shape in shown if not shape.is_thin]
    drawn = [bounds for bounds in drawn if _width(bounds) >= _LEAST[0]]
    rules = [shape.bounds for shape in shown if shape.is_thin]
    if len(drawn) > _MOST_FRAMES or len(rules) > 4 * _MOST_FRAMES:
        return []
    every = {*drawn, *_piled(drawn), *_ruled(rules)}
    frames = [each for each in every if _height(each) >= _LEAST[1]]
    alone = [each for each in frames if not any(_is_beside(each, other) for other in frames)]
    return sorted(alone, key=lambda each: -_width(each) * _height(each))


def _piled(drawn: Sequence[Bounds]) -> Iterator[Bounds]:
    """Yield what rectangles of one width that touch make together: lines are shaded one by one."""
    ordered = sorted(drawn, key=lambda each: (round(each[0]), round(each[2]), -each[3]))
    pile: Bounds | None = None
    for each in ordered:
        same = pile and abs(pile[0] - each[0]) < _NEAR and abs(pile[2] - each[2]) < _NEAR
        if pile and same and pile[1] - each[3] < _NEAR:
            pile = (pile[0], min(pile[1], each[1]), pile[2], pile[3])
            continue
        if pile:
            yield pile
        pile = each
    if pile:
        yield pile


def _ruled(rules: Sequence[Bounds]) -> Iterator[Bounds]:
    """Yield the rectangles whose four sides are rules."""
    upright = sorted(each for each in rules if _height(each) >= _LEAST[1])
    level = [each for each in rules if _width(each) >= _LEAST[0]]
    for i, left in enumerate(upright):
        for right in upright[i + 1 :]:
            if abs(left[1] - right[1]) > _NEAR or abs(left[3] - right[3]) > _NEAR:
                continue
            across = [
                each
                for each in level
                if abs(each[0] - left[0]) < 2 * _NEAR and abs(each[2] - right[2]) < 2 * _NEAR
            ]
            ends = (left[1], left[3])
            if all(any(abs(each[1] - end) < 2 * _NEAR for each in across) for end in ends):
                yield left[0], left[1], right[2], left[3]


def _is_beside(one: Bounds, other: Bounds) -> bool:
    """Tell whether two frames share an upright edge, as the cells of a table do."""
    shared = min(one[3], other[3]) - max(one[1], other[1])
    touching = abs(one[2] - other[0]) < _NEAR or abs(other[2] - one[0]) < _NEAR
    return touching and shared > 0.5 * min(_height(one), _height(other))


def _is_in(line: PdfLine, frame: Bounds) -> bool:
    return (
        frame[1] - _NEAR < line.y < frame[3]
        and line.x0 > frame[0] - _NEAR
        and line.x1 < frame[2] + _NEAR
    )


def _is_box(inside: Sequence[PdfLine], text: Sequence[PdfLine], frame: Bounds, body: float) -> bool:
    """Tell whether the lines inside a frame are prose of their own: no title, table or figure."""
    if _said(inside) < _LEAST_SAID or any(_straddles(line, frame) for line in text):
        return False
    if any(line.page == 1 and line.size > _TITLE * body for line in inside):
        return False
    ordered = sorted(inside, key=lambda line: -line.y)
    rows = [list(row) for _, row in groupby(ordered, key=lambda line: round(line.y / 3))]
    if len(rows) < 2 or sum(len(row) > 1 for row in rows) > _CELLS * len(rows):
        return False
    whole = "".join(line.text for line in inside).replace(" ", "")
    if sum(map(str.isalpha, whole)) < _LETTERS * len(whole):
        return False
    filled = median(line.x1 - line.x0 for line in inside) > _FILLED * _width(frame)
    return filled and any(_SENTENCE.search(line.text) for line in inside)


def _straddles(line: PdfLine, frame: Bounds) -> bool:
    """Tell whether a line crosses the frame's edge: then it is drawn behind the text."""
    level = frame[1] < line.y < frame[3] - 0.5 * line.size
    return level and line.x0 < frame[2] - _NEAR and line.x1 > frame[0] + _NEAR and not _is_in(
        line, frame
    )  # fmt: skip


def _width(bounds: Bounds) -> float:
    return bounds[2] - bounds[0]


def _height(bounds: Bounds) -> float:
    return bounds[3] - bounds[1]
