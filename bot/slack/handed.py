"""Remember what people handed over: messages whose files were taken in hand, briefs made of them.

A message is delivered several times, and twice where it mentions us: its files are taken once. Who
added a brief may take it out again. Knows nothing of files.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select

from bot.slack.inbox_tables import Store, added_briefs, handed_files
from index.database import Database


@dataclass(frozen=True)
class Added:
    """A version of a brief, the document it was read from, and who added it."""

    brief_id: str
    version: int
    location: str
    collection: str
    team: str
    user: str


class Handed:
    """What was handed over in Slack."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        """Remember the database."""
        self._store = Store(database)
        self._clock = clock

    def first(self, team: str, channel: str, ts: str) -> bool:
        """Return whether the files of this message are to be taken now: True once."""
        key = {"team": team, "channel": channel, "ts": ts}
        with self._store.write() as connection:
            query = select(handed_files.c.ts).filter_by(**key)
            if connection.execute(query).first() is not None:
                return False
            connection.execute(handed_files.insert().values(**key, handed_at=self._clock()))
        return True

    def note(self, added: Added) -> None:
        """Note who added a brief."""
        with self._store.write() as connection:
            row = {**vars(added), "added_at": self._clock()}
            connection.execute(added_briefs.insert().values(**row))

    def of(self, brief_id: str, version: int) -> list[Added]:
        """Return the documents from Slack of a version, with those who added them."""
        query = select(added_briefs).filter_by(brief_id=brief_id, version=version)
        with self._store.read() as connection:
            return [
                Added(row.brief_id, row.version, row.location, row.collection, row.team, row.user)
                for row in connection.execute(query.order_by(added_briefs.c.pk))
            ]
