"""Health is green only where questions can be answered; metrics count and name nobody."""

import asyncio
import http.client
import json
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.slack.delivery.health import Link, Listening
from bot.slack.delivery.inbox import Inbox
from bot.slack.types import Incoming, QuestionOutcome
from bot.web.health import Health
from index.errors import DatabaseUnavailable
from index.library import Library
from index.storage.database import Database
from ingest.pipeline import ingest
from tests.commands import START, briefs, environment
from tests.slack.conftest import Clock
from tests.slack.fake import FakeSlack
from tests.slack.records import take

pytestmark = pytest.mark.anyio

Ask = Callable[..., Incoming]
BRIEF = "# Finland\n\nFinland joined NATO on 4 April 2023, and doubled the border.\n"


@pytest.fixture
def filled(either_library: Library, tmp_path: Path) -> Library:
    """A library with one brief."""
    (tmp_path / "finland.md").write_text(BRIEF)
    assert not ingest(either_library, [str(tmp_path / "finland.md")]).failed
    return either_library


async def told(health: Health) -> tuple[int, dict[str, Any]]:
    """Return status and content of /health."""
    answer = await health.health()
    return answer.status, json.loads(answer.body)


async def test_all_is_well(filled: Library) -> None:
    """Database, index and Slack."""
    status, said = await told(Health(filled.database, Listening()))
    assert (status, said["status"], said["faults"]) == (200, "ok", [])
    assert said["database"] == {"reachable": True}
    assert said["index"] == {"published": True, "generation": 1, "briefs": 1, "passages": 1}
    assert said["slack"] == {"mode": "http", "connected": True}
    assert said["oldest_waiting_seconds"] is None


async def test_without_slack_nothing_is_asked_of_it(filled: Library) -> None:
    """`briefs serve` may stand beside a bot in Socket Mode, or alone."""
    status, said = await told(Health(filled.database))
    assert (status, said["slack"]) == (200, {"mode": "off", "connected": False})


async def test_a_library_without_an_index_is_not_well(either_library: Library) -> None:
    """Nothing can be answered from it."""
    status, said = await told(Health(either_library.database, Listening()))
    assert (status, said["index"]["published"]) == (503, False)
    assert "briefs ingest" in said["faults"][0]


