"""The ledger says exactly what people saw: each post on record once, whoever is killed."""

from dataclasses import replace

import pytest

from bot.ledger.feedback import Feedback
from bot.ledger.ledger import Ledger, LedgerEntry, RecordKind
from bot.ledger.record import sha256
from bot.slack.bot import RunningBot
from bot.slack.delivery.inbox import Inbox
from bot.slack.delivery.records import RECORD, Records, Requests, noted
from bot.slack.types import Posted, QuestionOutcome
from index.errors import NotFound
from index.storage.database import Database
from tests.fake_chat import FakeChat, Turn
from tests.slack import fake
from tests.slack.fake import FakeSlack
from tests.slack.records import answers, records, seen, take, told
from tests.tamara import HARBOUR, draft

pytestmark = pytest.mark.anyio

LEASE = "Who called the lease a mistake?"
QUESTIONS = (
    LEASE,
    "What is said of the harbour, its lease and the minister's promise?",
    "By how much did wheat exports of Tamara fall in 2023?",
    "How many tons of cargo does Port Aurelia handle in a year?",
    "What is the melting point of tungsten?",
)


async def recorded(bot: RunningBot, slack: FakeSlack, count: int) -> list[LedgerEntry]:
    await slack.until(lambda: len(records(bot.parts.ledger)) >= count, 120, f"{count} records")
    await slack.until(
        lambda: not bot.parts.queue.waiting(RECORD), 10, "nothing left to be recorded"
    )
    return records(bot.parts.ledger)


@pytest.mark.slow
async def test_what_60_answers_said_is_what_the_ledger_says(
    writer: RunningBot, office: FakeSlack, chat: FakeChat
) -> None:
    """Grown, broken off, seen by one person, shared; also once a brief changed."""
    chat.always = Turn(drip=0.005)
    people = ("alice", "bob", "ada")
    for number in range(30):  # grown
        where = office.dm(people[number % 3]).id if number % 3 else "#desk"
        ts = await office.mention(where, people[number % 3], QUESTIONS[number % 5])
        await office.answer_to(ts, 30)
    for number in range(5):  # an unfinished one that cannot be changed: a new one replaces it
        office.faults.script("chat.update", lambda number, args: fake.refused("update_failed"))
        ts = await office.mention("#desk", "bob", QUESTIONS[number])
        await office.answer_to(ts, 30)
        await office.quiet()
        office.faults.clear()
    for number in range(10):
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
    assert kinds.count((True, False)) >= 15  # what declines does not grow
    assert kinds.count((False, True)) == 10
    assert [one.body["post"] for one in found].count("shared") == 5
    assert writer.parts.ledger.verify() is None
    _check_citations_from_the_row_alone(writer)


def _check_citations_from_the_row_alone(bot: RunningBot) -> None:
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
    bot: RunningBot, office: FakeSlack
) -> None:
    office.faults.script("chat.postMessage", [fake.refused("invalid_blocks")])
    ts = await office.mention("#desk", "alice", LEASE)
    answer = await office.answer_to(ts)
    [entry] = await recorded(bot, office, 1)
    assert answer.blocks == []
    assert entry.body["plain"]
    assert told(entry) == seen(answer)


