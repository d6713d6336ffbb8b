"""The tables of the register: answers, their sentences and citations, and what checks found.

All derived: if they are dropped, they are rebuilt from the ledger, and findings by the next check.
Columns hold parts of the chained bodies and counts, nothing that a person typed.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from sqlalchemy import Boolean, Column, Connection, Float, Index, Integer, String, Table, Text
from sqlalchemy import inspect as inspected

from index.storage.database import metadata

Value = TypeVar("Value")

FORMAT = "2"  # of these tables; if another one is on record, they are rebuilt

audit_state = Table(
    "audit_state",
    metadata,
    Column("key", String(32), primary_key=True),  # format, seq, hash: how far the ledger was read
    Column("value", String(64), nullable=False),
)

audit_answers = Table(
    "audit_answers",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),  # of the answer's record
    Column("answer_id", String(64), nullable=False, unique=True),
    Column("created_at", String(40), nullable=False),  # UTC, ISO 8601
    Column("day", String(10), nullable=False),  # its first ten characters
    Column("outcome", String(16), nullable=False),  # bot.ledger.record.Outcome
    Column("kind", String(32), nullable=False),  # of question
    Column("answered", Boolean, nullable=False),
    Column("off_topic", Boolean, nullable=False),  # small talk, or a question about the bot
    Column("text", Text, nullable=False),  # the beginning of what was shown
    Column("mode", String(16), nullable=False),
    Column("model", Text),
    Column("confidence", Float, nullable=False),
    Column("risk", Float, nullable=False),
    Column("risk_low", Float, nullable=False),  # its 95 % interval
    Column("risk_high", Float, nullable=False),
    Column("checked_at", String(40)),  # UTC, ISO 8601; None before the first check
    Column("generation", Integer),  # of the library that it was checked against
    Column("judgements", Integer, nullable=False),  # sentences judged, and the reply as a whole
    Column("verdict", String(32)),  # of the editors on the reply; None: not judged enough of it
    Column("complaints", Integer, nullable=False),  # readers whose last word was that it was bad
    Index("audit_answers_risk", "risk", "seq"),
    Index("audit_answers_day", "day"),
)

audit_sentences = Table(
    "audit_sentences",
    metadata,
    Column("answer_seq", Integer, primary_key=True, autoincrement=False),
    Column("sentence", Integer, primary_key=True, autoincrement=False),  # from 1
    Column("searched", Text, nullable=False),  # its text, case folded
    Column("verdict", String(16), nullable=False),  # as it was recorded
    Column("judgements", Integer, nullable=False),  # records of it, by whomever
)

audit_citations = Table(
    "audit_citations",
    metadata,
    Column("answer_seq", Integer, primary_key=True, autoincrement=False),
    Column("citation", Integer, primary_key=True, autoincrement=False),  # its number
    Column("brief_id", String(32), nullable=False),
    Column("number", Text),  # the brief's report number
    Column("version", Integer, nullable=False),
    Column("paragraph", Integer, nullable=False),
    Column("passage_sha256", String(64), nullable=False),
    Column("quote", Text, nullable=False),
    Index("audit_citations_brief", "brief_id", "answer_seq"),
    Index("audit_citations_number", "number", "answer_seq"),
)

audit_findings = Table(
    "audit_findings",
    metadata,
    Column("answer_seq", Integer, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),  # from 1, the worst first
    Column("kind", String(16), nullable=False),
    Column("severity", String(8), nullable=False),
    Column("detail", Text, nullable=False),
    Column("sentence", Integer),
    Column("citation", Integer),
    Column("evidence", Text, nullable=False),  # JSON
    Index("audit_findings_kind", "kind", "answer_seq"),
    Index("audit_findings_severity", "severity", "answer_seq"),
)

TABLES = (audit_state, audit_answers, audit_sentences, audit_citations, audit_findings)


def missing(connection: Connection) -> bool:
    existing = set(inspected(connection).get_table_names())
    return any(table.name not in existing for table in TABLES)


def recreate(connection: Connection) -> None:
    """Create the tables, empty, in place of existing ones."""
    metadata.drop_all(connection, tables=list(TABLES))
    metadata.create_all(connection, tables=list(TABLES))


def batched(values: Iterable[Value], size: int = 500) -> Iterator[list[Value]]:
    """Yield values in lists of at most `size`: databases limit how many a statement may name."""
    values = iter(values)
    while part := list(islice(values, size)):
        yield part
