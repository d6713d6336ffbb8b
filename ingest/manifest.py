"""Read a manifest: a CSV file that states title, date, authors and so on of documents.

A path goes in; a Manifest that knows what each location is to be called, or a UsageError that
names row and column, come out. Rows are numbered as in a spreadsheet: the header is row 1.
"""

import csv
import io
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePath

from index.addresses import without_secrets
from index.errors import ReadError, UsageError
from ingest.document import Metadata, is_place
from ingest.files import canonical_url, is_url, printable, read_file, url_fault
from ingest.stated_dates import fault_of, whole_date

SIZE_LIMIT = 20_000_000  # bytes

_FILE_COLUMNS = ("file", "path", "url", "source")
_AUTHOR_COLUMNS = ("author", "authors")
_OTHER_COLUMNS = ("title", "date", "source_url", "number", "edition", "collection")
_ALLOWED = (
    "file (or path, url, source), title, date, author (or authors, several joined by ;), "
    "source_url, number, edition, collection"
)
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_DELIMITERS = ",;\t|"


@dataclass(frozen=True)
class ManifestRow:
    """What one row states."""

    number: int
    file: str  # as written
    key: str  # the canonical location that it names
    metadata: Metadata
    collection: str | None


@dataclass(frozen=True)
class Manifest:
    """The rows of a manifest, found by location."""

    path: str
    rows: tuple[ManifestRow, ...]

    def metadata_for(self, location: str) -> tuple[Metadata, str | None]:
        """Return what the manifest states of a location, and the collection it puts it in.

        A row matches by its path (absolute or from the manifest's folder) or URL; else by the last
        parts of its path, where no other row ends in the same way.
        """
        row = self._row_for(location)
        return (row.metadata, row.collection) if row else (Metadata(), None)

    def unused(self, locations: Iterable[str]) -> list[str]:
        """Return a line on each row that names none of these locations, or more than one."""
        uses = Counter(row.number for row in map(self._row_for, locations) if row)
        lines = []
        for row in self.rows:
            where = f"row {row.number}: {printable(row.file)}"
            if not uses[row.number]:
                lines.append(f"{where} matches none of the documents; check the column file")
            elif uses[row.number] > 1:
                lines.append(f"{where} fits {uses[row.number]} documents; write its full path")
        return lines

    def _row_for(self, location: str) -> ManifestRow | None:
        if location in self._by_key:
            return self._by_key[location]
        named = self._by_name.get(PurePath(location).name, [])
        ending = [row for row in named if _ends_with(location, row.file)]
        return ending[0] if len(ending) == 1 else None

    @cached_property
    def _by_key(self) -> dict[str, ManifestRow]:
        return {row.key: row for row in self.rows}

    @cached_property
    def _by_name(self) -> dict[str, list[ManifestRow]]:
        named: dict[str, list[ManifestRow]] = {}
        for row in self.rows:
            named.setdefault(PurePath(row.file).name, []).append(row)
        return named


def load(path: str | os.PathLike[str]) -> Manifest:
    """Read and check a manifest; raise UsageError with row, column and a fix."""
    name = os.fspath(path)
    try:
        text = _decoded(read_file(os.path.realpath(name), SIZE_LIMIT))
        records = list(_records(text))
    except ReadError as error:
        raise UsageError(f"{printable(name)}: {error}") from error
    except csv.Error as error:
        raise _fault(name, f"is not a CSV file ({error}); save it as CSV") from error
    columns = _columns(name, records[0][1] if records else [])
    folder = Path(os.path.realpath(name)).parent
    rows = tuple(_row(name, folder, number, columns, cells) for number, cells in records[1:])
    _check_unique(name, rows)
    return Manifest(name, rows)


