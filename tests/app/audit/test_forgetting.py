"""Forgetting: gone from every byte of the files, the chain sound, a receipt there."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from bot.audit.upkeep import forget_answers, forget_older, forget_person
from bot.ledger.feedback import Feedback
from bot.ledger.ledger import By, Ledger, RecordKind
from bot.ledger.rows import Record, insert
from bot.ledger.streamed import StreamedAnswer
from bot.slack.delivery import erasing
from bot.slack.delivery.inbox import Inbox
from bot.slack.delivery.records import Requests
from bot.slack.types import Accepted, AskedVia, Incoming, QuestionOutcome
from index.errors import NotFound
from tests.audit.ledgers import BODY, holding
from tests.slack.records import take

CANARY = "kanarienvogel"
ERASERS = [erasing]
PERSON = "slack:T1:U1"


def typed(text, asker=PERSON, turns=(), **more):
    return {"question": text, "standalone_question": text, "context": [], "asker": asker,
            "turns": [{"question": q, "answer_id": a} for q, a in turns], "place": "slack:T1:C1",
            **more}  # fmt: skip


def ask(inbox, n, user="U1", text=None):
    """Ask in Slack, and have it answered there."""
    asked = Incoming(
        team="T1", channel="C1", ts=f"{n}.000001", user=user, text=text or f"{CANARY} {n}",
        kind=AskedVia.MENTION, event_id=f"E{user}{n}", response_url=f"https://hooks/{CANARY}",
    )  # fmt: skip
    assert inbox.accept(asked) is Accepted.NEW
    entry = take(inbox)
    inbox.recorded(entry, f"a{n}", f"{CANARY} answered", "[]")
    inbox.finished(entry, QuestionOutcome.ANSWERED, f"{n}.9")


def live(library, *, slack=True):
    """Let a person ask 50 questions, some streamed, some in threads, and say things; others too."""
    database, ledger = library.database, Ledger(library.database)
    inbox = Inbox(database, "here", lease_seconds=9.0)
    for n in range(1, 51):
        private = typed(f"{CANARY} {n} " + "long " * (n * 40), turns=[(f"{CANARY} before", None)])
        stream = StreamedAnswer(database, f"a{n}")
        if n % 5 == 0:
            stream.begin({"hits": []}, private)
            stream.add({"sentence": n})
        if n == 50:
            break  # killed in its midst
        ledger.append(f"a{n}", {**BODY, "streamed": stream.digest}, private)
        stream.finished()
        posted = {"place": "C1", "text": f"Asked: {CANARY}", "blocks": [], "ts": "1.0"}
        ledger.add(RecordKind.POSTED, f"a{n}", {"surface": "slack"}, posted)
        ledger.append(f"o{n}", BODY, typed("another's question " * n, asker="slack:T1:U2"))
        if slack:
            ask(inbox, n)
    ledger.append("o99", BODY, typed("and then?", asker="slack:T1:U2", turns=[(CANARY, "a7")]))
    ledger.add(RecordKind.FEEDBACK, "o1", {"good": False}, {"user": "U1", "note": f"{CANARY}!"})
    ledger.add(RecordKind.FEEDBACK, "a1", {"good": False}, {"user": "slack:T1:U2", "note": "wrong"})
    ledger.add(RecordKind.JUDGEMENT, "o2", {"sentence": 1}, {"editor": PERSON, "note": CANARY})
    if slack:
        Feedback(ledger).add("a1", "slack:T1:U1", good=False, note=f"{CANARY}!")
        Requests(database).add(f"{CANARY}?", "a1", "T1", "U1")
    return ledger


@pytest.mark.parametrize("person", [PERSON, "U1"])
def test_a_person_is_gone_from_every_byte_and_what_others_typed_stays(library, person):
    """50 questions, turns, streamed ones, posts, feedback, notes, Slack's tables.

    Later questions of a thread are deleted too: their records repeat the words of those before.
    """
    ledger = live(library)
    assert holding(library.home, [CANARY])
    done = forget_person(library.database, person, ERASERS)
    assert holding(library.home, [CANARY]) == {}
    assert done.clean
    assert (done.answers, done.records) == (50, 49 * 2 + 1 + 1 + 1 + 1 + 1)
    assert ledger.check().fault is None
    assert ledger.asked_by(person) == []
    assert all(ledger.get(f"o{n}").private for n in range(1, 50))
    assert ledger.get("o99").private is None
    given, own = ledger.further("a1", RecordKind.FEEDBACK)
    assert own.private is None
    assert given.private == {"user": "slack:T1:U2", "note": "wrong"}
    assert holding(library.home, ["another's question"])
    assert_receipts(ledger)
    count = ledger.head()[0]
    again = forget_person(library.database, person, ERASERS)  # there is nothing left to do
    assert (again.answers, again.records, ledger.head()[0]) == (0, 0, count)


def assert_receipts(ledger):
    """Each answer has one: how many records were emptied, and on whose request."""
    receipts = {one.answer_id: one for one in ledger.entries(RecordKind.FORGOTTEN)}
    assert set(receipts) == {f"a{n}" for n in range(1, 51)} | {"o1", "o2", "o99"}
    assert receipts["a3"].body["records"] == 2
    assert receipts["a3"].body["by"] == "admin"
    assert receipts["a3"].private is None
    assert receipts["a50"].body["records"] == 1  # which was begun and never recorded


def test_slack_s_deletion_is_as_thorough(library):
    """With the person it finds what Slack's tables know no more, and what they said of others'."""
    ledger = live(library)
    inbox = Inbox(library.database, "here", lease_seconds=9.0)
    answers = inbox.forget("T1", "U1")
    ledger.forget(answers[:7], person=PERSON)
    assert holding(library.home, [CANARY]) == {}
    assert {one.body["by"] for one in ledger.entries(RecordKind.FORGOTTEN)} == {By.PERSON}
    assert ledger.get("o1").private is not None
    assert ledger.check().fault is None


def test_single_answers_are_forgotten_with_what_was_said_of_them(library):
    """In the ledger and in Slack's tables; an unknown answer is named before anything is done."""
    ledger = live(library)
    with pytest.raises(NotFound, match="zz"):
        forget_answers(library.database, ["a1", "zz"], ERASERS)
    assert ledger.get("a1").private is not None
    done = forget_answers(library.database, ["a1", "a2"], ERASERS)
    assert (done.answers, done.records) == (2, 6)
    assert ledger.get("a2").private is None
    assert ledger.get("a3").private is not None
    assert all(one.private is None for one in ledger.further("a1"))
    inbox = Inbox(library.database, "here", lease_seconds=9.0)
    assert (inbox.by_answer("a1").incoming.text, inbox.by_answer("a1").text) == ("", None)
    assert inbox.by_answer("a3").incoming.text


