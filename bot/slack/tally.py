"""Count the questions of the inbox for health checks and metrics: numbers only, nobody's words.

In: the database. Out: how many wait, are worked on and ended in each way, how long answers took.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import and_, case, func, select

from bot.slack.claims import Finding, unclaimed
from bot.slack.inbox_tables import Store, questions
from bot.slack.types import Outcome
from index.storage.database import Database

SECONDS = (0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)


@dataclass(frozen=True)
class Tally:
    """The figures of a moment. Seconds are from a question's acceptance to its end."""

    counts: Mapping[str, int]  # "waiting", "working", and each outcome
    oldest_waiting: float | None  # seconds; None: none waits
    within: Mapping[float, int]  # questions that ended within so many seconds
    ended: int
    seconds: float  # of all that ended, added up


class Tallying:
    """Counts questions; the tables are made where they are not there yet."""

    def __init__(self, database: Database) -> None:
        """Remember the database."""
        self._store = Store(database)

    def tally(self) -> Tally:
        """Return the figures of now; raises DatabaseUnavailable.

        Withdrawn questions count among the outcomes, not among the seconds.
        """
        table, now = questions.c, time.time()
        took = table.finished_at - table.accepted_at
        sums = [func.coalesce(func.sum(case((took <= most, 1), else_=0)), 0) for most in SECONDS]
        ended = select(func.count(), func.coalesce(func.sum(took), 0.0), *sums).where(
            table.finished_at.is_not(None), table.outcome != Outcome.WITHDRAWN.value
        )
        waits = and_(table.outcome.is_(None), unclaimed(now))
        with self._store.read() as connection:
            count, seconds, *within = connection.execute(ended).one()
            oldest = connection.execute(select(func.min(table.accepted_at)).where(waits)).scalar()
        return Tally(
            counts=Finding(self._store).counts(now),
            oldest_waiting=None if oldest is None else max(0.0, now - oldest),
            within={most: int(number) for most, number in zip(SECONDS, within, strict=True)},
            ended=int(count),
            seconds=max(0.0, float(seconds)),
        )
