"""Write the register: records of the ledger and what checks found in, rows of its tables out.

A batch is one write transaction that first reads how far the ledger was read, so two processes may
do it at once. If the ledger is not the one that was read before (another copy was put in its
place), everything is rebuilt.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, inspect, select, update

from bot.audit.findings import Finding, finding, kind_of, risk, worst_first
from bot.audit.register_tables import (
    FORMAT,
    audit_answers,
    audit_citations,
    audit_findings,
    audit_sentences,
    audit_state,
    batched,
    missing,
    recreate,
)
from bot.ledger.ledger import RecordKind as Record
from bot.ledger.record import kind_of as asked_kind
from bot.ledger.tables import GENESIS, ledger, ledger_private
from bot.question.kinds import Kind
from index.storage import schema
from index.vectors import snapshot

BATCH = 400  # records read in one transaction, so that nobody waits long to write an answer

Json = Mapping[str, Any]


def is_behind(connection: Connection) -> bool:
    """Return whether the ledger has something that the register has not taken in."""
    head = connection.execute(
        select(ledger.c.seq, ledger.c.hash).order_by(ledger.c.seq.desc()).limit(1)
    ).first()
    return _state(connection) != (FORMAT, *((head.seq, head.hash) if head else (0, GENESIS)))


def take_in(connection: Connection) -> int:
    """Take in the next batch of records; return how many there were."""
    seq = _begin(connection)
    rows = connection.execute(
        select(ledger).where(ledger.c.seq > seq).order_by(ledger.c.seq).limit(BATCH)
    ).all()
    if not rows:
        return 0
    _answers(connection, [row for row in rows if row.kind == Record.ANSWER])
    touched = {row.answer_id for row in rows if row.kind in (Record.FEEDBACK, Record.JUDGEMENT)}
    for answer_id in sorted(touched):
        _count(connection, answer_id)
    _remember(connection, rows[-1].seq, rows[-1].hash)
    return len(rows)


def store_findings(
    connection: Connection, found: Mapping[str, Sequence[Finding]]
) -> dict[str, float]:
    """Replace the findings of some answers; return the risk of each.

    The time and the library's generation are stored with them.
    """
    risks: dict[str, float] = {}
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    checked = {"checked_at": at, "generation": _generation(connection)}
    for ids in batched(found):
        rows = connection.execute(
            select(audit_answers).where(audit_answers.c.answer_id.in_(ids))
        ).all()
        risks |= _store(connection, rows, found, checked)
    return risks


# Records of the ledger


def _begin(connection: Connection) -> int:
    """Return up to which record the ledger was read; recreate the tables if that is unsure."""
    form, seq, digest = _state(connection)
    now = connection.scalar(select(ledger.c.hash).where(ledger.c.seq == seq))
    if form == FORMAT and (digest == now or seq == 0):
        return seq
    recreate(connection)
    values = {"format": FORMAT, "seq": "0", "hash": GENESIS}
    connection.execute(
        insert(audit_state), [{"key": key, "value": value} for key, value in values.items()]
    )
    return 0


def _state(connection: Connection) -> tuple[str, int, str]:
    """Return (format, seq, hash) of how far the ledger was read."""
    if missing(connection):
        return "", 0, GENESIS
    state = {row.key: row.value for row in connection.execute(select(audit_state))}
    return state.get("format", ""), int(state.get("seq", 0)), state.get("hash", GENESIS)


def _remember(connection: Connection, seq: int, digest: str) -> None:
    for key, value in (("seq", str(seq)), ("hash", digest)):
        connection.execute(update(audit_state).where(audit_state.c.key == key).values(value=value))


def _answers(connection: Connection, rows: Sequence[Row[Any]]) -> None:
    answers: list[dict[str, Any]] = []
    sentences: list[dict[str, Any]] = []
    citations: list[dict[str, Any]] = []
    for row in rows:
        body = json.loads(row.body)
        answers.append(_answer(row, body))
        sentences += _sentences(row.seq, body)
        citations += _citations(row.seq, body)
    for table, values in (
        (audit_answers, answers), (audit_sentences, sentences), (audit_citations, citations),
    ):  # fmt: skip
        if values:
            connection.execute(insert(table), values)


def _answer(row: Row[Any], body: Json) -> dict[str, Any]:
    return {
        "seq": row.seq,
        "answer_id": row.answer_id,
        "created_at": row.created_at,
        "day": row.created_at[:10],
        "answered": bool(body.get("answered")),
        "off_topic": asked_kind(body) is Kind.HELP,
        "mode": body.get("mode", "extractive"),
        "model": body.get("model"),
        "confidence": body.get("confidence", 0.0),
        "risk": _recorded_risk(body, 0),
        "judgements": 0,
        "complaints": 0,
    }


def _sentences(seq: int, body: Json) -> list[dict[str, Any]]:
    return [
        {
            "answer_seq": seq,
            "sentence": number,
            "searched": one["text"].casefold(),
            "verdict": one["verdict"],
            "judgements": 0,
        }
        for number, one in enumerate(body.get("sentences", ()), 1)
    ]


def _citations(seq: int, body: Json) -> list[dict[str, Any]]:
    found = {one["number"]: one for one in body.get("citations", ())}  # each number once
    return [
        {
            "answer_seq": seq,
            "citation": number,
            "brief_id": one["brief"]["id"],
            "number": one["brief"].get("number"),
            "version": one["brief"].get("version", 1),
            "paragraph": one.get("paragraph", 0),
            "passage_sha256": one.get("passage", {}).get("sha256", ""),
            "quote": one["quote"],
        }
        for number, one in found.items()
    ]


def _risk_of(facts: Json, findings: Iterable[Finding], complaints: int) -> float:
    """Return the risk of an answer, given by its body or its row, with these findings.

    Missing confidence counts against an answer; if it was declined, the confidence it had.
    """
    confidence = float(facts.get("confidence", 0.0))
    sure = confidence if facts.get("answered") else 1 - confidence
    return risk(
        findings,
        written=facts.get("mode", "extractive") != "extractive",
        confidence=1.0 if facts.get("off_topic") else sure,
        complaints=complaints,
    )


def _recorded_risk(body: Json, complaints: int) -> float:
    """Return the risk by what an answer's own record says of its sentences."""
    found = [
        finding(kind_of(reason["kind"]), reason["detail"], sentence=number)
        for number, one in enumerate(body.get("sentences", ()), 1)
        if one["verdict"] != "supported"
        for reason in one["reasons"]
    ]
    return _risk_of(body, found, complaints)


