"""How a question comes to its one end: whatever fails, is lost, killed or stopped on the way."""

import asyncio
import threading
import time
from pathlib import Path

import pytest

from bot.errors import LedgerError
from bot.slack import phrases
from bot.slack.inbox import Inbox
from bot.slack.running import Running
from bot.slack.types import Answering, ChannelSettings, Claim
from index import failpoints
from index.library import Library
from index.settings import Settings
from index.storage.database import Database
from tests.fake_chat import FakeChat, Turn
from tests.slack import fake
from tests.slack.bots import BotProcess, answering_bot, end_leases, settled
from tests.slack.fake import FakeSlack

pytestmark = pytest.mark.anyio

LEASE = "Who called the lease a mistake?"
BRANDT = "Minister Ilse Brandt called the lease a mistake."
# What comes after the end of a question is tests/slack/test_posts.py's.
POINTS = [
    name for name in failpoints.NAMES
    if name.startswith("answer.") and name != "answer.after_record"
]  # fmt: skip


async def ended(bot: Running, slack: FakeSlack, channel: str, ts: str) -> Claim:
    """Wait for the end of a question."""
    place = slack.world.channel(channel).id

    def found() -> Claim | None:
        claim = bot.parts.inbox.by_question("T0FAKE", place, ts)
        return claim if claim and claim.outcome else None

    claim: Claim = await slack.until(found, 20, "an end")
    return claim


