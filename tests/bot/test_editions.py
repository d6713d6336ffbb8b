"""Claims about questions that name a version of a brief."""

import pytest

from bot.editions import named
from index.vectors.snapshot import Filters


@pytest.mark.parametrize(
    "question",
    [
        "in version 6 of IF10753, who certifies?",
        "IF10753 v6: who certifies?",
        "who certifies in IF10753, version 6?",
        "what does if10753v6 say?",
        "what did IF10753 (version 6) say?",
    ],
)
def test_a_version_is_named_by_number(question):
    """As the publisher counts, and as the library does."""
    found = named(question, Filters(since="2020"))
    assert found is not None
    filters, words = found
    assert {"IF10753v6", "IF10753@6"} <= set(filters.briefs)
    assert filters.since == "2020"
    assert words in question


@pytest.mark.parametrize(
    ("question", "briefs"),
    [
        ("what did the previous version say about fees?", ()),
        ("what did the older edition say?", ()),
        ("the previous version of the grain brief", ()),
        ("what did it say before it was updated?", ()),
        ("the price before the brief was corrected", ()),
        ("what did the previous version of IF10753 say?", ("IF10753",)),
        ("the earlier version of BB-2022-07", ("BB-2022-07",)),
    ],
)
def test_the_version_before_is_named(question, briefs):
    """Of one brief, or of whichever is found."""
    found = named(question, Filters())
    assert found is not None
    assert found[0].previous
    assert set(briefs) <= set(found[0].briefs)
    assert bool(briefs) == bool(found[0].briefs)


@pytest.mark.parametrize(
    "question",
    [
        "what was in the previous version of the bill?",
        "what changed from release 2.4.1 to release 2.5.0?",
        "Vulnerability Advisor version 3",
        "version 2 of the act",
        "what was the rate before it was updated in 2024?",
        "is the last version for sale?",
        "the 2019 version of windows",
        "Roe v. Wade",
    ],
)
def test_versions_of_other_things_are_topics(question):
    """A bill, a rule, a program."""
    assert named(question, Filters()) is None


def test_briefs_that_were_given_outright_hold():
    """`--brief` is not overruled by the question."""
    assert named("in IF10753 v6", Filters(briefs=("R1",))) is None
