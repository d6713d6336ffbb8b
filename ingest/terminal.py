"""How commands talk to a person or a program: consoles, progress bars, the report's table, JSON.

Results go to stdout, everything else to stderr; colours and bars only where a terminal is.
"""

import json
import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ingest.locations import printable
from ingest.report import Report, Result

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Bars
    from rich.progress import ProgressColumn

BAR_AFTER = 1.0  # seconds of work before a bar appears
_MOST_ROWS = 40  # of a table on a terminal; beyond it only failures are listed


def out() -> "Console":
    """Return the console for results."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=not sys.stdout.isatty())


def err() -> "Console":
    """Return the console for everything else."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """Print one JSON object on one line."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def say(line: str) -> None:
    """Print one line for people on stderr."""
    err().print(line, markup=False)


class _Lines(logging.Handler):
    """Warnings of our packages as single lines on stderr."""

    def emit(self, record: logging.LogRecord) -> None:
        say(f"briefs: {record.getMessage()}")


def show_warnings() -> None:
    """Print warnings of index, ingest and bot; those of libraries stay out of the way."""
    logging.lastResort = None
    for name in ("index", "ingest", "bot"):
        logger = logging.getLogger(name)
        logger.addHandler(_Lines(logging.WARNING))
        logger.propagate = False


class TerminalProgress:
    """Progress bars with count, rate and time left, once the work has taken a second."""

    def __init__(self, bars: "Bars") -> None:
        """Use bars that `progress_bars` started."""
        self._bars = bars
        self._started = time.monotonic()
        self._reading = bars.add_task("Reading", total=None, visible=False)
        self._embedding = bars.add_task("Embedding", total=0, visible=False)

    def reading(self, done: int, total: int, name: str) -> None:
        """Show how many documents are read."""
        del name
        self._bars.update(self._reading, completed=done, total=total, visible=self._late())

    def embedding(self, total: int) -> None:
        """Show that more passages are to be embedded."""
        known = self._bars.tasks[self._embedding].total or 0
        self._bars.update(self._embedding, total=known + total, visible=True)

    def embedded(self, count: int) -> None:
        """Show that passages were embedded."""
        self._bars.update(self._embedding, advance=count, visible=self._late())

    def waiting(self) -> None:
        """Say why nothing happens."""
        self._bars.console.print("another ingest is running; waiting for it to end")

    def _late(self) -> bool:
        return time.monotonic() - self._started > BAR_AFTER


@contextmanager
def progress_bars() -> Iterator[TerminalProgress]:
    """Yield progress that is drawn on stderr if that is a terminal."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    console = err()
    columns = (
        TextColumn("{task.description:<10}"),
        BarColumn(),
        MofNCompleteColumn(),
        _rate_column(),
        TimeRemainingColumn(),
    )
    with Bars(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        yield TerminalProgress(bars)


def _rate_column() -> "ProgressColumn":
    from rich.progress import ProgressColumn, Task
    from rich.text import Text

    class Rate(ProgressColumn):
        """Items a second."""

        def render(self, task: Task) -> Text:
            speed = task.finished_speed or task.speed
            return Text(f"{speed:.0f}/s" if speed else "")

    return Rate()


def print_report(report: Report) -> None:
    """Print what became of each document as a table, failures last, and one line of totals."""
    from rich.table import Table

    shown = [item for item in report.items if item.result is not Result.UNCHANGED]
    rows = [item for item in shown if item.result not in {Result.FAILED, Result.IGNORED}]
    if rows and len(rows) <= _MOST_ROWS:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for name in ("Brief", "Date", "Passages", "Title", "Result"):
            table.add_column(name, justify="right" if name == "Passages" else "left",
                             overflow="fold" if name == "Title" else "ellipsis")  # fmt: skip
        for item in rows:
            title = item.title or printable(item.location)
            table.add_row(
                item.brief_id or "", item.date or "no date", str(item.passages or ""),
                title, _describe(item.result, item.of),
            )  # fmt: skip
        err().print(table)
    for item in shown:
        if item.result in {Result.FAILED, Result.IGNORED}:
            say(f"{item.result.value}: {printable(item.location)}: {item.reason}")
        elif item.reason:
            say(f"note: {printable(item.location)}: {item.reason}")
    say(_totals(report))


def _describe(result: Result, of: str | None) -> str:
    words = {
        Result.NEW: "new",
        Result.VERSION: "new version",
        Result.OLDER: "older version",
        Result.RENDITION: "same brief, another file",
        Result.WITHDRAWN: "withdrawn",
    }
    return words.get(result, result.value) + (f" (of: {of})" if of else "")


def _totals(report: Report) -> str:
    names = {
        Result.NEW: "new",
        Result.VERSION: "new versions",
        Result.OLDER: "older versions",
        Result.RENDITION: "other files of known briefs",
        Result.UNCHANGED: "unchanged",
        Result.WITHDRAWN: "withdrawn",
        Result.FAILED: "failed",
    }
    counts = [f"{report.count(key)} {name}" for key, name in names.items() if report.count(key)]
    documents = len(report.items) - report.count(Result.IGNORED)
    line = f"{documents} documents: {', '.join(counts) or 'nothing to do'}"
    line += f"; {report.passages} passages added in {report.seconds:.1f} s"
    if report.dry_run:
        line += " (dry run: nothing was changed)"
    if report.interrupted:
        line += "; stopped early, run the same command to go on"
    return line
