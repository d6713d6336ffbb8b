"""Write and read single rows of the ledger, within the caller's transaction.

Knows how a row follows the one before it. Knows nothing of answers, and does not check the chain:
bot/ledger/chain.py does.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from bot.ledger.canonical import canonical, chain_hash, private_hash
from bot.ledger.tables import GENESIS, ledger, ledger_private

KIND_KEY = "record_kind"  # what a body says where it is none of an answer


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


@dataclass(frozen=True)
class Record:
    """What is to be recorded. The record of an answer has the answer's id."""

    kind: Kind
    answer_id: str
    body: Mapping[str, Any]
    private: Mapping[str, Any] | None = None
    record_id: str = ""

    @property
    def id(self) -> str:
        """The id of the row."""
        return self.record_id or self.answer_id


def new_record_id() -> str:
    """Return an id that no record has."""
    return secrets.token_hex(8)


def insert(connection: Connection, record: Record) -> int:
    """Add a row after the newest and return its sequence number."""
    seq, prev_hash = head(connection)
    seq += 1
    created_at = datetime.now(UTC).isoformat(timespec="milliseconds")
    salt, typed = secrets.token_hex(32), canonical(record.private or {})
    stated = {"answer_id": record.answer_id, "created_at": created_at}
    if record.kind is not Kind.ANSWER:
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


def entry(row: Row[Any]) -> Entry:
    """Return the record that a row of `joined` is."""
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
