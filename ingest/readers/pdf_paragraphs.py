"""Build blocks from a PDF's ordered lines: paragraphs, headings, bullets, tables, footnotes.

Input: the pages' items in reading order. Output: blocks with the page each starts on and the
offsets at which later pages begin. A paragraph goes on over columns, pages and what floats between.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from ingest.document import Block, BlockKind
from ingest.readers.pdf_blocks import Draft, finished
from ingest.readers.pdf_lines import Line
from ingest.readers.pdf_tables import Table
from ingest.readers.pdf_words import Words

Item = Line | Table

_ENDED = re.compile(r"[.?!:;]['\"’”)\]]*$")
_TABLE_NOTE = re.compile(r"(?:notes?|sources?):", re.IGNORECASE)
_HEADING_LINES = 4  # a heading of more lines is a bold paragraph


class Paragraphs:
    """Collects items page by page; `blocks` hands over what they make."""

    def __init__(self, pages: Sequence[Sequence[Line]], body: float) -> None:
        """Learn line pitch and margins from all lines; `body` is the text size in points."""
        self.body = body
        self._pitch = _pitches(pages)
        self._right = _right_edges(pages)
        self._drafts: list[Draft] = []
        self._current: Draft | None = None  # the block that the line before went to
        self._open: Draft | None = None  # the paragraph that text further on may continue
        self._marks: list[float] = []  # x of the bullets that we are inside of

    def add_page(self, items: Iterable[Item], notes: Iterable[Line]) -> None:
        """Add one page: what stands in its text, and the lines of its footnotes."""
        self._current = None
        for item in items:
            if isinstance(item, Table):
                self._drafts.append(Draft(BlockKind.TABLE, [item.first], table=item))
                self._current = None
            else:
                self._add_line(item)
        last_note = next((d for d in reversed(self._drafts) if d.kind is BlockKind.FOOTNOTE), None)
        for line in notes:
            if line.mark or last_note is None:
                last_note = Draft(BlockKind.FOOTNOTE, mark=line.mark)
                self._drafts.append(last_note)
            last_note.lines.append(line)

    def blocks(self, words: Words) -> tuple[Block, ...]:
        """Return the finished blocks."""
        return finished(self._drafts, words)

    def _add_line(self, line: Line) -> None:
        """Let the line go on the block before it, an open one further back, or start a block."""
        kind = self._kind(line)
        current = self._current
        if kind is not BlockKind.BULLET and current and self._goes_on(line, current, kind):
            current.lines.append(line)
            return
        if kind is BlockKind.PARAGRAPH and self._open and self._resumes(line, self._open):
            self._open.lines.append(line)
            self._current = self._open
            return
        self._start(line, kind)

    def _start(self, line: Line, kind: BlockKind) -> None:
        draft = Draft(kind, [line], mark=line.label)
        if kind is BlockKind.BULLET:
            draft.level = self._depth(line)
        elif line.size >= 0.95 * self.body:
            self._marks = []
        self._drafts.append(draft)
        self._current = draft
        if kind is not BlockKind.HEADING and abs(line.size - self.body) < 0.06 * self.body:
            self._open = draft

    def _kind(self, line: Line) -> BlockKind:
        if line.label:
            return BlockKind.BULLET
        large = line.size > 1.12 * self.body
        bold = line.bold and line.size >= 0.84 * self.body and any(c.isalpha() for c in line.text)
        return BlockKind.HEADING if large or bold else BlockKind.PARAGRAPH

    def _depth(self, line: Line) -> int:
        """Return the level of a bullet by the indents of those it stands in."""
        tolerance = 0.6 * line.size
        while self._marks and line.x0 < self._marks[-1] - tolerance:
            self._marks.pop()
        if not self._marks or line.x0 > self._marks[-1] + tolerance:
            self._marks.append(line.x0)
        return len(self._marks)

    def _goes_on(self, line: Line, draft: Draft, kind: BlockKind) -> bool:
        """Tell whether the line goes on the block whose last line was drawn just before it."""
        last = draft.last
        if abs(line.size - last.size) > 0.06 * last.size:
            return False
        if (kind is BlockKind.HEADING) != (draft.kind is BlockKind.HEADING):
            return self._changes_weight(line, draft)
        if draft.kind is BlockKind.HEADING:
            return self._below(line, last) and len(draft.lines) < _HEADING_LINES
        if not self._below(line, last):
            return self._crosses(line, last)
        return not self._breaks(line, draft)

    def _changes_weight(self, line: Line, draft: Draft) -> bool:
        """Tell whether a sentence goes on though it turns bold, or plain after a bold beginning."""
        last = draft.last
        if _ENDED.search(last.text) or not self._below(line, last):
            return False
        if draft.kind is not BlockKind.HEADING:
            return True
        if self._had_room(line, last) or not line.text[:1].islower():
            return False
        draft.kind = BlockKind.PARAGRAPH
        if abs(line.size - self.body) < 0.06 * self.body:
            self._open = draft
        return True

    def _below(self, line: Line, last: Line) -> bool:
        """Tell whether the line is the next one under `last`, at the usual pitch."""
        gap = last.y - line.y
        pitch = self._pitch.get(round(last.size), 1.2 * last.size)
        beside = line.x0 < last.x1 and last.x0 < line.x1 + last.size
        if line.page != last.page or not beside:
            return False
        return -0.2 * last.size < gap <= 1.28 * pitch

    def _crosses(self, line: Line, last: Line) -> bool:
        """Tell whether the line goes on, in another column or page, what `last` ended full."""
        if line.page == last.page and line.y <= last.y:
            return False
        if not _ENDED.search(last.text):
            return True
        return not last.text.endswith(":") and not self._had_room(line, last)

    def _breaks(self, line: Line, draft: Draft) -> bool:
        """Tell whether the next line down starts another paragraph, by indents and short lines."""
        last, tolerance = draft.last, 0.7 * line.size
        ended = bool(_ENDED.search(last.text))
        if ended and _TABLE_NOTE.match(line.text):
            return True
        if draft.kind is BlockKind.BULLET:
            return line.x0 < draft.lines[0].x0 + 0.3 * line.size and (
                draft.lines[0].text_x0 > draft.lines[0].x0 + tolerance and ended
            )
        if ended and line.x0 > last.x0 + tolerance and len(draft.lines) > 1:
            return True
        return ended and self._had_room(line, last)

    def _had_room(self, line: Line, last: Line) -> bool:
        """Tell whether the first word of `line` would still have fitted on `last`."""
        word = line.text.split(" ", 1)[0]
        right = self._right.get(_column(last), last.x1)
        return last.x1 + last.width_of(word + "  ") + 0.5 * last.size < right

    def _resumes(self, line: Line, opened: Draft) -> bool:
        """Tell whether the line goes on the open paragraph after a page's end or what floats."""
        last = opened.last
        moved = line.page == last.page + 1 or (line.page == last.page and line.y > last.y)
        if not moved or abs(line.size - last.size) > 0.06 * last.size or line.bold:
            return False
        between = self._drafts[self._drafts.index(opened) + 1 :]
        if all(draft.kind is BlockKind.FOOTNOTE for draft in between):
            return self._crosses(line, last)
        floats = len(between) < 12 and all(
            d.kind is not BlockKind.BULLET or d.last.size < 0.95 * last.size for d in between
        )
        return floats and not _ENDED.search(last.text) and line.text[:1].islower()


def _column(line: Line) -> tuple[int, int, int]:
    """Return what lines of one column share: page, about where they start, about their size."""
    return line.page, round(line.x0 / 40), round(line.size)


def _pitches(pages: Sequence[Sequence[Line]]) -> dict[int, float]:
    """Return the usual distance of baselines for each size of type, in points."""
    gaps: dict[int, Counter[float]] = {}
    for lines in pages:
        for a, b in pairwise(lines):
            gap = round((a.y - b.y) * 2) / 2
            if a.size == b.size and 0.8 * a.size < gap < 3 * a.size and a.x0 < b.x1 and b.x0 < a.x1:
                gaps.setdefault(round(a.size), Counter())[gap] += 1
    return {size: found.most_common(1)[0][0] for size, found in gaps.items()}


def _right_edges(pages: Sequence[Sequence[Line]]) -> dict[tuple[int, int, int], float]:
    """Return the right margin of each column: all but the longest few lines end before it."""
    ends: dict[tuple[int, int, int], list[float]] = {}
    for lines in pages:
        for line in lines:
            ends.setdefault(_column(line), []).append(line.x1)
    return {column: sorted(xs)[int(0.95 * (len(xs) - 1))] for column, xs in ends.items()}