def test_what_is_too_old_is_forgotten(library):
    """400 days later: questions, posts, feedback; editors' judgements keep their names."""
    ledger = live(library)
    later = time.time() + 400 * 24 * 3600
    assert forget_older(library.database, 400 + 1, ERASERS, clock=lambda: later).records == 0
    ledger.append("new", BODY, typed("fresh question"))
    made = datetime.fromtimestamp(later, UTC) - timedelta(days=300)
    assert ledger.asked_before(made.isoformat()) != []
    done = forget_older(library.database, 399, ERASERS, clock=lambda: later)
    assert done.clean
    assert ledger.get("a1").private is ledger.get("o1").private is None
    assert ledger.further("o2", RecordKind.JUDGEMENT)[0].private["editor"] == PERSON
    assert holding(library.home, ["another's question", "fresh question"]) == {}
    assert {one.body["by"] for one in ledger.entries(RecordKind.FORGOTTEN)} == {By.RETENTION}
    assert ledger.check().fault is None


def test_either_database_forgets(either_library):
    ledger = live(either_library)
    done = forget_person(either_library.database, PERSON, ERASERS)
    assert done.clean
    assert ledger.check().fault is None
    with either_library.database.read() as connection:
        rows = connection.exec_driver_sql("SELECT body FROM ledger_private").all()
    assert CANARY not in str(rows)
    assert len(rows) > 40


def test_readers_in_the_way_are_told_of(library, monkeypatch):
    """What was deleted is deleted, but the log cannot be emptied."""
    ledger = live(library, slack=False)
    monkeypatch.setattr("index.storage.database.LOG_TIMEOUT_MS", 100)
    with library.database.read() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM ledger").all()
        assert not forget_person(library.database, PERSON, ERASERS).clean
    assert ledger.get("a1").private is None
    assert forget_person(library.database, PERSON, ERASERS).clean
    assert holding(library.home, [CANARY]) == {}


def test_a_receipt_and_its_deletion_are_one(library):
    """Where the receipt cannot be written nothing is deleted."""
    ledger = live(library, slack=False)
    with library.database.write() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER no_receipt BEFORE INSERT ON ledger WHEN NEW.kind = 'forgotten' "
            "BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    with pytest.raises(Exception, match="no"):
        forget_person(library.database, PERSON, ERASERS)
    assert ledger.get("a1").private is not None


def test_the_record_of_old_is_forgotten_too(library):
    with library.database.write() as connection:
        from bot.ledger.tables import create

        create(connection)
        insert(
            connection,
            Record(RecordKind.ANSWER, "old", BODY, {"question": CANARY, "asker": PERSON}),
        )
    assert forget_person(library.database, PERSON, ERASERS).answers == 1
    assert holding(library.home, [CANARY]) == {}
