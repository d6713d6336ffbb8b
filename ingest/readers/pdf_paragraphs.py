"""Build blocks from a PDF's ordered lines: paragraphs, headings, bullets, tables, footnotes.

Input: the pages' items in reading order. Output: blocks with the page each starts on and the
offsets at which later pages begin. A paragraph goes on over columns, pages and what floats between.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from index.left_out import OmissionReason
from index.passage import bare
from ingest.document import Block, BlockKind
from ingest.readers.joined_lines import Words
from ingest.readers.pdf_lines import LeftOutText, PdfLine
from ingest.readers.pdf_tables import Table

_NUMBERED = re.compile(r"\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)]$")
_CONTINUED = re.compile(r"\(continued[.…]*\)\s*$")  # where a note goes on over the page
_CAPTION = re.compile(
    r"(?:table|figure|box|chart|map|exhibit)\s+[A-Z]?-?\d+[.:—–]?\s", re.IGNORECASE
)


@dataclass(eq=False)
class BlockDraft:
    """A block in the making."""

    kind: BlockKind
    lines: list[PdfLine] = field(default_factory=list)
    mark: str = ""
    level: int = 0
    table: Table | None = None

    @property
    def last(self) -> PdfLine:
        return self.lines[-1]


def finished(drafts: list[BlockDraft], words: Words) -> list[tuple[BlockDraft, Block]]:
    """Return the drafts with the blocks that they make, without empty ones."""
    levels = _heading_levels(drafts)
    made = ((draft, _block(draft, words, levels)) for draft in drafts)
    return [(draft, block) for draft, block in made if block.text.strip()]


def _block(draft: BlockDraft, words: Words, levels: dict[tuple[int, bool], int]) -> Block:
    if draft.table:
        return _table_block(draft.table, words)
    text, starts = words.join(_CONTINUED.sub("", line.text).rstrip(" ") for line in draft.lines)
    if draft.kind is BlockKind.FOOTNOTE and draft.mark:
        text, starts = _marked(f"{draft.mark}. ", text, starts)
    elif draft.mark and _NUMBERED.match(draft.mark):
        text, starts = _marked(f"{draft.mark} ", text, starts)
    level = draft.level
    kind = draft.kind
    if kind is BlockKind.HEADING:
        kind = _heading_or_text(text)
        level = levels[_style(draft.lines[0])] if kind is BlockKind.HEADING else 0
    breaks, page = [], draft.lines[0].page
    for line, start in zip(draft.lines, starts, strict=True):
        if line.page > page:
            page = line.page
            breaks.append((start, page))
    return Block(kind, text, level, draft.lines[0].page, tuple(breaks))


def _marked(mark: str, text: str, starts: list[int]) -> tuple[str, list[int]]:
    return mark + text, [0, *(start + len(mark) for start in starts[1:])]


def _heading_or_text(text: str) -> BlockKind:
    """Take a bold sentence or a long bold passage for the paragraph that it is."""
    if _CAPTION.match(text):
        return BlockKind.PARAGRAPH
    sentence = text.endswith((".", ";", ",")) and len(text) > 60
    return BlockKind.PARAGRAPH if sentence or len(text) > 300 else BlockKind.HEADING


def _style(line: PdfLine) -> tuple[int, bool]:
    return round(line.size * 2), line.bold


def _heading_levels(drafts: list[BlockDraft]) -> dict[tuple[int, bool], int]:
    styles = {_style(d.lines[0]) for d in drafts if d.kind is BlockKind.HEADING}
    return {style: min(i, 6) for i, style in enumerate(sorted(styles, reverse=True), 1)}


def _table_block(table: Table, words: Words) -> Block:
    rows: list[str] = []
    breaks: list[tuple[int, int]] = []
    page, offset = table.first.page, 0
    for row in table.rows:
        cells = [words.join(line.whole for line in cell)[0] for cell in row]
        row_text = " | ".join(cell.replace("|", "/") for cell in cells)
        rows.append(" ".join(f"| {row_text} |".split()))
        row_page = next(line.page for cell in row for line in cell)
        if row_page > page:
            page = row_page
            breaks.append((offset, page))
        offset += len(rows[-1]) + 1
    header = int(_is_bold(table.rows[0]) and not any(map(_is_bold, table.rows[1:2])))
    return Block(BlockKind.TABLE, "\n".join(rows), header, table.first.page, tuple(breaks))


def _is_bold(row: Sequence[Sequence[PdfLine]]) -> bool:
    return all(line.bold for cell in row for line in cell)


Item = PdfLine | Table

_ENDED = re.compile(r"[.?!:;]['\"’”)\]]*$")
_TABLE_NOTE = re.compile(r"(?:notes?|sources?):", re.IGNORECASE)
_PITCH = 1.2  # ems between two lines of a paragraph where the pages do not tell
_SURE_PITCH = 4  # lines by which a wide pitch is known
_COLUMN_LINE = 25  # characters; a shorter line without an end is none of a column of prose
_QUOTE = 6  # words of a pull quote, at least: fewer may be a heading that the text takes up
_LONGEST_QUOTE = 60  # words
_QUOTED_NEAR = 20  # paragraphs before and after it in which a pull quote's sentence stands
_AGAIN = re.compile(r"\((?:continued|cont[’'.]?d?\.?|fortsetzung|suite)[^)]*\)\s*$", re.IGNORECASE)
_HEADING_LINES = 4  # a heading of more lines is a bold paragraph


class Paragraphs:
    """Collects items page by page; `blocks` hands over what they make."""

    def __init__(self, pages: Sequence[Sequence[PdfLine]], body: float) -> None:
        """Learn line pitch and margins from all lines; `body` is the text size in points."""
        self.body = body
        self._pitch = _pitches(pages)
        self._right = _right_edges(pages)
        self._drafts: list[BlockDraft] = []
        self._current: BlockDraft | None = None  # the block that the line before went to
        self._open: BlockDraft | None = None  # the paragraph that text further on may continue
        self._before: BlockDraft | None = None  # the one that was open before it
        self.left_out: LeftOutText = []  # headers of tables that come again on the next page
        self._marks: list[float] = []  # x of the bullets that we are inside of

    def add_page(self, items: Iterable[Item], notes: Iterable[PdfLine]) -> None:
        """Add one page: what stands in its text, and the lines of its footnotes."""
        self._current = None
        for item in items:
            if isinstance(item, Table):
                if not self._continues_table(item):
                    self._drafts.append(BlockDraft(BlockKind.TABLE, [item.first], table=item))
                self._current = None
            else:
                self._add_line(item)
        last_note = next((d for d in reversed(self._drafts) if d.kind is BlockKind.FOOTNOTE), None)
        for line in notes:
            if line.mark or last_note is None:
                last_note = BlockDraft(BlockKind.FOOTNOTE, mark=line.mark)
                self._drafts.append(last_note)
            last_note.lines.append(line)

    def blocks(self, words: Words) -> tuple[Block, ...]:
        """Return the finished blocks; a pull quote, which repeats the text, is left out."""
        made = finished(self._drafts, words)
        text = " ".join(bare(block.text) for _, block in made if block.kind is BlockKind.PARAGRAPH)
        drawn = {
            block.text: id(block)  # of two that say the same, one stays: the text may be neither
            for draft, block in made
            if draft.kind is BlockKind.HEADING
            and len(block.text.split()) >= _QUOTE
            and text.count(bare(block.text)) > (block.kind is BlockKind.PARAGRAPH)
        }
        quotes = {*drawn.values(), *(id(made[i][1]) for i in _set_in(made))}
        kept = tuple(block for _, block in made if id(block) not in quotes)
        self.left_out += [
            (OmissionReason.REPEATED, block.text) for _, block in made if id(block) in quotes
        ]
        return kept

    def _continues_table(self, table: Table) -> bool:
        """Let a table at the top of a page go on the one that ended the page before.

        "Table 3 (continued)" between the two goes with a header that comes again.
        """
        above = [d for d in self._drafts if d.kind is not BlockKind.FOOTNOTE]
        between = above[-1:] if above and _AGAIN.search(above[-1].last.text) else []
        last = above[-1 - len(between)] if len(above) > len(between) else None
        if last is None or last.table is None or table.first.page != last.table.last.page + 1:
            return False
        repeated: list[str] = []
        whole = last.table.continued(table, repeated)
        if whole is None:
            return False
        for caption in between:
            self._drafts.remove(caption)
            repeated += [line.whole for line in caption.lines]
        last.table = whole
        self.left_out += [(OmissionReason.REPEATED, text) for text in repeated]
        return True

    def _add_line(self, line: PdfLine) -> None:
        """Let the line go on the block before it, an open one further back, or start a block."""
        kind = self._kind(line)
        current = self._current
        if kind is not BlockKind.BULLET and current and self._goes_on(line, current, kind):
            current.lines.append(line)
            return
        if kind is BlockKind.PARAGRAPH:
            opened = next((each for each in self._opened() if self._resumes(line, each)), None)
            if opened:
                opened.lines.append(line)
                self._current = self._open = opened
                return
        self._start(line, kind)

    def _opened(self) -> Iterator[BlockDraft]:
        """Yield the open paragraph, and the one before it that a set-in one has cut in two."""
        if self._open:
            yield self._open
            if self._before and _is_set_in(self._open, self._before):
                yield self._before

    def _start(self, line: PdfLine, kind: BlockKind) -> None:
        draft = BlockDraft(kind, [line], mark=line.label)
        if kind is BlockKind.BULLET:
            draft.level = self._depth(line)
        elif line.size >= 0.95 * self.body:
            self._marks = []
        self._drafts.append(draft)
        self._current = draft
        if kind is not BlockKind.HEADING and abs(line.size - self.body) < 0.06 * self.body:
            self._before, self._open = self._open, draft

    def _kind(self, line: PdfLine) -> BlockKind:
        if line.label:
            return BlockKind.BULLET
        large = line.size > 1.12 * self.body
        bold = line.bold and line.size >= 0.84 * self.body and any(c.isalpha() for c in line.text)
        return BlockKind.HEADING if large or bold else BlockKind.PARAGRAPH

    def _depth(self, line: PdfLine) -> int:
        """Return the level of a bullet by the indents of those it stands in."""
        tolerance = 0.6 * line.size
        while self._marks and line.x0 < self._marks[-1] - tolerance:
            self._marks.pop()
        if not self._marks or line.x0 > self._marks[-1] + tolerance:
            self._marks.append(line.x0)
        return len(self._marks)

    def _goes_on(self, line: PdfLine, draft: BlockDraft, kind: BlockKind) -> bool:
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

    def _changes_weight(self, line: PdfLine, draft: BlockDraft) -> bool:
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

    def _below(self, line: PdfLine, last: PdfLine) -> bool:
        """Tell whether the line is the next one under `last`, at the usual pitch."""
        gap = last.y - line.y
        pitch = self._pitch.get(round(last.size), _PITCH * last.size)
        beside = line.x0 < last.x1 and last.x0 < line.x1 + last.size
        if line.page != last.page or not beside:
            return False
        return -0.2 * last.size < gap <= 1.28 * pitch

    def _crosses(self, line: PdfLine, last: PdfLine) -> bool:
        """Tell whether the line goes on, in another column or page, what `last` ended full."""
        if line.page == last.page and (line.y <= last.y or (line.words and line.x1 < last.x0)):
            return False  # lower down, or in the column before, unless it is read from the right
        if not _ENDED.search(last.text):
            return len(last.text) >= _COLUMN_LINE or line.text[:1].islower()
        return not last.text.endswith(":") and not self._had_room(line, last)

    def _breaks(self, line: PdfLine, draft: BlockDraft) -> bool:
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

    def _had_room(self, line: PdfLine, last: PdfLine) -> bool:
        """Tell whether the first word of `line` would still have fitted on `last`."""
        word = line.text.split(" ", 1)[0]
        right = self._right.get(_column(last), last.x1)
        return last.x1 + last.width_of(word + "  ") + 0.5 * last.size < right

    def _resumes(self, line: PdfLine, opened: BlockDraft) -> bool:
        """Tell whether the line goes on the open paragraph after a page's end or what floats."""
        last = opened.last
        between = self._drafts[self._drafts.index(opened) + 1 :]
        moved = line.page == last.page + 1 or (line.page == last.page and line.y > last.y)
        below = abs(line.x0 - last.x0) < line.size and line.page == last.page
        cut = all(  # by a pull quote, or by a box that is a passage of its own
            d.kind is BlockKind.HEADING or (d.kind is BlockKind.PARAGRAPH and _is_set_in(d, opened))
            for d in between
        )
        if (
            not (moved or (below and cut))
            or abs(line.size - last.size) > 0.06 * last.size
            or line.bold
        ):
            return False
        if moved and all(draft.kind is BlockKind.FOOTNOTE for draft in between):
            return self._crosses(line, last)
        floats = len(between) < 12 and all(
            d.kind is not BlockKind.BULLET or d.last.size < 0.95 * last.size for d in between
        )
        return floats and not _ENDED.search(last.text) and line.text[:1].islower()


