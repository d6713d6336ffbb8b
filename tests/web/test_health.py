"""Health is green only where questions can be answered; metrics count and name nobody."""

import asyncio
import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.web.health import DOWN_TOO_LONG, WAITED_TOO_LONG, Health
from index.errors import DatabaseUnavailable
from index.library import Library
from index.storage.database import Database

pytestmark = pytest.mark.anyio

NOBODY = {"waiting": 0, "working": 0, "answered": 0, "failed": 0}


@dataclass(frozen=True)
class Questions:
    """The questions that health hears of."""

    counts: Mapping[str, int] = field(default_factory=NOBODY.copy)
    oldest_waiting: float | None = None
    within: Mapping[float, int] = field(default_factory=dict)
    ended: int = 0
    seconds: float = 0.0


@dataclass
class Connection:
    """A connection to Slack that does as it is told."""

    mode: str = "socket"
    down_for: float = 0.0
    works: bool = True

    def working(self) -> bool:
        return self.works


def health_of(library: Library, slack: Connection | None, **questions: Any) -> Health:
    return Health(library.database, lambda: Questions(**questions), slack, lambda: {"stamp": 3})


async def told(health: Health) -> tuple[int, dict[str, Any]]:
    """Return status and content of /health."""
    reply = await health.health()
    return reply.status_code, json.loads(reply.body)


async def test_all_is_well(filled: Library) -> None:
    status, said = await told(health_of(filled, Connection("http")))
    assert (status, said["status"], said["faults"]) == (200, "ok", [])
    assert said["database"] == {"reachable": True}
    assert said["index"] == {"published": True, "generation": 1, "briefs": 3, "passages": 5}
    assert said["slack"] == {"mode": "http", "connected": True}
    assert said["oldest_waiting_seconds"] is None


async def test_without_slack_nothing_is_asked_of_it(filled: Library) -> None:
    """`briefs serve` may run beside a bot in Socket Mode, or alone."""
    status, said = await told(health_of(filled, None, oldest_waiting=WAITED_TOO_LONG + 1))
    assert (status, said["slack"]) == (200, {"mode": "off", "connected": False})


async def test_a_library_without_an_index_is_not_well(library: Library) -> None:
    """Nothing can be answered from it."""
    status, said = await told(health_of(library, Connection()))
    assert (status, said["index"]["published"]) == (503, False)
    assert "briefs ingest" in said["faults"][0]


async def test_a_database_out_of_reach_turns_it_red_without_its_words(filled, monkeypatch):
    """They may hold paths and names of servers; the metrics that need none are still there."""
    health = health_of(filled, Connection())

    @contextmanager
    def gone(_: Database) -> Iterator[None]:
        raise DatabaseUnavailable("sqlite:////srv/secret/library.db: disk I/O error")
        yield

    monkeypatch.setattr(Database, "read", gone)
    status, said = await told(health)
    assert (status, said["database"], said["index"]) == (503, {"reachable": False}, None)
    assert "secret" not in json.dumps(said)
    series = await metrics(health)
    assert (series["briefs_database_up"], series["briefs_slack_connected"]) == (0, 1)
    assert "briefs_passages" not in series


async def test_a_database_that_hangs_is_asked_once(filled, monkeypatch):
    """However many ask for health meanwhile, one thread waits for it."""
    health, go_on, probes = health_of(filled, Connection()), threading.Event(), []

    def hangs() -> None:
        probes.append(1)
        go_on.wait(120)

    monkeypatch.setattr("bot.web.health.SLOW", 0.1)
    monkeypatch.setattr(health, "_read", hangs)
    found = await asyncio.gather(*(told(health) for _ in range(20)))
    go_on.set()
    assert {status for status, _ in found} == {503}
    assert len(probes) == 1


async def test_too_long_without_a_connection_turns_it_red(filled: Library) -> None:
    """A reconnect takes seconds and does not."""
    for down, status in ((0.0, 200), (DOWN_TOO_LONG, 200), (DOWN_TOO_LONG + 1, 503)):
        health = health_of(filled, Connection(down_for=down))
        found, said = await told(health)
        assert (found, said["slack"]["connected"]) == (status, not down)
        assert (await metrics(health))["briefs_slack_connected"] == (not down)
    assert said["slack"]["disconnected_seconds"] == 61.0
    assert "no connection to Slack" in said["faults"][0]


async def test_a_worker_that_ended_turns_it_red(filled: Library) -> None:
    """Questions would be taken in and never answered."""
    status, said = await told(health_of(filled, Connection(works=False)))
    assert (status, len(said["faults"])) == (503, 1)


async def test_the_oldest_waiting_question_is_told(filled: Library) -> None:
    """After ten minutes nobody seems to take any."""
    status, said = await told(health_of(filled, Connection(), oldest_waiting=93.04))
    assert (status, said["oldest_waiting_seconds"]) == (200, 93.0)
    status, said = await told(health_of(filled, Connection(), oldest_waiting=701.0))
    assert (status, said["faults"]) == (503, ["a question has waited for 701 seconds"])


async def metrics(health: Health) -> dict[str, float]:
    """Return the value of each series of /metrics; each has its help and its type."""
    reply = await health.metrics()
    assert reply.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    page = bytes(reply.body).decode()
    pairs = [line.rsplit(" ", 1) for line in page.splitlines() if not line.startswith("#")]
    series = {name: float(value) for name, value in pairs}
    for family in {re.sub(r"(_bucket|_sum|_count)?(\{.*)?$", "", name) for name in series}:
        assert f"# HELP {family} " in page
        assert f"# TYPE {family} " in page
    return series


async def test_metrics_count_by_outcome_and_by_seconds(filled: Library) -> None:
    health = health_of(
        filled,
        Connection("http"),
        counts={"waiting": 1, "working": 2, "answered": 3, "failed": 0},
        oldest_waiting=7.25,
        within={0.25: 1, 1.0: 2, 300.0: 3},
        ended=4,
        seconds=135.3,
    )
    assert await metrics(health) == {
        "briefs_database_up": 1,
        "briefs_briefs": 3,
        "briefs_passages": 5,
        "briefs_generation": 1,
        'briefs_questions_total{outcome="answered"}': 3,
        'briefs_questions_total{outcome="failed"}': 0,
        "briefs_questions_waiting": 1,
        "briefs_questions_working": 2,
        "briefs_oldest_waiting_seconds": 7.25,
        'briefs_answer_seconds_bucket{le="0.25"}': 1,
        'briefs_answer_seconds_bucket{le="1"}': 2,
        'briefs_answer_seconds_bucket{le="300"}': 3,
        'briefs_answer_seconds_bucket{le="+Inf"}': 4,
        "briefs_answer_seconds_sum": 135.3,
        "briefs_answer_seconds_count": 4,
        "briefs_slack_connected": 1,
        'briefs_refused_requests_total{reason="stamp"}': 3,
    }
