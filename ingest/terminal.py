"""Output of commands: consoles, progress bars, the table of an ingest, JSON.

Results go to stdout, everything else to stderr; colours and bars only where a terminal is.
"""

import json
import logging
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from index.addresses import hide_secrets
from index.left_out import OmissionReason
from ingest.files import escaped, printable, shown
from ingest.report import DocumentResult, Progress, Report, ReportItem

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions
    from rich.progress import Progress as Bars
    from rich.progress import ProgressColumn

BAR_AFTER = 1.0  # seconds of work before a bar appears
NARROW = 80  # columns of a terminal; in fewer, tables keep to what matters most
_MOST_ROWS = 40  # of the report's table; beyond it only failures are listed
_UNTOLD = frozenset(
    {
        DocumentResult.UNCHANGED,
        DocumentResult.FAILED,
        DocumentResult.LEFT_OUT,
        DocumentResult.IGNORED,
    }
)  # not in the table


def out() -> "Console":
    """Return the console for results."""
    return _console()(highlight=False, soft_wrap=not sys.stdout.isatty())


def err() -> "Console":
    """Return the console for everything else."""
    return _console()(stderr=True, highlight=False, soft_wrap=True)


@lru_cache(maxsize=1)
def _console() -> "type[Console]":
    from rich.console import Console, RenderableType
    from rich.segment import Segment

    class SafeConsole(Console):
        """A console that shows nothing of a text that would act upon a terminal."""

        def render(
            self, renderable: RenderableType, options: "ConsoleOptions | None" = None
        ) -> "Iterable[Segment]":
            for text, style, control in super().render(renderable, options):
                yield Segment(text if control else shown(text), style, control)

    return SafeConsole


def print_json(value: Any) -> None:
    """Print one JSON object on one line."""
    line = json.dumps(value, ensure_ascii=False)
    if any("\ud800" <= char <= "\udfff" for char in line):  # half a character, in an id or a path
        line = json.dumps(value)
    sys.stdout.write(escaped(line) + "\n")
    sys.stdout.flush()


def say(line: str) -> None:
    """Print one line for people on stderr."""
    err().print(line, markup=False)


