"""What all requests share: the library and its ledger, the run of checks, the open questions."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from jinja2 import Environment

from bot.audit.register import Register
from bot.audit.unanswered import QuestionGroup, apart, question_groups, unanswered
from bot.ledger.ledger import Ledger
from bot.web.asked_questions import AskedQuestions
from bot.web.authentication import Authentication
from bot.web.sessions import EndedSessions, FailedLogins, WebSessions
from bot.web.settings import WebSettings
from bot.web.versions import VersionTexts
from index.errors import BriefsError
from index.library import Library

log = logging.getLogger(__name__)

THREAD = "desk-run"

Tick = Callable[[int], None]  # called with the number of answers checked so far
Work = Callable[[Tick], str]  # returns its result in a line


@dataclass(frozen=True)
class CheckRun:
    """One run of checks; `ended` is None while it goes on."""

    by: str
    what: str  # which answers, in words
    total: int
    begun: str  # UTC, ISO 8601
    done: int = 0
    ended: str | None = None
    result: str = ""
    failed: bool = False


class CheckRuns:
    """Checks answers again in a background thread, one run at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: CheckRun | None = None

    @property
    def last(self) -> CheckRun | None:
        """The run that is on, else the last one; None before the first."""
        return self._last

    def start(self, by: str, what: str, total: int, work: Work) -> bool:
        """Start a run and return True; False while another is on."""
        with self._lock:
            if self._last and self._last.ended is None:
                return False
            self._last = CheckRun(by, what, total, _now())
        threading.Thread(target=self._run, args=(work,), name=THREAD, daemon=True).start()
        return True

    def _run(self, work: Work) -> None:
        try:
            result, failed = work(lambda done: self._change(done=done)), False
        except BriefsError as error:
            result, failed = str(error), True
        except Exception as error:  # the page has to say that it ended
            log.error("a run of checks failed: %s", type(error).__name__)
            result, failed = f"the run failed ({type(error).__name__}); see the log", True
        self._change(result=result, failed=failed, ended=_now())

    def _change(self, **changes: object) -> None:
        with self._lock:
            assert self._last
            self._last = replace(self._last, **changes)  # type: ignore[arg-type]


class OpenQuestions:
    """The groups of unanswered questions, cached until the ledger has grown."""

    def __init__(self, library: Library, ledger: Ledger) -> None:
        self._library, self._ledger = library, ledger
        self._lock = threading.Lock()
        self._cached: tuple[tuple[int, str], tuple[QuestionGroup, ...]] | None = None

    def groups(self) -> tuple[QuestionGroup, ...]:
        """Return the groups, declined before unsure, of each the most often asked first.

        Raises EmbeddingError without a model.
        """
        with self._lock:
            head = self._ledger.head()
            if self._cached is None or self._cached[0] != head:
                parts = apart(unanswered(self._ledger.entries())).values()
                found = [
                    one for part in parts for one in question_groups(part, self._library.embed)
                ]
                self._cached = head, tuple(found)
            return self._cached[1]


@dataclass(frozen=True)
class WebServices:
    """Everything that the pages work with."""

    library: Library
    settings: WebSettings
    authentication: Authentication
    sessions: WebSessions
    ended: EndedSessions
    ledger: Ledger
    register: Register
    open_questions: OpenQuestions
    texts: VersionTexts
    templates: Environment
    asked: AskedQuestions
    forget: Callable[[str], object]  # deletes what people typed for an answer
    runs: CheckRuns = field(default_factory=CheckRuns)
    failed_logins: FailedLogins = field(default_factory=FailedLogins)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
