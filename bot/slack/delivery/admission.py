"""Let questions in together, bound what people and channels may ask, and say when many wait.

Quotas count by the times at which the messages were written, so that a queue of old messages after
a pause is not taken for a flood.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select

from bot.jobs.queue import jobs
from bot.slack.delivery.tables import Store, busy_channels, moment, questions, waiting
from bot.slack.types import Accepted, Incoming, QuestionOutcome
from index.storage.database import Database

REFUSALS = {  # kept as the reason of the refused question
    Accepted.OVER_QUOTA: "too many questions at once",
    Accepted.LOOPING: "too many questions in this thread within a minute",
}
MANY = 10  # questions of a channel that wait
EVERY = 600.0  # seconds between two such lines in a channel
LOOK = 2.0  # seconds between two counts in a channel
REFUSAL_SECONDS = 60.0  # seconds between two lines to a person whose questions are refused
_MINUTE = 60_000_000  # microseconds


@dataclass(frozen=True)
class Quotas:
    """How many questions are let in; each is the most allowed, and at least 1."""

    open_per_user: int = 10  # accepted and not finished
    channel_per_minute: int = 60
    thread_per_minute: int = 10  # the fuse: two bots that answer each other stop here


def refusal(connection: Connection, incoming: Incoming, quotas: Quotas) -> Accepted | None:
    """Return why a question may not be let in, None where it may.

    Those refused before do not count.
    """
    here = and_(questions.c.team == incoming.team, questions.c.channel == incoming.channel)
    thread = and_(here, questions.c.root == incoming.root)
    if _crowded(connection, incoming, thread, quotas.thread_per_minute):
        return Accepted.LOOPING
    mine = and_(questions.c.team == incoming.team, questions.c.user == incoming.user)
    is_open = and_(mine, questions.c.outcome.is_(None))
    count = connection.execute(select(func.count()).select_from(questions).where(is_open)).scalar()
    if (count or 0) >= quotas.open_per_user:
        return Accepted.OVER_QUOTA
    if _crowded(connection, incoming, here, quotas.channel_per_minute):
        return Accepted.OVER_QUOTA
    return None


def _crowded(
    connection: Connection, incoming: Incoming, place: ColumnElement[bool], most: int
) -> bool:
    """Tell whether with this one some minute would hold more."""
    asked = moment(incoming.ts)
    was_let_in = or_(
        questions.c.outcome.is_(None),
        questions.c.outcome != QuestionOutcome.DECLINED.value,
        questions.c.answer_id.is_not(None),
    )
    near = questions.c.moment.between(asked - _MINUTE + 1, asked + _MINUTE - 1)
    query = select(questions.c.moment).where(place, near, was_let_in)
    return _fullest([*connection.execute(query).scalars(), asked]) > most


def _fullest(moments: Sequence[int]) -> int:
    """Return how many of these fall at most into one minute."""
    ordered = sorted(moments)
    first = best = 0
    for last, value in enumerate(ordered):
        while value - ordered[first] >= _MINUTE:
            first += 1
        best = max(best, last - first + 1)
    return best


MOST = 100  # questions in one transaction


class Admission:
    """Accepts the questions of one process, those that come together in one transaction."""

    def __init__(self, accept_all: Callable[[Sequence[Incoming]], list[Accepted]]) -> None:
        """`accept_all` lets in all of them or, when it fails, none."""
        self._accept_all = accept_all
        self._waiting: list[tuple[Incoming, asyncio.Future[Accepted]]] = []
        self._letting_in: asyncio.Task[None] | None = None

    async def accept(self, incoming: Incoming) -> Accepted:
        """Let in one question; when this returns it is safe to acknowledge it.

        Raises whatever `accept_all` raises: then none of those together was let in.
        """
        done: asyncio.Future[Accepted] = asyncio.get_running_loop().create_future()
        self._waiting.append((incoming, done))
        if self._letting_in is None:
            self._letting_in = asyncio.create_task(self._let_in())
        return await done

    async def _let_in(self) -> None:
        try:
            while self._waiting:
                together, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                asked = [incoming for incoming, _ in together]
                try:
                    verdicts = await asyncio.to_thread(self._accept_all, asked)
                except Exception as error:
                    for _, done in together:
                        if not done.done():
                            done.set_exception(error)
                    continue
                for (_, done), verdict in zip(together, verdicts, strict=True):
                    if not done.done():
                        done.set_result(verdict)
        finally:
            self._letting_in = None


class Pressure:
    """What was said to whom, and when; channels are shared with other processes."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._store = Store(database)
        self._clock = clock
        self._looked: dict[tuple[str, str], float] = {}
        self._refused: dict[tuple[str, str], float] = {}

    def waiting(self, incoming: Incoming) -> int:
        """Return how many questions of a channel wait, where that is to be said now; else 0."""
        team, channel, now = incoming.team, incoming.channel, self._clock()
        if not _is_due(self._looked, (team, channel), now, LOOK):
            return 0
        table, here = questions.c, {"team": team, "channel": channel}
        query = select(func.count()).where(
            table.team == team, table.channel == channel, table.private.is_(False),
            table.job == jobs.c.pk, waiting(now),
        )  # fmt: skip
        with self._store.read() as connection:
            count = int(connection.scalar(query) or 0)
        if count < MANY:
            return 0
        with self._store.write() as connection:
            told_at = connection.scalar(select(busy_channels.c.told_at).filter_by(**here))
            if told_at is not None and abs(now - told_at) < EVERY:
                return 0  # said a while ago, by whatever process
            connection.execute(delete(busy_channels).filter_by(**here))
            connection.execute(busy_channels.insert().values(**here, told_at=now))
        return count

    def refuses(self, incoming: Incoming) -> bool:
        """Return whether a person is to be told that too many questions are open."""
        person = (incoming.team, incoming.user)
        return _is_due(self._refused, person, self._clock(), REFUSAL_SECONDS)


def _is_due(
    said: dict[tuple[str, str], float], key: tuple[str, str], now: float, every: float
) -> bool:
    """Whether it is so long ago; notes that it is now."""
    if abs(now - said.get(key, float("-inf"))) < every:
        return False
    for old in [one for one, at in said.items() if at <= now - every]:
        del said[old]
    said[key] = now
    return True
