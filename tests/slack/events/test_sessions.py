import asyncio
from typing import Any

import pytest

from bot.slack import phrases
from bot.slack.bot import RunningBot
from bot.slack.delivery.outbox import Undeliverable
from bot.slack.events.clicks import BackgroundWork, done
from bot.slack.events.workspace import forget
from index.errors import DatabaseUnavailable, NotFound, UsageError
from tests.slack.bots import held
from tests.slack.fake import FakeSlack

pytestmark = pytest.mark.anyio

QUESTION = "To whom was the harbour of Port Aurelia leased?"


async def test_a_direct_question_names_its_thread(slack: FakeSlack, running: RunningBot):
    ts = await slack.ask("alice", QUESTION)
    session = (slack.dm("alice").id, ts)
    await slack.until(lambda: (one := slack.world.sessions.get(session)) and one.title, 20)
    assert slack.world.sessions[session].title == QUESTION


class Noting:
    def __init__(self) -> None:
        self.said: list[dict[str, Any]] = []

    def changed(self, **what: Any) -> None:
        self.said.append(what)


@pytest.mark.parametrize(
    ("event", "what"),
    [
        (
            {"type": "member_left_channel", "user": "U1", "channel": "C1"},
            {"user": "U1", "channel": "C1"},
        ),
        ({"type": "user_change", "user": {"id": "U1"}}, {"user": "U1", "channel": None}),
        ({"type": "channel_shared", "channel": "C1"}, {"user": None, "channel": "C1"}),
        ({"type": "channel_rename", "channel": {"id": "C1"}}, {"user": None, "channel": "C1"}),
        ({"type": "subteam_updated", "subteam": {"id": "S1"}}, {"groups": True}),
        ({"type": "channel_something_new"}, {}),
    ],
)
async def test_what_changes_is_asked_anew(event: dict[str, Any], what: dict[str, Any]):
    class Parts:
        directory = Noting()

    Parts.directory = Noting()
    forget(Parts, event)
    assert Parts.directory.said == [what]


async def failing(error: Exception) -> None:
    raise error


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (UsageError("question: empty"), "question: empty"),
        (NotFound("abc: no such answer"), "no longer on record"),
        (Undeliverable("This channel is archived.", "is_archived"), "This channel is archived."),
        (DatabaseUnavailable("postgresql://host/x: gone"), "Something went wrong"),
        (RuntimeError("xoxb-secret"), "Something went wrong"),
    ],
)
async def test_only_our_own_words_are_told(
    error: Exception, said: str, caplog: pytest.LogCaptureFixture
):
    lines: list[str] = []

    async def tell(line: str) -> None:
        lines.append(line)

    await done(failing(error), tell)
    assert said in lines[0]
    assert "secret" not in lines[0]
    assert "postgresql" not in lines[0]
    assert "xoxb-secret" not in caplog.text


async def test_work_is_held_until_it_is_done():
    background, go_on, ended = BackgroundWork(), asyncio.Event(), []

    async def work() -> None:
        await go_on.wait()
        ended.append(1)

    background.start(work())
    go_on.set()
    await background.finished()
    assert ended == [1]


async def test_stop_ends_a_question_that_still_waits(slack: FakeSlack, running: RunningBot):
    """It is never begun, and one of another thread is answered."""
    channel = slack.dm("alice").id

    def reason(ts: str) -> str | None:
        return running.parts.inbox.by_question(running.parts.team, channel, ts).reason

    with held(running):
        first = await slack.ask("alice", QUESTION)
        await slack.until(lambda: running.worker.working)
        second = await slack.ask("alice", "By how much did wheat exports fall?", first)
        other = await slack.ask("alice", QUESTION)
        await slack.sockets.settled()
        await slack.stop_session(channel, first, "alice")
        for ts in (first, second):
            await slack.until(lambda name=ts: reason(name) == phrases.STOPPED)
    await slack.answer_to(other, 20)
    await slack.quiet(1.0)
    assert {one.root for one in slack.answers()} == {other}
    assert slack.unfinished() == []


@pytest.mark.parametrize(
    "event",
    [
        {"type": "app_uninstalled"},
        {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["U0BOT"]}},
    ],
)
async def test_after_the_app_is_removed_nothing_is_taken_up(
    slack: FakeSlack, running: RunningBot, event: dict[str, Any], caplog: pytest.LogCaptureFixture
):
    """An alarm, and a worker that has ended: the health check turns red."""
    await slack.send_event(event, slack.dm("alice"))
    await slack.until(lambda: not running.works(), 15, "the worker's end")
    assert "the app was removed from the workspace" in caplog.text
    ts = await slack.ask("alice", QUESTION)
    await slack.quiet(0.8)
    assert slack.answers() == []
    claim = running.parts.inbox.by_question(running.parts.team, slack.dm("alice").id, ts)
    assert claim is None or claim.outcome is None  # kept for when the app is back


async def test_a_person_s_token_is_none_of_ours(slack: FakeSlack, running: RunningBot):
    revoked = {"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": []}}
    await slack.send_event(revoked, slack.dm("alice"))
    await slack.sockets.settled()
    assert running.works()
    await slack.answer_to(await slack.ask("alice", QUESTION), 20)
