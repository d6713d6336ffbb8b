"""Take records of the ledger into the register: rows of one in, rows of the other out.

A batch is one write transaction, which reads how far the ledger was read first: two processes may
do it at once. Where the ledger is not the one that was read before (another copy was put in its
place), all is made anew. Knows nothing of how answers are looked up.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from bot.audit import severities
from bot.audit.findings import Finding, risk
from bot.audit.register_tables import (
    FORMAT,
    TABLES,
    audit_answers,
    audit_citations,
    audit_findings,
    audit_sentences,
    audit_state,
    create_anew,
)
from bot.ledger.ledger import Kind as Record
from bot.ledger.tables import GENESIS, ledger, ledger_private

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


def risk_now(connection: Connection, answer: Any, complaints: int) -> float:
    """Return the risk of an answer (a row of audit_answers) with what is known of it now."""
    if answer.checked_at is None:
        body = connection.scalar(select(ledger.c.body).where(ledger.c.seq == answer.seq))
        return _risk(json.loads(body or "{}"), complaints)
    rows = connection.execute(
        select(audit_findings).where(audit_findings.c.answer_seq == answer.seq)
    )
    return risk_of(
        answer, [Finding(row.kind, row.severity, row.detail) for row in rows], complaints
    )


def risk_of(answer: Any, findings: Iterable[Finding], complaints: int) -> float:
    """Return the risk of an answer with these findings.

    What an answer lacks in confidence counts against it; of one that was declined, what it had.
    """
    sure = answer.confidence if answer.answered else 1 - answer.confidence
    return risk(
        findings,
        written=answer.mode != "extractive",
        confidence=1.0 if answer.off_topic else sure,
        complaints=complaints,
    )


def _begin(connection: Connection) -> int:
    """Return up to which record the ledger was read; make the tables anew where that is unsure."""
    form, seq, digest = _state(connection)
    there = connection.scalar(select(ledger.c.hash).where(ledger.c.seq == seq))
    if form == FORMAT and (digest == there or seq == 0):
        return seq
    create_anew(connection)
    values = {"format": FORMAT, "seq": "0", "hash": GENESIS}
    connection.execute(
        insert(audit_state), [{"key": key, "value": value} for key, value in values.items()]
    )
    return 0


def _state(connection: Connection) -> tuple[str, int, str]:
    """Return (format, seq, hash) of how far the ledger was read."""
    there = connection.dialect.has_table
    if not all(there(connection, table.name) for table in TABLES):
        return "", 0, GENESIS
    kept = {row.key: row.value for row in connection.execute(select(audit_state))}
    return kept.get("format", ""), int(kept.get("seq", 0)), kept.get("hash", GENESIS)


def _remember(connection: Connection, seq: int, digest: str) -> None:
    for key, value in (("seq", str(seq)), ("hash", digest)):
        connection.execute(update(audit_state).where(audit_state.c.key == key).values(value=value))


def _answers(connection: Connection, rows: Sequence[Row[Any]]) -> None:
    """Write the rows of answers, their sentences and their citations."""
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
        "off_topic": bool(body.get("off_topic")),
        "mode": body.get("mode", "extractive"),
        "model": body.get("model"),
        "confidence": body.get("confidence", 0.0),
        "risk": _risk(body, 0),
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
    found = {one["number"]: one for one in body.get("citations", ())}  # a number stands once
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


def _risk(body: Json, complaints: int) -> float:
    """Return the risk by what an answer's own record says of its sentences."""
    found = [
        severities.finding(severities.kind_of(reason["kind"]), reason["detail"], sentence=number)
        for number, one in enumerate(body.get("sentences", ()), 1)
        if one["verdict"] != "supported"
        for reason in one["reasons"]
    ]
    return risk_of(_Read(body), found, complaints)


class _Read:
    """The few facts of a body that its risk rests on."""

    def __init__(self, body: Json) -> None:
        self.confidence = float(body.get("confidence", 0.0))
        self.answered = bool(body.get("answered"))
        self.off_topic = bool(body.get("off_topic"))
        self.mode = str(body.get("mode", "extractive"))


def _count(connection: Connection, answer_id: str) -> None:
    """Count anew what readers and editors said of an answer."""
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
    now = risk_now(connection, answer, complaints)
    connection.execute(
        update(audit_answers)
        .where(audit_answers.c.seq == answer.seq)
        .values(judgements=len(judged), complaints=complaints, risk=now)
    )


def _judged(connection: Connection, answer_id: str) -> dict[int, int]:
    """Return how many judgements each sentence has."""
    times: dict[int, int] = {}
    for body, _, _ in _said(connection, answer_id, Record.JUDGEMENT):
        times[int(body["sentence"])] = times.get(int(body["sentence"]), 0) + 1
    return times


def _complaints(connection: Connection, answer_id: str) -> int:
    """Return how many readers' last word is that it was bad; those forgotten count one by one."""
    last: dict[object, bool] = {}
    for body, private, record_id in _said(connection, answer_id, Record.FEEDBACK):
        user = json.loads(private).get("user") if private else None
        last[("user", user) if user else ("record", record_id)] = bool(body["good"])
    return sum(not good for good in last.values())


def _said(
    connection: Connection, answer_id: str, kind: Record
) -> list[tuple[dict[str, Any], str | None, str]]:
    """Return (body, private part, record id) of what was recorded further, oldest first."""
    private = ledger_private.c
    rows = connection.execute(
        select(ledger.c.body, private.body.label("private"), ledger.c.record_id)
        .select_from(ledger.outerjoin(ledger_private, ledger.c.record_id == private.record_id))
        .where(ledger.c.answer_id == answer_id, ledger.c.kind == kind)
        .order_by(ledger.c.seq)
    )
    return [(json.loads(row.body), row.private, row.record_id) for row in rows]
