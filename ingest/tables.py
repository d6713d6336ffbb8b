"""Recognise the header row of a table: its block in, the row out.

A header is known where the document marks it, or where the first row reads unlike the rows below
it: words above figures, an empty corner, or names above sentences. The first row of anything else
may be data, and counts as no header.
"""

import re
from collections.abc import Sequence
from itertools import zip_longest
from statistics import median

from ingest.document import Block

MOST = 2 / 3  # of the cells below a name that must be figures
NAME_WORDS = 5  # of the name of a column of sentences, at most
SENTENCE_WORDS = 8  # of the cells below it, in the middle

_RULE = re.compile(r"^[|\s:=–-]*-[|\s:=–-]*$")
_BAR = re.compile(r"(?<!\\)\|")
_YEAR = re.compile(r"\b(?:FY|CY)?(?:18|19|20)\d\d(?:[-–/]\d{2,4})?\b")
_FIGURE = re.compile(r"[^\w|]*(?:(?:US|USD|EUR|GBP|C|A)[^\w|]*)?\d")


def header_of(block: Block) -> str | None:
    """Return the row that names the columns of a table, None where none is known to."""
    rows = block.text.split("\n")
    if block.level or _RULE.match(rows[min(1, len(rows) - 1)]):
        return rows[0] if block.level <= 1 < len(rows) else None
    return rows[0] if _reads_as_header(list(map(_cells, rows))) else None


def _reads_as_header(rows: Sequence[Sequence[str]]) -> bool:
    first, below = rows[0], [row for row in rows[1:] if len(row) == len(rows[0])]
    if len(first) < 2 or len(below) < 2 or len(below) * 2 < len(rows) - 1:
        return False
    if any(map(_is_figure, first)) or not all(first[1:]) or len(set(first)) < len(first):
        return False
    columns = list(zip(first, zip_longest(*below), strict=True))
    if not first[0]:
        return all(row[0] for row in below)
    return any(_contrasts(name, column) for name, column in columns) or all(
        _names_sentences(name, column) for name, column in columns[1:]
    )


def _contrasts(name: str, column: Sequence[str]) -> bool:
    """Return whether words, or a year, stand above figures that are no years."""
    held = [cell for cell in column if cell]
    years = not _YEAR.search(name)
    numbers = [cell for cell in held if _is_figure(cell) or (years and _is_year(cell))]
    return len(numbers) >= 2 and len(numbers) >= MOST * len(held)


def _names_sentences(name: str, column: Sequence[str]) -> bool:
    lengths = [len(cell.split()) for cell in column if cell]
    short = len(name.split()) <= NAME_WORDS and not name.endswith(".") and name[:1].isupper()
    return short and bool(lengths) and median(lengths) >= SENTENCE_WORDS


def _is_figure(cell: str) -> bool:
    """Return whether a cell is a number, or begins with one, and is no year."""
    return bool(_FIGURE.match(_YEAR.sub("", cell)))


def _is_year(cell: str) -> bool:
    return bool(_YEAR.fullmatch(cell.strip()))


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in _BAR.split(row.strip().removeprefix("|").removesuffix("|"))]
