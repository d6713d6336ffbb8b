"""Whether a passage or a quotation has what a question needs."""

from dataclasses import replace

import pytest

from bot.evals.gold import NeededPassage
from bot.evals.judging import contains, first_rank, holds, meets, quotes
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
    assert meets(best, [NeededPassage(quote=LEASE)])
    part = replace(best, passage=replace(best.passage, text=LEASE))
    assert meets(part, [NeededPassage(paragraph=best.passage.text)])
    assert not meets(
        part, [NeededPassage(quote=best.passage.text + " And much more was said." * 20)]
    )
    for name in (
        best.brief.id,
        "port aurelia:  LEASE and ownership",
        "Port.txt",
        "briefs/Port.txt",
    ):
        assert meets(best, [NeededPassage(briefs=(name,))]), name
    assert not meets(best, [NeededPassage(briefs=("Wheat exports of Tamara", "txt"))])


def test_the_words_decide_where_a_need_has_both_quote_and_brief(hits: list[Hit]) -> None:
    """The same words in another version of a brief are as good."""
    assert meets(hits[0], [NeededPassage(quote=LEASE, briefs=("another",))])
    assert not meets(
        hits[0], [NeededPassage(quote="of something else entirely", briefs=(hits[0].brief.id,))]
    )


def test_a_quotation_may_be_shorter_or_longer_than_the_gold(hits: list[Hit]) -> None:
    """Half of the shorter of the two is shared."""
    needs = [
        NeededPassage(
            quote=LEASE + " Minister Ilse Brandt called the lease a mistake. And so on it went."
        )
    ]
    assert quotes(LEASE, hits[0], needs)
    assert quotes("Before. " * 30 + needs[0].quote, hits[0], needs)
    assert not quotes("Does the lease end early?", hits[0], needs)


def test_the_first_rank_counts_from_one(hits: list[Hit]) -> None:
    """None where no hit will do."""
    assert first_rank([NeededPassage(quote=LEASE)], hits) == 1
    assert first_rank([NeededPassage(quote=LEASE)], hits[1:]) is None


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
