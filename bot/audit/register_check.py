"""Compare the register with the ledger that it was made from: which answers it tells otherwise.

What an answer's own record says, and how often people judged it, can be compared. Findings and
risks are not: `briefs audit run` writes them again.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select

from bot.audit.judgements import majority
from bot.audit.register_tables import (
    audit_answers,
    audit_citations,
    audit_findings,
    audit_sentences,
    missing,
)
from bot.audit.register_update import (
    BATCH,
    counted_complaints,
    editors_words,
    recorded,
    taken_in,
    times_judged,
)
from bot.ledger.ledger import RecordKind as Record
from bot.ledger.tables import ledger

# The columns that stand in an answer's own record.
_OF_ANSWER = (
    "answer_id", "created_at", "day", "outcome", "kind", "answered", "off_topic", "text", "mode",
    "model", "confidence", "judgements", "complaints", "verdict",
)  # fmt: skip
_OF_SENTENCE = ("sentence", "searched", "verdict", "judgements")
_OF_CITATION = ("citation", *audit_citations.c.keys()[2:])
_TABLES = (
    (audit_answers, audit_answers.c.seq, _OF_ANSWER),
    (audit_sentences, audit_sentences.c.answer_seq, _OF_SENTENCE),
    (audit_citations, audit_citations.c.answer_seq, _OF_CITATION),
)

Fact = tuple[int, str, tuple[object, ...]]  # the answer's number, the table, what a row says


def differing(connection: Connection) -> int:
    """Return how many answers the register tells otherwise than the ledger, as far as it was read.

    0 where there is no register: it is made when it is first needed.
    """
    if missing(connection):
        return 0
    seq = taken_in(connection)[1]
    wrong, last = _strangers(connection, seq), 0
    query = select(ledger).where(ledger.c.kind == Record.ANSWER, ledger.c.seq <= seq)
    while rows := connection.execute(
        query.where(ledger.c.seq > last).order_by(ledger.c.seq).limit(BATCH)
    ).all():
        last = rows[-1].seq
        stored = _stored(connection, [row.seq for row in rows])
        wrong += len({number for number, _, _ in _expected(connection, rows) ^ stored})
    return wrong


def _strangers(connection: Connection, seq: int) -> int:
    """Return how many answers are in the register, but not in what was read of the ledger."""
    known = select(ledger.c.seq).where(ledger.c.kind == Record.ANSWER, ledger.c.seq <= seq)
    keys = [key for _, key, _ in _TABLES] + [audit_findings.c.answer_seq]
    counts = [select(func.count(func.distinct(key))).where(key.not_in(known)) for key in keys]
    return sum(connection.scalar(count) or 0 for count in counts)


def _expected(connection: Connection, rows: Sequence[Row[Any]]) -> set[Fact]:
    """Return what the register should say of these answers."""
    further = select(ledger.c.answer_id).where(
        ledger.c.kind.in_((Record.FEEDBACK, Record.JUDGEMENT)),
        ledger.c.answer_id.in_([row.answer_id for row in rows]),
    )
    judged = set(connection.scalars(further))
    wanted: set[Fact] = set()
    for row in rows:
        made = recorded(row)
        if row.answer_id in judged:
            times = times_judged(connection, row.answer_id)
            made.answer["judgements"] = len(times)
            made.answer["complaints"] = counted_complaints(connection, row.answer_id)
            words = editors_words(connection, row.answer_id, len(made.sentences))
            made.answer["verdict"] = majority(words) if words else None
            for one in made.sentences:
                one["judgements"] = times.get(one["sentence"], 0)
        parts = ([made.answer], made.sentences, made.citations)
        for (table, _, names), values in zip(_TABLES, parts, strict=True):
            wanted |= {_fact(row.seq, table.name, names, one) for one in values}
    return wanted


def _stored(connection: Connection, seqs: Sequence[int]) -> set[Fact]:
    """Return what the register says of these answers."""
    found: set[Fact] = set()
    for table, key, names in _TABLES:
        for row in connection.execute(select(table).where(key.in_(seqs))):
            kept = row._asdict()
            found.add(_fact(kept[key.name], table.name, names, kept))
    return found


def _fact(seq: int, table: str, names: Sequence[str], row: Mapping[str, Any]) -> Fact:
    return seq, table, tuple(row.get(name) for name in names)
