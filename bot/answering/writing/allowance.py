"""Decide whether the chat model may be called: an allowance a day, and a rest after failures.

The calls are counted in the library's database, which all processes share; each process has its own
breaker.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock

from sqlalchemy import Column, Integer, String, Table, select
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import ChatUnavailable
from index.errors import DatabaseUnavailable
from index.storage.database import Database, metadata

chat_calls = Table(
    "chat_calls",
    metadata,
    Column("day", String(10), primary_key=True),  # UTC, ISO 8601
    Column("calls", Integer, nullable=False),
)


class Allowance:
    """The calls that may still be made today."""

    def __init__(self, database: Database, calls_a_day: int) -> None:
        self._database = database
        self._most = calls_a_day
        self._prepared = False

    def take(self) -> None:
        """Count one call; raise ChatUnavailable, having counted nothing, where none is left."""
        try:
            taken = self._counted()
        except (SQLAlchemyError, DatabaseUnavailable):
            raise ChatUnavailable(
                "The chat model was not asked, for its calls cannot be counted"
            ) from None
        if not taken:
            raise ChatUnavailable(
                f"The {self._most:,} calls to the chat model allowed in a day are used up"
            )

    def used(self, day: str | None = None) -> int:
        """Return how many calls were made on a day, today if not said."""
        self._prepare()
        with self._database.read() as connection:
            query = select(chat_calls.c.calls).where(chat_calls.c.day == (day or _today()))
            return connection.execute(query).scalar() or 0

    def _counted(self) -> bool:
        self._prepare()
        here = chat_calls.c.day == (day := _today())
        with self._database.write() as connection:
            used = connection.execute(select(chat_calls.c.calls).where(here)).scalar()
            if (used or 0) >= self._most:
                return False
            if used is None:
                connection.execute(chat_calls.insert().values(day=day, calls=1))
            else:
                connection.execute(chat_calls.update().where(here).values(calls=used + 1))
        return True

    def _prepare(self) -> None:
        if not self._prepared:
            with self._database.write() as connection:
                metadata.create_all(connection, tables=[chat_calls])
            self._prepared = True


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


FAILURES = 3  # in a row, after which no call is made …
REST = 30.0  # … for so many seconds


class Breaker:
    """Opens after a run of failures; after a rest it lets one call through to see."""

    def __init__(
        self,
        failures: int = FAILURES,
        rest: float = REST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most, self._rest, self._clock = failures, rest, clock
        self._failures, self._until = 0, float("-inf")
        self._lock = Lock()

    def allows(self) -> bool:
        """Return whether to call now; the first to ask after a rest is the one that tries."""
        with self._lock:
            if self._failures < self._most:
                return True
            now = self._clock()
            if now < self._until:
                return False
            self._until = now + self._rest
            return True

    def succeeded(self) -> None:
        """Close again."""
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        """Count a failure; the last of a run opens the breaker."""
        with self._lock:
            self._failures += 1
            if self._failures >= self._most:
                self._until = self._clock() + self._rest
