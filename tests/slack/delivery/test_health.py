"""What health looks at: how long the connection is down, and how questions ended."""

import time
from collections.abc import Callable

import pytest

from bot.slack.delivery.health import Link, Tallying
from bot.slack.delivery.inbox import Inbox
from bot.slack.types import Incoming, QuestionOutcome
from index.storage.database import Database
from tests.slack.conftest import Clock
from tests.slack.records import take


@pytest.mark.anyio
async def test_a_connection_is_down_since_the_first_look_that_missed_it(clock: Clock) -> None:
    up: list[bool | None] = [True]

    async def is_connected() -> bool:
        if up[0] is None:
            raise ConnectionError
        return bool(up[0])

    link = Link(is_connected, clock=clock)
    await link.look()
    for how in (False, None):
        up[0] = how
        await link.look()
        clock.now += 60
        await link.look()
        assert link.down_for == 60
        up[0] = True
        await link.look()
        assert link.down_for == 0


def test_questions_are_counted_by_outcome_and_by_seconds(
    database: Database, open_inbox: Callable[..., Inbox], ask: Callable[..., Incoming], clock: Clock
) -> None:
    """On both databases; withdrawn questions took nobody's time."""
    inbox, outcome = open_inbox("one"), QuestionOutcome
    took = {outcome.ANSWERED: [0.2, 0.7, 4.0], outcome.DECLINED: [0.4], outcome.FAILED: [130.0],
            outcome.WITHDRAWN: [9000.0]}  # fmt: skip
    every = [(how, seconds) for how, times in took.items() for seconds in times]
    for at, (how, seconds) in enumerate(every, 1):
        inbox.accept(ask(at, channel=f"C{at}", user=f"U{at}"))
        entry = take(inbox)
        assert entry
        clock.now += seconds
        inbox.queue.renew(entry.job)
        assert inbox.finished(entry, how, None)
    clock.now = time.time()
    inbox.accept(ask(98, channel="C98"))
    assert take(inbox)
    clock.now = time.time() - 90
    inbox.accept(ask(99, channel="C99"))
    tally = Tallying(database).tally()
    assert tally.counts == {
        "answered": 3, "unsure": 0, "declined": 1, "failed": 1,
            "withdrawn": 1, "waiting": 1, "working": 1,
    }  # fmt: skip
    within = {0.25: 1, 0.5: 2, 1.0: 3, 2.5: 3, 5.0: 4, 120.0: 4, 300.0: 5}
    assert within.items() <= tally.within.items()
    assert tally.ended == 5
    assert tally.seconds == pytest.approx(135.3, abs=0.01)
    assert tally.oldest_waiting is not None
    assert tally.oldest_waiting >= 89


def test_without_questions_all_is_zero(database: Database) -> None:
    tally = Tallying(database).tally()
    assert (tally.oldest_waiting, tally.ended, tally.seconds) == (None, 0, 0)
