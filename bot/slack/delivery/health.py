"""What a health check and metrics look at: the connection to Slack, and counts of the questions.

Numbers and states only, nobody's words.
"""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import case, func, select

from bot.jobs.queue import jobs
from bot.ledger.rows import RecordKind
from bot.ledger.tables import ledger, ledger_private
from bot.slack.delivery.inbox import counts
from bot.slack.delivery.tables import Store, questions, waiting
from bot.slack.types import QuestionOutcome
from index.storage.database import Database

log = logging.getLogger(__name__)

LOOK = 1.0  # seconds between looks
TOO_LONG = 60.0  # seconds without a connection after which the health check turns red


class Link:
    """One connection; until the first look it counts as down since it was made."""

    mode = "socket"

    def __init__(
        self, is_connected: Callable[[], Awaitable[bool]],
        working: Callable[[], bool] = lambda: True, clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._is_connected, self.working, self._clock = is_connected, working, clock
        self._down_since: float | None = clock()

    @property
    def down_for(self) -> float:
        """Seconds without a connection, 0 while there is one."""
        return 0.0 if self._down_since is None else self._clock() - self._down_since

    async def look(self) -> None:
        """Ask now."""
        connected = False
        with suppress(Exception):  # whatever the client raises, there is no connection
            connected = await self._is_connected()
        if connected:
            self._down_since = None
        elif self._down_since is None:
            self._down_since = self._clock()

    async def watch(self) -> None:
        """Look for ever, and say once when it has been down for too long and when it is back."""
        told = False
        while True:
            await self.look()
            if self.down_for > TOO_LONG and not told:
                log.warning("no connection to Slack for %.0f s; trying on", self.down_for)
            elif told and not self.down_for:
                log.warning("connected to Slack again")
            told = self.down_for > TOO_LONG
            await asyncio.sleep(LOOK)


@dataclass(frozen=True)
class Listening:
    """HTTP: Slack comes to us, nothing can be down."""

    working: Callable[[], bool] = lambda: True
    mode = "http"
    down_for = 0.0


USAGE_DAYS = 30


@dataclass(frozen=True)
class Usage:
    """How the bot was used in one workspace within USAGE_DAYS: numbers alone."""

    outcomes: Mapping[str, int]  # questions by how they ended
    people: int  # who asked
    good: int  # readers' opinions, a person's last one of an answer
    bad: int

    @property
    def questions(self) -> int:
        """How many were asked."""
        return sum(self.outcomes.values())


def usage(database: Database, team: str, now: float) -> Usage:
    """Return how the bot was used in a workspace lately."""
    table, since = questions.c, now - USAGE_DAYS * 86_400
    lately = [table.team == team, table.accepted_at > since, table.outcome.is_not(None)]
    outcomes = select(table.outcome, func.count()).where(*lately).group_by(table.outcome)
    people = select(func.count(func.distinct(table.user))).where(*lately)
    answers = select(table.answer_id).where(*lately, table.answer_id.is_not(None))
    said = select(ledger.c.answer_id, ledger.c.body, ledger_private.c.body.label("private"))
    said = said.outerjoin(ledger_private, ledger_private.c.record_id == ledger.c.record_id)
    said = said.where(
        ledger.c.kind == RecordKind.FEEDBACK.value, ledger.c.answer_id.in_(answers)
    ).order_by(ledger.c.seq)
    with Store(database).read() as connection:
        ended = {str(outcome): int(count) for outcome, count in connection.execute(outcomes)}
        asked = int(connection.scalar(people) or 0)
        last: dict[tuple[str, str], bool] = {}
        for number, row in enumerate(connection.execute(said)):
            who = str(json.loads(row.private or "{}").get("user") or number)
            last[row.answer_id, who] = bool(json.loads(row.body).get("good"))
    good = sum(last.values())
    return Usage(ended, asked, good, len(last) - good)


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
        self._store = Store(database)

    def tally(self) -> Tally:
        """Return the figures of now; raises DatabaseUnavailable.

        Withdrawn questions count among the outcomes, not among the seconds.
        """
        table, now = questions.c, time.time()
        took = table.finished_at - table.accepted_at
        sums = [func.coalesce(func.sum(case((took <= most, 1), else_=0)), 0) for most in SECONDS]
        ended = select(func.count(), func.coalesce(func.sum(took), 0.0), *sums).where(
            table.finished_at.is_not(None), table.outcome != QuestionOutcome.WITHDRAWN.value
        )
        oldest_accepted = select(func.min(table.accepted_at)).where(
            table.job == jobs.c.pk, waiting(now)
        )
        with self._store.read() as connection:
            count, seconds, *within = connection.execute(ended).one()
            oldest = connection.execute(oldest_accepted).scalar()
            counted = counts(connection, now)
        return Tally(
            counts=counted,
            oldest_waiting=None if oldest is None else max(0.0, now - oldest),
            within={most: int(number) for most, number in zip(SECONDS, within, strict=True)},
            ended=int(count),
            seconds=max(0.0, float(seconds)),
        )
