"""Keep the record of every answer: append-only rows, each carrying the hash of the one before it.

Further records say what became of an answer: how it was posted, what readers and editors thought.
What a person typed (question, turns, asker, place) stands apart in `ledger_private`; the chained
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
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, delete, func, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import LedgerError
from bot.ledger_tables import GENESIS, create, ledger, ledger_private
from index.database import Database
from index.errors import DatabaseUnavailable, NotFound

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # no UTF-8 or PostgreSQL text can hold these
_BATCH = 500  # rows read at a time
_KIND = "record_kind"  # what a body says where it is none of an answer

_T = TypeVar("_T")


class Kind(StrEnum):
    """What a record is."""

    ANSWER = "answer"
    POSTED = "posted"  # an answer as it went out: the exact text, and where
    FEEDBACK = "feedback"  # what a reader said of it
    JUDGEMENT = "judgement"  # what an editor said of one of its sentences
    OPINION = "opinion"  # what a chat model said of one of its sentences
    FORGOTTEN = "forgotten"  # a receipt: what was typed for it is deleted


@dataclass(frozen=True)
class Entry:
    """One record. `private` is None once it was forgotten, and where there never was any."""

    seq: int
    record_id: str
    kind: Kind
    answer_id: str  # the answer that it is or speaks of
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
                return _insert(connection, Kind.ANSWER, answer_id, answer_id, body, private)

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
        record_id = secrets.token_hex(8)

        def write() -> None:
            with self._database.write() as connection:
                _require(connection, answer_id)
                _insert(connection, kind, record_id, answer_id, body, private)

        self._guarded("it could not be recorded", write)
        return record_id

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
                forgotten = connection.scalar(_private_of(answer_ids, (Kind.ANSWER,), count=True))
                typed = _private_of(answer_ids, (Kind.ANSWER, Kind.POSTED))
                connection.execute(
                    delete(ledger_private).where(ledger_private.c.record_id.in_(typed))
                )
            streamed.forget(self._database, answer_ids)  # of answers that never came to an end
            return int(forgotten or 0)

        return self._guarded("the questions could not be deleted", write)

    def _page(self, after: int, kind: Kind | None) -> list[Entry]:
        query = _joined().where(ledger.c.seq > after).order_by(ledger.c.seq).limit(_BATCH)
        if kind is not None:
            query = query.where(ledger.c.kind == kind)

        def read() -> list[Entry]:
            with self._database.read() as connection:
                return [_entry(row) for row in connection.execute(query)]

        return self._guarded("cannot be read", read)

    def _entries(self, condition: Any, kind: Kind | None, limit: int | None = None) -> list[Entry]:
        query = _joined().order_by(ledger.c.seq.desc()).limit(limit)
        if condition is not None:
            query = query.where(condition)
        if kind is not None:
            query = query.where(ledger.c.kind == kind)

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
            missing = not inspect(connection).has_table(ledger_private.name)
        if missing:
            with self._database.write() as connection:
                create(connection)
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
    connection: Connection,
    kind: Kind,
    record_id: str,
    answer_id: str,
    body: Mapping[str, Any],
    private: Mapping[str, Any] | None,
) -> int:
    seq, prev_hash = _head(connection)
    seq += 1
    created_at = datetime.now(UTC).isoformat(timespec="milliseconds")
    salt, private_text = secrets.token_hex(32), canonical(private or {})
    stated = {"answer_id": answer_id, "created_at": created_at}
    if kind is not Kind.ANSWER:
        stated |= {_KIND: kind, "record_id": record_id}
    if private is not None:
        stated["private_sha256"] = private_hash(salt, private_text)
    text = canonical({**body, **stated})
    connection.execute(
        ledger.insert().values(
            seq=seq,
            record_id=record_id,
            kind=kind,
            answer_id=answer_id,
            prev_hash=prev_hash,
            hash=chain_hash(seq, prev_hash, text),
            body=text,
            created_at=created_at,
        )
    )
    if private is not None:
        connection.execute(
            ledger_private.insert().values(record_id=record_id, salt=salt, body=private_text)
        )
    return seq


def _require(connection: Connection, answer_id: str) -> None:
    query = select(ledger.c.seq).where(
        ledger.c.record_id == answer_id, ledger.c.kind == Kind.ANSWER
    )
    if connection.execute(query).first() is None:
        raise NotFound(f"{answer_id}: no such answer in the ledger; check the id")


def _private_of(answer_ids: Sequence[str], kinds: Sequence[Kind], *, count: bool = False) -> Any:
    """Return the query for the records of these answers that have a private part still."""
    what = func.count() if count else ledger.c.record_id
    query = select(what).select_from(
        ledger.join(ledger_private, ledger.c.record_id == ledger_private.c.record_id)
    )
    return query.where(ledger.c.answer_id.in_(answer_ids), ledger.c.kind.in_(kinds))


def _head(connection: Connection) -> tuple[int, str]:
    query = select(ledger.c.seq, ledger.c.hash).order_by(ledger.c.seq.desc()).limit(1)
    row = connection.execute(query).first()
    return (row.seq, row.hash) if row else (0, GENESIS)


def _joined() -> Any:
    private = ledger_private.c
    return select(ledger, private.salt, private.body.label("private")).select_from(
        ledger.outerjoin(ledger_private, ledger.c.record_id == private.record_id)
    )


def _chain(connection: Connection) -> Iterator[Row[Any]]:
    query = _joined().order_by(ledger.c.seq).execution_options(yield_per=_BATCH)
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
    if row.kind == Kind.ANSWER:
        if row.record_id != row.answer_id or f'"{_KIND}":' in row.body:
            return False
    else:
        stated += [f'"{_KIND}":"{row.kind}"', f'"record_id":"{row.record_id}"']
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
        record_id=row.record_id,
        kind=Kind(row.kind),
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
