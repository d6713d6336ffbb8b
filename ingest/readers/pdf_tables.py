"""Find the tables among a page's lines: rows whose cells stand side by side, ruled or not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.readers.pdf_lines import PdfLine, part_of
from ingest.readers.pdf_words import PdfWord

_APART = 0.7  # ems between the words of two cells that are drawn as one line
_ALIGNED = 6.0  # points between the edges of one column on two pages
_HEADER_ROWS = 3  # at most
_PAIRS = 3  # rows of two figures, at least, that show a column to be two
_MOST = 0.6  # … and so many of the rows
_ROW_GAP = 3.5  # rows further apart than so many ems belong to two tables
_CELL_LINES = 16  # a first cell of more lines is a column of text
_CELL_CLIMB = 6.0  # the next cell starts at most so many ems higher: more is the next column


@dataclass(frozen=True)
class Table:
    """Rows of cells, each a tuple of lines; all rows have as many cells."""

    rows: tuple[tuple[tuple[PdfLine, ...], ...], ...]

    def continued(self, below: "Table", repeated: list[str]) -> "Table | None":
        """Return this table with the rows of the next page, None if those are another table.

        The rows go on where the columns stand at the same places. A header that comes again is
        left out and added to `repeated`.
        """
        if len(self.rows[0]) != len(below.rows[0]) or not _same_columns(self, below):
            return None
        start = 0
        names = _texts(self.rows[0])
        for row in below.rows[:_HEADER_ROWS]:
            if _texts(row) != names and _texts(row) not in map(_texts, self.rows[1:_HEADER_ROWS]):
                break
            start += 1
        repeated += [" ".join(filter(None, _texts(row))) for row in below.rows[:start]]
        return Table((*self.rows, *below.rows[start:]))

    @property
    def last(self) -> PdfLine:
        """A line of the table's last row."""
        return next(line for row in reversed(self.rows) for cell in row for line in cell)

    @property
    def first(self) -> PdfLine:
        """The line that the table starts with."""
        return next(line for row in self.rows for cell in row for line in cell)


def _texts(row: Sequence[Sequence[PdfLine]]) -> list[str]:
    return [" ".join(line.whole for line in cell) for cell in row]


def _same_columns(one: Table, other: Table) -> bool:
    """Tell whether columns start or end at the same places, all but one of them."""
    pairs = zip(zip(*one.rows, strict=True), zip(*other.rows, strict=True), strict=True)
    same = 0
    for mine, theirs in pairs:
        spans = [
            (min(x.x0 for c in column for x in c), max(x.x1 for c in column for x in c))
            for column in (mine, theirs)
            if any(column)
        ]
        if len(spans) < 2:
            same += 1
            continue
        (a, b), (c, d) = spans
        same += min(abs(a - c), abs(b - d), abs(a + b - c - d) / 2) < _ALIGNED
    return same >= max(2, len(one.rows[0]) - 1)


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
            for place, lines in _split(cell, columns):
                cells[place].extend(lines)
        yield tuple(map(tuple, cells))


def _split(cell: list[PdfLine], columns: list[tuple[float, float]]) -> list[
    tuple[int, list[PdfLine]]
]:  # fmt: skip
    """Return the columns of a cell with their lines: more than one where it runs over several.

    Cells that stand close to each other are drawn as one line; it is parted between two words
    where the one column ends and the other begins.
    """
    line = cell[0]
    over = [i for i, (x0, x1) in enumerate(columns) if line.x0 < x1 and x0 < line.x1]
    if len(cell) > 1 or len(over) < 2 or len(line.words) < 2 or line.label:
        return [(_column_of(cell, columns), cell)]
    parts: dict[int, list[PdfWord]] = {}
    last = -1
    for before, word in zip((None, *line.words), line.words, strict=False):
        near = min(over, key=lambda i: _distance(word, columns[i]))
        apart = before is None or word.x0 - before.x1 > _APART * line.size
        last = near if last < 0 or (apart and near > last) else last
        parts.setdefault(last, []).append(word)
    return [(place, [part_of(line, words)]) for place, words in parts.items()]


def _distance(word: PdfWord, column: tuple[float, float]) -> float:
    return max(column[0] - word.x1, word.x0 - column[1], 0.0) + 0.01 * abs(
        word.x0 + word.x1 - column[0] - column[1]
    )


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
    return [part for column in columns for part in _halves(column, run)]


def _halves(column: tuple[float, float], run: list[_Row]) -> Iterator[tuple[float, float]]:
    """Yield a column, or the two that it is where most rows have two figures at the same places."""
    inside = [groups for row in run if (groups := _figures(row, column))]
    pairs = [groups for groups in inside if len(groups) == 2]
    if len(pairs) >= _PAIRS and len(pairs) > _MOST * len(inside):
        left = max(end for (_, end), _ in pairs)
        right = min(start for _, (start, _) in pairs)
        if left < right:
            yield column[0], left
            yield right, column[1]
            return
    yield column


def _figures(row: _Row, column: tuple[float, float]) -> list[tuple[float, float]]:
    """Return where figures stand in a row's part of a column; () where it has words."""
    words = [
        word
        for line in row.lines
        for word in line.words
        if column[0] - 1 < word.x0 and word.x1 < column[1] + 1
    ]
    if not all(word.text[-1].isdigit() for word in words):
        return []
    found: list[tuple[float, float]] = []
    for word in sorted(words, key=lambda each: each.x0):
        if found and word.x0 - found[-1][1] < _APART * word.style.size:
            found[-1] = found[-1][0], word.x1
        else:
            found.append((word.x0, word.x1))
    return found


def _column_of(cell: list[PdfLine], columns: list[tuple[float, float]]) -> int:
    """Return the column that the cell overlaps most, or the nearest one."""
    x0, x1 = min(line.x0 for line in cell), max(line.x1 for line in cell)
    return max(range(len(columns)), key=lambda i: min(x1, columns[i][1]) - max(x0, columns[i][0]))
