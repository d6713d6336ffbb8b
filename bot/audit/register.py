"""The register of answers: what the ledger holds, made searchable; derived, can be rebuilt.

Rows for each answer and citation are written from the ledger's records when they are first needed
(`catch_up`), findings by `briefs audit run`. Nothing that a person typed is copied into it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Connection, Select, func, select

from bot.audit import register_check, register_query, register_tables, register_update
from bot.audit.findings import Finding, FindingKind, Severity
from bot.audit.register_tables import audit_answers, audit_citations, audit_findings, batched
from bot.audit.selection import Order, Selection, draw
from bot.ledger.ledger import Ledger
from bot.ledger.tables import ledger, ledger_private
from index.errors import NotFound
from index.storage.database import Database, retried

EVERYTHING = Selection()
BODIES = 100  # in memory at once


@dataclass(frozen=True)
class RegisteredAnswer:
    """One answer as lists show it."""

    answer_id: str
    seq: int
    created_at: str  # UTC, ISO 8601
    question: str | None  # as it reads without its conversation; None once it was forgotten
    asker: str | None
    place: str | None
    outcome: str  # "answered", "unsure" or "declined"
    kind: str  # of question
    answered: bool
    off_topic: bool  # small talk, or a question about the bot
    text: str  # the beginning of what was shown; "" if it was declined
    mode: str
    model: str | None
    confidence: float
    risk: float  # in [0, 1], by the last check; before the first, by the record alone
    risk_low: float  # its 95 % interval
    risk_high: float
    checked_at: str | None  # when it was last checked
    findings: tuple[tuple[str, str], ...]  # (kind, severity), the worst first
    judgements: int  # sentences that an editor judged, and the reply as a whole
    verdict: str | None  # of most editors on the reply; None: nobody judged enough of it
    complaints: int  # readers who said that it was bad


@dataclass(frozen=True)
class Use:
    """A citation of a brief."""

    answer_id: str
    created_at: str
    citation: int
    brief_id: str
    version: int
    paragraph: int
    passage_sha256: str
    quote: str


class Register:
    """The register of one library's answers. Safe to share between threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ledger = Ledger(database)
        self._tables_exist = False  # as far as we know

    @retried
    def catch_up(self) -> int:
        """Take in the records added to the ledger since the last time; return how many."""
        self._ledger.head()  # creates its tables if they are missing
        with self._database.read() as connection:
            if not register_update.is_behind(connection):
                return 0
        total = 0
        while True:
            with self._database.write() as connection:
                count = register_update.take_in(connection)
            if not count:
                return total
            total += count

    @retried
    def restore(self) -> int:
        """Take in new records; make the register again if it was damaged.

        Returns how many answers it told wrongly. Findings are lost with it: check all answers next.
        """
        self.catch_up()
        with self._database.read() as connection:
            wrong = register_check.differing(connection)
        if wrong:
            with self._database.write() as connection:
                register_tables.recreate(connection)
            self.catch_up()
        return wrong

    @retried
    def differing(self) -> int:
        """Return how many answers it tells otherwise than the ledger."""
        with self._database.read() as connection:
            return register_check.differing(connection)

    @retried
    def answers(
        self,
        selection: Selection = EVERYTHING,
        order: Order = Order.RISK,
        *,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[RegisteredAnswer]:
        """Return the answers that pass, all of them if there is no limit; those taken in so far."""
        query = _ordered(_joined(), order).where(*self._conditions(selection))
        with self._reading() as connection:
            if selection.sample is None:
                rows = connection.execute(query.limit(limit).offset(offset)).all()
            else:
                rows = self._sampled(connection, selection, order)
                rows = rows[offset : None if limit is None else offset + limit]
            found = _kinds_found(connection, [row.seq for row in rows])
        return [_answer_of(row, found.get(row.seq, ())) for row in rows]

    @retried
    def get(self, answer_id: str) -> RegisteredAnswer:
        """Return one answer; NotFound where there is none."""
        with self._reading() as connection:
            query = _joined().where(audit_answers.c.answer_id == answer_id)
            row = connection.execute(query).first()
            if row is None:
                raise NotFound(f"{answer_id}: no such answer in the ledger; check the id")
            return _answer_of(row, _kinds_found(connection, [row.seq]).get(row.seq, ()))

    @retried
    def count(self, selection: Selection = EVERYTHING) -> int:
        query = select(func.count()).select_from(_TABLES).where(*self._conditions(selection))
        with self._reading() as connection:
            found = int(connection.scalar(query) or 0)
        return found if selection.sample is None else min(found, selection.sample)

    def bodies(self, selection: Selection = EVERYTHING) -> Iterator[dict[str, Any]]:
        """Yield the chained bodies of the answers that pass, oldest first.

        No transaction stays open between two of them, and few are in memory at once.
        """
        for part in batched(self._seqs(selection), BODIES):
            query = select(ledger.c.body).where(ledger.c.seq.in_(part)).order_by(ledger.c.seq)
            yield from map(json.loads, self._scalars(query))

    @retried
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
            return [_finding_of(row) for row in connection.execute(query)]

    @retried
    def uses(self, brief: str, paragraph: int | None = None) -> list[Use]:
        """Return the citations of a brief, by id or report number, the newest answer first.

        "ID@2" names its second version, "ID#p4" its fourth paragraph.
        """
        name, version, stated = register_query.place(brief)
        column = audit_citations.c
        query = (
            select(
                audit_answers.c.answer_id, audit_answers.c.created_at, column.citation,
                column.brief_id, column.version, column.paragraph, column.passage_sha256,
                column.quote,
            )
            .select_from(audit_citations)
            .join(audit_answers, audit_answers.c.seq == column.answer_seq)
            .where(*register_query.cited(name, version, stated if paragraph is None else paragraph))
            .order_by(column.answer_seq.desc(), column.citation)
        )  # fmt: skip
        with self._reading() as connection:
            return [Use(*row) for row in connection.execute(query)]

    @retried
    def keep_all(self, found: Mapping[str, Sequence[Finding]]) -> dict[str, float]:
        """Replace the findings of several answers in one transaction; return the risk of each."""
        with self._reading():
            pass
        with self._database.write() as connection:
            return register_update.store_findings(connection, found)

    @retried
    def _seqs(self, selection: Selection) -> list[int]:
        with self._reading() as connection:
            return sorted(self._passing(connection, selection))

    @retried
    def _scalars(self, query: Select[Any]) -> list[Any]:
        with self._database.read() as connection:
            return list(connection.scalars(query))

    def _conditions(self, selection: Selection) -> list[register_query.Clause]:
        return register_query.conditions(selection, is_sqlite=self._database.is_sqlite)

    def _passing(self, connection: Connection, selection: Selection) -> list[int]:
        column = audit_answers.c
        query = select(column.seq, column.answer_id).select_from(_TABLES)
        rows = connection.execute(query.where(*self._conditions(selection)).order_by(column.seq))
        found = {row.answer_id: row.seq for row in rows}
        if selection.sample is None:
            return list(found.values())
        return [found[answer_id] for answer_id in draw(found, selection.sample, selection.seed)]

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
        """Yield a snapshot that has the tables."""
        with self._database.read() as connection:
            missing = not self._tables_exist and register_tables.missing(connection)
        if missing:
            self.catch_up()
        self._tables_exist = True
        with self._database.read() as connection:
            yield connection


_TABLES = audit_answers.outerjoin(
    ledger_private, ledger_private.c.record_id == audit_answers.c.answer_id
)


_COLUMNS = {one.name for one in fields(RegisteredAnswer)} & set(audit_answers.c.keys())


def _joined() -> Select[Any]:
    return select(audit_answers, ledger_private.c.body.label("private")).select_from(_TABLES)


def _ordered(query: Select[Any], order: Order) -> Select[Any]:
    column = audit_answers.c
    if order is Order.RISK:
        return query.order_by(column.risk.desc(), column.seq.desc())
    return query.order_by(column.seq.desc())


def _answer_of(row: Any, findings: Iterable[tuple[str, str]]) -> RegisteredAnswer:
    private = json.loads(row.private) if row.private else {}
    return RegisteredAnswer(
        **{name: getattr(row, name) for name in _COLUMNS},
        question=private.get("standalone_question"),
        asker=private.get("asker"),
        place=private.get("place"),
        findings=tuple(findings),
    )


def _kinds_found(connection: Connection, seqs: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    """Return (kind, severity) of each finding by answer, the worst first."""
    found: dict[int, list[tuple[str, str]]] = {}
    column = audit_findings.c
    for part in batched(seqs):
        query = select(column.answer_seq, column.kind, column.severity)
        ordered = query.where(column.answer_seq.in_(part)).order_by(column.answer_seq, column.place)
        for seq, kind, severity in connection.execute(ordered):
            found.setdefault(seq, []).append((kind, severity))
    return found


def _finding_of(row: Any) -> Finding:
    where = (row.sentence, row.citation, json.loads(row.evidence))
    return Finding(FindingKind(row.kind), Severity(row.severity), row.detail, *where)
