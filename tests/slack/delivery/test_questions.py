"""How a question comes to its one end: whatever fails, is lost, killed or stopped on the way."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.errors import LedgerError
from bot.jobs.queue import Job, jobs
from bot.ledger.ledger import Ledger
from bot.slack import phrases
from bot.slack.bot import RunningBot
from bot.slack.delivery.inbox import Inbox
from bot.slack.delivery.records import RECORD
from bot.slack.delivery.tables import QUESTION
from bot.slack.types import Answering, ChannelSettings, InboxEntry
from index.storage.database import Database
from tests.fake_chat import FakeChat, Turn
from tests.slack import fake
from tests.slack.bots import BotProcess, end_leases, held, settled
from tests.slack.delivery.stress import Fire, ends, under_fire
from tests.slack.fake import FakeSlack, Message
from tests.slack.fake.player import is_growing
from tests.slack.killed_bot import GROWING, POINTS
from tests.slack.records import on_record, records, seen, told

pytestmark = pytest.mark.anyio

LEASE = "Who called the lease a mistake?"
BRANDT = "Minister Ilse Brandt called the lease a mistake."


async def ended(bot: RunningBot, slack: FakeSlack, channel: str, ts: str) -> InboxEntry:
    """Wait for the end of a question."""
    place = slack.world.channel(channel).id

    def found() -> InboxEntry | None:
        entry = bot.parts.inbox.by_question("T0FAKE", place, ts)
        return entry if entry and entry.outcome else None

    entry: InboxEntry = await slack.until(found, 120, "an end")
    return entry


async def test_a_failure_is_told_with_a_reason(
    bot: RunningBot, office: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In our own words: nobody's exception text reaches Slack."""

    def broken(*_: object, **__: object) -> object:
        raise RuntimeError("secret xoxb-1 at /home/x")

    monkeypatch.setattr(bot.parts.answerer, "ask", broken)
    ts = await office.mention("#desk", "alice", LEASE)
    entry = await ended(bot, office, "#desk", ts)
    assert (entry.outcome, entry.reason) == ("failed", phrases.BROKEN)
    assert phrases.BROKEN in (await office.answer_to(ts)).said