def _count(connection: Connection, answer_id: str) -> None:
    """Count again what readers and editors said of an answer."""
    answer = connection.execute(
        select(audit_answers).where(audit_answers.c.answer_id == answer_id)
    ).first()
    if answer is None:
        return
    judged = _judged(connection, answer_id)
    complaints = _complaints(connection, answer_id)
    for sentence, times in judged.items():
        connection.execute(
            update(audit_sentences)
            .where(audit_sentences.c.answer_seq == answer.seq)
            .where(audit_sentences.c.sentence == sentence)
            .values(judgements=times)
        )
    now = _risk_now(connection, answer, complaints)
    connection.execute(
        update(audit_answers)
        .where(audit_answers.c.seq == answer.seq)
        .values(judgements=len(judged), complaints=complaints, risk=now)
    )


def _risk_now(connection: Connection, answer: Row[Any], complaints: int) -> float:
    """Return the risk of an answer by the last check; before the first, by its record."""
    if answer.checked_at is None:
        body = connection.scalar(select(ledger.c.body).where(ledger.c.seq == answer.seq))
        return _recorded_risk(json.loads(body or "{}"), complaints)
    rows = connection.execute(
        select(audit_findings).where(audit_findings.c.answer_seq == answer.seq)
    )
    found = [Finding(row.kind, row.severity, row.detail) for row in rows]
    return _risk_of(answer._asdict(), found, complaints)


def _judged(connection: Connection, answer_id: str) -> dict[int, int]:
    times: dict[int, int] = {}
    for body, _, _ in _further(connection, answer_id, Record.JUDGEMENT):
        times[int(body["sentence"])] = times.get(int(body["sentence"]), 0) + 1
    return times


def _complaints(connection: Connection, answer_id: str) -> int:
    """Return how many readers said last that it was bad; forgotten readers count one by one."""
    last: dict[object, bool] = {}
    for body, private, record_id in _further(connection, answer_id, Record.FEEDBACK):
        user = json.loads(private).get("user") if private else None
        last[("user", user) if user else ("record", record_id)] = bool(body["good"])
    return sum(not good for good in last.values())


def _further(
    connection: Connection, answer_id: str, kind: Record
) -> list[tuple[dict[str, Any], str | None, str]]:
    """Return (body, private part, record id) of further records of an answer, oldest first."""
    private = ledger_private.c
    rows = connection.execute(
        select(ledger.c.body, private.body.label("private"), ledger.c.record_id)
        .select_from(ledger.outerjoin(ledger_private, ledger.c.record_id == private.record_id))
        .where(ledger.c.answer_id == answer_id, ledger.c.kind == kind)
        .order_by(ledger.c.seq)
    )
    return [(json.loads(row.body), row.private, row.record_id) for row in rows]


# Findings


def _generation(connection: Connection) -> int | None:
    """Return the library's published generation; None where the ledger stands alone."""
    if not inspect(connection).has_table(schema.generations.name):
        return None
    return snapshot.published(connection)[0]


def _store(
    connection: Connection,
    rows: Sequence[Row[Any]],
    found: Mapping[str, Sequence[Finding]],
    checked: Mapping[str, Any],
) -> dict[str, float]:
    seqs = [row.seq for row in rows]
    connection.execute(delete(audit_findings).where(audit_findings.c.answer_seq.in_(seqs)))
    values, risks = [], []
    for row in rows:
        ordered = worst_first(found[row.answer_id])
        values += [_values(row.seq, place, one) for place, one in enumerate(ordered, 1)]
        risks.append({"of": row.seq, "now": _risk_of(row._asdict(), ordered, row.complaints)})
    if values:
        connection.execute(insert(audit_findings), values)
    if risks:
        statement = update(audit_answers).where(audit_answers.c.seq == bindparam("of"))
        connection.execute(statement.values(risk=bindparam("now"), **checked), risks)
    return {row.answer_id: one["now"] for row, one in zip(rows, risks, strict=True)}


def _values(seq: int, place: int, one: Finding) -> dict[str, Any]:
    evidence = json.dumps(one.evidence, ensure_ascii=False)
    return {**one.to_json(), "answer_seq": seq, "place": place, "evidence": evidence}
