"""Questions are counted by outcome and by seconds."""

import time
from collections.abc import Callable

import pytest
from bot.slack.inbox import Inbox
from bot.slack.tally import Tallying

from bot.slack.types import Incoming, Outcome
from index.storage.database import Database
from tests.slack.conftest import Clock


def test_questions_are_counted_by_outcome_and_by_seconds(
    database: Database, open_inbox: Callable[..., Inbox], ask: Callable[..., Incoming], clock: Clock
) -> None:
    """On both databases; withdrawn questions took nobody's time."""
    inbox = open_inbox("one")
    took = {Outcome.ANSWERED: [0.2, 0.7, 4.0], Outcome.DECLINED: [0.4], Outcome.FAILED: [130.0],
            Outcome.WITHDRAWN: [9000.0]}  # fmt: skip
    every = [(outcome, seconds) for outcome, times in took.items() for seconds in times]
    for at, (outcome, seconds) in enumerate(every, 1):
        inbox.accept(ask(at, channel=f"C{at}", user=f"U{at}"))
        claim = inbox.take()
        assert claim
        clock.now += seconds
        inbox.renew(claim)
        assert inbox.finished(claim, outcome, None)
    clock.now = time.time()
    inbox.accept(ask(98, channel="C98"))
    assert inbox.take()
    clock.now = time.time() - 90
    inbox.accept(ask(99, channel="C99"))
    tally = Tallying(database).tally()
    counts = {"answered": 3, "declined": 1, "failed": 1, "withdrawn": 1, "waiting": 1, "working": 1}
    assert counts.items() <= tally.counts.items()
    assert set(tally.counts) == {*Outcome, "waiting", "working"}
    within = {0.25: 1, 0.5: 2, 1.0: 3, 2.5: 3, 5.0: 4, 120.0: 4, 300.0: 5}
    assert within.items() <= tally.within.items()
    assert tally.ended == 5
    assert tally.seconds == pytest.approx(135.3, abs=0.01)
    assert tally.oldest_waiting
    assert tally.oldest_waiting >= 89


def test_without_questions_all_is_zero(database: Database) -> None:
    """And nothing waits."""
    tally = Tallying(database).tally()
    assert (tally.oldest_waiting, tally.ended, tally.seconds) == (None, 0, 0)
