"""A library of an older version is brought up to date by itself, and nothing in it is lost."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import inspect, select

from bot.jobs.queue import Queue, jobs
from bot.ledger.ledger import Ledger
from bot.slack.delivery.inbox import Inbox
from bot.slack.delivery.records import Records
from bot.slack.delivery.tables import Store
from bot.slack.delivery.uploads import UPLOAD, Tell, Upload, job_of, upload_of
from bot.slack.types import Accepted, QuestionOutcome
from index.storage.database import Database, metadata
from tests.slack.delivery import old_tables as old
from tests.slack.records import records, take

NOW = 1_800_000_000.0


def question(number: int, ask, **more: object) -> dict[str, object]:
    asked = ask(number, f"question {number}")
    return {
        "team": asked.team, "channel": asked.channel, "ts": asked.ts, "root": asked.ts,
        "user": asked.user, "moment": int(float(asked.ts)) * 10**6, "text": asked.text,
        "kind": "mention", "private": False, "accepted_at": NOW - 100, "attempts": 0,
        "unwanted": False,
    } | more  # fmt: skip


def uploaded(ts: str, name: str) -> Upload:
    return Upload("T1", "C1", ts, "U1", {"F1": name}, ts, tell=Tell.ASIDE)


@pytest.fixture
def library(database: Database, ask) -> Database:
    """Six questions in all states, and one of everything that was open beside them."""
    old.metadata.create_all(database.engine)
    ended = {"outcome": "answered", "finished_at": NOW - 50, "attempts": 1, "answer_id": "a1"}
    held = {"owner": "old", "lease_until": NOW + 20, "attempts": 1}
    rows = [
        question(1, ask, **ended, message_ts="1.5"),
        question(2, ask, outcome="declined", finished_at=NOW - 50, reason="too many", text=""),
        question(3, ask),
        question(4, ask, **held),
        question(5, ask, **held, answer_id="a5", answer_text="said", answer_blocks="[]"),
        question(6, ask, **held, message_ts="6.5"),
    ]
    post = json.dumps({"surface": "slack", "post": "answer", "streamed": True, "plain": False,
                       "alone": False})  # fmt: skip
    private = json.dumps({"place": "slack:T1:C1:1", "ts": "1.5", "text": "said", "blocks": []})
    parcel = {name: one for name, one in vars(uploaded("7.0", "a.txt")).items()
              if name != "response_url"}  # fmt: skip
    mine = {"team": "T1", "user": "U1"}
    with database.write() as connection:
        for row in rows:
            connection.execute(old.questions.insert().values(**row))
        for values in ({"notice": "n1", "brief_id": "b1", "done": True},
                       {"notice": "n2", "brief_id": "b1/x", "done": False},
                       {"notice": "n2", "brief_id": "b2", "done": False}):  # fmt: skip
            more = {"answer_id": "a1", "version": len(values["brief_id"]), "begun_at": NOW - 500}
            connection.execute(old.told_corrections.insert().values(**values, **more))
        share = {"answer_id": "a1", "channel": "C1", "message_ts": "1.9", "shared_at": NOW - 40}
        connection.execute(old.shares.insert().values(**share, **mine))
        connection.execute(old.unrecorded_posts.insert().values(
            answer_id="a1", body=post, private=private, owner="old", owned_until=NOW + 20, **mine,
        ))  # fmt: skip
        for ts, kept in (("7.0", json.dumps(parcel)), ("8.0", None)):
            connection.execute(old.parcels.insert().values(
                channel="C1", ts=ts, parcel=kept, attempts=1, owner=kept and "old",
                owned_until=kept and NOW + 20, handed_at=NOW - 9, **mine,
            ))  # fmt: skip
    Ledger(database).append("a1", {"answered": True}, {"question": "?"})
    return database


def test_questions_go_on_where_they_were(library, clock, ask) -> None:
    """Who waits is taken, who was worked on is taken after the lease, who has ended stays so."""
    inbox = Inbox(library, "new", clock=clock)
    assert inbox.counts() == {
        "waiting": 1, "working": 3,
        "answered": 1, "unsure": 0, "declined": 1, "failed": 0,
            "withdrawn": 0,
    }  # fmt: skip
    assert inbox.accept(ask(3)) is Accepted.DUPLICATE
    entry = take(inbox)
    assert (entry.incoming.text, entry.attempts, take(inbox)) == ("question 3", 1, None)
    assert inbox.finished(entry, QuestionOutcome.ANSWERED, "3.5")
    clock.now += 21
    found = [take(inbox) for _ in range(3)]
    assert [(one.pk, one.attempts, one.answer_id, one.message_ts) for one in found] == [
        (4, 2, None, None), (5, 2, "a5", None), (6, 2, None, "6.5"),
    ]  # fmt: skip
    assert inbox.edited("T1", "C1", ask(1).ts, "newer").text == "newer"
    assert inbox.edited("T1", "C1", ask(2).ts, "newer") is None  # it was refused
    assert inbox.accept(ask(50)) is Accepted.NEW


def test_open_work_becomes_jobs_and_what_is_done_stays_known(library, clock) -> None:
    """A share, an upload, two notifications in one message, a post that is not on record."""
    queue = Inbox(library, "new", clock=clock).queue
    Store(library).empty_the_log()
    with Store(library).read() as connection:
        tables = set(inspect(connection).get_table_names())
    assert not tables & {"slack_parcels", "slack_shares", "slack_told_corrections",
                         "slack_unrecorded_posts", "slack_feedback"}  # fmt: skip
    assert queue.known("share", "a1/T1/C1")
    assert queue.known("notification", "a1/b1/2")
    assert queue.add(job_of(uploaded("7.0", "a.txt")), job_of(uploaded("8.0", "b.txt"))) == []
    assert queue.take([UPLOAD]) is None  # its lease
    job = queue.take(["notification"])
    assert [one.payload for one in queue.lane(job)] == [["a1", "b1/x", 4], ["a1", "b2", 2]]
    assert (job.lane, job.again) == ("n2", True)
    ledger = Ledger(library)
    assert Records(queue, ledger).record() == 0
    clock.now += 21
    assert upload_of(queue.take([UPLOAD])) == uploaded("7.0", "a.txt")
    assert Records(queue, ledger).record() == 1
    [record] = records(ledger)
    assert (record.body["streamed"], record.private["text"]) == (True, "said")
    assert queue.take(["share"]) is None


def test_two_processes_that_start_at_once_migrate_once(library, database_url, clock) -> None:
    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(lambda n: Inbox(library, f"p{n}", clock=clock).counts(), range(2)))
    assert counts[0] == counts[1]
    with Queue(library, "reader").read() as connection:
        before = connection.execute(select(jobs)).all()
    assert Inbox(library, "later", clock=clock).counts() == counts[0]
    with Queue(library, "reader").read() as connection:
        assert connection.execute(select(jobs)).all() == before


def test_an_old_library_has_the_columns_of_a_new_one(library) -> None:
    """Whether the tables of the library were made first or not."""
    metadata.create_all(library.engine)
    with Store(library).read() as connection:
        names = {one["name"] for one in inspect(connection).get_columns("slack_questions")}
    assert names == {column.name for column in metadata.tables["slack_questions"].columns}