async def test_a_failure_is_told_with_a_reason(
    bot: Running, office: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In our own words: nobody's exception text reaches Slack."""

    def broken(*_: object, **__: object) -> object:
        raise RuntimeError("secret xoxb-1 at /home/x")

    monkeypatch.setattr(bot.parts.answerer, "ask", broken)
    ts = await office.mention("#desk", "alice", LEASE)
    claim = await ended(bot, office, "#desk", ts)
    assert (claim.outcome, claim.reason) == ("failed", phrases.BROKEN)
    assert phrases.BROKEN in (await office.answer_to(ts)).said


async def test_an_answer_that_cannot_be_recorded_is_not_shown(
    bot: Running, office: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The asker hears that."""

    def unrecorded(*_: object, **__: object) -> object:
        raise LedgerError("disk full")

    monkeypatch.setattr(bot.parts.ledger, "append", unrecorded)
    ts = await office.mention("#desk", "alice", LEASE)
    await ended(bot, office, "#desk", ts)
    said = (await office.answer_to(ts)).said
    assert phrases.NOT_RECORDED in said
    assert BRANDT not in said


@pytest.mark.parametrize("known", [True, False], ids=["settings known", "settings unknown"])
async def test_where_answers_are_private_a_failure_is_told_to_its_asker_alone(
    bot: Running, office: FakeSlack, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    """Also where it is not known how the channel is answered; the channel hears nothing."""
    desk = office.world.channel("desk").id
    bot.parts.preferences.put("T0FAKE", desk, ChannelSettings(answering=Answering.PRIVATE))

    def broken(*_: object, **__: object) -> object:
        raise RuntimeError("broken")

    broken_part = bot.parts.answerer if known else bot.parts.directory
    monkeypatch.setattr(broken_part, "ask" if known else "place", broken)
    ts = await office.mention("#desk", "alice", LEASE)
    claim = await ended(bot, office, "#desk", ts)
    assert claim.reason == phrases.BROKEN
    answer = await office.answer_to(ts)
    assert answer.to == office.world.user("alice").id
    assert phrases.BROKEN in answer.said
    await office.quiet()
    assert not office.calls_of("chat.postMessage")


async def test_a_question_too_long_is_told_so(bot: Running, office: FakeSlack) -> None:
    """By the words of the command line."""
    ts = await office.ask("alice", "Who called the lease a mistake? " * 200)
    assert "shorten it to 4,000" in (await office.answer_to(ts)).said


@pytest.mark.parametrize(
    "code", ["is_archived", "not_in_channel", "token_revoked", "account_inactive", "no_permission"]
)
async def test_a_permanent_error_ends_a_question_after_one_try(
    bot: Running, office: FakeSlack, code: str
) -> None:
    """Recorded, and not tried again."""
    office.faults.script("chat.postMessage", lambda number, args: fake.refused(code))
    ts = await office.mention("#desk", "alice", LEASE)
    claim = await ended(bot, office, "#desk", ts)
    assert claim.outcome == "failed"
    assert claim.reason
    await office.quiet(1.2)
    assert len(office.calls_of("chat.postMessage")) == 1


async def test_a_post_whose_response_is_lost_is_found(bot: Running, office: FakeSlack) -> None:
    """And not made again; one that broke off before it was made is."""
    office.faults.script("chat.postMessage", [fake.lost_response(), fake.cut()])
    for _ in range(2):
        ts = await office.mention("#desk", "alice", LEASE)
        assert BRANDT in (await office.answer_to(ts, 20)).said
        await ended(bot, office, "#desk", ts)
        assert len(office.answers_to(ts)) == 1


async def test_a_limit_is_waited_for(bot: Running, office: FakeSlack) -> None:
    """Nothing comes before its end; the fake counts that as a violation."""
    office.faults.script("chat.postMessage", [fake.rate_limited(2)])
    started = time.monotonic()
    ts = await office.mention("#desk", "alice", LEASE)
    assert BRANDT in (await office.answer_to(ts)).said
    assert time.monotonic() - started > 2


async def test_one_deleted_while_it_is_answered_is_not_answered(
    bot: Running, office: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looked for right before the post."""
    ask, begun, go_on = bot.parts.answerer.ask, threading.Event(), threading.Event()

    def slowly(*given: object, **named: object) -> object:
        begun.set()
        go_on.wait(5)
        return ask(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(bot.parts.answerer, "ask", slowly)
    ts = await office.mention("#desk", "alice", LEASE)
    await asyncio.to_thread(begun.wait, 5)
    await office.delete("#desk", ts)
    await office.sockets.settled()
    go_on.set()
    claim = await ended(bot, office, "#desk", ts)
    assert claim.outcome == "withdrawn"
    await office.quiet()
    assert office.answers() == []


async def test_one_edited_while_it_is_answered_is_offered_afterwards(
    bot: Running, office: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once, after the answer to the old text."""
    ask, begun, go_on = bot.parts.answerer.ask, threading.Event(), threading.Event()

    def slowly(*given: object, **named: object) -> object:
        begun.set()
        go_on.wait(5)
        return ask(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(bot.parts.answerer, "ask", slowly)
    ts = await office.mention("#desk", "alice", LEASE)
    await asyncio.to_thread(begun.wait, 5)
    await office.edit("#desk", ts, "@briefs Who leased the harbour?")
    await office.sockets.settled()
    go_on.set()
    await ended(bot, office, "#desk", ts)
    await office.until(lambda: office.world.ephemeral, 5, "an offer")
    await office.quiet(1.2)
    assert [BRANDT in m.said for m in office.answers_to(ts)] == [True, False]
    assert [m.said.count("Answer it again") for m in office.world.ephemeral] == [1]


async def test_one_that_kills_its_worker_again_and_again_is_given_up(
    bot: Running, office: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After five attempts, and told."""
    take = bot.parts.inbox.take

    def taken() -> Claim | None:
        from dataclasses import replace

        claim = take()
        return claim and replace(claim, attempts=6)

    monkeypatch.setattr(bot.parts.inbox, "take", taken)
    monkeypatch.setattr(bot.parts.inbox, "_ours", lambda claim: _row_of(claim))
    ts = await office.mention("#desk", "alice", LEASE)
    assert phrases.GIVEN_UP in (await office.answer_to(ts)).said


def _row_of(claim: Claim) -> object:
    from bot.slack.inbox_tables import questions

    return questions.c.pk == claim.pk


# -- streams ---------------------------------------------------------------------------------


@pytest.fixture
def chat() -> object:
    with FakeChat(always=Turn(drip=0.03)) as server:
        yield server


@pytest.fixture
async def writer(office: FakeSlack, home: Path, embedder, chat: FakeChat):
    """The bot where a chat model writes."""
    settings = Settings(
        home=home, chat_model="openai:fake", chat_url=chat.url, chat_key="sk-1", chat_seconds=4
    )
    with Library.open(settings, embedder=embedder) as library:
        async with answering_bot(office, library, collections={"board": {"groups": []}}) as bot:
            yield bot
            await office.quiet()
    assert office.violations == []
    assert office.doubles() == {}


PORT = "What is said of the harbour, its lease and the minister's promise?"


async def test_a_written_answer_is_streamed_by_verified_sentences(
    writer: Running, office: FakeSlack
) -> None:
    """Whole sentences with their numbers, then sources and buttons, in one message."""
    ts = await office.mention("#desk", "alice", PORT)
    answer = await office.answer_to(ts)
    assert office.calls_of("chat.startStream")
    assert not office.calls_of("chat.postMessage")
    assert answer.chunks
    assert "[1]" in answer.markdown
    assert "Sources" in answer.said
    assert "Written by openai:fake" in answer.said
    claim = await ended(writer, office, "#desk", ts)
    assert (claim.outcome, claim.message_ts) == ("answered", answer.ts)
    assert (answer.metadata or {})["event_payload"] == {"answer_id": claim.answer_id}
    assert office.unfinished() == []
    body = writer.parts.ledger.get(claim.answer_id or "").body
    for sentence in body["sentences"]:
        assert sentence["text"] in answer.markdown.replace("**", "")


async def test_without_streams_a_written_answer_is_posted_whole(
    writer: Running, office: FakeSlack
) -> None:
    """Where the workspace has none, and in a group message."""
    office.rules.streams = False
    for channel in ("#desk", "three"):
        ts = await office.mention(channel, "alice", PORT)
        answer = await office.answer_to(ts)
        assert "Written by openai:fake" in answer.said
        assert not answer.chunks


async def test_a_stream_that_dies_ends_as_the_whole_answer(
    writer: Running, office: FakeSlack
) -> None:
    """In the same message."""
    ts = await office.mention("#desk", "alice", PORT)
    await office.until(office.streams.expire, 5, "a stream")
    await ended(writer, office, "#desk", ts)
    answers = office.answers_to(ts)
    assert len(answers) == 1
    assert "Sources" in answers[0].said
    assert answers[0].metadata
    assert office.unfinished() == []


async def test_stop_ends_the_answer(writer: Running, office: FakeSlack, chat: FakeChat) -> None:
    """What is shown stays, nothing is added, and the next question is answered."""
    chat.script = [Turn(drip=0.3)]
    ts = await office.mention("#desk", "alice", PORT)
    message = await office.until(lambda: office.answers_to(ts), 10, "a stream")
    await office.stop_session("#desk", ts, "alice")
    claim = await ended(writer, office, "#desk", ts)
    assert (claim.outcome, claim.reason) == ("failed", phrases.STOPPED)
    shown = message[0].said
    await office.quiet(0.8)
    assert [m.said for m in office.answers_to(ts)] == [shown]
    assert office.world.sessions[message[0].channel, ts].status == "active"
    again = await office.mention("#desk", "alice", LEASE)
    assert BRANDT in (await office.answer_to(again)).said


async def test_stop_before_the_first_sentence_leaves_nothing(
    writer: Running, office: FakeSlack, chat: FakeChat
) -> None:
    """The asker has asked for that."""
    chat.script = [Turn(hang=2)]
    ts = await office.mention("#desk", "alice", PORT)
    await office.until(lambda: chat.calls, 5, "a call of the model")
    await office.stop_session("#desk", ts, "alice")
    claim = await ended(writer, office, "#desk", ts)
    assert claim.reason == phrases.STOPPED
    assert office.answers_to(ts) == []


async def test_a_question_deleted_while_its_answer_grows_takes_it_away(
    writer: Running, office: FakeSlack, chat: FakeChat
) -> None:
    """Nothing of it is left."""
    chat.script = [Turn(drip=0.2)]
    ts = await office.mention("#desk", "alice", PORT)
    await office.until(lambda: office.answers_to(ts), 10, "a stream")
    await office.delete("#desk", ts)
    claim = await ended(writer, office, "#desk", ts)
    assert claim.outcome == "withdrawn"
    await office.quiet()
    assert office.answers() == []
    assert office.unfinished() == []


async def test_a_lease_lost_to_another_leaves_no_half_answer(
    writer: Running, office: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the message could not be noted it is taken away again."""
    monkeypatch.setattr(writer.parts.inbox, "begun", lambda claim, ts: False)
    await office.mention("#desk", "alice", PORT)
    await office.until(lambda: office.calls_of("chat.delete"), 10, "a removal")
    await office.quiet()
    assert office.answers() == []


# -- kills and restarts ----------------------------------------------------------------------


async def answered_once(slack: FakeSlack, home: Path, ts: str) -> None:
    """The question has one answer, which is on record, and one end."""
    answer = await slack.answer_to(ts, 40)
    database = Database(f"sqlite:///{home}/library.db")
    inbox = Inbox(database, "reader")

    def over() -> bool:
        counts = inbox.counts()
        return counts["waiting"] + counts["working"] == 0

    await slack.until(over, 30, "its end")
    await slack.quiet(0.6)
    assert [m.ts for m in slack.answers_to(ts)] == [answer.ts]
    assert BRANDT in answer.said
    assert inbox.counts()["answered"] == 1
    database.close()
    settled(slack)


@pytest.mark.slow
@pytest.mark.parametrize("point", [one for one in POINTS if one != "answer.after_begun"])
async def test_a_kill_at_any_point_is_made_good(
    office: FakeSlack, home: Path, tmp_path: Path, point: str
) -> None:
    """The process that is started next finishes what it finds."""
    bot = BotProcess(office, home, tmp_path / "log")
    await bot.start(FAIL_AT=point)
    await office.sockets.connected(seconds=40)
    ts = await office.mention("#desk", "alice", LEASE)
    assert await bot.ended() == -9
    end_leases(home)
    await bot.start()
    await office.sockets.connected(seconds=40)
    await answered_once(office, home, ts)
    assert await bot.end() == 0


@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS)
async def test_a_kill_while_a_written_answer_grows_is_made_good(
    office: FakeSlack, home: Path, tmp_path: Path, chat: FakeChat, point: str
) -> None:
    """The half message becomes the whole answer."""
    settings = {"BRIEFS_CHAT_MODEL": "openai:fake", "BRIEFS_CHAT_URL": chat.url,
                "BRIEFS_CHAT_KEY": "sk-1"}  # fmt: skip
    bot = BotProcess(office, home, tmp_path / "log", **settings)
    await bot.start(FAIL_AT=point)
    await office.sockets.connected(seconds=40)
    ts = await office.mention("#desk", "alice", LEASE)
    assert await bot.ended() == -9
    assert len(office.answers_to(ts)) == 1
    end_leases(home)
    await bot.start()
    await office.sockets.connected(seconds=40)
    inbox = Inbox(Database(f"sqlite:///{home}/library.db"), "reader")
    await office.until(lambda: inbox.counts()["answered"] == 1, 40, "an answer")
    await answered_once(office, home, ts)
    assert await bot.end() == 0


@pytest.mark.slow
async def test_sigterm_hands_back_what_is_open(
    office: FakeSlack, home: Path, tmp_path: Path
) -> None:
    """Within ten seconds; the process that is started next answers it, at once."""
    office.faults.script("chat.postMessage", [fake.hang(8), fake.hang(20)])
    bot = BotProcess(office, home, tmp_path / "log")
    await bot.start()
    await office.sockets.connected(seconds=40)
    ts = await office.mention("#desk", "alice", LEASE)
    await office.until(lambda: office.calls_of("chat.postMessage"), 20, "a post")
    started = time.monotonic()
    assert await bot.end() == 0
    assert time.monotonic() - started < 10.5
    office.faults.clear()
    await bot.start()
    await answered_once(office, home, ts)
    assert await bot.end() == 0
    assert "xoxb" not in bot.log
    assert "Traceback" not in bot.log
