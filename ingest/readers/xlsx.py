"""Read Excel workbooks (.xlsx): a heading and tables for each sheet, figures as Excel shows.

Sheets, rows, columns and cells that nobody sees are left out and counted. Not looked at:
conditional formats, and colours of the workbook's theme but for its white.
"""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from lxml import etree

from index.errors import ReadError
from index.left_out import OmissionReason, counted
from ingest.decode import clean
from ingest.document import Block, BlockKind, Document, Metadata
from ingest.readers import archive_guard, needs
from ingest.readers.styles import WHITE, Colour, near, paint
from ingest.readers.tables import table_block

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MOST_ROWS = 10_000  # of one sheet; more is a database
_MOST_COLUMNS = 256
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_NO_FORM = re.compile(r";{2,3}")  # a number format that shows nothing, whatever the value
_LOW, _NARROW = 1.5, 0.2  # points of a row, characters of a column: what is smaller shows nothing
_THEME_WHITE = 0  # the theme's first colour, "Background 1"

Hidden = list[tuple[OmissionReason, str]]


def read(data: bytes) -> Document:
    """Return the sheets that are shown; formulas are read by the value that was saved with them."""
    archive_guard.opened(data).close()
    try:
        from openpyxl import load_workbook
    except ImportError as error:
        raise needs("office") from error
    hidden: Hidden = []
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheets = [(sheet, list(_rows(sheet, hidden))) for sheet in book.worksheets]
    except ReadError:
        raise
    except Exception as error:  # whatever a broken part makes the library trip over
        raise ReadError("damaged inside; open it, save it again and ingest that") from error
    blocks: list[Block] = []
    for sheet, rows in sheets:
        found = [block for table in _tables(rows) for block in _blocks(table)]
        if found:
            blocks += [Block(BlockKind.HEADING, clean(sheet.title), 2), *found]
    title = clean((book.properties.title or "").strip()) or None
    return Document(tuple(blocks), Metadata(title=title), MEDIA_TYPE, left_out=counted(hidden))


@dataclass(frozen=True)
class _Switched:
    """The rows and columns, from 1, that a sheet does not show."""

    rows: frozenset[int]
    columns: frozenset[int]


def _switched(sheet: Any) -> _Switched:
    """Return what is hidden by a switch, a filter, a folded group, or by having no size.

    The library's streaming sheets do not say it, so the sheet's part is gone through once more.
    """
    rows: set[int] = set()
    columns: set[int] = set()
    last = 0
    with sheet._get_source() as part:
        for _, element in etree.iterparse(
            part, tag=(f"{_MAIN}row", f"{_MAIN}col"), resolve_entities=False, no_network=True
        ):
            off = element.get("hidden") in ("1", "true")
            if element.tag == f"{_MAIN}row":
                last = int(element.get("r") or last + 1)
                if off or float(element.get("ht") or 15) < _LOW:
                    rows.add(last)
            elif off or float(element.get("width") or 9) < _NARROW:
                end = min(int(element.get("max")), _MOST_COLUMNS)
                columns |= set(range(int(element.get("min")), end + 1))
            element.clear()
    return _Switched(frozenset(rows), frozenset(columns))


def _rows(sheet: Any, hidden: Hidden) -> Iterator[list[str]]:
    """Yield the rows that are shown, without the cells that are not; those go to `hidden`."""
    sheet.reset_dimensions()  # what the file says of its size may be wrong
    switched = _switched(sheet)
    shown = sheet.sheet_state == "visible"
    for number, row in enumerate(sheet.iter_rows(), 1):
        if number > _MOST_ROWS:
            raise ReadError(f"a sheet of more than {_MOST_ROWS:,} rows; ingest a report about it")
        texts = [_shown(cell) for cell in row]
        if any(texts[_MOST_COLUMNS:]):
            raise ReadError(
                f"a sheet of more than {_MOST_COLUMNS} columns; ingest a report about it"
            )
        if not shown or number in switched.rows:
            hidden += [(OmissionReason.HIDDEN, " ".join(filter(None, texts)))] * any(texts)
            continue
        kept = []
        for column, (cell, text) in enumerate(zip(row, texts, strict=True), 1):
            away = bool(text) and (column in switched.columns or _is_unseen(cell))
            hidden += [(OmissionReason.HIDDEN, text)] * away
            kept.append("" if away else text)
        yield kept


def _is_unseen(cell: Any) -> bool:
    """Tell whether a cell's format shows nothing, or its letters have the colour of its ground."""
    if _NO_FORM.fullmatch(cell.number_format or ""):
        return not isinstance(cell.value, str) or len(cell.number_format) == 3
    ink = _colour(cell.font.color)
    if ink is None:
        return False
    fill = cell.fill
    ground = WHITE if fill.fill_type is None else None
    if fill.fill_type == "solid":
        ground = _colour(fill.fgColor)
    return ground is not None and near(ink, ground)


def _colour(stated: Any) -> Colour | None:
    """Return a colour that the cell states; None for one that a theme or a palette decides."""
    if stated is None:
        return None
    if stated.type == "theme":
        return WHITE if stated.theme == _THEME_WHITE and not stated.tint else None
    found = paint(f"#{stated.rgb[-6:]}") if stated.type == "rgb" else None
    return found.colour if found else None


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
