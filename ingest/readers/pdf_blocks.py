"""Finish a PDF's blocks: lines to running text, marks, heading levels, page breaks, tables.

Knows no reading order and no paragraphs: it is given which lines belong together.
"""

import re
from dataclasses import dataclass, field

from ingest.document import Block, BlockKind
from ingest.readers.pdf_lines import Line
from ingest.readers.pdf_tables import Table
from ingest.readers.pdf_words import Words

_NUMBERED = re.compile(r"\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)]$")
_CONTINUED = re.compile(r"\(continued[.…]*\)\s*$")  # where a note goes on over the page
_CAPTION = re.compile(
    r"(?:table|figure|box|chart|map|exhibit)\s+[A-Z]?-?\d+[.:—–]?\s", re.IGNORECASE
)


@dataclass
class Draft:
    """A block in the making."""

    kind: BlockKind
    lines: list[Line] = field(default_factory=list)
    mark: str = ""
    level: int = 0
    table: Table | None = None

    @property
    def last(self) -> Line:
        return self.lines[-1]


def finished(drafts: list[Draft], words: Words) -> tuple[Block, ...]:
    """Return the blocks that the drafts make, without empty ones."""
    levels = _heading_levels(drafts)
    made = (_block(draft, words, levels) for draft in drafts)
    return tuple(block for block in made if block.text.strip())


def _block(draft: Draft, words: Words, levels: dict[tuple[int, bool], int]) -> Block:
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
    """Put the mark before the text."""
    return mark + text, [0, *(start + len(mark) for start in starts[1:])]


def _heading_or_text(text: str) -> BlockKind:
    """Take a bold sentence or a long bold passage for the paragraph that it is."""
    if _CAPTION.match(text):
        return BlockKind.PARAGRAPH
    sentence = text.endswith((".", ";", ",")) and len(text) > 60
    return BlockKind.PARAGRAPH if sentence or len(text) > 300 else BlockKind.HEADING


def _style(line: Line) -> tuple[int, bool]:
    return round(line.size * 2), line.bold


def _heading_levels(drafts: list[Draft]) -> dict[tuple[int, bool], int]:
    """Return the level of each heading style, the largest type first."""
    styles = {_style(d.lines[0]) for d in drafts if d.kind is BlockKind.HEADING}
    return {style: min(i, 6) for i, style in enumerate(sorted(styles, reverse=True), 1)}


def _table_block(table: Table, words: Words) -> Block:
    rows: list[str] = []
    breaks: list[tuple[int, int]] = []
    page, offset = table.first.page, 0
    for row in table.rows:
        cells = [words.join(_cell_text(line) for line in cell)[0] for cell in row]
        row_text = " | ".join(cell.replace("|", "/") for cell in cells)
        rows.append(" ".join(f"| {row_text} |".split()))
        row_page = next(line.page for cell in row for line in cell)
        if row_page > page:
            page = row_page
            breaks.append((offset, page))
        offset += len(rows[-1]) + 1
    return Block(BlockKind.TABLE, "\n".join(rows), 0, table.first.page, tuple(breaks))


def _cell_text(line: Line) -> str:
    return f"{line.label} {line.text}" if line.label else line.text
