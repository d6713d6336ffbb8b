"""Read Excel workbooks (.xlsx): a heading and tables for each sheet, figures as Excel shows."""

import io
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from index.errors import ReadError
from index.left_out import OmissionReason, counted
from ingest.decode import clean
from ingest.document import Block, BlockKind, Document, Metadata
from ingest.readers import archive_guard, needs
from ingest.readers.tables import table_block

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MOST_ROWS = 10_000  # of one sheet; more is a database
_MOST_COLUMNS = 60


def read(data: bytes) -> Document:
    """Return the sheets that are shown; formulas are read by the value that was saved with them."""
    archive_guard.opened(data).close()
    try:
        from openpyxl import load_workbook
    except ImportError as error:
        raise needs("office") from error
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheets = [(sheet, list(_rows(sheet))) for sheet in book.worksheets]
    except ReadError:
        raise
    except Exception as error:  # whatever a broken part makes the library trip over
        raise ReadError("damaged inside; open it, save it again and ingest that") from error
    blocks: list[Block] = []
    hidden: list[tuple[OmissionReason, str]] = []
    for sheet, rows in sheets:
        if sheet.sheet_state != "visible":
            hidden += [(OmissionReason.HIDDEN, " ".join(row)) for row in rows]
            continue
        found = [block for table in _tables(rows) for block in _blocks(table)]
        if found:
            blocks += [Block(BlockKind.HEADING, clean(sheet.title), 2), *found]
    title = clean((book.properties.title or "").strip()) or None
    return Document(tuple(blocks), Metadata(title=title), MEDIA_TYPE, left_out=counted(hidden))


def _rows(sheet: Any) -> Iterator[list[str]]:
    for number, row in enumerate(sheet.iter_rows(max_col=_MOST_COLUMNS)):
        if number >= _MOST_ROWS:
            raise ReadError(f"a sheet of more than {_MOST_ROWS:,} rows; ingest a report about it")
        yield [_shown(cell) for cell in row]


def _shown(cell: Any) -> str:
    """Return a cell's value as Excel shows it: 0.125 in a cell of per cent is "12.5%"."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat()[:10] if str(value).endswith("00:00:00") else str(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return " ".join(clean(str(value)).split())
    form = (cell.number_format or "").split(";")[0]
    places = re.search(r"0\.(0+)", form)
    if "%" in form:
        return f"{value * 100:.{len(places[1]) if places else 0}f}%"
    if form in ("General", "@", ""):
        return f"{value:.15g}" if isinstance(value, float) else str(value)
    grouped = "," if "#,##0" in form else ""
    if re.fullmatch(r"[#,0]+(?:\.0+)?", re.sub(r'"[^"]*"|[\s\\$€£]|\[[^\]]*\]', "", form)):
        return f"{value:{grouped}.{len(places[1]) if places else 0}f}"
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _tables(rows: Sequence[list[str]]) -> Iterator[list[list[str]]]:
    """Yield the tables of a sheet, which empty rows part; empty columns at the left go."""
    table: list[list[str]] = []
    for row in (*rows, []):
        if any(row):
            table.append(row)
        elif table:
            used = [place for place in range(max(map(len, table))) if any(
                place < len(each) and each[place] for each in table
            )]  # fmt: skip
            yield [[each[p] if p < len(each) else "" for p in used] for each in table]
            table = []


def _blocks(table: list[list[str]]) -> Iterator[Block]:
    """Yield lone cells above a table as paragraphs, such as its title, then the table."""
    start = 0
    while start < len(table) and sum(map(bool, table[start])) == 1 and start < 5:
        yield Block(BlockKind.PARAGRAPH, "".join(table[start]))
        start += 1
    rest = table[start:]
    if rest:
        header = not any(re.fullmatch(r"[-+]?[\d.,]+%?", cell) for cell in rest[0][1:] if cell)
        yield from table_block(rest, header=header)
