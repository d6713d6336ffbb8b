"""Opinions and wishes: every opinion is kept, a wish once a person."""

import pytest

from bot.ledger.ledger import Ledger, RecordKind
from bot.slack.delivery.reactions import Feedback, Requests
from index.errors import NotFound


def test_every_opinion_is_a_record(database) -> None:
    """The oldest first, of one answer or of all; what was typed and by whom stands apart."""
    ledger = Ledger(database)
    for name in ("a1", "a2"):
        ledger.append(name, {"answered": True}, {"question": "?"})
    feedback = Feedback(ledger)
    feedback.add("a1", "T1", "U1", good=True)
    feedback.add("a2", "T1", "U1", good=False, reason="missing", note="No \x00 table")
    feedback.add("a1", "T1", "U1", good=False, reason="outdated")
    assert [(row.good, row.reason) for row in feedback.given("a1")] == [
        (True, None), (False, "outdated"),
    ]  # fmt: skip
    assert feedback.given()[1].note == "No \ufffd table"
    [record, _] = ledger.further("a1", RecordKind.FEEDBACK)
    assert (record.body["good"], record.body["reason"]) == (True, None)
    assert record.private == {"user": "slack:T1:U1", "note": None}
    assert "U1" not in str(record.body)
    with pytest.raises(NotFound):
        feedback.add("a9", "T1", "U1", good=True)


def test_opinions_are_forgotten_with_their_giver(database) -> None:
    """Whether and why an answer was bad stays; the chain still verifies."""
    ledger = Ledger(database)
    ledger.append("a1", {"answered": True}, {"question": "?"})
    feedback = Feedback(ledger)
    feedback.add("a1", "T1", "U1", good=False, reason="other", note="mine")
    feedback.add("a1", "T1", "U2", good=False, reason="other", note="yours")
    ledger.forget([], person="slack:T1:U1")
    assert [(one.user, one.reason, one.note) for one in feedback.given()] == [
        (None, "other", None), ("slack:T1:U2", "other", "yours"),
    ]  # fmt: skip
    assert ledger.verify() is None


def test_a_wish_is_made_once_by_each_person(database) -> None:
    """A second click is not a second wish."""
    requests = Requests(database)
    assert requests.add("What of Texas?", "a1", "T1", "U1") is True
    assert requests.add("What of Texas?", "a1", "T1", "U1") is False
    assert requests.add("What of Texas?", "a1", "T1", "U2") is True
    assert [(wish.question, wish.user) for wish in requests.made()] == [
        ("What of Texas?", "U1"), ("What of Texas?", "U2"),
    ]  # fmt: skip
