"""Write what checks found into the register, in place of what was found before."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, inspect, select, update

from bot.audit import severities, taking_in
from bot.audit.findings import Finding
from bot.audit.register_tables import audit_answers, audit_findings
from bot.audit.rows import batched
from index.storage import schema
from index.vectors import snapshot


def keep(connection: Connection, found: Mapping[str, Sequence[Finding]]) -> dict[str, float]:
    """Record what the checks of some answers found, with the time and the library's generation.

    Returns the risk of each.
    """
    risks: dict[str, float] = {}
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    checked = {"checked_at": at, "generation": _generation(connection)}
    for ids in batched(found):
        rows = connection.execute(
            select(audit_answers).where(audit_answers.c.answer_id.in_(ids))
        ).all()
        risks |= _keep(connection, rows, found, checked)
    return risks


def _generation(connection: Connection) -> int | None:
    """Return the library's published generation; None where the ledger stands alone."""
    if not inspect(connection).has_table(schema.generations.name):
        return None
    return snapshot.published(connection)[0]


def _keep(
    connection: Connection,
    rows: Sequence[Any],
    found: Mapping[str, Sequence[Finding]],
    checked: Mapping[str, Any],
) -> dict[str, float]:
    seqs = [row.seq for row in rows]
    connection.execute(delete(audit_findings).where(audit_findings.c.answer_seq.in_(seqs)))
    values, risks = [], []
    for row in rows:
        ordered = severities.worst_first(found[row.answer_id])
        values += [_values(row.seq, place, one) for place, one in enumerate(ordered, 1)]
        now = taking_in.risk_of(row, ordered, row.complaints)
        risks.append({"of": row.seq, "now": now})
    if values:
        connection.execute(insert(audit_findings), values)
    if risks:
        statement = update(audit_answers).where(audit_answers.c.seq == bindparam("of"))
        connection.execute(statement.values(risk=bindparam("now"), **checked), risks)
    return {row.answer_id: one["now"] for row, one in zip(rows, risks, strict=True)}


def _values(seq: int, place: int, finding: Finding) -> dict[str, Any]:
    return {
        "answer_seq": seq,
        "place": place,
        "kind": finding.kind,
        "severity": finding.severity,
        "detail": finding.detail,
        "sentence": finding.sentence,
        "citation": finding.citation,
        "evidence": json.dumps(finding.evidence, ensure_ascii=False),
    }
