"""Make the block of a table from rows of cells: for slides, sheets and OpenDocument."""

from collections.abc import Sequence

from ingest.document import Block, BlockKind


def table_block(
    rows: Sequence[Sequence[str]], *, header: bool, page: int | None = None
) -> tuple[Block, ...]:
    """Return the block of a table, () for one without text; lone cells of a column are paragraphs.

    `header` says that the first row names the columns.
    """
    filled = [list(row) for row in rows if any(row)]
    if not filled:
        return ()
    width = max(max(place for place, cell in enumerate(row, 1) if cell) for row in filled)
    if width == 1:
        return tuple(Block(BlockKind.PARAGRAPH, row[0], 0, page) for row in filled)
    lines = (
        "| " + " | ".join(cell.replace("|", "/") for cell in (row + [""] * width)[:width]) + " |"
        for row in filled
    )
    return (Block(BlockKind.TABLE, "\n".join(lines), int(header and len(filled) > 1), page),)