async def test_a_database_out_of_reach_turns_it_red_without_its_words(
    filled: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They may hold paths and names of servers; the metrics that need none are still there."""
    health = Health(filled.database, Listening())

    @contextmanager
    def gone(_: Database) -> Iterator[None]:
        raise DatabaseUnavailable("sqlite:////srv/secret/library.db: disk I/O error")
        yield

    monkeypatch.setattr(Database, "read", gone)
    status, said = await told(health)
    assert (status, said["database"], said["index"]) == (503, {"reachable": False}, None)
    assert "secret" not in json.dumps(said)
    page = (await health.metrics()).body
    assert "briefs_database_up 0" in page
    assert "briefs_slack_connected 1" in page
    assert "briefs_passages" not in page


async def test_a_database_that_hangs_is_asked_once(
    filled: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many ask for health meanwhile, one thread waits for it."""
    health = Health(filled.database, Listening())
    looks: list[int] = []

    def slowly() -> None:
        looks.append(1)
        time.sleep(0.5)

    monkeypatch.setattr("bot.web.health.SLOW", 0.1)
    monkeypatch.setattr(health, "_read", slowly)
    found = await asyncio.gather(*(told(health) for _ in range(20)))
    assert {status for status, _ in found} == {503}
    assert len(looks) == 1


async def test_over_a_minute_without_a_socket_turns_it_red(filled: Library) -> None:
    """A reconnect takes seconds and does not."""
    clock, up = Clock(), [True]

    async def is_connected() -> bool:
        if up[0] is None:
            raise ConnectionError
        return bool(up[0])

    link = Link(is_connected, clock=clock)
    health = Health(filled.database, link)
    await link.look()
    assert (await told(health))[0] == 200
    for how in (False, None):  # the client says so, or fails to say
        up[0] = how  # type: ignore[call-overload]
        await link.look()
        clock.now += 60
        await link.look()
        status, said = await told(health)
        assert (status, said["slack"]["connected"]) == (200, False)
        clock.now += 1
        status, said = await told(health)
        assert (status, said["slack"]["disconnected_seconds"]) == (503, 61.0)
        assert "no connection to Slack" in said["faults"][0]
        assert "briefs_slack_connected 0" in (await health.metrics()).body
        up[0] = True
        await link.look()
        assert (await told(health))[0] == 200


async def test_a_worker_that_ended_turns_it_red(filled: Library) -> None:
    """Questions would be taken in and never answered."""
    status, said = await told(Health(filled.database, Listening(lambda: False)))
    assert (status, len(said["faults"])) == (503, 1)


async def test_the_oldest_waiting_question_is_told(filled: Library, ask: Ask) -> None:
    """After ten minutes nobody seems to take any."""
    clock = Clock()
    inbox = Inbox(filled.database, "one", clock=clock)
    health = Health(filled.database, Listening())
    clock.now = time.time() - 90
    inbox.accept(ask(1))
    status, said = await told(health)
    assert status == 200
    assert 89 < said["oldest_waiting_seconds"] < 99
    clock.now = time.time() - 700
    inbox.accept(ask(2, channel="C2"))
    status, said = await told(health)
    assert status == 503
    assert "has waited for 70" in said["faults"][0]
    assert (await told(Health(filled.database)))[0] == 200  # no bot here that should take it


async def test_metrics_count_by_outcome_and_by_seconds(filled: Library, ask: Ask) -> None:
    """In Prometheus' format, every series with its help and its type."""
    clock = Clock()
    inbox = Inbox(filled.database, "one", clock=clock)
    took = {
        QuestionOutcome.ANSWERED: [0.2, 0.7, 4.0],
        QuestionOutcome.DECLINED: [0.4],
        QuestionOutcome.FAILED: [130.0],
        QuestionOutcome.WITHDRAWN: [9000.0],
    }
    at = 0
    for outcome, times in took.items():
        for seconds in times:
            at += 1
            inbox.accept(ask(at, channel=f"C{at}", user=f"U{at}", text="Is Bob ill?"))
            claim = take(inbox)
            assert claim
            clock.now += seconds
            inbox.queue.renew(claim.job)
            assert inbox.finished(claim, outcome, None)
    clock.now = time.time()
    inbox.accept(ask(98, channel="C98"))
    assert take(inbox)
    inbox.accept(ask(99, channel="C99"))
    page = (await Health(filled.database, Listening(), lambda: {"stamp": 3}).metrics()).body
    series = dict(
        line.rsplit(" ", 1) for line in page.splitlines() if line and not line.startswith("#")
    )
    counts = {"answered": 3, "declined": 1, "failed": 1, "withdrawn": 1}
    for outcome, count in counts.items():
        assert series[f'briefs_questions_total{{outcome="{outcome}"}}'] == str(count)
    assert (series["briefs_questions_waiting"], series["briefs_questions_working"]) == ("1", "1")
    buckets = {"0.25": 1, "0.5": 2, "1": 3, "2.5": 3, "5": 4, "120": 4, "300": 5, "+Inf": 5}
    for most, count in buckets.items():
        assert series[f'briefs_answer_seconds_bucket{{le="{most}"}}'] == str(count), most
    assert float(series["briefs_answer_seconds_sum"]) == pytest.approx(135.3, abs=0.01)
    assert series["briefs_answer_seconds_count"] == "5"
    assert (series["briefs_briefs"], series["briefs_passages"]) == ("1", "1")
    assert series["briefs_generation"] == "1"
    assert series['briefs_refused_requests_total{reason="stamp"}'] == "3"
    families = {re.sub(r"(_bucket|_sum|_count)?(\{.*)?$", "", name) for name in series}
    for family in families:
        assert f"# HELP {family} " in page
        assert f"# TYPE {family} " in page
    assert not re.search(r"Bob|U1\b|C1\b|T1\b|Finland", page)


# -- the commands ----------------------------------------------------------------------------


def get(port: int, path: str, seconds: float = 20) -> tuple[int, str]:
    """GET from this machine, tried until something listens."""
    deadline = time.monotonic() + seconds
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read().decode()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        finally:
            connection.close()


@contextmanager
def started(
    home: Path, *arguments: str, **env: str
) -> Iterator[tuple["subprocess.Popen[str]", int]]:
    """Run a command that serves on a free port; yields it and the port that it told."""
    process = subprocess.Popen(
        [*START, *arguments], stderr=subprocess.PIPE, text=True, env=environment(home, **env)
    )
    try:
        assert process.stderr
        for line in process.stderr:
            if found := re.search(r"listening on http://127\.0\.0\.1:(\d+)", line):
                break
        else:
            raise AssertionError("it ended without listening")
        yield process, int(found[1])
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def test_serve_without_slack_has_health_and_metrics(own_examples: Path) -> None:
    """Nothing takes requests of Slack's; SIGTERM ends it in order."""
    with started(own_examples, "serve", "--port", "0") as (process, port):
        status, said = get(port, "/health")
        assert (status, json.loads(said)["slack"]["mode"]) == (200, "off")
        assert get(port, "/slack/events")[0] == 404
        assert "briefs_passages " in get(port, "/metrics")[1]
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


async def test_serve_with_slack_answers_over_http(own_examples: Path, slack: FakeSlack) -> None:
    """The same bot; forged requests never reach it; SIGTERM ends it within ten seconds."""
    env = slack.environment()

    def serve() -> Any:
        return started(own_examples, "serve", "--port", "0", **env)

    running = serve()
    process, port = await asyncio.to_thread(running.__enter__)
    try:
        slack.request_url = f"http://127.0.0.1:{port}/slack/events"
        status, said = await asyncio.to_thread(get, port, "/health")
        assert (status, json.loads(said)["slack"]) == (200, {"mode": "http", "connected": True})
        forged = await slack.post_signed(
            slack.request_url, {"type": "event_callback"}, secret="not-the-signing-secret"
        )
        assert forged == (401, "refused\n")
        ts = await slack.ask("alice", "When did Finland join NATO?")
        answer = await slack.answer_to(ts, 20)
        assert "2023" in answer.text
        page = (await asyncio.to_thread(get, port, "/metrics"))[1]
        assert 'briefs_refused_requests_total{reason="signature"} 1' in page
        await slack.quiet()
        slack.request_url = None
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, 12) == 0
        assert time.monotonic() - began < 10
    finally:
        await asyncio.to_thread(running.__exit__, None, None, None)


