"""Check the chain: the ledger's rows in, the first one that was changed out.

Each row is hashed again; its columns are compared with its body, its private part with the salted
hash, and what was streamed with its digest. A private part that is gone needs a receipt, and so
does a body that was blacked out because a brief was erased. Marks kept elsewhere (anchors.py)
reveal removed newest records and a complete rewrite. Rows are read in pages within one snapshot.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, inspect, select

from bot.ledger import erasing
from bot.ledger.rows import KIND_KEY, RecordKind, chain_hash, joined, private_hash
from bot.ledger.streamed import answers_streamed, digest_of
from bot.ledger.tables import GENESIS, ledger, ledger_private

_PAGE = 500  # rows read at a time
_PRIVATE = '"private_sha256":"'  # what a record with a private part says of it
_STREAMED = '"streamed":'  # what a record says of its streamed rows

Rows = Sequence[Row[Any]]
Erased = Mapping[str, tuple[int, str, str | None]]  # as erasing.receipts returns them
_NO_RECEIPT = (0, "", None)


class Wrong(StrEnum):
    BODY = "body"  # its text was edited, or its hash
    COLUMN = "column"  # a column does not say what the body says
    MISSING = "missing"
    ADDED = "added"  # before the first record
    ORDER = "order"  # in another record's place
    REWRITTEN = "rewritten"  # edited and hashed again, alone or with all that follow
    QUESTION = "question"  # the private part is not what was recorded
    STREAMED = "streamed"  # the rows shown before the answer was whole
    RECEIPT = "receipt"  # what was typed for it is gone, and no record says that it was deleted
    CUT = "cut"  # there are fewer records than there were


@dataclass(frozen=True)
class Mark:
    """How many records the ledger had, and the hash of the last one."""

    count: int
    head: str  # GENESIS where there was none
    at: str = ""  # UTC, ISO 8601


START = Mark(0, GENESIS)


@dataclass(frozen=True)
class ChainFault:
    """The first bad record. Ids are None if the record is missing."""

    seq: int
    wrong: Wrong
    detail: str  # for people, to be read after "record 7"
    record_id: str | None = None
    answer_id: str | None = None
    kind: str | None = None
    created_at: str | None = None

    def __str__(self) -> str:
        if self.record_id is None:
            return f"record {self.seq}: {self.detail}"
        of = "" if self.answer_id == self.record_id else f" of {self.answer_id}"
        named = f"{self.kind} {self.record_id}{of}, {self.created_at}"
        return f"record {self.seq} ({named}): {self.detail}"


@dataclass(frozen=True)
class ChainCheck:
    """The result of a check: the first fault, or where the intact chain ends."""

    fault: ChainFault | None
    head: Mark


def check(connection: Connection, marks: Sequence[Mark] = (), after: Mark = START) -> ChainCheck:
    """Check the rows after a mark that is known to be right, and compare them with the marks."""
    wanted: dict[int, list[Mark]] = {}
    for mark in marks:
        wanted.setdefault(mark.count, []).append(mark)
    last, agreed, receipts = after, after.count, _Receipts()
    erased = erasing.receipts(connection)
    for page in _pages(connection, after.count):
        streamed = _Streamed(connection, page, erased)
        for row in page:
            if fault := _fault(connection, row, last, streamed):
                return ChainCheck(fault, last)
            for mark in wanted.get(row.seq, ()):
                if mark.head != row.hash:
                    return ChainCheck(_unmarked(row, mark, agreed), last)
                agreed = row.seq
            receipts.note(row)
            last = Mark(row.seq, row.hash, row.created_at)
    fault = _cut(last, marks) or _orphan(connection, last) or receipts.fault()
    return ChainCheck(fault, last)


def hash_at(connection: Connection, seq: int) -> str | None:
    """Return the hash of the row with this number, None if there is none."""
    if seq == 0:
        return GENESIS
    found: str | None = connection.scalar(select(ledger.c.hash).where(ledger.c.seq == seq))
    return found


def _pages(connection: Connection, after: int) -> Iterator[Rows]:
    # From the very start on, rows that were put in before the first would be passed over.
    query = joined().order_by(ledger.c.seq).limit(_PAGE)
    page = connection.execute(query.where(ledger.c.seq > after) if after else query).all()
    while page:
        yield page
        page = connection.execute(query.where(ledger.c.seq > page[-1].seq)).all()


def _fault(
    connection: Connection, row: Row[Any], last: Mark, streamed: "_Streamed"
) -> ChainFault | None:
    expected = last.count + 1
    if row.seq < expected:
        return _of(row, Wrong.ADDED, "was put in before the first record")
    if row.seq > expected:
        what = f"is missing; the next is record {row.seq}, of {row.created_at}"
        return ChainFault(expected, Wrong.MISSING, what)
    kept = chain_hash(row.seq, row.prev_hash, row.body) == row.hash
    if not kept and not streamed.is_blacked_out(row):
        return _torn(connection, row, last)
    if row.prev_hash != last.head:
        return _unlinked(connection, row)
    for name, part in _stated(row):
        if part not in row.body:
            return _of(row, Wrong.COLUMN, f"its column {name} was changed")
    if row.kind == RecordKind.ANSWER and f'"{KIND_KEY}":' in row.body:
        return _of(row, Wrong.COLUMN, "its column kind was changed")
    if not _private_agrees(row):
        return _of(row, Wrong.QUESTION, "its question or private part was changed")
    if detail := streamed.fault(row):
        return _of(row, Wrong.STREAMED, detail)
    return None


def _torn(connection: Connection, row: Row[Any], last: Mark) -> ChainFault:
    """Explain why a row's hash is not that of its body at its place."""
    if row.prev_hash == last.head:
        following = _at(connection, row.seq + 1)
        if following and following.prev_hash == chain_hash(row.seq, row.prev_hash, row.body):
            return _of(row, Wrong.COLUMN, "its column hash was changed")
        return _of(row, Wrong.BODY, "its body was edited")
    if chain_hash(row.seq, last.head, row.body) == row.hash:
        return _of(row, Wrong.COLUMN, "its column prev_hash was changed")
    query = select(ledger.c.seq, ledger.c.hash).where(ledger.c.hash == row.prev_hash)
    before = connection.execute(query).first()
    true_seq = before.seq + 1 if before else 1 if row.prev_hash == GENESIS else None
    for seq in {true_seq, row.seq - 1, row.seq + 1} - {None}:
        if chain_hash(seq, row.prev_hash, row.body) == row.hash:
            return _of(row, Wrong.ORDER, f"stands in the wrong place; it was record {seq}")
    if before:
        return _of(row, Wrong.ORDER, f"stands in the wrong place; it followed record {before.seq}")
    return _of(row, Wrong.ORDER, "does not follow the record before it")


