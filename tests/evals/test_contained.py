"""Whether an answer contains the short answer that was expected."""

import pytest

from bot.evals.contained import contains


@pytest.mark.parametrize(
    ("answer", "short"),
    [
        ("It cost US$ 8.5 billion in all.", "$8.5 billion"),
        ("A sum of 8,500 million dollars was paid.", "$8.5 billion"),
        ("Support rose by 34 percent.", "34%"),
        ("… not later than May 15, 2026.", "15 May 2026"),
        ("Signed on Sept. 3, 2019, in Vienna.", "September 3, 2019"),
        ("In fiscal year 2027 the request falls.", "FY2027"),
        ("Leased for ninety-nine, that is 99, years.", "99 years"),
        ("Three states left.", "3"),
        ("David Fogel was confirmed in October 2025.", "David L. Fogel, October 2025"),
        ("A U.S. company owns it.", "the U.S."),
        ("No changes to emissions that matter were found.", "no material emissions changes"),
    ],
)
def test_said_in_other_words(answer: str, short: str) -> None:
    """Numbers by value, dates by their parts, words by their stems."""
    assert contains(answer, short) is True


@pytest.mark.parametrize(
    ("answer", "short"),
    [
        ("It cost $8.5 million.", "$8.5 billion"),
        ("Support rose by 3 or 4 percent.", "34%"),
        ("On May 16, 2026.", "May 15, 2026"),
        ("On 15 June 2026.", "May 15, 2026"),
        ("It was Anna Berg.", "David L. Fogel"),
        ("Exports grew.", "drought in the north"),
        ("", "34%"),
    ],
)
def test_not_said(answer: str, short: str) -> None:
    """One number that is missing is enough."""
    assert contains(answer, short) is False


def test_a_short_answer_without_anything_to_look_for() -> None:
    """Counts neither way."""
    assert contains("Yes.", "it is") is None
