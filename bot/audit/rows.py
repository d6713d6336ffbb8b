"""The register's rows as types: what lists show of an answer, and what rests on a brief."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, select

from bot.audit.findings import Finding, Kind, Severity
from bot.audit.register_tables import audit_findings

Value = TypeVar("Value")


@dataclass(frozen=True)
class Row:
    """One answer as lists show it."""

    answer_id: str
    seq: int
    created_at: str  # UTC, ISO 8601
    question: str | None  # as it reads without its conversation; None once it was forgotten
    asker: str | None
    place: str | None
    answered: bool
    mode: str
    model: str | None
    confidence: float
    risk: float  # in [0, 1], of the last check; of what the record alone says before the first
    checked_at: str | None  # when it was last checked
    findings: tuple[tuple[str, str], ...]  # (kind, severity), the worst first
    judgements: int  # sentences that an editor judged
    complaints: int  # readers who said that it was bad


@dataclass(frozen=True)
class Use:
    """A citation that rests on a brief."""

    answer_id: str
    created_at: str
    citation: int
    brief_id: str
    version: int
    paragraph: int
    passage_sha256: str
    quote: str


def batched(values: Iterable[Value], size: int = 500) -> Iterator[list[Value]]:
    """Yield values in lists of at most `size`: databases bound how many a statement may name."""
    values = iter(values)
    while part := list(islice(values, size)):
        yield part


def row_of(row: Any, findings: Iterable[tuple[str, str]]) -> Row:
    private = json.loads(row.private) if row.private else {}
    return Row(
        answer_id=row.answer_id,
        seq=row.seq,
        created_at=row.created_at,
        question=private.get("standalone_question"),
        asker=private.get("asker"),
        place=private.get("place"),
        answered=row.answered,
        mode=row.mode,
        model=row.model,
        confidence=row.confidence,
        risk=row.risk,
        checked_at=row.checked_at,
        findings=tuple(findings),
        judgements=row.judgements,
        complaints=row.complaints,
    )


def findings_of(connection: Connection, seqs: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = {}
    column = audit_findings.c
    for part in batched(seqs):
        query = select(column.answer_seq, column.kind, column.severity)
        ordered = query.where(column.answer_seq.in_(part)).order_by(column.answer_seq, column.place)
        for row in connection.execute(ordered):
            found.setdefault(row.answer_seq, []).append((row.kind, row.severity))
    return found


def finding_of(row: Any) -> Finding:
    return Finding(
        kind=Kind(row.kind),
        severity=Severity(row.severity),
        detail=row.detail,
        sentence=row.sentence,
        citation=row.citation,
        evidence=json.loads(row.evidence),
    )


def use_of(row: Any) -> Use:
    return Use(
        answer_id=row.answer_id,
        created_at=row.created_at,
        citation=row.citation,
        brief_id=row.brief_id,
        version=row.version,
        paragraph=row.paragraph,
        passage_sha256=row.passage_sha256,
        quote=row.quote,
    )
