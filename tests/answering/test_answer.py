"""The types of asking."""

import pytest

from bot.answering.answer import Citation, Verdict, verbatim
from bot.errors import QuoteError
from index.passage import BriefRef, Hit, Passage

TEXT = "The port is old. The lease ends in 2031."
BRIEF = BriefRef(
    "b1", "Port", None, ("A", "B"), "a.txt", "default", pages=((0, 1), (50, 2), (110, 3))
)
HIT = Hit("p1", Passage(0, 100, 100 + len(TEXT), TEXT, page=2), BRIEF, 1.0, 0.5, 1.0)


def test_a_quotation_is_cut_from_its_passage_by_offsets_of_the_brief():
    """117 in the brief is 17 in the passage."""
    assert Citation(1, HIT, 117, 140).quote == "The lease ends in 2031."


def test_the_page_is_that_of_the_quotation_not_of_the_passage():
    """The passage begins on page 2, the quotation on page 3."""
    assert (Citation(1, HIT, 100, 116).page, Citation(1, HIT, 117, 140).page) == (2, 3)


@pytest.mark.parametrize(("start", "end"), [(99, 110), (100, 141), (110, 110), (120, 110)])
def test_a_slice_outside_the_passage_cannot_be_cited(start, end):
    """Neither before, beyond, empty nor backwards."""
    with pytest.raises(QuoteError, match="leaves passage p1"):
        Citation(1, HIT, start, end)


def test_a_sentence_is_supported_only_when_it_is_the_quotation():
    """One changed character is refused."""
    citation = Citation(1, HIT, 117, 140)
    assert verbatim("The lease ends in 2031.", citation).verdict is Verdict.SUPPORTED
    with pytest.raises(QuoteError, match="is not what passage p1 says"):
        verbatim("The lease ends in 2032.", citation)
