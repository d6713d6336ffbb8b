"""Turn an HTML table into blocks: rows as "| a | b |", captions and sources as paragraphs.

A table of numbered notes under a heading such as "Footnotes" becomes footnotes.
"""

import re
from collections.abc import Callable

from lxml.html import HtmlElement

from ingest.document import Block, BlockKind

_NOTE_MARK = re.compile(r"[\[(]?(\d{1,4}|[a-z]|[*†‡§]{1,3})[\])]?\.?")
_NOTE_HEADING = re.compile(r"(?:foot|end)?notes|references", re.IGNORECASE)


def table_blocks(
    table: HtmlElement, text_of: Callable[[HtmlElement], str], heading: str
) -> list[Block]:
    """Return the blocks of one table; `heading` is what it stands under."""
    rows = [
        [text_of(cell) for cell in row if cell.tag in ("td", "th")]
        for row in table.iter("tr")
    ]  # fmt: skip
    rows = [row for row in rows if any(row)]
    captions = [text_of(caption) for caption in table.iter("caption")]
    if _NOTE_HEADING.fullmatch(heading) and rows and all(map(_is_note, rows)):
        return [_paragraph(text) for text in captions if text] + [_note(row) for row in rows]
    before, body, after = _framed(rows)
    blocks = [_paragraph(text) for text in (*captions, *before) if text]
    if body:
        blocks.append(Block(BlockKind.TABLE, "\n".join(map(_line, body))))
    return blocks + [_paragraph(text) for text in after]


def _framed(rows: list[list[str]]) -> tuple[list[str], list[list[str]], list[str]]:
    """Part single-cell rows above and below the body from it: they are caption and source."""
    start, end = 0, len(rows)
    while start < end and _is_single(rows[start]):
        start += 1
    while end > start and _is_single(rows[end - 1]):
        end -= 1
    return (
        [_joined(row) for row in rows[:start]],
        rows[start:end],
        [_joined(row) for row in rows[end:]],
    )


def _is_single(row: list[str]) -> bool:
    return len(row) == 1


def _joined(row: list[str]) -> str:
    return " ".join(cell for cell in row if cell)


def _line(row: list[str]) -> str:
    return f"| {' | '.join(row)} |".replace("|  |", "| |").replace("|  |", "| |")


def _is_note(row: list[str]) -> bool:
    return len(row) >= 2 and _NOTE_MARK.fullmatch(row[0]) is not None and any(row[1:])


def _note(row: list[str]) -> Block:
    mark = _NOTE_MARK.fullmatch(row[0])
    return Block(BlockKind.FOOTNOTE, f"{mark[1] if mark else row[0]}. {_joined(row[1:])}")


def _paragraph(text: str) -> Block:
    return Block(BlockKind.PARAGRAPH, text)
