"""Whether a passage or a quotation has what a question needs."""

from dataclasses import replace

import pytest

from bot.evals.gold import Need
from bot.evals.held import first_rank, holds, meets, quotes
from index.library import Library
from index.passage import Hit
from index.search import Query

LEASE = "In 2015 the harbour was leased to the Norvane Shipping Company for 99 years."


@pytest.fixture
def hits(library: Library) -> list[Hit]:
    """What is found about the harbour."""
    return library.search(Query("Port Aurelia harbour leased to Norvane for 99 years"))


def test_half_of_the_words_in_runs_of_three_are_enough() -> None:
    """Markup, case and line breaks may differ; words that stand alone do not count."""
    quote = "the harbour was leased to the Norvane Shipping Company"
    assert holds("The **harbour**\nwas leased to: someone else", quote)
    assert not holds("The harbour was sold", quote)
    assert not holds("harbour the leased was Norvane to Company the Shipping", quote)
    assert not holds("", quote)


def test_a_quote_of_one_or_two_words_must_stand_whole() -> None:
    """As words, not as parts of words."""
    assert holds("paid 99 years ahead", "99 years")
    assert holds("99 years", "99 years")
    assert not holds("paid 199 years ahead", "99 years")


def test_a_hit_meets_a_quote_a_paragraph_or_a_name(hits: list[Hit]) -> None:
    """A paragraph is met by what is cut from it, a name by any passage of the brief."""
    best = hits[0]
    assert LEASE in best.passage.text
    assert meets(best, [Need(quote=LEASE)])
    part = replace(best, passage=replace(best.passage, text=LEASE))
    assert meets(part, [Need(paragraph=best.passage.text)])
    assert not meets(part, [Need(quote=best.passage.text + " And much more was said." * 20)])
    for name in (
        best.brief.id,
        "port aurelia:  LEASE and ownership",
        "Port.txt",
        "briefs/Port.txt",
    ):
        assert meets(best, [Need(briefs=(name,))]), name
    assert not meets(best, [Need(briefs=("Wheat exports of Tamara", "txt"))])


def test_the_words_decide_where_a_need_has_both_quote_and_brief(hits: list[Hit]) -> None:
    """The same words in another version of a brief are as good."""
    assert meets(hits[0], [Need(quote=LEASE, briefs=("another",))])
    assert not meets(
        hits[0], [Need(quote="of something else entirely", briefs=(hits[0].brief.id,))]
    )


def test_a_quotation_may_be_shorter_or_longer_than_the_gold(hits: list[Hit]) -> None:
    """Half of the shorter of the two is shared."""
    needs = [
        Need(quote=LEASE + " Minister Ilse Brandt called the lease a mistake. And so on it went.")
    ]
    assert quotes(LEASE, hits[0], needs)
    assert quotes("Before. " * 30 + needs[0].quote, hits[0], needs)
    assert not quotes("Does the lease end early?", hits[0], needs)


def test_the_first_rank_counts_from_one(hits: list[Hit]) -> None:
    """None where no hit will do."""
    assert first_rank([Need(quote=LEASE)], hits) == 1
    assert first_rank([Need(quote=LEASE)], hits[1:]) is None