class _Lines(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        say(f"briefs: {hide_secrets(record.getMessage())}")


def show_warnings() -> None:
    """Print what index, ingest and bot have to say; libraries' messages stay out of the way."""
    if not logging.getLogger().handlers:
        logging.getLogger().addHandler(logging.NullHandler())
    for name in ("index", "ingest", "bot"):
        logger = logging.getLogger(name)
        logger.handlers = [_Lines()]  # once, however many libraries are opened
        logger.setLevel(logging.INFO)
        logger.propagate = False


class TerminalProgress(Progress):
    """Tells progress bars what an ingest tells."""

    def __init__(self, bars: "Bars") -> None:
        self._bars = bars
        self._reading = bars.add_task("Reading", total=None, visible=False)
        self._embedding = bars.add_task("Embedding", total=0, visible=False)

    def reading(self, done: int, total: int, name: str) -> None:
        del name
        self._bars.update(self._reading, completed=done, total=total, visible=done < total)

    def embedding(self, total: int) -> None:
        known = self._bars.tasks[self._embedding].total or 0
        self._bars.update(self._embedding, total=known + total, visible=True)

    def embedded(self, count: int) -> None:
        self._bars.update(self._embedding, advance=count)

    def waiting(self) -> None:
        self._bars.console.print("another ingest is running; waiting for it to finish")


@contextmanager
def progress_bars() -> Iterator[TerminalProgress]:
    """Yield progress that is drawn on stderr if that is a terminal."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

    console = err()
    columns = (
        TextColumn("{task.description:<10}"),
        BarColumn(),
        MofNCompleteColumn(),
        _rate_column(),
        TimeRemainingColumn(),
    )
    bars = _late_bars()(*columns, console=console, transient=True, disable=not console.is_terminal)
    with bars:
        yield TerminalProgress(bars)


def _late_bars() -> "type[Bars]":
    from rich.console import RenderableType
    from rich.progress import Progress as Bars

    class LateBars(Bars):
        """Bars that are drawn only once the work has taken a while."""

        def get_renderables(self) -> "Iterable[RenderableType]":
            if time.monotonic() - self.started_at > BAR_AFTER:
                yield from super().get_renderables()

        started_at = time.monotonic()

    return LateBars


def _rate_column() -> "ProgressColumn":
    from rich.progress import ProgressColumn, Task
    from rich.text import Text

    class RateColumn(ProgressColumn):
        """Items a second."""

        def render(self, task: Task) -> Text:
            speed = task.finished_speed or task.speed
            return Text(f"{speed:.0f}/s" if speed else "")

    return RateColumn()


def print_table(names: Sequence[str], rows: Sequence[Sequence[str]], *, right: str = "") -> None:
    """Print rows on stdout: on a terminal as a table that fits it, else one line a row.

    The last column takes what room there is; columns named in `right` hold numbers.
    """
    rows = [[" ".join(shown(cell).split()) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        for line in _aligned([names, *rows], [name in right.split() for name in names]):
            sys.stdout.write(line + "\n")
        return
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        justify: Any = "right" if name in right.split() else "left"
        table.add_column(name, justify=justify, no_wrap=name != names[-1], overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    out().print(table)


def _aligned(rows: Sequence[Sequence[str]], right: Sequence[bool]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            cell.rjust(width) if at_right else cell.ljust(width)
            for cell, width, at_right in zip(row, widths, right, strict=True)
        ]
        yield "  ".join(cells).rstrip()


def is_narrow() -> bool:
    """Say whether stdout is a terminal with too little room for all columns."""
    return sys.stdout.isatty() and out().width < NARROW


def print_report(report: Report, *, table: bool = True) -> None:
    """Print what became of each document: a table on stdout, the failures and totals on stderr."""
    rows = [item for item in report.items if item.result not in _UNTOLD]
    if table and rows and len(rows) <= _MOST_ROWS:
        names: Sequence[str] = ("Brief", "Date", "Passages", "Result", "Title")
        cells = [_cells(item) for item in rows]
        if is_narrow():
            names, cells = (names[0], *names[3:]), [(row[0], *row[3:]) for row in cells]
        print_table(names, cells, right="Passages")
    for item in sorted(report.items, key=lambda item: item.result is DocumentResult.FAILED):
        if item.reason:
            mark = item.result.value.replace("_", " ") if item.result in _UNTOLD else "note"
            say(f"{mark}: {printable(item.location)}: {item.reason}")
    for answers in report.affected:
        say(printable(answers.line()))
    for followed in report.followed:
        say(f"followed: {printable(followed.line)}")
    if missing := [part for part in report.left_out if part.reason is not OmissionReason.METADATA]:
        reasons = ", ".join(part.line for part in missing)
        say(f"characters left out: {reasons}; `briefs show ID` says which of each brief")
    say(_totals(report))


def _cells(item: ReportItem) -> tuple[str, ...]:
    words = {
        DocumentResult.VERSION: "new version",
        DocumentResult.OLDER: "older version",
        DocumentResult.RENDITION: "other file",
        DocumentResult.WITHDRAWN: "removed",
    }
    title = item.title or printable(item.location)
    return (
        item.brief_id or "",
        item.date or ("" if item.result is DocumentResult.WITHDRAWN else "no date"),
        str(item.passages or ""),
        words.get(item.result, item.result.value),
        title + (f" (of: {item.of})" if item.of else ""),
    )


def _totals(report: Report) -> str:
    names = {
        DocumentResult.NEW: ("new", "new"),
        DocumentResult.VERSION: ("new version", "new versions"),
        DocumentResult.OLDER: ("older version", "older versions"),
        DocumentResult.RENDITION: ("other file of a known brief", "other files of known briefs"),
        DocumentResult.UNCHANGED: ("unchanged", "unchanged"),
        DocumentResult.WITHDRAWN: ("removed", "removed"),
        DocumentResult.LEFT_OUT: ("left out", "left out"),
        DocumentResult.FAILED: ("failed", "failed"),
    }
    counted = [counted_as(report.count(key), *words) for key, words in names.items()
               if report.count(key)]  # fmt: skip
    documents = len(report.items) - report.count(DocumentResult.IGNORED)
    line = f"{counted_as(documents, 'document', 'documents')}: "
    line += ", ".join(counted) or "nothing to do"
    line += f"; {counted_as(report.passages, 'passage', 'passages')} added"
    line += f" in {report.seconds:.1f} s"
    if report.dry_run:
        line += " (dry run: nothing was changed)"
    if report.interrupted:
        line += "; stopped early; run the same command again to continue"
    return line


def counted_as(count: int, one: str, many: str) -> str:
    """Return "1 passage" or "2 passages"."""
    return f"{count:,} {one if count == 1 else many}"
