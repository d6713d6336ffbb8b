"""`/health` (JSON) and `/metrics` (Prometheus): numbers and states only.

Nothing that a person wrote, no path, and no error text of a database is in them. The counts of
questions come from the database, which several bots may share: collect them from one of them.
"""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.core import GaugeMetricFamily as Gauge
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.web.server import plain
from index.errors import BriefsError
from index.storage.database import Database
from index.storage.health import LibraryCounts, library_counts

SLOW = 5.0  # seconds after which a database counts as out of reach
DOWN_TOO_LONG = 60.0  # seconds without a connection to Slack; a reconnect takes less
WAITED_TOO_LONG = 600.0  # seconds after which nobody seems to take questions


class QuestionCounts(Protocol):
    """The questions asked in Slack.

    `counts`: how many are "waiting" and "working", and how many ended with each outcome. Of the
    `ended` ones, `within` has how many took so many seconds, from acceptance to end, and `seconds`
    all that they took together. `oldest_waiting`: seconds, None where none waits.
    """

    @property
    def counts(self) -> Mapping[str, int]: ...
    @property
    def oldest_waiting(self) -> float | None: ...
    @property
    def within(self) -> Mapping[float, int]: ...
    @property
    def ended(self) -> int: ...
    @property
    def seconds(self) -> float: ...


class SlackConnection(Protocol):
    """The connection to Slack ("socket" or "http"), and the worker behind it.

    `down_for`: seconds without a connection. `working()`: whether questions are still taken.
    """

    @property
    def mode(self) -> str: ...
    @property
    def down_for(self) -> float: ...
    @property
    def working(self) -> Callable[[], bool]: ...


@dataclass(frozen=True)
class Probe:
    """What one look at the database found."""

    figures: LibraryCounts
    questions: QuestionCounts


class Health:
    """Probes the database when asked, once at a time however many ask."""

    def __init__(
        self,
        database: Database,
        count_questions: Callable[[], QuestionCounts],
        slack: SlackConnection | None = None,
        refused: Callable[[], Mapping[str, int]] = dict,
    ) -> None:
        """Take what to ask; without `slack` none is expected. `refused` counts by reason."""
        self._database, self._count_questions = database, count_questions
        self._slack, self._refused = slack, refused
        self._probing: asyncio.Future[Probe | None] | None = None
        # A thread of its own: that all others are busy is no fault of the database.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="health")

    @property
    def routes(self) -> Sequence[Route]:
        return Route("/health", self.health), Route("/metrics", self.metrics)

    async def health(self, _: Request | None = None) -> Response:
        """Return 200 if all is well, else 503 with the faults in words."""
        probe = await self._probe()
        faults = list(self._faults(probe))
        found = {
            "status": "failing" if faults else "ok",
            "faults": faults,
            "database": {"reachable": probe is not None},
            "index": None if probe is None else {
                "published": probe.figures.generation > 0,
                "generation": probe.figures.generation,
                "briefs": probe.figures.briefs,
                "passages": probe.figures.passages,
            },
            "slack": self._slack_state(),
            "oldest_waiting_seconds": _rounded(probe.questions.oldest_waiting if probe else None),
        }  # fmt: skip
        return plain(json.dumps(found) + "\n", 503 if faults else 200, "application/json")

    async def metrics(self, _: Request | None = None) -> Response:
        """Return the figures; without a database only those that need none."""
        probe = await self._probe()
        found = list(self._metrics(probe))

        class Found(Collector):
            def collect(self) -> list[Metric]:
                return found

        registry = CollectorRegistry()
        registry.register(Found())
        return plain(generate_latest(registry).decode(), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    def _faults(self, probe: Probe | None) -> Iterator[str]:
        if probe is None:
            yield "the database does not answer"
        elif not probe.figures.generation:
            yield "the library is empty; run: briefs ingest FOLDER"
        slack = self._slack
        if slack is None:
            return
        if slack.down_for > DOWN_TOO_LONG:
            yield f"no connection to Slack for {slack.down_for:.0f} seconds"
        if not slack.working():
            yield "the worker has stopped; restart the bot"
        waited = probe and probe.questions.oldest_waiting
        if waited and waited > WAITED_TOO_LONG:
            yield f"a question has waited for {waited:.0f} seconds"

    def _slack_state(self) -> dict[str, object]:
        if self._slack is None:
            return {"mode": "off", "connected": False}
        down = self._slack.down_for
        state: dict[str, object] = {"mode": self._slack.mode, "connected": not down}
        return state | ({"disconnected_seconds": _rounded(down)} if down else {})

    def _metrics(self, probe: Probe | None) -> Iterator[Metric]:
        yield Gauge("briefs_database_up", "Whether the database answers.", probe is not None)
        if probe:
            found = probe.figures
            yield Gauge("briefs_briefs", "Current briefs.", found.briefs)
            yield Gauge("briefs_passages", "Searchable passages.", found.passages)
            yield Gauge("briefs_generation", "Number of the published index.", found.generation)
            yield from _question_metrics(probe.questions)
        if self._slack:
            up = not self._slack.down_for
            yield Gauge("briefs_slack_connected", "Whether Slack is connected.", up)
            words = "Requests refused before they were read, by reason."
            yield _counter("briefs_refused_requests", words, "reason", self._refused())

    async def _probe(self) -> Probe | None:
        """Return what the database says, None where it does not answer in time."""
        if self._probing is None or self._probing.done():
            loop = asyncio.get_running_loop()
            self._probing = loop.run_in_executor(self._thread, self._read)
        done, _ = await asyncio.wait({self._probing}, timeout=SLOW)
        return next(iter(done)).result() if done else None

    def _read(self) -> Probe | None:
        try:
            return Probe(library_counts(self._database), self._count_questions())
        except BriefsError:
            return None


def _question_metrics(questions: QuestionCounts) -> Iterator[Metric]:
    counts = dict(questions.counts)
    waiting, working = counts.pop("waiting"), counts.pop("working")
    oldest = round(questions.oldest_waiting or 0.0, 3)
    yield _counter("briefs_questions", "Questions that have ended, by outcome.", "outcome", counts)
    yield Gauge("briefs_questions_waiting", "Questions that wait for a worker.", waiting)
    yield Gauge("briefs_questions_working", "Questions being worked on.", working)
    yield Gauge("briefs_oldest_waiting_seconds", "Age of the oldest waiting question.", oldest)
    buckets = [(f"{most:g}", number) for most, number in questions.within.items()]
    yield HistogramMetricFamily(
        "briefs_answer_seconds",
        "Seconds from a question's acceptance to its end.",
        buckets=[*buckets, ("+Inf", questions.ended)],
        sum_value=round(questions.seconds, 3),
    )


def _counter(name: str, words: str, label: str, counts: Mapping[str, int]) -> Metric:
    made = CounterMetricFamily(name, words, labels=[label])
    for value, count in sorted(counts.items()):
        made.add_metric([value], count)
    return made


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