async def test_the_socket_bot_tells_its_health(own_examples: Path, slack: FakeSlack) -> None:
    """`briefs slack --health`: on this machine alone."""
    running = started(own_examples, "slack", "--health", "0", **slack.environment())
    process, port = await asyncio.to_thread(running.__enter__)
    try:
        deadline = time.monotonic() + 20
        while True:
            status, text = await asyncio.to_thread(get, port, "/health")
            said = json.loads(text)
            if said["slack"]["connected"] or time.monotonic() > deadline:
                break
            await asyncio.sleep(0.2)
        assert (status, said["slack"]) == (200, {"mode": "socket", "connected": True})
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, 12) == 0
    finally:
        await asyncio.to_thread(running.__exit__, None, None, None)


@pytest.mark.parametrize(
    ("arguments", "env", "words"),
    [
        ((), {"SLACK_BOT_TOKEN": "xoxb-1-a"}, "SLACK_SIGNING_SECRET: missing"),
        ((), {"SLACK_SIGNING_SECRET": "8f742231b10e8888"}, "SLACK_BOT_TOKEN: missing"),
        ((), {"SLACK_BOT_TOKEN": "xoxb-1-a", "SLACK_SIGNING_SECRET": "short"}, "not complete"),
        (("--host", "0.0.0.0"), {"SLACK_BOT_TOKEN": "xoxb-1-a", "SLACK_APP_TOKEN": "xapp-1-a"},
         "--host 0.0.0.0 is reached by others"),
        (("--host", "no.such.host.invalid"), {}, "cannot be had"),
    ],
)  # fmt: skip
def test_faulty_settings_are_one_clear_line(
    tmp_path: Path, arguments: tuple[str, ...], env: dict[str, str], words: str
) -> None:
    """Exit code 2; no value is shown."""
    done = briefs(tmp_path / "home", "serve", "--port", "0", *arguments, **env)
    assert done.returncode == 2
    assert words in done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("briefs: ")
    assert "xoxb-1-a" not in done.stderr
    assert "8f742231b10e8888" not in done.stderr
