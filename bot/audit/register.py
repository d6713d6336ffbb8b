"""The register of answers: what the ledger holds, made searchable. Derived, and rebuilt from it.

Rows for each answer and each citation are written from the ledger's records when they are first
needed (`catch_up`), findings by `briefs audit run`. Nothing that a person typed is copied into it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Select, func, select

from bot.audit import keeping, register_tables, selecting, taking_in
from bot.audit.findings import Finding
from bot.audit.register_tables import audit_answers, audit_citations, audit_findings
from bot.audit.rows import Row, Use, batched, finding_of, findings_of, row_of, use_of
from bot.audit.selection import Order, Selection
from bot.ledger import Ledger
from bot.ledger_tables import ledger, ledger_private
from index.errors import NotFound
from index.storage.database import Database

__all__ = ["EVERYTHING", "Register", "Row", "Use"]

EVERYTHING = Selection()
FEW = 100  # bodies in memory at once


class Register:
    """The register of one library's answers. Safe to share between threads."""

    def __init__(self, database: Database) -> None:
        """Remember the database; the tables are made when first needed."""
        self._database = database
        self._ledger = Ledger(database)
        self._there = False  # the tables

    def catch_up(self) -> int:
        """Take in what the ledger has got since the last time; return how many records."""
        self._ledger.head()  # makes its tables where there are none
        with self._database.read() as connection:
            if not taking_in.is_behind(connection):
                return 0
        total = 0
        while True:
            with self._database.write() as connection:
                count = taking_in.take_in(connection)
            if not count:
                return total
            total += count

    def answers(
        self,
        selection: Selection = EVERYTHING,
        order: Order = Order.RISK,
        *,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[Row]:
        """Return the answers that pass, without a limit all of them; those taken in so far."""
        query = _ordered(_joined(), order).where(*self._conditions(selection))
        with self._reading() as connection:
            if selection.sample is None:
                rows = connection.execute(query.limit(limit).offset(offset)).all()
            else:
                rows = self._sampled(connection, selection, order)
                rows = rows[offset : None if limit is None else offset + limit]
            found = findings_of(connection, [row.seq for row in rows])
        return [row_of(row, found.get(row.seq, ())) for row in rows]

    def get(self, answer_id: str) -> Row:
        """Return one answer; NotFound where there is none."""
        with self._reading() as connection:
            query = _joined().where(audit_answers.c.answer_id == answer_id)
            row = connection.execute(query).first()
            if row is None:
                raise NotFound(f"{answer_id}: no such answer in the ledger; check the id")
            return row_of(row, findings_of(connection, [row.seq]).get(row.seq, ()))

    def count(self, selection: Selection = EVERYTHING) -> int:
        """Return how many answers pass."""
        query = select(func.count()).select_from(_TABLES).where(*self._conditions(selection))
        with self._reading() as connection:
            found = int(connection.scalar(query) or 0)
        return found if selection.sample is None else min(found, selection.sample)

    def bodies(self, selection: Selection = EVERYTHING) -> Iterator[dict[str, Any]]:
        """Yield the chained bodies of the answers that pass, oldest first.

        No transaction stays open between two of them, and few are in memory at once.
        """
        with self._reading() as connection:
            seqs = sorted(self._passing(connection, selection))
        for part in batched(seqs, FEW):
            query = select(ledger.c.body).where(ledger.c.seq.in_(part)).order_by(ledger.c.seq)
            with self._database.read() as connection:
                found = list(connection.scalars(query))
            yield from map(json.loads, found)

    def findings(self, answer_id: str) -> list[Finding]:
        """Return what the last check found, the worst first."""
        column = audit_findings.c
        query = (
            select(audit_findings)
            .join(audit_answers, audit_answers.c.seq == column.answer_seq)
            .where(audit_answers.c.answer_id == answer_id)
            .order_by(column.place)
        )
        with self._reading() as connection:
            return [finding_of(row) for row in connection.execute(query)]

    def uses(self, brief: str, paragraph: int | None = None) -> list[Use]:
        """Return the citations of a brief, by id or report number, the newest answer first.

        "ID@2" names its second version, "ID#p4" its fourth paragraph.
        """
        name, version, stated = selecting.place(brief)
        column = audit_citations.c
        query = (
            select(audit_citations, audit_answers.c.answer_id, audit_answers.c.created_at)
            .join(audit_answers, audit_answers.c.seq == column.answer_seq)
            .where(*selecting.cited(name, version, stated if paragraph is None else paragraph))
            .order_by(column.answer_seq.desc(), column.citation)
        )
        with self._reading() as connection:
            return [use_of(row) for row in connection.execute(query)]

    def keep(self, answer_id: str, findings: Sequence[Finding]) -> None:
        """Record what a check found in place of what the check before it found."""
        self.keep_all({answer_id: findings})

    def keep_all(self, found: Mapping[str, Sequence[Finding]]) -> dict[str, float]:
        """Record what checks of several answers found, all in one transaction.

        Returns the risk of each.
        """
        with self._reading():
            pass
        with self._database.write() as connection:
            return keeping.keep(connection, found)

    def _conditions(self, selection: Selection) -> list[selecting.Clause]:
        return selecting.conditions(selection, is_sqlite=self._database.is_sqlite)

    def _passing(self, connection: Connection, selection: Selection) -> list[int]:
        """Return the sequence numbers of the answers that pass."""
        column = audit_answers.c
        query = select(column.seq, column.answer_id).select_from(_TABLES)
        rows = connection.execute(query.where(*self._conditions(selection)).order_by(column.seq))
        found = {row.answer_id: row.seq for row in rows}
        if selection.sample is None:
            return list(found.values())
        return selecting.drawn(found, selection.sample, selection.seed)

    def _sampled(self, connection: Connection, selection: Selection, order: Order) -> list[Any]:
        column = audit_answers.c
        seqs = self._passing(connection, selection)
        rows = [
            row
            for part in batched(seqs)
            for row in connection.execute(_joined().where(column.seq.in_(part)))
        ]
        return sorted(rows, key=lambda row: (row.risk if order is Order.RISK else 0, row.seq))[::-1]

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """Yield a snapshot; the tables are there."""
        with self._database.read() as connection:
            missing = register_tables.missing(connection) if not self._there else False
        if missing:
            self.catch_up()
        self._there = True
        with self._database.read() as connection:
            yield connection


_TABLES = audit_answers.outerjoin(
    ledger_private, ledger_private.c.record_id == audit_answers.c.answer_id
)


def _joined() -> Select[Any]:
    return select(audit_answers, ledger_private.c.body.label("private")).select_from(_TABLES)


def _ordered(query: Select[Any], order: Order) -> Select[Any]:
    column = audit_answers.c
    if order is Order.RISK:
        return query.order_by(column.risk.desc(), column.seq.desc())
    return query.order_by(column.seq.desc())
