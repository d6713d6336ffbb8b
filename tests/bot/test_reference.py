"""Questions that point at the brief an earlier answer cited."""

import pytest

from bot.reference import cited_first, points_at_source
from index.passage import BriefRef, Hit, Passage


def hit(brief):
    """Return a hit in a brief."""
    reference = BriefRef(brief, brief, None, (), "", "default")
    return Hit(f"{brief}-1", Passage(0, 0, 1, "x"), reference, 0.5, 0.5, 0.0)


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


def test_puts_the_cited_briefs_first_and_keeps_the_order_otherwise():
    """Nothing is lost: the others come behind."""
    found = cited_first([hit("A"), hit("B"), hit("C"), hit("B")], {"B"})
    assert [item.brief.id for item in found] == ["B", "B", "A", "C"]
