"""Write the register: records of the ledger and what checks found in, rows of its tables out.

A batch is one write transaction that first reads how far the ledger was read, so two processes may
do it at once. If the ledger is not the one that was read before (another copy was put in its
place), everything is rebuilt.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, inspect, select, update

from bot.answering.answer import Outcome
from bot.audit.findings import Finding, Risk, Signals, finding, kind_of, risk, worst_first
from bot.audit.judgements import OBSERVED, Word, majority, parsed, reply_word
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
from bot.ledger import record
from bot.ledger.ledger import RecordKind as Record
from bot.ledger.record import outcome_of
from bot.ledger.tables import GENESIS, ledger, ledger_private
from index.storage import schema
from index.vectors import snapshot

LONGEST_TEXT = 400  # characters of an answer that lists show
BATCH = 400  # records read in one transaction, so that nobody waits long to write an answer

# Readers who are forgotten are counted in another way than before.
_COUNTED = (Record.FEEDBACK, Record.JUDGEMENT, Record.FORGOTTEN)

Json = Mapping[str, Any]


def is_behind(connection: Connection) -> bool:
    """Return whether the ledger has something that the register has not taken in."""
    head = connection.execute(
        select(ledger.c.seq, ledger.c.hash).order_by(ledger.c.seq.desc()).limit(1)
    ).first()
    return taken_in(connection) != (FORMAT, *((head.seq, head.hash) if head else (0, GENESIS)))


def take_in(connection: Connection) -> int:
    """Take in the next batch of records; return how many there were."""
    seq = _begin(connection)
    rows = connection.execute(
        select(ledger).where(ledger.c.seq > seq).order_by(ledger.c.seq).limit(BATCH)
    ).all()
    if not rows:
        return 0
    _answers(connection, [row for row in rows if row.kind == Record.ANSWER])
    touched = {row.answer_id for row in rows if row.kind in _COUNTED}
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
    form, seq, digest = taken_in(connection)
    now = connection.scalar(select(ledger.c.hash).where(ledger.c.seq == seq))
    if form == FORMAT and digest == (now if seq else GENESIS):
        return seq
    recreate(connection)
    values = {"format": FORMAT, "seq": "0", "hash": GENESIS}
    connection.execute(
        insert(audit_state), [{"key": key, "value": value} for key, value in values.items()]
    )
    return 0


def taken_in(connection: Connection) -> tuple[str, int, str]:
    """Return (format, seq, hash) of how far the ledger was read; no format if that is unsure."""
    if missing(connection):
        return "", 0, GENESIS
    state = {row.key: row.value for row in connection.execute(select(audit_state))}
    seq = state.get("seq", "")
    if not seq.isdecimal():  # damaged
        return "", 0, GENESIS
    return state.get("format", ""), int(seq), state.get("hash", GENESIS)


def _remember(connection: Connection, seq: int, digest: str) -> None:
    for key, value in (("seq", str(seq)), ("hash", digest)):
        connection.execute(update(audit_state).where(audit_state.c.key == key).values(value=value))


def _answers(connection: Connection, rows: Sequence[Row[Any]]) -> None:
    answers: list[dict[str, Any]] = []
    sentences: list[dict[str, Any]] = []
    citations: list[dict[str, Any]] = []
    for row in rows:
        made = recorded(row)
        answers.append(made.answer)
        sentences += made.sentences
        citations += made.citations
    for table, values in (
        (audit_answers, answers), (audit_sentences, sentences), (audit_citations, citations),
    ):  # fmt: skip
        if values:
            connection.execute(insert(table), values)


@dataclass(frozen=True)
class Recorded:
    """The rows that an answer's own record makes, before anybody judges it."""

    answer: dict[str, Any]
    sentences: list[dict[str, Any]]
    citations: list[dict[str, Any]]


def recorded(row: Row[Any]) -> Recorded:
    """Return the rows of an answer, given by its record in the ledger."""
    body = json.loads(row.body)
    return Recorded(_answer(row, body), _sentences(row.seq, body), _citations(row.seq, body))


def _answer(row: Row[Any], body: Json) -> dict[str, Any]:
    return {
        "seq": row.seq,
        "answer_id": row.answer_id,
        "created_at": row.created_at,
        "day": row.created_at[:10],
        "outcome": outcome_of(body).value,
        "kind": record.kind_of(body).value,
        "answered": bool(body.get("answered")),
        "off_topic": record.is_small_talk(body),
        "text": _shown_text(body),
        "mode": body.get("mode", "extractive"),
        "model": body.get("model"),
        "confidence": body.get("confidence", 0.0),
        **_risk_columns(_recorded_risk(body)),
        "judgements": 0,
        "complaints": 0,
    }


def _shown_text(body: Json) -> str:
    """Return the beginning of what was shown: the sentences, or the nearest passage if unsure."""
    said = [one["text"] for one in body.get("sentences", ())]
    if not said and outcome_of(body) is Outcome.UNSURE:
        said = [record.marked_text(one) for one in body["nearest"][:1]]
    text = " ".join(" ".join(said).split())
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 2] + " …"


def _risk_columns(found: Risk) -> dict[str, float]:
    return {"risk": found.mean, "risk_low": found.low, "risk_high": found.high}


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


