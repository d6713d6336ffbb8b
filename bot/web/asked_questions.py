"""Questions asked in the browser: each answered in a thread of its own, a few at a time.

A question is known by the id that its answer will have, so that a form sent twice asks once and a
page can wait for the answer. An answer stands in the ledger from the moment it is known; what is
kept here is what is still being worked on, what failed, and the ids of what was answered.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from bot.answering.answer import Answer
from bot.ledger.recording import Answerer
from bot.question.question import Turn
from index.errors import BriefsError, UsageError
from index.vectors.snapshot import EVERYTHING, Filters

log = logging.getLogger(__name__)

AT_ONCE = 4  # questions that are worked on, however many wait
MOST = 32  # questions that wait or are worked on
EACH = 3  # of them of one person
REMEMBERED = 200  # questions that have ended
PLACE = "web"  # where they were asked, as the ledger names it
TOO_MANY = "too many questions are waiting; ask again in a moment"
FAILED = "The question could not be answered; the server’s log says why."
THREAD = "desk-question"


@dataclass(frozen=True)
class AskedQuestion:
    """A question on its way; the future's result is what went wrong in a line, "" if nothing.

    `on_answer` is given the answer before that.
    """

    answer_id: str
    question: str
    person: str
    turns: tuple[Turn, ...] = ()
    filters: Filters = EVERYTHING
    on_answer: Callable[[Answer], object] = field(default=lambda _: None, compare=False)
    done: "Future[str]" = field(default_factory=Future, compare=False)

    @property
    def fault(self) -> str:
        """What went wrong; "" where nothing did or it is still worked on."""
        return self.done.result() if self.done.done() else ""


class TooMany(UsageError):
    """More questions wait than are taken, of all people or of one."""


class AskedQuestions:
    """Asks in the background. The threads end with the process: an exit waits for no model."""

    def __init__(
        self, answerer: Callable[[], Answerer], warm_up: Callable[[], object] = lambda: None
    ) -> None:
        """Take what makes the answerer when it is first needed, and what loads the model."""
        self._make, self._load = answerer, warm_up
        self._made: Answerer | None = None
        self._making, self._lock = threading.Lock(), threading.Lock()
        self._turn = threading.Semaphore(AT_ONCE)
        self._known: OrderedDict[str, AskedQuestion] = OrderedDict()
        self._warmed = False

    def warm_up(self) -> None:
        """Load in the background, once, what the first question needs: somebody is typing it."""
        with self._lock:
            warmed, self._warmed = self._warmed, True
        if not warmed:
            threading.Thread(target=self._warm, name=THREAD, daemon=True).start()

    def get(self, answer_id: str) -> AskedQuestion | None:
        """Return a question that is worked on or has ended; None for one of another process."""
        return self._known.get(answer_id)

    def ask(
        self, answer_id: str, question: str, person: str, turns: Sequence[Turn] = ()
    ) -> AskedQuestion:
        """Begin to answer; the same id again is the same question.

        Raises UsageError where too many wait.
        """
        return self.begin(AskedQuestion(answer_id, question, person, tuple(turns)))

    def begin(self, asked: AskedQuestion) -> AskedQuestion:
        """Begin to answer a question; see ask."""
        answer_id, person = asked.answer_id, asked.person
        with self._lock:
            if known := self._known.get(answer_id):
                return known
            asked.done.set_running_or_notify_cancel()  # whoever waits may leave and cancels nothing
            waiting = [one for one in self._known.values() if not one.done.done()]
            if len(waiting) >= MOST or sum(one.person == person for one in waiting) >= EACH:
                raise TooMany(TOO_MANY)
            self._known[answer_id] = asked
        threading.Thread(target=self._answer, args=(asked,), name=THREAD, daemon=True).start()
        return asked

    def _answer(self, asked: AskedQuestion) -> None:
        fault = ""
        try:
            with self._turn:
                answer = self._answerer.ask(
                    asked.question,
                    asked.turns,
                    filters=asked.filters,
                    asker=asked.person,
                    place=PLACE,
                    answer_id=asked.answer_id,
                )
            asked.on_answer(answer)
        except UsageError as error:
            fault = f"{error}."
        except BriefsError as error:
            log.error("a question in the browser failed: %s", error)  # ours: it may name paths
            fault = FAILED
        except Exception as error:  # whoever waits has to be told
            log.error("a question in the browser failed: %s", type(error).__name__)
            fault = FAILED
        asked.done.set_result(fault)
        self._tidy(asked)

    def _tidy(self, asked: AskedQuestion) -> None:
        """Forget the words of an answered question, and the oldest of those that have ended."""
        with self._lock:
            if not asked.fault:
                self._known[asked.answer_id] = AskedQuestion(
                    asked.answer_id, "", asked.person, done=asked.done
                )
            ended = [name for name, one in self._known.items() if one.done.done()]
            for name in ended[: max(0, len(ended) - REMEMBERED)]:
                del self._known[name]

    @property
    def _answerer(self) -> Answerer:
        with self._making:
            if self._made is None:
                self._made = self._make()
            return self._made

    def _warm(self) -> None:
        try:
            self._load()
            _ = self._answerer
        except Exception as error:  # the first question says what is wrong
            log.warning("could not prepare for questions: %s", type(error).__name__)
