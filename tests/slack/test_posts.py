"""The ledger says exactly what people saw (F-44): each post on record once, whoever is killed."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.ledger import Entry, Ledger
from bot.record import sha256
from bot.slack.inbox import Inbox
from bot.slack.posts import OWNED_SECONDS, Noted, Posts
from bot.slack.running import Running
from bot.slack.types import Outcome, Posted
from index import failpoints
from index.library import Library
from index.settings import Settings
from index.storage.database import Database
from tests.bot.conftest import HARBOUR, draft
from tests.fake_chat import FakeChat, Turn
from tests.slack import fake
from tests.slack.bots import BotProcess, answering_bot, end_leases, settled
from tests.slack.fake import FakeSlack
from tests.slack.records import answers, records, seen, told

pytestmark = pytest.mark.anyio

LEASE = "Who called the lease a mistake?"
QUESTIONS = (
    LEASE,
    "What is said of the harbour, its lease and the minister's promise?",
    "By how much did wheat exports of Tamara fall in 2023?",
    "How many tons of cargo does Port Aurelia handle in a year?",
    "What is the melting point of tungsten?",
)


@pytest.fixture
def chat() -> Iterator[FakeChat]:
    with FakeChat(always=Turn(drip=0.005)) as server:
        yield server


@pytest.fixture
async def writer(office: FakeSlack, home: Path, embedder, chat: FakeChat) -> AsyncIterator[Running]:
    """The bot where a chat model writes, at a Slack that takes posts quickly."""
    settings = Settings(
        home=home, chat_model="openai:fake", chat_url=chat.url, chat_key="sk-1", chat_seconds=4
    )
    with Library.open(settings, embedder=embedder) as library:
        async with answering_bot(office, library, collections={"board": {"groups": []}}) as bot:
            yield bot
            await office.quiet()
    settled(office)


async def recorded(bot: Running, slack: FakeSlack, count: int) -> list[Entry]:
    await slack.until(lambda: len(records(bot.parts.ledger)) >= count, 60, f"{count} records")
    await slack.until(lambda: not bot.parts.posts.waiting(), 10, "nothing left to be recorded")
    return records(bot.parts.ledger)


@pytest.mark.slow
async def test_what_60_answers_said_is_what_the_ledger_says(
    writer: Running, office: FakeSlack
) -> None:
    """Streamed, whole, broken off, seen by one person, shared; also once a brief changed."""
    people = ("alice", "bob", "ada")
    for number in range(30):  # streamed
        where = office.dm(people[number % 3]).id if number % 3 else "#desk"
        ts = await office.mention(where, people[number % 3], QUESTIONS[number % 5])
        await office.answer_to(ts, 30)
    for number in range(5):  # a stream that breaks, and becomes a whole message
        office.faults.script("chat.stopStream", [fake.refused("message_not_in_streaming_state")])
        ts = await office.mention("#desk", "bob", QUESTIONS[number])
        await office.answer_to(ts, 30)
        await office.quiet()
        office.faults.clear()
    office.rules.streams = False
    for number in range(10):  # whole
        ts = await office.mention("#den", people[number % 3], QUESTIONS[number % 5])
        await office.answer_to(ts, 30)
    for number in range(10):  # seen by one person
        before = len(office.world.ephemeral)
        await office.command("/briefs", f"ask {QUESTIONS[number % 4]}", "ada", "desk")
        await office.until(lambda n=before: len(office.world.ephemeral) > n, 30, "an answer")
    for own in list(office.world.ephemeral)[:5]:  # and shared
        await office.click(own, "Share with channel", "ada")
    found = await recorded(writer, office, 60)
    shown = answers(office)
    assert len(shown) == len(found) == 60
    assert sorted(map(seen, shown)) == sorted(map(told, found))
    standing = {one.ts: one for one in shown if not one.to}
    for entry in found:
        assert entry.private
        if ts := entry.private["ts"]:
            message = standing[ts]
            assert told(entry) == seen(message)
            assert (message.metadata or {})["event_payload"]["answer_id"].startswith(
                entry.answer_id
            )
            assert entry.private["place"].startswith(f"slack:T0FAKE:{message.channel}:")
    kinds = [(one.body["streamed"], one.body["alone"]) for one in found]
    assert kinds.count((True, False)) >= 15  # what declines is not streamed
    assert kinds.count((False, True)) == 10
    assert [one.body["post"] for one in found].count("shared") == 5
    assert writer.parts.ledger.verify() is None
    _check_citations_from_the_row_alone(writer)


def _check_citations_from_the_row_alone(bot: Running) -> None:
    """After both briefs got another text."""
    title, date, paragraphs = HARBOUR
    other = draft(title, date, tuple(f"Corrected. {one}" for one in paragraphs))
    bot.parts.library.publish([replace(other, brief=replace(other.brief, version=2))])
    checked = 0
    for entry in bot.parts.ledger.entries():
        for cited in entry.body["citations"]:
            passage = cited["passage"]
            start = cited["start"] - passage["start"]
            assert passage["text"][start : start + len(cited["quote"])] == cited["quote"]
            assert sha256(passage["text"]) == passage["sha256"]
            checked += 1
    assert checked >= 60


async def test_where_blocks_are_refused_the_plain_text_is_recorded(
    bot: Running, office: FakeSlack
) -> None:
    """As that is what people saw."""
    office.faults.script("chat.postMessage", [fake.refused("invalid_blocks")])
    ts = await office.mention("#desk", "alice", LEASE)
    answer = await office.answer_to(ts)
    [entry] = await recorded(bot, office, 1)
    assert answer.blocks == []
    assert entry.body["plain"]
    assert told(entry) == seen(answer)


async def test_an_answer_of_several_messages_has_a_record_of_each(
    bot: Running, office: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In their order."""
    from bot.slack import answer_blocks

    monkeypatch.setattr(answer_blocks, "MOST_BLOCKS", 1)
    ts = await office.mention("#desk", "alice", "What is the melting point of tungsten?")
    await office.answer_to(ts)
    await office.until(lambda: bot.parts.inbox.counts()["declined"], 20, "its end")
    shown = office.answers_to(ts)
    found = await recorded(bot, office, len(shown))
    assert len(shown) > 2
    assert [one.body["post"] for one in found] == [
        "answer", *(f"answer.{number}" for number in range(1, len(shown)))
    ]  # fmt: skip
    assert [told(one) for one in found] == [seen(one) for one in shown]