async def test_an_answer_of_several_messages_has_a_record_of_each(
    bot: RunningBot, office: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.slack.blocks import answers as answer_blocks

    monkeypatch.setattr(answer_blocks, "MOST_BLOCKS", 1)
    ts = await office.mention("#desk", "alice", LEASE)
    await office.answer_to(ts)
    await office.until(lambda: bot.parts.inbox.counts()["answered"], 20, "its end")
    shown = office.answers_to(ts)
    found = await recorded(bot, office, len(shown))
    assert len(shown) > 1
    assert [one.body["post"] for one in found] == [
        "answer", *(f"answer.{number}" for number in range(1, len(shown)))
    ]  # fmt: skip
    assert [told(one) for one in found] == [seen(one) for one in shown]


async def test_what_is_no_answer_has_no_record(bot: RunningBot, office: FakeSlack) -> None:
    """Neither "I found nothing" where nothing was searched, nor a failure."""
    await office.answer_to(await office.mention("#general", "alice", LEASE))
    overlong = LEASE.replace("the lease", "the lease " + "of the harbour " * 300)
    await office.answer_to(await office.mention("#desk", "alice", overlong))
    await office.quiet()
    assert records(bot.parts.ledger) == []
    assert bot.parts.queue.waiting(RECORD) == 0


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
    entry = take(inbox)
    assert entry
    inbox.recorded(entry, f"a{second}", "said", "[]")
    said = [
        Posted("C1", f"{second}.{number}", text=f"said {name}") for number, name in enumerate(names)
    ]
    posted = noted(f"a{second}", "answer", said, entry.incoming)
    assert inbox.finished(entry, QuestionOutcome.ANSWERED, f"{second}.0", posted=posted)


def test_a_post_is_noted_with_the_end_of_its_question_and_recorded_once(inbox, ledger, ask) -> None:
    """By whoever comes; asked again, there is nothing left."""
    end(inbox, ask, 1, "answer", "answer.1")
    records_of = Records(inbox.queue, ledger)
    assert inbox.queue.waiting(RECORD) == 2
    assert records_of.record("a2") == 0
    assert records_of.record("a1") == 2
    assert records_of.record() == records_of.record("a1") == inbox.queue.waiting(RECORD) == 0
    assert [(one.body["post"], one.private["ts"], told(one)[0]) for one in records(ledger)] == [
        ("answer", "1.0", "said answer"), ("answer.1", "1.1", "said answer.1"),
    ]  # fmt: skip
    assert ledger.verify() is None


def test_a_kill_between_record_and_job_gives_no_second_record(
    inbox, open_inbox, ledger, ask, clock, monkeypatch
) -> None:
    """The record is known by the name of its post; until the lease is over nobody else is at it."""
    end(inbox, ask, 1, "answer")
    end(inbox, ask, 2, "answer")

    def killed(*_: object) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(inbox.queue, "finish_in", killed)
        with pytest.raises(KeyboardInterrupt):
            Records(inbox.queue, ledger).record("a1")
    other = Records(open_inbox("another").queue, ledger)
    assert other.record("a1") == 0
    clock.now += 31
    assert other.record() == 2
    assert [one.answer_id for one in records(ledger)] == ["a1", "a2"]


def test_what_was_forgotten_before_it_was_recorded_is_in_no_record(inbox, ledger, ask) -> None:
    end(inbox, ask, 1, "answer")
    inbox.accept(ask(2))
    entry = take(inbox)
    inbox.recorded(entry, "a2", "said", "[]")
    assert inbox.forget("T1", "U1") == ["a1", "a2"]
    posted = noted("a2", "answer", [Posted("C1", "2.0", text="said")], entry.incoming)
    inbox.finished(entry, QuestionOutcome.ANSWERED, "2.0", posted=posted)
    assert Records(inbox.queue, ledger).record() == 2
    assert [one.private for one in records(ledger)] == [None, None]


def test_what_is_forgotten_while_it_is_recorded_goes_too(inbox, ledger, ask, monkeypatch) -> None:
    end(inbox, ask, 1, "answer")
    add = ledger.add

    def added(*given: object) -> object:
        entry = add(*given)
        inbox.forget("T1", "U1")
        return entry

    monkeypatch.setattr(ledger, "add", added)
    assert Records(inbox.queue, ledger).record("a1") == 1
    assert [one.private for one in records(ledger)] == [None]


def test_every_opinion_is_a_record(ledger) -> None:
    """The oldest first; what was typed and by whom stands apart, and can be forgotten."""
    feedback = Feedback(ledger)
    feedback.add("a1", "slack:T1:U1", good=True)
    feedback.add("a2", "slack:T1:U1", good=False, reason="missing", note="No \x00 table")
    feedback.add("a1", "slack:T1:U1", good=False, reason="outdated")
    given = [one.body for one in ledger.further("a1", RecordKind.FEEDBACK)]
    assert [(one["good"], one["reason"]) for one in given] == [(True, None), (False, "outdated")]
    assert "U1" not in str(given)
    [record] = ledger.further("a2", RecordKind.FEEDBACK)
    assert record.private == {"user": "slack:T1:U1", "note": "No \ufffd table"}
    with pytest.raises(NotFound):
        feedback.add("a9", "slack:T1:U1", good=True)


def test_the_librarians_are_asked_once_by_each_person(database) -> None:
    requests = Requests(database)
    asked = [requests.add("What of Texas?", "a1", "T1", user) for user in ("U1", "U1", "U2")]
    assert asked == [True, False, True]
