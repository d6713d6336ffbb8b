"""Keep what readers say of answers, and what they ask of the librarians.

Opinions are records of the ledger, each one further; wishes are rows of a table. Knows nothing of
the views that they are given in.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import select

from bot.ledger.ledger import Ledger, LedgerEntry, RecordKind
from bot.slack.delivery.tables import Store, librarian_requests, storable
from index.storage.database import Database


@dataclass(frozen=True)
class Opinion:
    """What one reader said of an answer."""

    answer_id: str
    user: str | None  # slack:TEAM:USER; None, like the note, once it was forgotten
    good: bool
    reason: str | None  # a key of bot.slack.blocks.actions.REASONS
    note: str | None  # typed by the reader
    given_at: str  # UTC, ISO 8601


@dataclass(frozen=True)
class Wish:
    """A question for which someone asks the librarians for a brief."""

    question: str  # "" once it was forgotten
    answer_id: str
    team: str
    user: str
    asked_at: float  # seconds since 1970


class Feedback:
    """The opinions of all readers, in the ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def add(
        self, answer_id: str, team: str, user: str, good: bool, reason: str | None = None,
        note: str | None = None,
    ) -> None:  # fmt: skip
        """Record an opinion; NotFound where there is no such answer."""
        self._ledger.add(
            RecordKind.FEEDBACK, answer_id, {"good": good, "reason": reason},
            {"user": _named(team, user), "note": note or None},
        )  # fmt: skip

    def given(self, answer_id: str | None = None) -> list[Opinion]:
        """Return the opinions of one answer, or of all, the oldest first."""
        return list(map(_opinion, self._entries(answer_id)))

    def _entries(self, answer_id: str | None) -> Iterator[LedgerEntry]:
        if answer_id is None:
            return self._ledger.entries(RecordKind.FEEDBACK)
        return iter(self._ledger.further(answer_id, RecordKind.FEEDBACK))


def _named(team: str, user: str) -> str:
    """Return a person as the ledger names askers."""
    return f"slack:{team}:{user}"


def _opinion(entry: LedgerEntry) -> Opinion:
    private = entry.private or {}
    return Opinion(
        answer_id=entry.answer_id,
        user=private.get("user"),
        good=entry.body["good"],
        reason=entry.body.get("reason"),
        note=private.get("note"),
        given_at=entry.created_at,
    )


class Requests:
    """The wishes to the librarians."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
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
