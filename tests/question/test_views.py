"""Questions on how a view changed are known by their words."""

import pytest

from bot.question.kinds import Kind, asked_of
from bot.question.views import OWNED, asks_for_change, subject_of


@pytest.mark.parametrize(
    ("asked", "subject"),
    [
        ("how has orrin's view of the toll market changed?", "orrin toll market"),
        ("how did Sarn's assessment of dredging evolve between 2016 and 2018", "Sarn dredging"),
        ("has our outlook on ferries shifted since last year", "ferries"),
    ],
)
def test_a_word_for_a_view_and_one_for_changing_ask_for_its_change(
    asked: str, subject: str
) -> None:
    """Its subject is what neither says."""
    assert asks_for_change(asked)
    assert subject_of(asked, "between 2016 and 2018") == subject
    assert asked_of(asked).kind is Kind.CHANGE_OF_VIEW


def test_what_only_changes_or_only_views_asks_for_no_change_of_view() -> None:
    for asked in (
        "How has the toll changed?",
        "What is the ministry's position on ferries?",
        "Which assessment changed the vote?",
    ):
        assert not asks_for_change(asked), asked


def test_the_view_of_somebody_by_name_is_told() -> None:
    assert OWNED.search("How has Hungary's position on NATO changed?")
    assert not OWNED.search("how has our position on NATO changed?")
