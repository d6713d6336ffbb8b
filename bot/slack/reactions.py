"""Keep what readers say of answers, and what they ask of the librarians.

Rows in, rows out, the oldest first; every opinion is a row of its own. Knows nothing of the views
that they are given in.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select

from bot.slack.inbox_tables import Store, feedback, librarian_requests, storable
from index.database import Database


@dataclass(frozen=True)
class Opinion:
    """What one reader said of an answer."""

    answer_id: str
    team: str
    user: str
    good: bool
    reason: str | None  # wrong source, missing, outdated, other
    note: str | None  # typed by the reader; None also once it was forgotten
    given_at: float  # seconds since 1970


@dataclass(frozen=True)
class Wish:
    """A question for which someone asks the librarians for a brief."""

    question: str  # "" once it was forgotten
    answer_id: str
    team: str
    user: str
    asked_at: float  # seconds since 1970


class Feedback:
    """The opinions of all readers."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        """Remember the database."""
        self._store = Store(database)
        self._clock = clock

    def add(
        self, answer_id: str, team: str, user: str, good: bool, reason: str | None = None,
        note: str | None = None,
    ) -> None:  # fmt: skip
        """Add an opinion."""
        with self._store.write() as connection:
            connection.execute(
                feedback.insert().values(
                    answer_id=answer_id, team=team, user=user, good=good, reason=reason,
                    note=None if note is None else storable(note), given_at=self._clock(),
                )
            )  # fmt: skip

    def given(self, answer_id: str | None = None) -> list[Opinion]:
        """Return the opinions of one answer, or of all."""
        query = select(feedback).order_by(feedback.c.pk)
        if answer_id is not None:
            query = query.where(feedback.c.answer_id == answer_id)
        with self._store.read() as connection:
            return [
                Opinion(
                    row.answer_id, row.team, row.user, row.good, row.reason, row.note, row.given_at
                )
                for row in connection.execute(query)
            ]


class Requests:
    """The wishes to the librarians."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        """Remember the database."""
        self._store = Store(database)
        self._clock = clock

    def add(self, question: str, answer_id: str, team: str, user: str) -> bool:
        """Add a wish; False where this person has asked for it before."""
        table = librarian_requests
        key = {"answer_id": answer_id, "team": team, "user": user}
        with self._store.write() as connection:
            if connection.execute(select(table.c.pk).filter_by(**key)).first() is not None:
                return False
            row = {"question": storable(question), "asked_at": self._clock(), **key}
            connection.execute(table.insert().values(**row))
        return True

    def made(self) -> list[Wish]:
        """Return all wishes."""
        query = select(librarian_requests).order_by(librarian_requests.c.pk)
        with self._store.read() as connection:
            return [
                Wish(row.question, row.answer_id, row.team, row.user, row.asked_at)
                for row in connection.execute(query)
            ]
