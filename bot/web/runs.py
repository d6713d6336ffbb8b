"""Check answers again in the background, one run at a time, and tell how far it is.

Knows threads, and of checks only that a run is a function to be called.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from index.errors import BriefsError

log = logging.getLogger(__name__)

Tick = Callable[[int], None]  # told how many answers are checked so far
Work = Callable[[Tick], str]  # returns what it found, in a line


@dataclass(frozen=True)
class CheckRun:
    """One run; `ended` is None while it goes on."""

    by: str
    what: str  # which answers, in words
    total: int
    begun: str  # UTC, ISO 8601
    done: int = 0
    ended: str | None = None
    said: str = ""  # what came of it, in a line
    failed: bool = False


class CheckRuns:
    """The run that is on, or the last one."""

    def __init__(self) -> None:
        """Start with none."""
        self._lock = threading.Lock()
        self._last: CheckRun | None = None

    @property
    def last(self) -> CheckRun | None:
        """The run that is on, else the last one, None before the first."""
        return self._last

    def start(self, by: str, what: str, total: int, work: Work) -> bool:
        """Start a run, and return True; False where one is on."""
        with self._lock:
            if self._last and self._last.ended is None:
                return False
            self._last = CheckRun(by, what, total, _now())
        threading.Thread(target=self._run, args=(work,), name="desk-run", daemon=True).start()
        return True

    def _run(self, work: Work) -> None:
        try:
            said, failed = work(lambda done: self._change(done=done)), False
        except BriefsError as error:
            said, failed = str(error), True
        except Exception as error:  # the page has to say that it ended
            log.error("a run of checks failed: %s", type(error).__name__)
            said, failed = f"it failed ({type(error).__name__}); see the log", True
        self._change(said=said, failed=failed, ended=_now())

    def _change(self, **changes: object) -> None:
        with self._lock:
            assert self._last
            self._last = replace(self._last, **changes)  # type: ignore[arg-type]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
