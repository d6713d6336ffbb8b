"""Record what is shown of an answer while it is written: rows that are only ever added.

Row 0 of an answer has its evidence, each further row a sentence as it is shown. The record of the
finished answer has the hash over them. What was typed is kept apart, can be forgotten, and is
dropped once that record holds it. An answer whose process is killed leaves its rows here.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    DDL,
    Column,
    Connection,
    Integer,
    String,
    Table,
    Text,
    delete,
    event,
    inspect,
    select,
)
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import LedgerError
from bot.ledger.rows import canonical
from index.errors import DatabaseUnavailable
from index.storage.database import Database, again, metadata, retried

answers_streamed = Table(
    "answers_streamed",
    metadata,
    Column("answer_id", String(64), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),  # 0 for the evidence
    Column("body", Text, nullable=False),  # canonical JSON
    Column("created_at", String(40), nullable=False),  # UTC, ISO 8601
)

# What people typed, for as long as the answer has no record of its own.
answers_begun = Table(
    "answers_begun",
    metadata,
    Column("answer_id", String(64), primary_key=True),
    Column("body", Text, nullable=False),  # canonical JSON
)


for _verb in ("UPDATE", "DELETE"):
    _name = f"answers_streamed_no_{_verb.lower()}"
    for _dialect, _statement in {
        "sqlite": f"CREATE TRIGGER {_name} BEFORE {_verb} ON answers_streamed "
        "BEGIN SELECT RAISE(ABORT, 'answers_streamed is append-only'); END",
        "postgresql": f"CREATE RULE {_name} AS ON {_verb} TO answers_streamed DO INSTEAD NOTHING",
    }.items():
        _ddl = DDL(_statement)  # type: ignore[no-untyped-call]
        event.listen(answers_streamed, "after_create", _ddl.execute_if(dialect=_dialect))


class StreamedAnswer:
    """The rows of one answer that is shown sentence by sentence."""

    def __init__(self, database: Database, answer_id: str) -> None:
        self._database = database
        self.answer_id = answer_id
        self._bodies: list[str] = []

    @property
    def digest(self) -> dict[str, Any] | None:
        """What the record of the answer says about the rows; None if there are none."""
        if not self._bodies:
            return None
        return {"rows": len(self._bodies), "sha256": digest_of(self._bodies)}

    def begin(self, body: Mapping[str, Any], private: Mapping[str, Any]) -> None:
        """Commit the evidence; if that fails, raise LedgerError, and nothing may be shown."""
        typed = {"answer_id": self.answer_id, "body": canonical(private)}
        self._add(body, lambda connection: connection.execute(answers_begun.insert(), typed))

    def add(self, body: Mapping[str, Any]) -> None:
        """Commit one sentence; if that fails, raise LedgerError, and it may not be shown."""
        self._add(body, lambda _: None)

    def finished(self) -> None:
        """Drop what was typed: the record of the finished answer has it now."""
        if self._bodies:
            forget(self._database, [self.answer_id])

    def _add(self, body: Mapping[str, Any], more: Any) -> None:
        text = canonical(body)

        tried = list[str]()

        def write() -> None:
            with self._database.write() as connection:
                metadata.create_all(connection, tables=[answers_streamed, answers_begun])
                if tried and self._has_row(connection):  # cut after its commit, it is done
                    return
                tried.append(text)
                connection.execute(
                    answers_streamed.insert().values(
                        answer_id=self.answer_id,
                        number=len(self._bodies),
                        body=text,
                        created_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
                    )
                )
                more(connection)

        try:
            again(write)
        except (SQLAlchemyError, OSError, DatabaseUnavailable) as error:
            raise LedgerError(
                "ledger: a sentence could not be recorded, so it is not shown; "
                "see that the database is there, unlocked and on a disk with room"
            ) from error
        self._bodies.append(text)

    def _has_row(self, connection: Connection) -> bool:
        mine = answers_streamed.c.answer_id == self.answer_id
        query = select(answers_streamed.c.number).where(
            mine, answers_streamed.c.number == len(self._bodies)
        )
        return connection.execute(query).first() is not None


@retried
def rows(database: Database, answer_id: str) -> list[str]:
    """Return the bodies of an answer's rows, as canonical JSON, in their order."""
    column = answers_streamed.c
    query = select(column.body).where(column.answer_id == answer_id).order_by(column.number)
    with database.read() as connection:
        if not inspect(connection).has_table(answers_streamed.name):
            return []
        return list(connection.scalars(query))


def forget(database: Database, answer_ids: Sequence[str]) -> None:
    """Delete what people typed for answers that were never finished."""
    database.written(forget_within, answer_ids)


def forget_within(connection: Connection, answer_ids: Sequence[str]) -> list[str]:
    """Delete it in the caller's transaction; return the ids with something deleted."""
    metadata.create_all(connection, tables=[answers_begun])
    gone: list[str] = []
    for answer_id in answer_ids:
        mine = delete(answers_begun).where(answers_begun.c.answer_id == answer_id)
        gone += [answer_id] * connection.execute(mine).rowcount
    return gone


def begun_by(connection: Connection, is_theirs: Callable[[Mapping[str, Any]], bool]) -> list[str]:
    """Return the ids of answers that were never finished, by what was typed for them."""
    if not inspect(connection).has_table(answers_begun.name):
        return []
    rows = connection.execute(select(answers_begun).order_by(answers_begun.c.answer_id))
    return [row.answer_id for row in rows if is_theirs(json.loads(row.body))]


def begun_before(connection: Connection, moment: str) -> list[str]:
    """Return the ids of those begun before a moment (UTC, ISO 8601)."""
    if not inspect(connection).has_table(answers_begun.name):
        return []
    streamed, begun = answers_streamed.c, answers_begun.c
    query = select(begun.answer_id).join(
        answers_streamed, (streamed.answer_id == begun.answer_id) & (streamed.number == 0)
    )
    return list(connection.scalars(query.where(streamed.created_at < moment)))


def digest_of(bodies: Sequence[str]) -> str:
    """Return the SHA-256 over the bodies of an answer's rows."""
    return hashlib.sha256("\n".join(bodies).encode()).hexdigest()
