"""Write and read single rows of the ledger in the caller's transaction, and hash them."""

import hashlib
import json
import re
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from bot.ledger.tables import GENESIS, ledger, ledger_private

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # no UTF-8 or PostgreSQL text can hold these


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


def _clean(value: object) -> object:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", _UNSTORABLE.sub("\ufffd", value))
    if isinstance(value, Mapping):
        return {str(key): _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return value


KIND_KEY = "record_kind"  # the key in bodies of records other than answers


class RecordKind(StrEnum):
    ANSWER = "answer"
    POSTED = "posted"  # an answer as it went out: the exact text, and where
    FEEDBACK = "feedback"  # what a reader said of it
    JUDGEMENT = "judgement"  # what an editor said of it, or of one of its sentences
    OPINION = "opinion"  # what a chat model said of one of its sentences
    FORGOTTEN = "forgotten"  # a receipt: what was typed for it is deleted
    ERASED = "erased"  # a receipt: what it quoted of an erased brief is blacked out


@dataclass(frozen=True)
class LedgerEntry:
    """One record. `private` is None if it was forgotten or there never was any."""

    seq: int
    record_id: str
    kind: RecordKind
    answer_id: str  # the answer that it is or is about
    created_at: str  # UTC, ISO 8601
    prev_hash: str
    hash: str
    body: Mapping[str, Any]
    private: Mapping[str, Any] | None


@dataclass(frozen=True)
class Record:
    """What to record. The record of an answer has the answer's id."""

    kind: RecordKind
    answer_id: str
    body: Mapping[str, Any]
    private: Mapping[str, Any] | None = None
    record_id: str = ""

    @property
    def id(self) -> str:
        return self.record_id or self.answer_id


def new_record_id() -> str:
    return secrets.token_hex(8)


def insert(connection: Connection, record: Record) -> int:
    """Add a row after the newest and return its sequence number."""
    seq, prev_hash = head(connection)
    seq += 1
    created_at = datetime.now(UTC).isoformat(timespec="milliseconds")
    salt, typed = secrets.token_hex(32), canonical(record.private or {})
    stated = {"answer_id": record.answer_id, "created_at": created_at}
    if record.kind is not RecordKind.ANSWER:
        stated |= {KIND_KEY: record.kind, "record_id": record.id}
    if record.private is not None:
        stated["private_sha256"] = private_hash(salt, typed)
    text = canonical({**record.body, **stated})
    row = {
        "seq": seq,
        "record_id": record.id,
        "kind": record.kind,
        "answer_id": record.answer_id,
        "prev_hash": prev_hash,
        "hash": chain_hash(seq, prev_hash, text),
        "body": text,
        "created_at": created_at,
    }
    connection.execute(ledger.insert(), row)
    if record.private is not None:
        private = {"record_id": record.id, "salt": salt, "body": typed}
        connection.execute(ledger_private.insert(), private)
    return seq


def seq_of(connection: Connection, record_id: str) -> int | None:
    """Return the number of the record with this id, None if there is none."""
    found: int | None = connection.execute(
        select(ledger.c.seq).where(ledger.c.record_id == record_id)
    ).scalar()
    return found


def head(connection: Connection) -> tuple[int, str]:
    """Return (seq, hash) of the newest row, (0, GENESIS) when there is none."""
    query = select(ledger.c.seq, ledger.c.hash).order_by(ledger.c.seq.desc()).limit(1)
    row = connection.execute(query).first()
    return (row.seq, row.hash) if row else (0, GENESIS)


def joined() -> Select[Any]:
    """Return the query for all columns of rows with their private parts."""
    private = ledger_private.c
    return select(ledger, private.salt, private.body.label("private")).select_from(
        ledger.outerjoin(ledger_private, ledger.c.record_id == private.record_id)
    )


def entry(row: Row[Any]) -> LedgerEntry:
    """Return the record that a row of `joined` is."""
    return LedgerEntry(
        seq=row.seq,
        record_id=row.record_id,
        kind=RecordKind(row.kind),
        answer_id=row.answer_id,
        created_at=row.created_at,
        prev_hash=row.prev_hash,
        hash=row.hash,
        body=json.loads(row.body),
        private=None if row.private is None else json.loads(row.private),
    )
