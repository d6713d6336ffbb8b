"""Opinions and wishes: every opinion is kept, a wish once a person."""

from bot.slack.reactions import Feedback, Requests


def test_every_opinion_is_a_row(database, clock) -> None:
    """The oldest first, of one answer or of all."""
    feedback = Feedback(database, clock=clock)
    feedback.add("a1", "T1", "U1", good=True)
    feedback.add("a2", "T1", "U1", good=False, reason="missing", note="No \x00 table")
    feedback.add("a1", "T1", "U1", good=False, reason="outdated")
    assert [(row.good, row.reason) for row in feedback.given("a1")] == [
        (True, None), (False, "outdated"),
    ]  # fmt: skip
    assert feedback.given()[1].note == "No \ufffd table"
    assert feedback.given()[1].given_at == clock.now


def test_a_wish_is_made_once_by_each_person(database) -> None:
    """A second click is not a second wish."""
    requests = Requests(database)
    assert requests.add("What of Texas?", "a1", "T1", "U1") is True
    assert requests.add("What of Texas?", "a1", "T1", "U1") is False
    assert requests.add("What of Texas?", "a1", "T1", "U2") is True
    assert [(wish.question, wish.user) for wish in requests.made()] == [
        ("What of Texas?", "U1"), ("What of Texas?", "U2"),
    ]  # fmt: skip
