"""Keep the record of every answer: append-only rows, each carrying the hash of the one before it.

What a person typed (question, turns, asker, place) stands apart in `answers_private`; the chained
row holds only its salted hash, so that it can be forgotten and the chain still verifies. Knows
nothing of how answers are made or shown. A cut tail or a full rewrite shows only against a head
kept elsewhere: `Ledger.head()` gives it.
"""

import hashlib
import json
import re
import secrets
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, delete, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import LedgerError
from bot.ledger_tables import GENESIS, answers_ledger, answers_private
from index.database import Database, metadata
from index.errors import DatabaseUnavailable, NotFound

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # no UTF-8 or PostgreSQL text can hold these
_BATCH = 500  # rows read at a time

_T = TypeVar("_T")


@dataclass(frozen=True)
class Entry:
    """One recorded answer. `private` is None once it was forgotten."""

    seq: int
    answer_id: str
    created_at: str  # UTC, ISO 8601
    prev_hash: str
    hash: str
    body: Mapping[str, Any]
    private: Mapping[str, Any] | None


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

        def write() -> int:
            with self._database.write() as connection:
                return _insert(connection, answer_id, body, private)

        return self._guarded("the answer could not be recorded, so it is not shown", write)

    def get(self, answer_id: str) -> Entry:
        """Return the record of one answer; NotFound where there is none."""
        found = self._entries(answers_ledger.c.answer_id == answer_id, limit=1)
        if not found:
            raise NotFound(f"{answer_id}: no such answer in the ledger; check the id")
        return found[0]

    def recent(self, count: int = 10) -> list[Entry]:
        """Return the newest records, newest first."""
        return self._entries(None, limit=count)

    def entries(self) -> Iterator[Entry]:
        """Yield all records, oldest first; no transaction stays open between two of them."""
        last = 0
        while found := self._page(last):
            yield from found
            last = found[-1].seq

    def head(self) -> tuple[int, str]:
        """Return (seq, hash) of the newest row, (0, GENESIS) when there is none."""

        def read() -> tuple[int, str]:
            with self._database.read() as connection:
                return _head(connection)

        return self._guarded("cannot be read", read)

    def verify(self) -> int | None:
        """Return the sequence number of the first row that is not as it was written, else None."""

        def read() -> int | None:
            with self._database.read() as connection:
                return _first_bad(_chain(connection))

        return self._guarded("cannot be read", read)

    def forget(self, answer_ids: Sequence[str]) -> int:
        """Delete what people typed for these answers, and return how many there were.

        The chain goes on verifying: it holds the salted hash, and the salt goes as well.
        """

        from bot import streamed  # which writes rows in the ledger's canonical form

        def write() -> int:
            with self._database.write() as connection:
                result = connection.execute(
                    delete(answers_private).where(answers_private.c.answer_id.in_(answer_ids))
                )
                forgotten = result.rowcount
            streamed.forget(self._database, answer_ids)  # of answers that never came to an end
            return forgotten

        return self._guarded("the questions could not be deleted", write)

    def _page(self, after: int) -> list[Entry]:
        query = _joined().where(answers_ledger.c.seq > after)
        query = query.order_by(answers_ledger.c.seq).limit(_BATCH)

        def read() -> list[Entry]:
            with self._database.read() as connection:
                return [_entry(row) for row in connection.execute(query)]

        return self._guarded("cannot be read", read)

    def _entries(self, condition: Any, limit: int) -> list[Entry]:
        query = _joined().order_by(answers_ledger.c.seq.desc()).limit(limit)
        if condition is not None:
            query = query.where(condition)

        def read() -> list[Entry]:
            with self._database.read() as connection:
                return [_entry(row) for row in connection.execute(query)]

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
            missing = not inspect(connection).has_table(answers_private.name)
        if missing:
            with self._database.write() as connection:
                metadata.create_all(connection, tables=[answers_ledger, answers_private])
        self._prepared = True


def canonical(value: object) -> str:
    """Return the one JSON text of a value: sorted keys, no spaces, NFC, numbers as Python writes.

    After RFC 8785, which differs in how it writes some floats. What no database text can hold
    (lone surrogates, NUL) becomes U+FFFD.
    """
    return json.dumps(
        _clean(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def chain_hash(seq: int, prev_hash: str, body: str) -> str:
    """Return the SHA-256 over sequence number, previous hash and canonical body."""
    return hashlib.sha256(f"{seq}\n{prev_hash}\n{body}".encode()).hexdigest()


def private_hash(salt: str, body: str) -> str:
    """Return the SHA-256 over salt and canonical private body."""
    return hashlib.sha256(f"{salt}\n{body}".encode()).hexdigest()


def _insert(
    connection: Connection, answer_id: str, body: Mapping[str, Any], private: Mapping[str, Any]
) -> int:
    seq, prev_hash = _head(connection)
    seq += 1
    created_at = datetime.now(UTC).isoformat(timespec="milliseconds")
    salt, private_text = secrets.token_hex(32), canonical(private)
    text = canonical(
        {
            **body,
            "answer_id": answer_id,
            "created_at": created_at,
            "private_sha256": private_hash(salt, private_text),
        }
    )
    connection.execute(
        answers_ledger.insert().values(
            seq=seq,
            answer_id=answer_id,
            prev_hash=prev_hash,
            hash=chain_hash(seq, prev_hash, text),
            body=text,
            created_at=created_at,
        )
    )
    connection.execute(
        answers_private.insert().values(answer_id=answer_id, salt=salt, body=private_text)
    )
    return seq


def _head(connection: Connection) -> tuple[int, str]:
    query = select(answers_ledger.c.seq, answers_ledger.c.hash)
    row = connection.execute(query.order_by(answers_ledger.c.seq.desc()).limit(1)).first()
    return (row.seq, row.hash) if row else (0, GENESIS)


def _joined() -> Any:
    ledger, private = answers_ledger.c, answers_private.c
    return select(answers_ledger, private.salt, private.body.label("private")).select_from(
        answers_ledger.outerjoin(answers_private, ledger.answer_id == private.answer_id)
    )


def _chain(connection: Connection) -> Iterator[Row[Any]]:
    query = _joined().order_by(answers_ledger.c.seq).execution_options(yield_per=_BATCH)
    yield from connection.execute(query)


def _first_bad(rows: Iterator[Row[Any]]) -> int | None:
    prev_hash = GENESIS
    for expected, row in enumerate(rows, start=1):
        if row.seq != expected or not _sound(row, prev_hash):
            return expected
        prev_hash = row.hash
    return None


def _sound(row: Row[Any], prev_hash: str) -> bool:
    # Inside a JSON string every quotation mark is escaped, so these can only be the keys.
    stated = [f'"answer_id":"{row.answer_id}"', f'"created_at":"{row.created_at}"']
    if row.salt is not None:
        stated.append(f'"private_sha256":"{private_hash(row.salt, row.private)}"')
    return (
        row.prev_hash == prev_hash
        and row.hash == chain_hash(row.seq, prev_hash, row.body)
        and all(part in row.body for part in stated)
    )


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        seq=row.seq,
        answer_id=row.answer_id,
        created_at=row.created_at,
        prev_hash=row.prev_hash,
        hash=row.hash,
        body=json.loads(row.body),
        private=None if row.private is None else json.loads(row.private),
    )


def _clean(value: object) -> object:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", _UNSTORABLE.sub("\ufffd", value))
    if isinstance(value, Mapping):
        return {str(key): _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return value


def _reason(error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    return str(cause).splitlines()[0] if str(cause) else type(cause).__name__