def _set_in(made: Sequence[tuple[BlockDraft, Block]]) -> Iterator[int]:
    """Yield the places of pull quotes in the type of the text, set in or beside its column.

    All that one says stands in a longer paragraph, on its page or the one before or after.
    """
    said = [
        (i, f" {bare(block.text)} ", draft)
        for i, (draft, block) in enumerate(made)
        if block.kind is BlockKind.PARAGRAPH
    ]
    for place, (i, quote, draft) in enumerate(said):
        if not _QUOTE < len(quote.split()) <= _LONGEST_QUOTE or draft.table:
            continue
        near = said[max(0, place - _QUOTED_NEAR) : place + _QUOTED_NEAR + 1]
        if any(
            len(text) > len(quote) and quote in text and _is_set_in(draft, other)
            for _, text, other in near
        ):
            yield i


def _is_set_in(quote: BlockDraft, text: BlockDraft) -> bool:
    """Tell whether a quote is set to another measure than the text that it quotes, close by."""
    size = quote.last.size
    pages = (text.lines[0].page - 1, text.last.page + 1)
    if not pages[0] <= quote.last.page <= pages[1] or not quote.lines:
        return False
    left = min(line.x0 for line in quote.lines)
    starts = sorted(line.x0 for line in text.lines)
    level = any(abs(left - start) < size for start in starts)
    return not level