async def test_what_is_no_answer_has_no_record(bot: Running, office: FakeSlack) -> None:
    """Neither "The briefs do not say" where nothing was searched, nor a failure."""
    await office.answer_to(await office.mention("#general", "alice", LEASE))
    await office.answer_to(await office.mention("#desk", "alice", f"{LEASE} " * 200))
    await office.quiet()
    assert records(bot.parts.ledger) == []
    assert bot.parts.posts.waiting() == 0


async def test_the_record_holds_a_stream_that_was_stopped_as_far_as_it_was_shown(
    writer: Running, office: FakeSlack
) -> None:
    """Where the answer was whole already, and only its end was not shown."""
    office.faults.script("chat.stopStream", [fake.refused("stopped_by_user")])
    ts = await office.mention("#desk", "alice", LEASE)
    await office.until(lambda: writer.parts.inbox.counts()["failed"], 20, "its end")
    [entry] = await recorded(writer, office, 1)
    [shown] = office.answers_to(ts)
    assert entry.body["streamed"]
    assert entry.private
    assert entry.private["text"] == shown.markdown
    office.streams.all.clear()  # the fake has not really stopped it


# -- without Slack ---------------------------------------------------------------------------


@pytest.fixture
def ledger(database: Database) -> Ledger:
    ledger = Ledger(database)
    for name in ("a1", "a2"):
        ledger.append(name, {"answered": True}, {"question": "?"})
    return ledger


def end(inbox: Inbox, ask, second: int, *names: str) -> None:
    """Answer a question, as so many messages."""
    inbox.accept(ask(second))
    claim = inbox.take()
    assert claim
    inbox.recorded(claim, f"a{second}", "said", "[]")
    posted = [
        Noted(f"a{second}", name, Posted("C1", f"{second}.{number}", text=f"said {name}"))
        for number, name in enumerate(names)
    ]
    assert inbox.finished(claim, Outcome.ANSWERED, f"{second}.0", posted=posted)


