"""The list of questions that the briefs did not answer."""

import pytest

from bot.audit.unanswered import row, unanswered
from bot.ledger import Ledger
from index.storage.database import Database, sqlite_url

NEAREST = [{"brief": {"title": "Harbour"}}, {"brief": {"title": "Harbour"}}]


@pytest.fixture
def ledger(tmp_path):
    database = Database(sqlite_url(tmp_path / "ledger.db"))
    yield Ledger(database)
    database.close()


def asked(ledger, question, answered=False, **more):
    """Record one answer and return its id."""
    answer_id = f"a{ledger.head()[0]}"
    body = {"answered": answered, "nearest": [] if answered else NEAREST, **more}
    ledger.append(answer_id, body, {"standalone_question": question})
    return answer_id


def test_counts_a_question_once_however_it_was_typed(ledger):
    """Case and punctuation make no other question; the nearest briefs are named once."""
    asked(ledger, "Who leads Norland?")
    asked(ledger, "What does the harbour cost?")
    last = asked(ledger, "who leads norland")
    found = unanswered(ledger.entries())
    assert [(item.question, item.times) for item in found] == [
        ("who leads norland", 2),
        ("What does the harbour cost?", 1),
    ]
    assert (found[0].answer_id, row(found[0])["nearest"]) == (last, ["Harbour"])
    assert found[0].first_asked <= found[0].last_asked


def test_an_answer_closes_a_question_until_it_fails_again(ledger):
    """What a new brief answers leaves the list."""
    asked(ledger, "Who leads Norland?")
    asked(ledger, "Who leads Norland?", answered=True)
    assert unanswered(ledger.entries()) == []
    asked(ledger, "Who leads Norland?")
    assert unanswered(ledger.entries())[0].times == 1


def test_leaves_out_small_talk_and_what_was_forgotten(ledger):
    """Neither asks the librarians for a brief."""
    asked(ledger, "hello there", off_topic=True)
    ledger.forget([asked(ledger, "Who leads Norland?")])
    assert unanswered(ledger.entries()) == []


def test_reads_a_ledger_longer_than_one_page(ledger):
    """All records come, in their order."""
    for number in range(1_201):
        asked(ledger, f"question {number}", answered=True)
    assert [entry.seq for entry in ledger.entries()] == list(range(1, 1_202))