def _unlinked(connection: Connection, row: Row[Any]) -> ChainFault:
    """Name the record that was rewritten with its hash: this one, or the one before it."""
    following = _at(connection, row.seq + 1)
    before = _at(connection, row.seq - 1)
    if before is None or (following is not None and following.prev_hash != row.hash):
        return _of(row, Wrong.REWRITTEN, "was rewritten: it does not follow the record before it")
    return _of(before, Wrong.REWRITTEN, f"was rewritten: record {row.seq} followed another")


def _stated(row: Row[Any]) -> Iterator[tuple[str, str]]:
    """Yield each column with the text that the body must have for it.

    Quotation marks inside JSON strings are escaped, so these can only be the keys.
    """
    yield "answer_id", f'"answer_id":"{row.answer_id}"'
    yield "created_at", f'"created_at":"{row.created_at}"'
    if row.kind == RecordKind.ANSWER:
        yield "record_id", f'"answer_id":"{row.record_id}"'
    else:
        yield "kind", f'"{KIND_KEY}":"{row.kind}"'
        yield "record_id", f'"record_id":"{row.record_id}"'


def _private_agrees(row: Row[Any]) -> bool:
    return row.salt is None or (
        f'"private_sha256":"{private_hash(row.salt, row.private)}"' in row.body
    )


def _unmarked(row: Row[Any], mark: Mark, agreed: int) -> ChainFault:
    """Report that all records from some point on were rewritten; marks narrow down where."""
    first = f"record {row.seq}" if agreed + 1 == row.seq else f"one of {agreed + 1} to {row.seq}"
    detail = f"was rewritten, {first} first: the anchor of {mark.at} has another hash"
    return _of(row, Wrong.REWRITTEN, detail)