def test_a_post_is_noted_with_the_end_of_its_question_and_recorded_once(
    inbox, database, ledger, ask, clock
) -> None:
    """By whoever comes; asked again, there is nothing left."""
    end(inbox, ask, 1, "answer", "answer.1")
    posts = Posts(database, ledger, inbox.owner, clock=clock)
    assert posts.waiting() == 2
    assert posts.record("a2") == 0
    assert posts.record("a1") == 2
    assert posts.record() == posts.record("a1") == posts.waiting() == 0
    assert [(one.body["post"], one.private["ts"], told(one)[0]) for one in records(ledger)] == [
        ("answer", "1.0", "said answer"), ("answer.1", "1.1", "said answer.1"),
    ]  # fmt: skip
    assert ledger.verify() is None


def test_what_a_killed_process_noted_is_recorded_by_another(
    inbox, database, ledger, ask, clock
) -> None:
    """After a minute; before that it may be alive."""
    end(inbox, ask, 1, "answer")
    other = Posts(database, ledger, "another", clock=clock)
    assert other.record() == 0
    clock.now += OWNED_SECONDS + 1
    assert other.record() == 1
    assert len(records(ledger)) == 1


def test_a_kill_between_record_and_row_gives_no_second_record(
    inbox, database, ledger, ask, clock, monkeypatch
) -> None:
    """The record is known by the name of its post."""
    end(inbox, ask, 1, "answer")
    end(inbox, ask, 2, "answer")

    class Killed(BaseException):
        pass

    def reached(name: str) -> None:
        raise Killed(name)

    with monkeypatch.context() as patch:
        patch.setattr(failpoints, "reached", reached)
        with pytest.raises(Killed):
            Posts(database, ledger, inbox.owner, clock=clock).record("a1")
    clock.now += OWNED_SECONDS + 1
    assert Posts(database, ledger, "another", clock=clock).record() == 2
    assert [one.answer_id for one in records(ledger)] == ["a1", "a2"]


def test_what_was_forgotten_before_it_was_recorded_is_in_no_record(
    inbox, database, ledger, ask, clock
) -> None:
    """Noted or not yet noted."""
    end(inbox, ask, 1, "answer")
    inbox.accept(ask(2))
    claim = inbox.take()
    inbox.recorded(claim, "a2", "said", "[]")
    assert inbox.forget("T1", "U1") == ["a1", "a2"]
    post = Noted("a2", "answer", Posted("C1", "2.0", text="said"))
    inbox.finished(claim, Outcome.ANSWERED, "2.0", posted=[post])
    assert Posts(database, ledger, inbox.owner, clock=clock).record("a1") == 1
    assert Posts(database, ledger, inbox.owner, clock=clock).record("a2") == 1
    assert [one.private for one in records(ledger)] == [None, None]


def test_what_is_forgotten_while_it_is_recorded_goes_too(
    inbox, database, ledger, ask, clock, monkeypatch
) -> None:
    """The row tells, once the record stands."""
    end(inbox, ask, 1, "answer")
    monkeypatch.setattr(failpoints, "reached", lambda name: inbox.forget("T1", "U1"))
    assert Posts(database, ledger, inbox.owner, clock=clock).record("a1") == 1
    assert [one.private for one in records(ledger)] == [None]


# -- kills -----------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("point", ["answer.after_post", "answer.after_record"])
async def test_a_kill_loses_no_record_and_makes_none_twice(
    office: FakeSlack, home: Path, tmp_path: Path, chat: FakeChat, point: str
) -> None:
    """Of a streamed answer, too, whose text the next process has not seen growing."""
    settings = {"BRIEFS_CHAT_MODEL": "openai:fake", "BRIEFS_CHAT_URL": chat.url,
                "BRIEFS_CHAT_KEY": "sk-1"}  # fmt: skip
    bot = BotProcess(office, home, tmp_path / "log", **settings)
    await bot.start(FAIL_AT=point)
    await office.sockets.connected(seconds=40)
    ts = await office.mention("#desk", "alice", LEASE)
    assert await bot.ended() == -9
    end_leases(home)
    await bot.start()
    database = Database(f"sqlite:///{home}/library.db")
    ledger = Ledger(database)
    await office.until(lambda: records(ledger), 60, "a record")
    await office.quiet()
    [entry], [shown] = records(ledger), office.answers_to(ts)
    assert told(entry) == seen(shown)
    posts = Posts(database, ledger)
    await office.until(lambda: not posts.waiting(), 20, "a look for what is left")
    assert len(records(ledger)) == 1
    assert await bot.end() == 0
    database.close()
    settled(office)
