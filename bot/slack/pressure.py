"""Say once, for all who wait, that a channel has many questions open; and once that it is too many.

In place of a line for each question, which would make the waiting longer. Knows when something is
due and for which channel or person, and not how it is said.
"""

import time
from collections.abc import Callable

from sqlalchemy import delete, func, select

from bot.slack.claims import unclaimed
from bot.slack.inbox_tables import Store, busy_channels, questions
from bot.slack.types import Incoming
from index.storage.database import Database

MANY = 10  # questions of a channel that wait
EVERY = 600.0  # seconds between two such lines in a channel
LOOK = 2.0  # seconds between two counts in a channel
REFUSALS = 60.0  # seconds between two lines to a person whose questions are refused


class Pressure:
    """What was said to whom, and when; channels are shared with other processes."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        """Remember the database."""
        self._store = Store(database)
        self._clock = clock
        self._looked: dict[tuple[str, str], float] = {}
        self._refused: dict[tuple[str, str], float] = {}

    def waiting(self, incoming: Incoming) -> int:
        """Return how many questions of a channel wait, where that is to be said now; else 0."""
        key, now = (incoming.team, incoming.channel), self._clock()
        if not _is_due(self._looked, key, now, LOOK):
            return 0
        count = self._count(key, now)
        return count if count >= MANY and self._begin(key, now) else 0

    def refuses(self, incoming: Incoming) -> bool:
        """Return whether a person is to be told that too many questions are open."""
        return _is_due(self._refused, (incoming.team, incoming.user), self._clock(), REFUSALS)

    def _count(self, key: tuple[str, str], now: float) -> int:
        table = questions.c
        query = select(func.count()).where(
            table.team == key[0], table.channel == key[1], table.private.is_(False),
            table.outcome.is_(None), unclaimed(now),
        )  # fmt: skip
        with self._store.read() as connection:
            return int(connection.scalar(query) or 0)

    def _begin(self, key: tuple[str, str], now: float) -> bool:
        """Note that it is said; False where it was said a while ago, by whatever process."""
        here = {"team": key[0], "channel": key[1]}
        with self._store.write() as connection:
            query = select(busy_channels.c.told_at).filter_by(**here)
            told_at = connection.scalar(query)
            if told_at is not None and abs(now - told_at) < EVERY:
                return False
            connection.execute(delete(busy_channels).filter_by(**here))
            connection.execute(busy_channels.insert().values(**here, told_at=now))
        return True


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
