"""Keep what people handed over until it is in the library: a message's files in, each taken once.

A parcel is kept before Slack hears that it was received. Who works on it holds a lease; when that
process dies, another takes the parcel up. Knows nothing of files.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, select, update

from bot.slack.inbox_tables import Store, handed_files, lapsed, storable
from index.storage.database import Database

LEASE_SECONDS = 60.0
ATTEMPTS = 3  # after which files that keep killing their process are given up


class Tell(StrEnum):
    """Where it is said what became of a parcel."""

    THREAD = "thread"  # of the message that it came with
    ASIDE = "aside"  # to its sender alone
    DIRECT = "direct"  # in the direct message with its sender


@dataclass(frozen=True)
class Parcel:
    """Files to be added, who hands them over, and what is said of them.

    `(team, channel, ts)` names it; `ts` is that of the message, or the id of the dialog. `files`
    maps Slack's ids to names for people.
    """

    team: str
    channel: str
    ts: str
    user: str
    files: Mapping[str, str]
    thread_ts: str | None = None
    collection: str | None = None  # None: that of the channel
    title: str | None = None
    date: str | None = None
    tell: Tell = Tell.THREAD
    attempts: int = field(default=1, compare=False)

    @property
    def again(self) -> bool:
        """Whether a process that died had it before."""
        return self.attempts > 1


class Parcels:
    """The parcels of all workspaces."""

    def __init__(
        self, database: Database, owner: str, *, clock: Callable[[], float] = time.time
    ) -> None:
        """Remember the database; `owner` names this process and no other."""
        self._store = Store(database)
        self._owner = owner
        self._clock = clock

    def begin(self, parcel: Parcel) -> bool:
        """Keep a parcel and take it; True once, however often it is delivered."""
        with self._store.write() as connection:
            if connection.execute(select(handed_files.c.ts).where(_key(parcel))).first():
                return False
            now = self._clock()
            connection.execute(
                handed_files.insert().values(
                    team=parcel.team, channel=parcel.channel, ts=parcel.ts, user=parcel.user,
                    parcel=_written(parcel), attempts=1, owner=self._owner, handed_at=now,
                    owned_until=now + LEASE_SECONDS,
                )
            )  # fmt: skip
        return True

    def keep(self, parcel: Parcel) -> bool:
        """Renew the lease; False where the parcel is no longer ours, or was forgotten."""
        return self._change(parcel, owned_until=self._clock() + LEASE_SECONDS)

    def done(self, parcel: Parcel) -> None:
        """Note that nothing is left to do for it."""
        self._change(parcel, parcel=None, owner=None, owned_until=None)

    def left(self) -> list[Parcel]:
        """Take the parcels that nobody works on any more."""
        table, now = handed_files.c, self._clock()
        left = lapsed(table.owned_until, now)
        open_ones = select(handed_files).where(table.parcel.is_not(None), left)
        with self._store.read() as connection:
            if connection.execute(open_ones.limit(1)).first() is None:
                return []
        with self._store.write() as connection:
            rows = connection.execute(open_ones.order_by(table.handed_at)).all()
            taken = [_read(row) for row in rows]
            for one in taken:
                values = {"owner": self._owner, "owned_until": now + LEASE_SECONDS}
                change = update(handed_files).where(_key(one))
                connection.execute(change.values(attempts=one.attempts, **values))
        return taken

    def _change(self, kept: Parcel, /, **values: Any) -> bool:
        table = handed_files.c
        ours = and_(_key(kept), table.owner == self._owner, table.parcel.is_not(None))
        with self._store.write() as connection:
            return (
                connection.execute(update(handed_files).where(ours).values(**values)).rowcount == 1
            )


def _key(parcel: Parcel) -> ColumnElement[bool]:
    table = handed_files.c
    return and_(
        table.team == parcel.team, table.channel == parcel.channel, table.ts == parcel.ts
    )  # fmt: skip


def _written(parcel: Parcel) -> str:
    kept = {name: value for name, value in vars(parcel).items() if name != "attempts"}
    return storable(json.dumps({**kept, "files": dict(parcel.files)}))


def _read(row: Row[Any]) -> Parcel:
    """Return a parcel as one that is begun once more."""
    kept = json.loads(row.parcel)
    return replace(Parcel(**{**kept, "tell": Tell(kept["tell"])}), attempts=row.attempts + 1)
