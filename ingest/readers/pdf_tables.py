"""Find the tables among a page's lines: rows whose cells stand side by side, ruled or not."""

from collections.abc import Iterator
from dataclasses import dataclass

from ingest.readers.pdf_lines import PdfLine

_ROW_GAP = 3.5  # rows further apart than so many ems belong to two tables
_CELL_LINES = 16  # a first cell of more lines is a column of text
_CELL_CLIMB = 6.0  # the next cell starts at most so many ems higher: more is the next column


@dataclass(frozen=True)
class Table:
    """Rows of cells, each a tuple of lines; all rows have as many cells."""

    rows: tuple[tuple[tuple[PdfLine, ...], ...], ...]

    @property
    def first(self) -> PdfLine:
        """The line that the table starts with."""
        return next(line for row in self.rows for cell in row for line in cell)


@dataclass
class _Row:
    start: int
    cells: list[list[PdfLine]]

    @property
    def lines(self) -> list[PdfLine]:
        return [line for cell in self.cells for line in cell]

    @property
    def low(self) -> float:
        return min(line.y for line in self.lines)

    @property
    def top(self) -> float:
        return max(line.y for line in self.lines)


def with_tables(lines: list[PdfLine]) -> list[PdfLine | Table]:
    """Return the page's lines in the same order, those of a table replaced by it."""
    done: list[PdfLine | Table] = []
    for run in _runs(_rows(lines)):
        if _is_table(run):
            done.append(Table(tuple(_aligned(run))))
        else:
            done.extend(line for row in run for line in row.lines)
    return done


def _rows(lines: list[PdfLine]) -> Iterator[_Row]:
    """Cut the lines into rows; a line with nothing beside it is a row of one cell."""
    i = 0
    while i < len(lines):
        first = _first_cell(lines, i)
        row = _Row(i, [lines[i : i + first]])
        i += first
        while i < len(lines) and len(row.cells) > 0:
            line, cell = lines[i], row.cells[-1]
            if _beside(line, row):
                row.cells.append([line])
            elif len(row.cells) > 1 and _under(line, cell):
                cell.append(line)
            else:
                break
            i += 1
        yield row


def _first_cell(lines: list[PdfLine], i: int) -> int:
    """Return how many lines from `i` make the first cell of a row; 1 where nothing is beside."""
    for end in range(i + 1, min(i + _CELL_LINES, len(lines))):
        cell, line = lines[i:end], lines[end]
        if _beside(line, _Row(i, [cell])) and line.y >= cell[0].y - 0.6 * line.size:
            return len(cell)
        if not _under(line, cell) or line.bold != cell[0].bold:
            return 1
    return 1


def _beside(line: PdfLine, row: _Row) -> bool:
    """Tell whether the line starts another cell to the right, at the row's height."""
    cell = row.cells[-1]
    right_of = line.x0 > max(each.x1 for each in cell) - 0.2 * line.size
    clear = right_of and line.x0 > max(each.x0 for each in cell) + line.size
    low, top = min(each.y for each in cell), row.top
    return clear and low - 0.5 * line.size <= line.y <= top + _CELL_CLIMB * line.size


def _under(line: PdfLine, cell: list[PdfLine]) -> bool:
    last = cell[-1]
    overlap = min(line.x1, max(c.x1 for c in cell)) - max(line.x0, min(c.x0 for c in cell))
    near = 0 < last.y - line.y < 1.45 * max(last.size, line.size)
    return near and overlap > 0 and abs(line.size - last.size) < 0.2 * last.size


def _runs(rows: Iterator[_Row]) -> Iterator[list[_Row]]:
    """Group rows that follow each other closely, from one with several cells to the last such."""
    run: list[_Row] = []
    for row in rows:
        if run and not _follows(row, run):
            yield from _trimmed(run)
            run = []
        if len(row.cells) == 1 and not run:
            yield [row]
        else:
            run.append(row)
    yield from _trimmed(run)


def _follows(row: _Row, run: list[_Row]) -> bool:
    """Tell whether the row may belong to the table that `run` is."""
    last = run[-1]
    size = row.lines[0].size
    gap = last.low - row.top
    if not -0.5 * size < gap < _ROW_GAP * size:
        return False
    low, high = min(x.x0 for r in run for x in r.lines), max(x.x1 for r in run for x in r.lines)
    inside = low - size < row.lines[0].x0 and row.lines[-1].x1 < high + 2 * size
    lone = sum(len(each.cells) == 1 for each in run[-3:]) if len(row.cells) == 1 else 0
    return (inside or len(row.cells) > 1) and lone < 3


def _trimmed(run: list[_Row]) -> Iterator[list[_Row]]:
    """Yield the run without its last rows of one cell, and each of those alone."""
    end = len(run)
    while end and len(run[end - 1].cells) == 1:
        end -= 1
    if end:
        yield run[:end]
    for row in run[end:]:
        yield [row]


def _is_table(run: list[_Row]) -> bool:
    """Tell a table from a line or two that happen to have a neighbour."""
    full = [row for row in run if len(row.cells) > 1]
    return len(full) >= 2 and sum(len(row.cells) for row in full) >= 4


def _aligned(run: list[_Row]) -> Iterator[tuple[tuple[PdfLine, ...], ...]]:
    """Yield the rows with each cell in its column, empty ones filled in."""
    columns = _columns(run)
    for row in run:
        cells: list[list[PdfLine]] = [[] for _ in columns]
        for cell in row.cells:
            cells[_column_of(cell, columns)].extend(cell)
        yield tuple(tuple(cell) for cell in cells)


def _columns(run: list[_Row]) -> list[tuple[float, float]]:
    most = max(len(row.cells) for row in run)
    columns: list[tuple[float, float]] = []
    for row in run:
        if len(row.cells) == most:
            spans = [(min(x.x0 for x in c), max(x.x1 for x in c)) for c in row.cells]
            if columns:
                spans = [
                    (min(a, c), max(b, d)) for (a, b), (c, d) in zip(columns, spans, strict=True)
                ]
            columns = spans
    return columns


def _column_of(cell: list[PdfLine], columns: list[tuple[float, float]]) -> int:
    """Return the column that the cell overlaps most, or the nearest one."""
    x0, x1 = min(line.x0 for line in cell), max(line.x1 for line in cell)
    return max(range(len(columns)), key=lambda i: min(x1, columns[i][1]) - max(x0, columns[i][0]))