async def test_an_answer_that_cannot_be_recorded_is_not_shown(
    bot: RunningBot, office: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
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
    bot: RunningBot, office: FakeSlack, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    """Also where it is not known how the channel is answered; the channel hears nothing."""
    desk = office.world.channel("desk").id
    bot.parts.preferences.put("T0FAKE", desk, ChannelSettings(answering=Answering.PRIVATE))

    def broken(*_: object, **__: object) -> object:
        raise RuntimeError("broken")

    broken_part = bot.parts.answerer if known else bot.parts.directory
    monkeypatch.setattr(broken_part, "ask" if known else "place", broken)
    ts = await office.mention("#desk", "alice", LEASE)
    entry = await ended(bot, office, "#desk", ts)
    assert entry.reason == phrases.BROKEN
    answer = await office.answer_to(ts)
    assert answer.to == office.world.user("alice").id
    assert phrases.BROKEN in answer.said
    await office.quiet()
    assert not office.calls_of("chat.postMessage")


async def test_a_question_too_long_is_told_so(bot: RunningBot, office: FakeSlack) -> None:
    ts = await office.ask("alice", "Who called the lease " + "of the harbour " * 300 + "a mistake?")
    assert "shorten it to 4,000" in (await office.answer_to(ts)).said


@pytest.mark.parametrize(
    "code", ["is_archived", "not_in_channel", "token_revoked", "account_inactive", "no_permission"]
)
async def test_a_permanent_error_ends_a_question_after_one_try(
    bot: RunningBot, office: FakeSlack, code: str
) -> None:
    office.faults.script("chat.postMessage", lambda number, args: fake.refused(code))
    ts = await office.mention("#desk", "alice", LEASE)
    entry = await ended(bot, office, "#desk", ts)
    assert entry.outcome == "failed"
    assert entry.reason
    await office.quiet(1.2)
    desk = office.world.channel("desk").id
    there = [one for one in office.calls_of("chat.postMessage") if one.args["channel"] == desk]
    assert len(there) == 1  # what may follow tells the person in a direct message


async def test_a_post_whose_response_is_lost_is_found(bot: RunningBot, office: FakeSlack) -> None:
    """And not made again; one that broke off before it was made is."""
    office.faults.script("chat.postMessage", [fake.lost_response(), fake.cut()])
    for _ in range(2):
        ts = await office.mention("#desk", "alice", LEASE)
        assert BRANDT in (await office.answer_to(ts)).said
        await ended(bot, office, "#desk", ts)
        assert len(office.answers_to(ts)) == 1


async def test_a_limit_is_waited_for(bot: RunningBot, office: FakeSlack) -> None:
    """Nothing comes before its end; the fake counts that as a violation."""
    office.faults.script("chat.postMessage", [fake.rate_limited(2)])
    ts = await office.mention("#desk", "alice", LEASE)
    assert BRANDT in (await office.answer_to(ts)).said
    assert office.calls_of("chat.postMessage")[0].outcome == "ratelimited"


async def test_one_deleted_while_it_is_answered_is_not_answered(
    bot: RunningBot, office: FakeSlack
) -> None:
    with held(bot) as begun:
        ts = await office.mention("#desk", "alice", LEASE)
        await asyncio.to_thread(begun.wait, 120)
        await office.delete("#desk", ts)
        await office.sockets.settled()
    entry = await ended(bot, office, "#desk", ts)
    assert entry.outcome == "withdrawn"
    await office.quiet()
    assert office.answers() == []


async def test_one_edited_while_it_is_answered_is_offered_afterwards(
    bot: RunningBot, office: FakeSlack
) -> None:
    with held(bot) as begun:
        ts = await office.mention("#desk", "alice", LEASE)
        await asyncio.to_thread(begun.wait, 120)
        await office.edit("#desk", ts, "@briefs Who leased the harbour?")
        await office.sockets.settled()
    await ended(bot, office, "#desk", ts)
    await office.until(lambda: office.world.ephemeral, 120, "an offer")
    await office.quiet(1.2)
    assert [BRANDT in m.said for m in office.answers_to(ts)] == [True, False]
    assert [m.said.count("Answer it again") for m in office.world.ephemeral] == [1]


async def test_one_that_kills_its_worker_again_and_again_is_given_up(
    bot: RunningBot, office: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry_of = bot.parts.inbox.entry_of

    def entry(job: Job) -> InboxEntry:
        with bot.parts.queue.write() as connection:
            connection.execute(update(jobs).where(jobs.c.pk == job.pk).values(attempts=6))
        return entry_of(replace(job, attempts=6))

    monkeypatch.setattr(bot.parts.inbox, "entry_of", entry)
    ts = await office.mention("#desk", "alice", LEASE)
    assert phrases.GIVEN_UP in (await office.answer_to(ts)).said


# -- answers that grow -----------------------------------------------------------------------


PORT = "What is said of the harbour, its lease and the minister's promise?"


async def begun(office: FakeSlack, chat: FakeChat, drip: float) -> tuple[str, Message]:
    """Ask, and wait until an unfinished answer stands; return the question's ts and the answer."""
    chat.script = [Turn(drip=drip)]
    ts = await office.mention("#desk", "alice", PORT)

    def growing() -> list[Message]:
        return [one for one in office.answers_to(ts) if is_growing(one)]

    [message] = await office.until(growing, 120, "a first sentence")
    return ts, message


async def test_a_written_answer_grows_by_verified_sentences(
    writer: RunningBot, office: FakeSlack, chat: FakeChat
) -> None:
    """Whole sentences with their numbers, then sources and buttons, in one message."""
    ts, first = await begun(office, chat, drip=0.2)
    assert "[1]" in first.said
    assert "Sources" not in first.said
    answer = await office.answer_to(ts)
    assert answer.ts == first.ts
    assert len(office.calls_of("chat.postMessage")) == 1
    assert "Sources" in answer.said
    assert "Written by openai:fake" in answer.said
    entry = await ended(writer, office, "#desk", ts)
    assert (entry.outcome, entry.message_ts) == ("answered", answer.ts)
    assert (answer.metadata or {})["event_payload"] == {"answer_id": entry.answer_id}
    body = writer.parts.ledger.get(entry.answer_id or "").body
    for sentence in body["sentences"]:
        assert sentence["text"] in answer.said


async def test_stop_ends_the_answer(writer: RunningBot, office: FakeSlack, chat: FakeChat) -> None:
    """What is shown stays, nothing is added, and the next question is answered."""
    ts, message = await begun(office, chat, drip=0.3)
    shown = message.text
    await office.stop_session("#desk", ts, "alice")
    entry = await ended(writer, office, "#desk", ts)
    assert (entry.outcome, entry.reason) == ("failed", phrases.STOPPED)
    await office.quiet()
    [stopped] = office.answers_to(ts)
    assert not is_growing(stopped)
    assert stopped.text.startswith(shown)
    assert office.world.sessions[message.channel, ts].status == "active"
    again = await office.mention("#desk", "alice", LEASE)
    assert BRANDT in (await office.answer_to(again)).said


async def test_a_stop_that_another_process_hears_of_ends_the_answer_too(
    writer: RunningBot, office: FakeSlack, chat: FakeChat
) -> None:
    ts, message = await begun(office, chat, drip=0.3)
    other = Inbox(writer.parts.library.database, "other")
    assert other.stop("T0FAKE", message.channel, ts) == 0
    entry = await ended(writer, office, "#desk", ts)
    assert (entry.outcome, entry.reason) == ("failed", phrases.STOPPED)
    await office.quiet()
    assert [is_growing(one) for one in office.answers_to(ts)] == [False]


async def test_stop_before_the_first_sentence_leaves_nothing(
    writer: RunningBot, office: FakeSlack, chat: FakeChat
) -> None:
    chat.script = [Turn(hang=2)]
    ts = await office.mention("#desk", "alice", PORT)
    await office.until(lambda: chat.calls, 120, "a call of the model")
    await office.stop_session("#desk", ts, "alice")
    entry = await ended(writer, office, "#desk", ts)
    assert entry.reason == phrases.STOPPED
    assert office.answers_to(ts) == []


async def test_a_question_deleted_while_its_answer_grows_takes_it_away(
    writer: RunningBot, office: FakeSlack, chat: FakeChat
) -> None:
    ts, _ = await begun(office, chat, drip=0.2)
    await office.delete("#desk", ts)
    entry = await ended(writer, office, "#desk", ts)
    assert entry.outcome == "withdrawn"
    await office.quiet()
    assert office.answers() == []


async def test_an_answer_whose_lease_is_lost_is_left_for_who_took_it(
    writer: RunningBot, office: FakeSlack, chat: FakeChat
) -> None:
    """The other process makes the half message whole; this one changes it no more."""
    ts, message = await begun(office, chat, drip=0.3)
    with writer.parts.queue.write() as connection:
        connection.execute(update(jobs).values(owner="other", attempts=2, lease_until=0.0))
    entry = await ended(writer, office, "#desk", ts)  # taken again, by the same worker
    assert entry.outcome == "answered"
    await office.quiet()
    [answer] = office.answers_to(ts)
    assert answer.ts == message.ts
    assert "Sources" in answer.said


# -- kills and restarts ----------------------------------------------------------------------


async def answered_once(slack: FakeSlack, home: Path, ts: str) -> None:
    """The question has one answer, one end, and one record of what stands."""
    await slack.answer_to(ts)
    database = Database(f"sqlite:///{home}/library.db")
    inbox, ledger = Inbox(database, "reader"), Ledger(database)
    queue = inbox.queue
    await slack.until(lambda: not queue.waiting(QUESTION) and not queue.waiting(RECORD), 120, "end")
    await slack.quiet()
    [answer] = slack.answers_to(ts)
    assert BRANDT in answer.said
    assert inbox.counts()["answered"] == 1
    [entry] = records(ledger)
    assert told(entry) == seen(answer)
    database.close()
    settled(slack)


async def killed_and_started_again(
    office: FakeSlack, home: Path, tmp_path: Path, point: str, **settings: str
) -> None:
    bot = BotProcess(office, home, tmp_path / "log", **settings)
    await bot.start(KILLED_AT=point)
    await office.sockets.connected(seconds=120)
    ts = await office.mention("#desk", "alice", LEASE)
    assert await bot.ended(120) == -9
    end_leases(home)
    await bot.start()
    await office.sockets.connected(seconds=120)
    await answered_once(office, home, ts)
    assert await bot.end() == 0


@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS)
async def test_a_kill_at_any_point_is_made_good(
    office: FakeSlack, home: Path, tmp_path: Path, point: str
) -> None:
    """The process that is started next finishes what it finds."""
    await killed_and_started_again(office, home, tmp_path, point)


@pytest.mark.slow
@pytest.mark.parametrize("point", [*GROWING, "after the post"])
async def test_a_kill_while_a_written_answer_grows_is_made_good(
    office: FakeSlack, home: Path, tmp_path: Path, chat: FakeChat, point: str
) -> None:
    settings = {"BRIEFS_CHAT_MODEL": "openai:fake", "BRIEFS_CHAT_URL": chat.url,
                "BRIEFS_CHAT_KEY": "sk-1"}  # fmt: skip
    await killed_and_started_again(office, home, tmp_path, point, **settings)


@pytest.mark.slow
async def test_sigterm_hands_back_what_is_open(
    office: FakeSlack, home: Path, tmp_path: Path
) -> None:
    """The process that is started next answers it at once, whatever the lease."""
    office.faults.script("chat.postMessage", [fake.hang(100), fake.hang(100)])
    bot = BotProcess(office, home, tmp_path / "log")
    await bot.start()
    await office.sockets.connected(seconds=120)
    ts = await office.mention("#desk", "alice", LEASE)
    await office.until(lambda: office.calls_of("chat.postMessage"), 120, "a post")
    assert await bot.end(seconds=120) == 0
    database = Database(f"sqlite:///{home}/library.db")
    assert Inbox(database, "reader").counts()["waiting"] == 1
    database.close()
    office.faults.clear()
    await bot.start()
    await answered_once(office, home, ts)
    assert await bot.end(seconds=120) == 0
    assert "xoxb" not in bot.log
    assert "Traceback" not in bot.log


@pytest.mark.slow
async def test_two_processes_killed_again_and_again_answer_every_question_once(
    slack: FakeSlack, home: Path, tmp_path: Path
) -> None:
    """60 questions, each delivered one to five times in another order, a kill -9 every 40."""
    crowd, kills = await under_fire(slack, home, tmp_path, Fire(60, kill_every=40))
    assert kills >= 3
    assert crowd.counts == {"answered": 60, "doubled": 0, "lost": 0}
    assert slack.doubles() == {}
    assert slack.violations == []
    assert on_record(slack, home) == {"equal": 60, "other": 0, "missing": 0, "twice": 0}
    counts = ends(home)
    assert counts["answered"] + counts["declined"] == 60