def _risk_of(
    facts: Json, findings: Iterable[Finding], complaints: int = 0, words: Iterable[Word] = ()
) -> Risk:
    """Return the risk of an answer, given by its body or its row, with these findings.

    `words` has each editor's on the reply. Missing confidence counts against an answer; against a
    declined one, the confidence it had; being unsure is to be without any.
    """
    confidence = float(facts.get("confidence", 0.0))
    sure = {Outcome.ANSWERED: confidence, Outcome.UNSURE: 0.0, Outcome.DECLINED: 1 - confidence}
    small_talk = record.is_small_talk(facts)
    signals = Signals(
        findings=tuple(findings),
        written=facts.get("mode", "extractive") != "extractive",
        confidence=1.0 if small_talk else sure[outcome_of(facts)],
        complaints=complaints,
        small_talk=small_talk,
    )
    return risk(signals, [OBSERVED[word] for word in words])


def _recorded_risk(body: Json, complaints: int = 0, words: Iterable[Word] = ()) -> Risk:
    """Return the risk by what an answer's own record says of its sentences."""
    found = [
        finding(kind_of(reason["kind"]), reason["detail"], sentence=number)
        for number, one in enumerate(body.get("sentences", ()), 1)
        if one["verdict"] != "supported"
        for reason in one["reasons"]
    ]
    return _risk_of(body, found, complaints, words)


def _count(connection: Connection, answer_id: str) -> None:
    """Count again what readers and editors said of an answer."""
    answer = connection.execute(
        select(audit_answers).where(audit_answers.c.answer_id == answer_id)
    ).first()
    if answer is None:
        return
    times = times_judged(connection, answer_id)
    complaints = counted_complaints(connection, answer_id)
    for sentence, count in times.items():
        connection.execute(
            update(audit_sentences)
            .where(audit_sentences.c.answer_seq == answer.seq)
            .where(audit_sentences.c.sentence == sentence)
            .values(judgements=count)
        )
    words = editors_words(connection, answer_id, _sentence_count(connection, answer.seq))
    now = _risk_columns(_risk_now(connection, answer, complaints, words))
    verdict = majority(words) if words else None
    connection.execute(
        update(audit_answers)
        .where(audit_answers.c.seq == answer.seq)
        .values(judgements=len(times), complaints=complaints, verdict=verdict, **now)
    )


def _risk_now(
    connection: Connection, answer: Row[Any], complaints: int, words: Sequence[Word]
) -> Risk:
    """Return the risk of an answer by the last check; before the first, by its record."""
    if answer.checked_at is None:
        body = connection.scalar(select(ledger.c.body).where(ledger.c.seq == answer.seq))
        return _recorded_risk(json.loads(body or "{}"), complaints, words)
    rows = connection.execute(
        select(audit_findings).where(audit_findings.c.answer_seq == answer.seq)
    )
    found = [Finding(row.kind, row.severity, row.detail) for row in rows]
    return _risk_of(answer._asdict(), found, complaints, words)


def times_judged(connection: Connection, answer_id: str) -> Counter[int | None]:
    """Return how many records judge each sentence of an answer, and the reply (None)."""
    found = _further(connection, answer_id, Record.JUDGEMENT)
    return Counter(body["sentence"] for body, _, _ in found)


def _sentence_count(connection: Connection, seq: int) -> int:
    """Return how many sentences an answer has."""
    query = select(func.count()).where(audit_sentences.c.answer_seq == seq)
    return connection.scalar(query) or 0


def editors_words(connection: Connection, answer_id: str, sentences: int) -> list[Word]:
    """Return what each editor's standing judgements make of a reply of so many sentences."""
    by_editor: dict[str | None, dict[int | None, Word]] = {}
    for body, private, _ in _further(connection, answer_id, Record.JUDGEMENT):
        editor = json.loads(private).get("editor") if private else None
        by_editor.setdefault(editor, {})[body["sentence"]] = parsed(body)
    found = [reply_word(said, sentences) for said in by_editor.values()]
    return [word for word in found if word is not None]


def counted_complaints(connection: Connection, answer_id: str) -> int:
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
    values: list[dict[str, Any]] = []
    risks: list[dict[str, Any]] = []
    for row in rows:
        ordered = worst_first(found[row.answer_id])
        values += [_values(row.seq, place, one) for place, one in enumerate(ordered, 1)]
        sentences = _sentence_count(connection, row.seq)
        words = editors_words(connection, row.answer_id, sentences) if row.judgements else ()
        now = _risk_of(row._asdict(), ordered, row.complaints, words)
        risks.append({"of": row.seq, "mean": now.mean, "low": now.low, "high": now.high})
    if values:
        connection.execute(insert(audit_findings), values)
    if risks:
        statement = update(audit_answers).where(audit_answers.c.seq == bindparam("of"))
        changed: dict[str, Any] = {"risk": bindparam("mean"), "risk_low": bindparam("low")}
        connection.execute(
            statement.values(**changed, risk_high=bindparam("high"), **checked), risks
        )
    return {row.answer_id: one["mean"] for row, one in zip(rows, risks, strict=True)}


def _values(seq: int, place: int, one: Finding) -> dict[str, Any]:
    evidence = json.dumps(one.evidence, ensure_ascii=False)
    return {**one.to_json(), "answer_seq": seq, "place": place, "evidence": evidence}