def _decoded(data: bytes) -> str:
    """Decode by mark, then as UTF-8, then as what spreadsheets on Windows write."""
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8":
            raise ReadError(f"is not readable as {encoding}; save it as UTF-8") from error
        text = data.decode("cp1252", errors="replace")
    if "\0" in text or "\ufffd" in text:
        raise ReadError("is not a text file; save it as CSV in UTF-8")
    return text


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and first.strip()[4:5]:  # a mark of Excel's
        delimiter, text, start = first.strip()[4], rest, 2
    else:
        delimiter, start = max(_DELIMITERS, key=first.count), 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    for number, cells in enumerate(reader, start):
        stripped = [cell.strip() for cell in cells]
        if any(stripped):
            yield number, stripped


def _columns(name: str, header: list[str]) -> list[str]:
    """Return the header's columns by their one name each: "file", "author", ..."""
    columns: list[str] = []
    while header and not header[-1]:  # spreadsheets like to add empty columns
        header = header[:-1]
    for title in header:
        column = title.lower().replace(" ", "_")
        if column in _FILE_COLUMNS:
            column = "file"
        elif column in _AUTHOR_COLUMNS:
            column = "author"
        elif column not in _OTHER_COLUMNS:
            raise _fault(name, f"has an unknown column {title!r}; allowed are {_ALLOWED}")
        if column in columns:
            raise _fault(name, f"names the column {column} twice ({title!r}); keep one")
        columns.append(column)
    if "file" not in columns:
        raise _fault(name, f"has no column file in its first row; allowed are {_ALLOWED}")
    return columns


def _row(name: str, folder: Path, number: int, columns: list[str], cells: list[str]) -> ManifestRow:
    if len(cells) > len(columns) and any(cells[len(columns) :]):
        raise _fault(
            name,
            f"row {number} has {len(cells)} cells for {len(columns)} columns; "
            "put cells that hold the delimiter in quotes",
        )
    values = dict(zip(columns, cells, strict=False))
    file = values.get("file")
    if not file:
        raise _fault(name, f"row {number}, column file: is empty; name a file or a URL")
    return ManifestRow(
        number=number,
        file=file,
        key=_key(name, folder, number, file),
        metadata=_metadata(name, number, values),
        collection=_collection(name, number, values.get("collection")),
    )


def _collection(name: str, number: int, value: str | None) -> str | None:
    if value and is_place(value):
        fault = f"{value!r} is kept for files added in Slack; choose another name"
        raise _fault(name, f"row {number}, column collection: {fault}")
    return value or None


def _key(name: str, folder: Path, number: int, file: str) -> str:
    if is_url(file):
        fault = url_fault(file)
        if fault:
            shown = without_secrets(file)
            raise _fault(name, f"row {number}, column file: {shown!r} {fault}")
        return without_secrets(canonical_url(file))
    if "\0" in file:
        raise _fault(name, f"row {number}, column file: holds a NUL character; remove it")
    return "-" if file == "-" else os.path.realpath(folder / Path(file))


def _metadata(name: str, number: int, values: Mapping[str, str]) -> Metadata:
    authors = (author.strip() for author in values.get("author", "").split(";"))
    date = values.get("date")
    if date and not (found := whole_date(date)):
        raise _fault(
            name,
            f"row {number}, column date: {date!r} is {fault_of(date)}; "
            "write it as 2019-01-31, 2019-01 or 2019",
        )
    return Metadata(
        title=values.get("title") or None,
        date=found if date else None,
        authors=tuple(author for author in authors if author),
        number=values.get("number") or None,
        edition=values.get("edition") or None,
        source_url=values.get("source_url") or None,
    )


def _check_unique(name: str, rows: tuple[ManifestRow, ...]) -> None:
    first: dict[str, ManifestRow] = {}
    for row in rows:
        earlier = first.setdefault(row.key, row)
        if earlier is not row:
            raise _fault(
                name,
                f"row {row.number}, column file: {row.file!r} is in row {earlier.number} already; "
                "keep one",
            )


def _ends_with(location: str, file: str) -> bool:
    parts = PurePath(file).parts
    return not is_url(file) and PurePath(location).parts[-len(parts) :] == parts


def _fault(name: str, what: str) -> UsageError:
    return UsageError(f"{printable(name)}: {what}")
