"""Answers that editors judged, made without a model."""

import pytest

from bot.audit.judgements import Judged, Word, judge
from bot.ledger.ledger import Ledger
from index.storage.database import Database, sqlite_url
from tests.audit.records import PORT, Told, brief, cited, doubtful, record

SIZE = "Port Aurelia handles 41 million tons of cargo a year."
LEASE = "In 2015 the harbour was leased to the Norvane Shipping Company for 99 years."
BRIEF = brief(*PORT)
YES, PARTLY, NO, WRONG = Judged


@pytest.fixture
def database(tmp_path):
    """A database of the test's own."""
    opened = Database(sqlite_url(tmp_path / "ledger.db"))
    yield opened
    opened.close()


@pytest.fixture
def ledger(database):
    """Its ledger, empty."""
    return Ledger(database)


def put(ledger: Ledger, answer_id: str, **told: object) -> None:
    """Record an answer of two quotations."""
    citations = (cited(1, BRIEF, 1, SIZE), cited(2, BRIEF, 2, LEASE))
    record(ledger, answer_id, Told(citations, briefs=(BRIEF,), **told))


def put_written(ledger: Ledger, answer_id: str) -> None:
    """Record an answer whose one sentence says another number than its passage."""
    said = doubtful("Port Aurelia handles 14 million tons of cargo.", [1], "number", "“14 million”")
    told = Told((cited(1, BRIEF, 1, SIZE),), (said,), mode="generative", briefs=(BRIEF,))
    record(ledger, answer_id, told)


def put_declined(ledger: Ledger, answer_id: str, **body: object) -> None:
    """Record a question without an answer; `body` overrides what is recorded of it."""
    made, private = Told((), confidence=0.2, question="Who leads Norland?").record()
    ledger.append(answer_id, {**made, **body}, private)


def judged(ledger: Ledger, answer_id: str, sentence: int | None, **words: Word) -> None:
    """Judge a sentence, or the reply (None), by several editors: name=word."""
    for editor, word in words.items():
        judge(ledger, answer_id, sentence, word, editor)
