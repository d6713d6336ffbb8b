"""Bring what was posted into the ledger: each post in, one record of it out, whoever is killed.

A post is noted in the transaction that ends its question, so that no question ends without; the
ledger's record follows. A row is one process's until a minute is over. What was recorded by a
process that was killed before it could take the row away is known by its name in the record.
"""

import json
import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, or_, select, update

from bot.ledger import Kind, Ledger
from bot.slack.inbox_tables import Store, lapsed, storable, unrecorded_posts
from bot.slack.types import Incoming, Posted
from index import failpoints
from index.errors import NotFound
from index.storage.database import Database

log = logging.getLogger(__name__)

OWNED_SECONDS = 60.0  # after which another process may record what this one has left


@dataclass(frozen=True)
class Noted:
    """A message of an answer as it went out.

    `name` is one that no other message of the answer has: "answer", "answer.1", "shared".
    """

    answer_id: str
    name: str
    posted: Posted
    alone: bool = False  # its asker alone sees it

    @property
    def body(self) -> dict[str, Any]:
        """What the record says of it that nobody typed."""
        return {
            "surface": "slack",
            "post": self.name,
            "streamed": self.posted.streamed,
            "plain": self.posted.plain,
            "alone": self.alone,
        }

    def private(self, incoming: Incoming) -> dict[str, Any]:
        """What the record says of it that can be forgotten; `ts` is None where Slack told none."""
        return {
            "place": f"slack:{incoming.team}:{self.posted.channel}:{incoming.root}",
            "ts": self.posted.ts or None,
            "text": self.posted.text,
            "blocks": list(self.posted.blocks),
        }


def noted(
    answer_id: str, name: str, posted: Sequence[Posted], *, alone: bool = False
) -> list[Noted]:
    """Return the messages of an answer as they are noted: "answer", "answer.1", and so on."""
    return [
        Noted(answer_id, f"{name}.{number}" if number else name, one, alone)
        for number, one in enumerate(posted)
    ]


def note(
    connection: Connection, posts: Iterable[Noted], incoming: Incoming, owner: str, now: float,
    *, forgotten: bool = False,
) -> None:  # fmt: skip
    """Note posts in an open transaction; they are `owner`'s to record."""
    for one in posts:
        private = None if forgotten else storable(json.dumps(one.private(incoming)))
        connection.execute(
            unrecorded_posts.insert().values(
                answer_id=one.answer_id, team=incoming.team, user=incoming.user,
                body=json.dumps(one.body), private=private,
                owner=owner, owned_until=now + OWNED_SECONDS,
            )
        )  # fmt: skip


class Posts:
    """The posts that are noted and not recorded yet."""

    def __init__(
        self, database: Database, ledger: Ledger, owner: str | None = None,
        *, clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        """Record for the process `owner`."""
        self._store = Store(database)
        self._ledger = ledger
        self._owner = owner or secrets.token_hex(8)
        self._clock = clock
        self._one_at_a_time = threading.Lock()

    def record(self, answer_id: str | None = None) -> int:
        """Record the posts of an answer, or all that no other process is at; return how many.

        Raises LedgerError or DatabaseUnavailable where that fails; then they are kept.
        """
        with self._one_at_a_time:
            rows = self._ours(answer_id)
            for row in rows:
                self._recorded(row)
                failpoints.reached("answer.after_record")
                self._drop(row)
        return len(rows)

    def waiting(self) -> int:
        """Return how many posts are not recorded yet."""
        with self._store.read() as connection:
            return len(connection.execute(select(unrecorded_posts.c.pk)).all())

    def _ours(self, answer_id: str | None) -> list[Row[Any]]:
        """Return the rows that are ours; without an answer, take what others have left."""
        table, now = unrecorded_posts.c, self._clock()
        if answer_id is not None:
            own = (table.owner == self._owner) & (table.owned_until > now)
            query = select(unrecorded_posts).where(table.answer_id == answer_id, own)
            with self._store.read() as connection:
                return list(connection.execute(query.order_by(table.pk)))
        if not self.waiting():
            return []
        left = or_(table.owner == self._owner, lapsed(table.owned_until, now))
        with self._store.write() as connection:
            query = select(unrecorded_posts).where(left).order_by(table.pk)
            rows = list(connection.execute(query))
            change = {"owner": self._owner, "owned_until": now + OWNED_SECONDS}
            mine = table.pk.in_([row.pk for row in rows])
            connection.execute(update(unrecorded_posts).where(mine).values(**change))
        return rows

    def _recorded(self, row: Row[Any]) -> None:
        """Add the record of a post, where there is none yet."""
        body = json.loads(row.body)
        private = None if row.private is None else json.loads(row.private)
        known = self._ledger.further(row.answer_id, Kind.POSTED)
        if any(one.body.get("post") == body["post"] for one in known):
            return
        try:
            self._ledger.add(Kind.POSTED, row.answer_id, body, private)
        except NotFound:
            log.warning("a post of an answer that is not in the ledger: not recorded")

    def _drop(self, row: Row[Any]) -> None:
        """Take a row away; what was forgotten while it was recorded goes from the record too."""
        table = unrecorded_posts.c
        with self._store.write() as connection:
            query = select(table.private).where(table.pk == row.pk)
            forgotten = row.private is not None and connection.execute(query).scalar() is None
            connection.execute(delete(unrecorded_posts).where(table.pk == row.pk))
        if forgotten:
            self._ledger.forget([row.answer_id])
