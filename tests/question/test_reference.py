"""Questions that point at the brief an earlier answer cited."""

import pytest

from bot.question.reference import points_at_source


@pytest.mark.parametrize(
    ("question", "points"),
    [
        ("what else does it say?", True),
        ("does that report mention Norland?", True),
        ("who wrote it?", True),
        ("when was the report on Norland published?", False),
        ("what does it cost?", False),
    ],
)
def test_tells_a_document_from_what_it_is_about(question, points):
    """ "That report" is the source of the answer; "it" alone is its subject."""
    assert points_at_source(question) is points
