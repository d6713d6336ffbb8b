"""Remember of which corrections people were told: each once, whichever process tells.

In: corrections. Out: notices, to be posted by whoever began them. One (answer, version of a brief)
is in one notice. Knows nothing of what is posted.
"""

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, delete, select, update

from bot.slack.corrections import Correction
from bot.slack.inbox_tables import Store, told_corrections
from index.storage.database import Database

ABANDONED_SECONDS = 180.0  # after which a notice that was begun and not done is looked for

Key = tuple[str, str, int]  # answer, brief, version


@dataclass(frozen=True)
class Notice:
    """One message to be posted about these corrections."""

    id: str
    keys: tuple[Key, ...]


class Told:
    """Of which corrections people were told."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        """Remember the database."""
        self._store = Store(database)
        self._clock = clock

    def untold(self, corrections: Sequence[Correction]) -> list[Correction]:
        """Return those that nobody has told of or is telling of."""
        with self._store.read() as connection:
            known = select(told_corrections.c.notice)
            return [
                one
                for one in corrections
                if connection.execute(known.where(_is(one.key))).first() is None
            ]

    def begin(self, corrections: Sequence[Correction]) -> Notice | None:
        """Take those that nobody has told of or is telling of; None where there are none."""
        notice = uuid.uuid4().hex
        taken = []
        with self._store.write() as connection:
            for one in corrections:
                if connection.execute(
                    select(told_corrections.c.notice).where(_is(one.key))
                ).first():
                    continue
                answer_id, brief_id, version = one.key
                row = {"answer_id": answer_id, "brief_id": brief_id, "version": version}
                connection.execute(
                    told_corrections.insert().values(
                        **row, notice=notice, begun_at=self._clock(), done=False
                    )
                )
                taken.append(one.key)
        return Notice(notice, tuple(taken)) if taken else None

    def done(self, notice: Notice) -> None:
        """Note that a notice stands, or never will."""
        with self._store.write() as connection:
            change = update(told_corrections).where(told_corrections.c.notice == notice.id)
            connection.execute(change.values(done=True))

    def undone(self, notice: Notice) -> None:
        """Note that nothing was posted, so that it is told of anew."""
        with self._store.write() as connection:
            mine = told_corrections.c.notice == notice.id
            connection.execute(delete(told_corrections).where(mine))

    def left(self) -> list[Notice]:
        """Take the notices that a process began and did not bring to an end."""
        table, now = told_corrections.c, self._clock()
        old = and_(table.done.is_(False), table.begun_at < now - ABANDONED_SECONDS)
        with self._store.read() as connection:
            if connection.execute(select(table.notice).where(old).limit(1)).first() is None:
                return []
        with self._store.write() as connection:
            rows = connection.execute(select(told_corrections).where(old)).all()
            connection.execute(update(told_corrections).where(old).values(begun_at=now))
        by_notice: dict[str, list[Key]] = {}
        for row in rows:
            by_notice.setdefault(row.notice, []).append((row.answer_id, row.brief_id, row.version))
        return [Notice(name, tuple(keys)) for name, keys in by_notice.items()]


def _is(key: Key) -> ColumnElement[bool]:
    table = told_corrections.c
    answer_id, brief_id, version = key
    return and_(
        table.answer_id == answer_id, table.brief_id == brief_id, table.version == version
    )  # fmt: skip
