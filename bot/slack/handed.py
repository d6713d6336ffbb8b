"""Remember which briefs were made of what people handed over: who added one may take it out again.

Knows nothing of files.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select

from bot.slack.inbox_tables import Store, added_briefs
from index.storage.database import Database


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
    """The briefs that were handed over in Slack."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        """Remember the database."""
        self._store = Store(database)
        self._clock = clock

    def note(self, added: Added) -> None:
        """Note who added a brief, once."""
        with self._store.write() as connection:
            known = select(added_briefs.c.pk).filter_by(**vars(added))
            if connection.execute(known).first() is not None:
                return
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
