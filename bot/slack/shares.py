"""Remember which answers were shared with which channels, so that each is posted there once.

Two clicks, or two processes, ask at the same moment: one of them may post. Knows nothing of what is
posted.
"""

import time
from collections.abc import Callable, Sequence
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, delete, select, update

from bot.slack import posts
from bot.slack.inbox_tables import Store, questions, shares
from bot.slack.types import Claim, Posted
from index.storage.database import Database

ABANDONED_SECONDS = 180.0  # after which a share that was begun and not done may be begun again


class Begun(StrEnum):
    """What the one who wants to share an answer is to do."""

    POST = "post"
    LOOK = "look"  # for the message of a try that was abandoned, then post
    NOTHING = "nothing"  # it is posted, or being posted


class Shares:
    """The answers that were shared."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        """Remember the database."""
        self._store = Store(database)
        self._clock = clock

    def begin(self, answer_id: str, team: str, channel: str, user: str) -> Begun:
        """Begin to share an answer; return what is to be done."""
        now = self._clock()
        with self._store.write() as connection:
            row = connection.execute(select(shares).where(_key(answer_id, team, channel))).first()
            if row is not None:
                if row.message_ts is not None or row.shared_at > now - ABANDONED_SECONDS:
                    return Begun.NOTHING
                connection.execute(delete(shares).where(_key(answer_id, team, channel)))
            connection.execute(
                shares.insert().values(
                    answer_id=answer_id, team=team, channel=channel, user=user, shared_at=now
                )
            )
        return Begun.POST if row is None else Begun.LOOK

    def done(self, claim: Claim, posted: Sequence[Posted], owner: str) -> None:
        """Note the messages as which the answer to a question stands, to be recorded by `owner`."""
        incoming, answer_id = claim.incoming, claim.answer_id or ""
        noted = posts.noted(answer_id, "shared", posted)
        with self._store.write() as connection:
            connection.execute(
                update(shares)
                .where(_key(answer_id, incoming.team, incoming.channel))
                .values(message_ts=posted[0].ts)
            )  # fmt: skip
            forgotten = connection.scalar(select(questions.c.text).filter_by(pk=claim.pk)) == ""
            posts.note(
                connection, noted, incoming, owner, self._clock(), forgotten=forgotten
            )  # fmt: skip

    def stands(self, answer_id: str, team: str, channel: str) -> bool:
        """Return whether an answer was shared with a channel, or is about to be."""
        with self._store.read() as connection:
            query = select(shares.c.answer_id).where(_key(answer_id, team, channel))
            return connection.execute(query).first() is not None

    def failed(self, answer_id: str, team: str, channel: str) -> None:
        """Note that nothing was posted, so that it may be tried again."""
        with self._store.write() as connection:
            connection.execute(delete(shares).where(_key(answer_id, team, channel)))


def _key(answer_id: str, team: str, channel: str) -> ColumnElement[bool]:
    table = shares.c
    return and_(table.answer_id == answer_id, table.team == team, table.channel == channel)
