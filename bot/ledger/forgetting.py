"""Delete what people typed from the ledger, and leave a receipt for each answer that it was of.

In: whose or which answers. Out: what went. The chained rows stay, and with them the salted hash of
what was typed; the salt goes too. Knows nothing of the Slack tables, nor of when a time is over.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, select

from bot.ledger import streamed
from bot.ledger.rows import Kind, Record, insert, new_record_id
from bot.ledger.tables import ledger, ledger_private

_PAGE = 500  # rows at a time
_AGEING = (Kind.ANSWER, Kind.POSTED, Kind.FEEDBACK)  # what editors judged stays
_NAMES = ("asker", "user", "editor")  # keys under which a private part says whose it is


class By(StrEnum):
    """At whose wish something is forgotten."""

    PERSON = "person"
    ADMIN = "admin"
    RETENTION = "retention"


@dataclass(frozen=True)
class Forgotten:
    """What went, and whether it is out of the database's files too."""

    answers: int = 0  # whose questions were deleted
    records: int = 0  # private parts that were deleted, those of the answers among them
    clean: bool = True


@dataclass(frozen=True)
class Wish:
    """What is to be forgotten: these answers, and all that a person asked or said anywhere."""

    answer_ids: frozenset[str]
    by: By
    person: str | None = None

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of records of which nothing private stays.

        Whoever takes back their own questions does not take back what others said of the answers.
        """
        return _AGEING[:2] if self.by is By.PERSON or self.person else _AGEING


def forget(connection: Connection, wish: Wish) -> Forgotten:
    """Delete the private parts and add the receipts, in the caller's transaction."""
    if wish.person:
        theirs = asked_by(connection, wish.person)
        wish = replace(wish, answer_ids=wish.answer_ids.union(theirs))
    found = list(_found(connection, wish))
    for page in _pages([row.record_id for row in found]):
        connection.execute(delete(ledger_private).where(ledger_private.c.record_id.in_(page)))
    counts = Counter(row.answer_id for row in found)
    counts.update(streamed.forget_within(connection, sorted(wish.answer_ids)))
    for answer_id, records in sorted(counts.items()):
        body = {"records": records, "by": wish.by}
        insert(connection, Record(Kind.FORGOTTEN, answer_id, body, record_id=new_record_id()))
    answers = sum(row.kind == Kind.ANSWER for row in found)
    return Forgotten(answers, counts.total())


def asked_by(connection: Connection, person: str) -> list[str]:
    """Return the ids of a person's answers that are not forgotten, the oldest first."""
    rows = _typed(connection, ledger.c.kind == Kind.ANSWER)
    recorded = [row.answer_id for row in rows if is_of(json.loads(row.body), person)]
    return [*recorded, *streamed.begun_by(connection, lambda typed: is_of(typed, person))]


def asked_before(connection: Connection, moment: str) -> list[str]:
    """Return the ids of answers older than a moment (UTC, ISO 8601) that are not forgotten."""
    query = (
        select(ledger.c.answer_id)
        .join(ledger_private, ledger.c.record_id == ledger_private.c.record_id)
        .where(ledger.c.created_at < moment, ledger.c.kind.in_(_AGEING))
    )
    found = dict.fromkeys(connection.scalars(query.order_by(ledger.c.seq)))
    return [*found, *streamed.begun_before(connection, moment)]


def is_of(private: Mapping[str, Any], person: str) -> bool:
    """Return whether a private part names a person: by the whole name, or by Slack's bare id."""
    names = [name for key in _NAMES if isinstance(name := private.get(key), str)]
    return any(name == person or _is_bare(name, person) or _is_bare(person, name) for name in names)


def _found(connection: Connection, wish: Wish) -> Iterator[Row[Any]]:
    """Yield the records whose private part must go, the oldest first."""
    follows: set[str] = set()
    for row in _typed(connection):
        if row.kind == Kind.ANSWER and _repeats(row.body, wish.answer_ids):
            follows.add(row.answer_id)
        if (
            (row.answer_id in wish.answer_ids and row.kind in wish.kinds)
            or (row.answer_id in follows and row.kind in (Kind.ANSWER, Kind.POSTED))
            or (wish.person and is_of(json.loads(row.body), wish.person))
        ):
            yield row


def _repeats(private: str, answer_ids: Collection[str]) -> bool:
    """Return whether a question follows, in its thread, one that is to be forgotten.

    Whoever asked it: its record repeats the words of those before it.
    """
    if '"turns":[{' not in private:
        return False
    return any(turn.get("answer_id") in answer_ids for turn in json.loads(private)["turns"])


def _typed(connection: Connection, *conditions: Any) -> Iterator[Row[Any]]:
    """Yield the records that have a private part still, with it, the oldest first."""
    columns = (ledger.c.seq, ledger.c.record_id, ledger.c.kind, ledger.c.answer_id)
    query: Select[Any] = (
        select(*columns, ledger_private.c.body)
        .join(ledger_private, ledger.c.record_id == ledger_private.c.record_id)
        .where(*conditions)
        .order_by(ledger.c.seq)
        .limit(_PAGE)
    )
    last = 0
    while page := connection.execute(query.where(ledger.c.seq > last)).all():
        yield from page
        last = page[-1].seq


def _is_bare(name: str, whole: str) -> bool:
    """Return whether a name is the last part of one such as slack:T0123:U0123."""
    return whole.startswith("slack:") and whole.rsplit(":", 1)[1] == name


def _pages(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _PAGE):
        yield ids[start : start + _PAGE]