def _column(line: PdfLine) -> tuple[int, int, int]:
    """Return what lines of one column share: page, about where they start, about their size."""
    return line.page, round(line.x0 / 40), round(line.size)


def _pitches(pages: Sequence[Sequence[PdfLine]]) -> dict[int, float]:
    """Return the usual distance of baselines for each size of type, in points."""
    gaps: dict[int, Counter[float]] = {}
    for lines in pages:
        for a, b in pairwise(lines):
            gap = round((a.y - b.y) * 2) / 2
            if a.size == b.size and 0.8 * a.size < gap < 3 * a.size and a.x0 < b.x1 and b.x0 < a.x1:
                gaps.setdefault(round(a.size), Counter())[gap] += 1
    usual = {size: found.most_common(1)[0] for size, found in gaps.items()}
    return {
        size: gap
        for size, (gap, times) in usual.items()
        if times >= _SURE_PITCH or gap < 1.9 * size  # a few lines far apart are no paragraph
    }


def _right_edges(pages: Sequence[Sequence[PdfLine]]) -> dict[tuple[int, int, int], float]:
    """Return the right margin of each column: all but the longest few lines end before it."""
    ends: dict[tuple[int, int, int], list[float]] = {}
    for lines in pages:
        for line in lines:
            ends.setdefault(_column(line), []).append(line.x1)
    return {column: sorted(xs)[int(0.95 * (len(xs) - 1))] for column, xs in ends.items()}
