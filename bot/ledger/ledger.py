"""The record of every answer: append-only rows, each with the hash of the one before it.

Further records say what became of an answer: how it was posted, what readers and editors thought.
What a person typed (question, turns, asker, place) is kept apart in `ledger_private`; the chained
row holds only its salted hash, so it can be deleted and the chain still verifies. Removed newest
records and a complete rewrite can only be detected with a head kept elsewhere (anchors.py).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import LedgerError
from bot.ledger import chain, forgetting
from bot.ledger.chain import START, ChainCheck, Mark
from bot.ledger.forgetting import By, ForgetRequest, Forgotten
from bot.ledger.rows import (
    LedgerEntry,
    Record,
    RecordKind,
    canonical,
    entry,
    head,
    insert,
    joined,
    new_record_id,
    seq_of,
)
from bot.ledger.tables import (
    GENESIS,
    create,
    guard_truncate,
    lacks_truncate_guard,
    ledger,
    ledger_private,
    missing_triggers,
)
from index.errors import DatabaseUnavailable, NotFound
from index.storage.database import Database, again

__all__ = [
    "GENESIS", "By", "ChainCheck", "Forgotten", "Ledger", "LedgerEntry", "Mark", "RecordKind",
    "canonical",
]  # fmt: skip

_BATCH = 500  # rows read at a time

_T = TypeVar("_T")


class Ledger:
    """The ledger in a library's database; its tables are created when first needed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._prepared = False

    def append(self, answer_id: str, body: Mapping[str, Any], private: Mapping[str, Any]) -> int:
        """Record an answer and return its sequence number once it is committed.

        Raises LedgerError if that fails; then the answer may not be shown.
        """
        record = Record(RecordKind.ANSWER, answer_id, body, private)
        return self._insert(record, "the answer could not be recorded, so it is not shown")

    def add(
        self,
        kind: RecordKind,
        answer_id: str,
        body: Mapping[str, Any],
        private: Mapping[str, Any] | None = None,
    ) -> str:
        """Add a further record of an answer and return its id once it is committed.

        Raises NotFound if there is no such answer, LedgerError if it cannot be recorded.
        """
        record = Record(kind, answer_id, body, private, new_record_id())
        self._insert(record, "it could not be recorded")
        return record.id

    def get(self, answer_id: str) -> LedgerEntry:
        """Return the record of one answer; NotFound where there is none."""
        found = self._entries(ledger.c.record_id == answer_id, RecordKind.ANSWER, limit=1)
        if not found:
            raise NotFound(f"{answer_id}: no such answer in the ledger; check the id")
        return found[0]

    def recent(self, count: int = 10) -> list[LedgerEntry]:
        """Return the records of the newest answers, newest first."""
        return self._entries(None, RecordKind.ANSWER, limit=count)

    def further(self, answer_id: str, kind: RecordKind | None = None) -> list[LedgerEntry]:
        """Return the further records of an answer, oldest first."""
        about = (ledger.c.answer_id == answer_id) & (ledger.c.record_id != answer_id)
        return self._entries(about, kind)[::-1]

    def entries(
        self, kind: RecordKind | None = RecordKind.ANSWER, after: int = 0
    ) -> Iterator[LedgerEntry]:
        """Yield the records of a kind, or all, oldest first, starting after record `after`.

        No transaction stays open between two of them.
        """
        query = joined().order_by(ledger.c.seq)
        while found := self._listed(query.where(ledger.c.seq > after), kind, _BATCH):
            yield from found
            after = found[-1].seq

    def head(self) -> tuple[int, str]:
        """Return (seq, hash) of the newest row, (0, GENESIS) when there is none."""
        return self._read(head)

    def hash_at(self, seq: int) -> str | None:
        """Return the hash of the row with this number, GENESIS for 0, None if there is none."""
        return self._read(lambda connection: chain.hash_at(connection, seq))

    def verify(self) -> int | None:
        """Return the sequence number of the first row that was changed, None if none was."""
        fault = self.check().fault
        return fault.seq if fault else None

    def check(self, marks: Sequence[Mark] = (), after: Mark = START) -> ChainCheck:
        """Check the rows after a mark that is known to be right, and compare them with `marks`."""
        return self._read(lambda connection: chain.check(connection, marks, after))

    def unguarded(self) -> list[str]:
        """Return the names of the protecting triggers that are missing."""
        return self._read(missing_triggers)

    def asked_by(self, person: str) -> list[str]:
        """Return the ids of a person's answers that are not forgotten."""
        return self._read(lambda connection: forgetting.asked_by(connection, person))

    def asked_before(self, moment: str) -> list[str]:
        """Return the ids of answers older than a moment (UTC, ISO 8601) that are not forgotten."""
        return self._read(lambda connection: forgetting.asked_before(connection, moment))

    def forget(
        self, answer_ids: Sequence[str], *, by: By = By.PERSON, person: str | None = None
    ) -> Forgotten:
        """Delete what people typed for these answers, and all that `person` asked or said anywhere.

        A later record of the same thread repeats their words, so its question is deleted too. The
        chain still verifies: it has the salted hash, and the salt is deleted as well. A receipt for
        each answer is added in the same transaction.
        """
        wish = ForgetRequest(frozenset(answer_ids), by, person)

        def write() -> Forgotten:
            with self._database.write() as connection:
                return forgetting.forget(connection, wish)

        done = self._guarded("the questions could not be deleted", write)
        return replace(done, clean=self._database.scrub())

    def _insert(self, record: Record, failed: str) -> int:
        tried = list[str]()

        def write() -> int:
            with self._database.write() as connection:
                # Cut after its commit, the try before has recorded it: the id is the key.
                if tried and (seq := seq_of(connection, record.id)) is not None:
                    return seq
                tried.append(record.id)
                if record.kind is not RecordKind.ANSWER:
                    _require(connection, record.answer_id)
                return insert(connection, record)

        return self._guarded(failed, write)

    def _entries(
        self, condition: Any, kind: RecordKind | None, limit: int | None = None
    ) -> list[LedgerEntry]:
        query = joined().order_by(ledger.c.seq.desc())
        return self._listed(query if condition is None else query.where(condition), kind, limit)

    def _listed(
        self, query: Select[Any], kind: RecordKind | None, limit: int | None
    ) -> list[LedgerEntry]:
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
        def prepared() -> _T:
            self._prepare()
            return work()

        try:
            return again(prepared)
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
            unguarded = lacks_truncate_guard(connection)
        if missing or unguarded:
            with self._database.write() as connection:
                if missing:
                    create(connection)
                guard_truncate(connection)
        self._prepared = True


def _require(connection: Connection, answer_id: str) -> None:
    query = select(ledger.c.seq).where(
        ledger.c.record_id == answer_id, ledger.c.kind == RecordKind.ANSWER
    )
    if connection.execute(query).first() is None:
        raise NotFound(f"{answer_id}: no such answer in the ledger; check the id")


def _reason(error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    return str(cause).splitlines()[0] if str(cause) else type(cause).__name__
