"""Keep the record of every answer: append-only rows, each carrying the hash of the one before it.

Further records say what became of an answer: how it was posted, what readers and editors thought.
What a person typed (question, turns, asker, place) stands apart in `ledger_private`; the chained
row holds only its salted hash, so that it can be forgotten and the chain still verifies. Knows
nothing of how answers are made or shown. A cut tail or a full rewrite shows only against a head
kept elsewhere: `Ledger.head()` gives it.

The parts: ledger_tables (tables and triggers), ledger_rows (one row), ledger_chain (the check),
ledger_forgetting (deletion), canonical (the hashed form).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from bot import ledger_chain, ledger_forgetting
from bot.canonical import canonical, chain_hash, private_hash
from bot.errors import LedgerError
from bot.ledger_chain import START, Checked, Fault, Mark
from bot.ledger_forgetting import By, Forgotten, Wish
from bot.ledger_rows import Entry, Kind, Record, entry, head, insert, joined, new_record_id
from bot.ledger_tables import GENESIS, create, ledger, ledger_private, missing_triggers
from index.errors import DatabaseUnavailable, NotFound
from index.storage.database import Database

__all__ = [
    "GENESIS", "By", "Checked", "Entry", "Fault", "Forgotten", "Kind", "Ledger", "Mark",
    "canonical", "chain_hash", "private_hash",
]  # fmt: skip

_BATCH = 500  # rows read at a time

_T = TypeVar("_T")


class Ledger:
    """The two tables of answers in the library's database."""

    def __init__(self, database: Database) -> None:
        """Remember the database; the tables are made when first needed."""
        self._database = database
        self._prepared = False

    def append(self, answer_id: str, body: Mapping[str, Any], private: Mapping[str, Any]) -> int:
        """Record an answer and return its sequence number once it is committed.

        Raises LedgerError where that fails; then nothing may be shown.
        """

        record = Record(Kind.ANSWER, answer_id, body, private)

        def write() -> int:
            with self._database.write() as connection:
                return insert(connection, record)

        return self._guarded("the answer could not be recorded, so it is not shown", write)

    def add(
        self,
        kind: Kind,
        answer_id: str,
        body: Mapping[str, Any],
        private: Mapping[str, Any] | None = None,
    ) -> str:
        """Record something further of an answer and return the record's id once it is committed.

        Raises NotFound where there is no such answer, LedgerError where it cannot be recorded.
        """
        record = Record(kind, answer_id, body, private, new_record_id())

        def write() -> None:
            with self._database.write() as connection:
                _require(connection, answer_id)
                insert(connection, record)

        self._guarded("it could not be recorded", write)
        return record.id

    def get(self, answer_id: str) -> Entry:
        """Return the record of one answer; NotFound where there is none."""
        found = self._entries(ledger.c.record_id == answer_id, Kind.ANSWER, limit=1)
        if not found:
            raise NotFound(f"{answer_id}: no such answer in the ledger; check the id")
        return found[0]

    def recent(self, count: int = 10) -> list[Entry]:
        """Return the records of the newest answers, newest first."""
        return self._entries(None, Kind.ANSWER, limit=count)

    def further(self, answer_id: str, kind: Kind | None = None) -> list[Entry]:
        """Return what was recorded further of an answer, oldest first."""
        about = (ledger.c.answer_id == answer_id) & (ledger.c.record_id != answer_id)
        return self._entries(about, kind)[::-1]

    def entries(self, kind: Kind | None = Kind.ANSWER, after: int = 0) -> Iterator[Entry]:
        """Yield the records of a kind, or all, oldest first, from the one after `after` on.

        No transaction stays open between two of them.
        """
        last = after
        while found := self._page(last, kind):
            yield from found
            last = found[-1].seq

    def head(self) -> tuple[int, str]:
        """Return (seq, hash) of the newest row, (0, GENESIS) when there is none."""
        return self._read(head)

    def hash_at(self, seq: int) -> str | None:
        """Return the hash of the row at this place, GENESIS for 0, None where there is none."""
        return self._read(lambda connection: ledger_chain.hash_at(connection, seq))

    def verify(self) -> int | None:
        """Return the sequence number of the first row that is not as it was written, else None."""
        fault = self.check().fault
        return fault.seq if fault else None

    def check(self, marks: Sequence[Mark] = (), after: Mark = START) -> Checked:
        """Check the rows after a mark that is known to hold, and that they agree with `marks`."""
        return self._read(lambda connection: ledger_chain.check(connection, marks, after))

    def unguarded(self) -> list[str]:
        """Return the names of the triggers that should keep the tables and are not there."""
        return self._read(missing_triggers)

    def asked_by(self, person: str) -> list[str]:
        """Return the ids of a person's answers that are not forgotten."""
        return self._read(lambda connection: ledger_forgetting.asked_by(connection, person))

    def asked_before(self, moment: str) -> list[str]:
        """Return the ids of answers older than a moment (UTC, ISO 8601) that are not forgotten."""
        return self._read(lambda connection: ledger_forgetting.asked_before(connection, moment))

    def forget(
        self, answer_ids: Sequence[str], *, by: By = By.PERSON, person: str | None = None
    ) -> Forgotten:
        """Delete what people typed for these answers, and all that `person` asked or said anywhere.

        A record of an answer later in the same thread, which repeats their words, loses its own
        question with them. The chain goes on verifying: it holds the salted hash, and the salt goes
        as well. A receipt for each answer is added in the same transaction.
        """
        wish = Wish(frozenset(answer_ids), by, person)

        def write() -> Forgotten:
            with self._database.write() as connection:
                return ledger_forgetting.forget(connection, wish)

        done = self._guarded("the questions could not be deleted", write)
        return replace(done, clean=self._database.scrub())

    def _page(self, after: int, kind: Kind | None) -> list[Entry]:
        return self._listed(
            joined().where(ledger.c.seq > after).order_by(ledger.c.seq), kind, _BATCH
        )

    def _entries(self, condition: Any, kind: Kind | None, limit: int | None = None) -> list[Entry]:
        query = joined().order_by(ledger.c.seq.desc())
        return self._listed(query if condition is None else query.where(condition), kind, limit)

    def _listed(self, query: Select[Any], kind: Kind | None, limit: int | None) -> list[Entry]:
        if kind is not None:
            query = query.where(ledger.c.kind == kind)
        query = query.limit(limit)
        return self._read(lambda connection: [entry(row) for row in connection.execute(query)])

    def _read(self, work: Callable[[Connection], _T]) -> _T:
        def read() -> _T:
            with self._database.read() as connection:
                return work(connection)

        return self._guarded("cannot be read", read)

    def _guarded(self, what: str, work: Callable[[], _T]) -> _T:
        try:
            self._prepare()
            return work()
        except (SQLAlchemyError, OSError, DatabaseUnavailable) as error:
            raise LedgerError(
                f"ledger: {what} ({_reason(error)}); "
                "see that the database is there, unlocked and on a disk with room"
            ) from error

    def _prepare(self) -> None:
        if self._prepared:
            return
        with self._database.read() as connection:
            missing = not inspect(connection).has_table(ledger_private.name)
        if missing:
            with self._database.write() as connection:
                create(connection)
        self._prepared = True


def _require(connection: Connection, answer_id: str) -> None:
    query = select(ledger.c.seq).where(
        ledger.c.record_id == answer_id, ledger.c.kind == Kind.ANSWER
    )
    if connection.execute(query).first() is None:
        raise NotFound(f"{answer_id}: no such answer in the ledger; check the id")


def _reason(error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    return str(cause).splitlines()[0] if str(cause) else type(cause).__name__