def _cut(last: Mark, marks: Sequence[Mark]) -> ChainFault | None:
    most = max(marks, key=lambda mark: mark.count, default=last)
    if most.count <= last.count:
        return None
    what = f"is missing; the chain ends at {last.count}, the anchor of {most.at} has {most.count}"
    return ChainFault(last.count + 1, Wrong.CUT, what)


def _orphan(connection: Connection, last: Mark) -> ChainFault | None:
    """Find a private part without a record: its record was removed."""
    private = ledger_private.c
    query = (
        select(private.record_id)
        .outerjoin(ledger, ledger.c.record_id == private.record_id)
        .where(ledger.c.record_id.is_(None))
        .limit(1)
    )
    if (record_id := connection.scalar(query)) is None:
        return None
    what = f"is missing; the private part of {record_id} is still there"
    return ChainFault(last.count + 1, Wrong.CUT, what)


def _at(connection: Connection, seq: int) -> Row[Any] | None:
    return connection.execute(select(ledger).where(ledger.c.seq == seq)).first()


def _of(row: Row[Any], wrong: Wrong, detail: str) -> ChainFault:
    ids = (row.record_id, row.answer_id, row.kind, row.created_at)
    return ChainFault(row.seq, wrong, detail, *map(str, ids))


class _Receipts:
    """Which records have lost their private part, and how many of them a receipt accounts for.

    Rows are noted in their order: a receipt accounts only for records before it.
    """

    def __init__(self) -> None:
        self._lost: dict[str, list[Row[Any]]] = {}  # by answer, the oldest first

    def note(self, row: Row[Any]) -> None:
        if row.kind == RecordKind.FORGOTTEN:
            lost = self._lost.get(row.answer_id, [])
            del lost[: max(0, int(json.loads(row.body).get("records", 0)))]
        elif row.salt is None and _PRIVATE in row.body:
            self._lost.setdefault(row.answer_id, []).append(row)

    def fault(self) -> ChainFault | None:
        """Return the first record whose private part is gone without a receipt."""
        left = [row for rows in self._lost.values() for row in rows]
        if not left:
            return None
        what = "its question or private part was deleted, and there is no receipt for that"
        return _of(min(left, key=lambda row: int(row.seq)), Wrong.RECEIPT, what)


class _Streamed:
    """The streamed rows of a page of answers, read together."""

    def __init__(self, connection: Connection, page: Rows, erased: Erased) -> None:
        table = answers_streamed
        self._erased = erased
        ids = [row.record_id for row in page if _says_streamed(row)]
        self._bodies: dict[str, list[str]] = {one: [] for one in ids}
        if not ids or not inspect(connection).has_table(table.name):
            return
        query = select(table.c.answer_id, table.c.body).where(table.c.answer_id.in_(ids))
        for row in connection.execute(query.order_by(table.c.answer_id, table.c.number)):
            self._bodies[row.answer_id].append(row.body)

    def is_blacked_out(self, row: Row[Any]) -> bool:
        """Return whether a later receipt of an erased brief accounts for the text of a record."""
        seq, body_sha256, _ = self._erased.get(row.record_id, _NO_RECEIPT)
        return seq > row.seq and body_sha256 == erasing.body_hash(row.body)

    def fault(self, row: Row[Any]) -> str | None:
        """Return what is wrong with the rows streamed of an answer, None if nothing is."""
        bodies = self._bodies.get(row.record_id)
        if bodies is None:
            return None
        _, _, digest = self._erased.get(row.record_id, _NO_RECEIPT)
        if digest is not None and digest == digest_of(bodies):
            return None
        rows = f'{_STREAMED}{{"rows":{len(bodies)},"sha256":"'
        if f'{rows}{digest_of(bodies)}"}}' in row.body:
            return None
        if rows in row.body:
            return "a sentence that was streamed of it was edited"
        return "rows of what was streamed of it are missing or were put in"


def _says_streamed(row: Row[Any]) -> bool:
    # From the right: the key is among the last ones, and null for most answers.
    at = str(row.body).rfind(_STREAMED)
    return (
        row.kind == RecordKind.ANSWER and at >= 0 and row.body.startswith("{", at + len(_STREAMED))
    )
