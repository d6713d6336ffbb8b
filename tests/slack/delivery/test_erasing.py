"""Deletion of what a person typed: in no table, and on SQLite in no byte of any file."""

import time
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.ledger.feedback import Feedback
from bot.ledger.ledger import Ledger, RecordKind
from bot.slack import phrases
from bot.slack.bot import RunningBot
from bot.slack.delivery.records import Requests
from bot.slack.delivery.tables import TABLES, librarian_requests
from bot.slack.types import Accepted, QuestionOutcome
from tests.slack.fake import FakeSlack
from tests.slack.records import take

LEASE = "Who called the lease a mistake?"
DAY = 24 * 3600.0
CANARY = "kanarienvogel"


def hits(database, folder: Path) -> int:
    """Count the canary in all rows, and on SQLite in all files."""
    with database.read() as connection:
        rows = [str(row) for table in TABLES for row in connection.execute(select(table))]
    found = sum(row.count(CANARY) for row in rows)
    for file in folder.glob("library.db*"):
        found += file.read_bytes().count(CANARY.encode())
    return found


def fill(inbox, database, ask, count: int = 50) -> None:
    """Ask, edit, answer, and say things of it."""
    for second in range(1, count + 1):
        asked = ask(second, f"{CANARY} {second} " + "long " * (second * 7), event_id=f"E{second}")
        assert inbox.accept(asked) is Accepted.NEW
        claim = take(inbox)
        inbox.edited("T1", "C1", asked.ts, f"{CANARY} edited {second}")
        answer = f"You asked: {CANARY}"
        inbox.recorded(claim, f"a{second}", answer, f'["{answer}"]')
        inbox.finished(claim, QuestionOutcome.ANSWERED, f"{second}.9")
    ledger = Ledger(database)
    ledger.append("a1", {"answered": True}, {"question": CANARY})
    feedback = Feedback(ledger)
    feedback.add("a1", "slack:T1:U1", good=False, reason="other", note=f"{CANARY}!")
    feedback.add("a1", "slack:T1:U2", good=True)
    Requests(database).add(f"{CANARY}?", "a1", "T1", "U1")
    inbox.edited("T1", "C1", "77.0", f"{CANARY} early", user="U1")


def test_what_a_person_typed_is_gone_and_the_keys_stay(inbox, database, ask, tmp_path) -> None:
    """The ids of the answers are returned, and again when asked again."""
    fill(inbox, database, ask)
    inbox.accept(ask(100, f"{CANARY} waits", response_url=f"https://{CANARY}"))
    inbox.accept(ask(101, "Mine stays.", user="U2"))
    assert hits(database, tmp_path) > 100
    expected = [f"a{second}" for second in range(1, 51)]
    assert inbox.forget("T1", "U1") == expected
    ledger = Ledger(database)
    ledger.forget(expected, person="slack:T1:U1")
    assert hits(database, tmp_path) == 0
    assert ledger.verify() is None
    assert inbox.forget("T1", "U1") == expected
    assert inbox.accept(ask(1)) is inbox.accept(ask(100)) is Accepted.DUPLICATE
    assert inbox.recent("T1", "U1") == []
    assert inbox.by_answer("a1").outcome is QuestionOutcome.ANSWERED
    assert inbox.counts()["withdrawn"] == 1
    assert take(inbox).incoming.text == "Mine stays."
    mine, other = ledger.entries(RecordKind.FEEDBACK)
    assert (mine.body["reason"], mine.private) == ("other", None)
    assert (other.private["user"], other.body["good"]) == ("slack:T1:U2", True)
    with database.read() as connection:
        assert connection.scalar(select(librarian_requests.c.question)) == ""


def test_what_is_on_its_way_when_its_asker_is_forgotten_goes_at_its_end(
    inbox, database, ask, tmp_path
) -> None:
    """The worker is told that it is not wanted; even if it was posted already, no text stays."""
    inbox.accept(ask(1, CANARY))
    claim = take(inbox)
    inbox.recorded(claim, "a1", f"You asked: {CANARY}", "[]")
    assert inbox.forget("T1", "U1") == ["a1"]
    assert inbox.unwanted(claim)
    assert inbox.finished(claim, QuestionOutcome.ANSWERED, "9.0")
    assert inbox.by_answer("a1").text is None
    inbox.prune(30)  # empties SQLite's log
    assert hits(database, tmp_path) == 0


def test_pruned_texts_are_gone_from_the_files(inbox, clock, database, ask, tmp_path) -> None:
    fill(inbox, database, ask)
    Ledger(database).forget(["a1"], person="slack:T1:U1")
    clock.now = 4_000_000_000.0  # the wishes were made at the time of this machine
    assert inbox.prune(90) == 50
    assert hits(database, tmp_path) == 0


# -- in the running bot ----------------------------------------------------------------------


@pytest.mark.anyio
async def test_what_the_inbox_let_go_can_still_be_forgotten(
    bot: RunningBot, office: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.answer_to(await office.mention("#desk", "alice", LEASE))
    await office.answer_to(await office.mention("#desk", "bob", LEASE))
    await office.until(lambda: bot.parts.inbox.counts()["answered"] == 2, 120, "an end")
    now = time.time()
    monkeypatch.setattr(bot.parts.inbox, "_clock", lambda: now + 400 * DAY)
    bot.parts.inbox.prune(bot.parts.settings.keep_days)
    await office.open_home("alice")
    home = await office.until(lambda: office.home_of("alice"), 120, "a home")
    await office.click(home, "Delete my history", "alice")
    await office.until(
        lambda: any(phrases.FORGOTTEN in str(one.view) for one in office.world.views), 120, "a line"
    )
    private = [one.private for one in bot.parts.ledger.recent()]
    assert private.count(None) == 1
    [kept] = [one["asker"] for one in private if one]
    assert kept.endswith(office.world.user("bob").id)
