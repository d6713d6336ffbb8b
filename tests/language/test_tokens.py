"""Numbers, dates and names are read as what they mean, however they are written."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language import dates, names, quantities
from bot.language.polarity import hedged, negated, opposite
from bot.language.tokens import NAME, Token, read


def number(text: str) -> quantities.Quantity:
    """Return the one number of a text."""
    (found,) = quantities.quantities(text)
    return found


def moment(text: str) -> dates.Moment:
    """Return the one date of a text."""
    (found,) = dates.moments(text)
    return found


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("$1.2 billion", 1.2e9, "$"),
        ("1,200 million dollars", 1.2e9, "$"),
        ("US$3m", 3e6, "$"),
        ("€40", 40, "€"),
        ("two dozen ships", 24, ""),
        ("twenty-five percent", 25, "%"),
        ("7 percentage points", 7, "points"),
        ("two hundred and fifty thousand men", 250_000, ""),
        ("a hundred men", 100, ""),
        ("two-thirds of them", 2 / 3, ""),
        ("a third of them", 1 / 3, ""),
        ("the 118th Congress", 118, ""),
        ("a third cousin", 3, ""),
        ("3 miles", 3, "mile"),
    ],
)
def test_a_number_has_a_value_and_a_unit(text: str, value: float, unit: str) -> None:
    """Digits, scales, number words, fractions, ordinals."""
    assert number(text).value == pytest.approx(value)
    assert number(text).unit == unit


def test_the_first_number_of_a_range_takes_unit_and_scale_of_the_second() -> None:
    """In "5 to 7 percent" both are percent, in "$5-7 million" both are millions of dollars."""
    for text, low, high, unit in (
        ("5 to 7 percent", 5, 7, "%"),
        ("between 5 and 7 percent", 5, 7, "%"),
        ("$5-7 million", 5e6, 7e6, "$"),
    ):
        found = quantities.quantities(text)
        assert [(one.value, one.unit) for one in found] == [(low, unit), (high, unit)]


@pytest.mark.parametrize(
    ("claim", "other", "agree"),
    [
        ("$1.2 billion", "1,200 million dollars", 1),
        ("5 percent", "five per cent", 1),
        ("5 percent", "5 percentage points", 0),
        ("$5", "€5", 0),
        ("half", "50 percent", 1),
        ("a third", "33 percent", 0.5),
        ("about 300", "298", 1.0),
        ("about 300", "398", 0),
        ("more than 40", "43", 1.0),
        ("more than 40", "39", 0),
        ("more than 40", "less than 40", 0),
        ("40", "more than 40", 0.5),
        ("over 40", "more than 40", 1),
        ("20,000", "20,400", 0.5),
        ("5th", "5", 0),
    ],
)
def test_numbers_agree_by_value_unit_and_bound(claim: str, other: str, agree: float) -> None:
    """1 is the same, 0.5 about the same, 0 another."""
    assert quantities.agreement(number(claim), number(other)) == agree


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("on 12 March 2024", (2024, 3, 12)),
        ("on March 12, 2024,", (2024, 3, 12)),
        ("2024-03-12", (2024, 3, 12)),
        ("in March of 2024", (2024, 3, None)),
        ("Sept. 5", (None, 9, 5)),
        ("in 2014", (2014, None, None)),
        ("in FY2014", (2014, None, None)),
        ("Fiscal Year 14", (2014, None, None)),
        ("in May", (None, 5, None)),
        ("the third quarter of 2014", (2014, None, None)),
    ],
)
def test_a_date_has_a_year_a_month_and_a_day(text: str, parts: tuple[int | None, ...]) -> None:
    """Whatever its order; what it does not say is None."""
    assert moment(text).parts == parts


@pytest.mark.parametrize("text", ["He may go.", "2014 troops", "$2014", "2014%", "March on!"])
def test_what_only_looks_like_a_date_is_none(text: str) -> None:
    """Modal verbs, marches and counted things."""
    assert dates.moments(text) == []


@pytest.mark.parametrize(
    ("claim", "other", "agree"),
    [
        ("in 2024", "March 12, 2024", 1),
        ("March 2024", "2024-03-12", 1),
        ("March 12, 2024", "in 2024", 0.5),
        ("March 12, 2024", "March 13, 2024", 0),
        ("FY2014", "in 2014", 0.5),
        ("the 1990s", "in 1994", 1),
        ("in 1994", "the 1990s", 0.5),
        ("the 1980s", "in 1994", 0),
        ("on Monday", "on Tuesday", 0),
    ],
)
def test_a_date_agrees_with_a_fuller_one(claim: str, other: str, agree: float) -> None:
    """A year stands in a fuller date; the fuller date does not stand in the year."""
    assert dates.agreement(moment(claim), moment(other)) == agree


def test_a_name_that_is_often_written_short_has_one_key_and_the_pronoun_has_not() -> None:
    """The United States, the U.S. and the US are one; "us" is none of them."""
    for said in ("the United States", "the U.S.", "America", "the US"):
        assert "united-states-of-america" in [token.key for token in read(f"For {said} it ended.")]
    assert names.alias("us") is None


def test_names_are_capital_words_inside_a_sentence() -> None:
    """The first word of a sentence is one only if a capital or digit follows in it."""
    found = [
        token.said for token in read("Officials told Angela Merkel that NATO and iPhone rose.")
    ]
    named = [t.said for t in read("Officials told Angela Merkel of NATO.") if t.kind == NAME]
    assert named == ["Angela", "Merkel", "NATO"]
    assert "Officials" in found


def test_capital_words_spell_acronyms() -> None:
    """Small words count for nothing, other words break the run."""
    spelled = names.acronyms("The Department of State bought Amphibious Combat Vehicles".split())
    assert spelled["ds"] == (1, 4)
    assert spelled["acv"] == (5, 8)


def words(text: str) -> tuple[Token, ...]:
    """Read a sentence."""
    return read(text)


@pytest.mark.parametrize(
    ("text", "turned"),
    [
        ("They did not approve it.", "approve"),
        ("They no longer approve it.", "approve"),
        ("They failed to approve it.", "approve"),
        ("They didn't formally approve it.", "approve"),
        ("Not only ships came.", None),
        ("It came no later than May.", None),
    ],
)
def test_a_negation_turns_the_next_word_of_weight(text: str, turned: str | None) -> None:
    """Adverbs are passed over; "not only" is no negation."""
    tokens = words(text)
    assert [tokens[at].said for at in negated(tokens)] == ([turned] if turned else [])


def test_hedges_weaken_the_next_word_of_weight() -> None:
    """Modal verbs and words of hearsay."""
    tokens = words("They may approve what reportedly failed.")
    assert [tokens[at].said for at in hedged(tokens)] == ["approve", "failed"]


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        ("increased", "decreased", True),
        ("before", "after", True),
        ("constitutional", "unconstitutional", True),
        ("rose", "grew", False),
    ],
)
def test_opposites_are_known_by_table_or_prefix(one: str, other: str, wanted: bool) -> None:
    """Whatever their order."""
    (mine,), (theirs,) = words(f"{one}"), words(f"{other}")
    assert opposite(mine, theirs) is opposite(theirs, mine) is wanted


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_tokens_stand_in_order_and_do_not_overlap(text: str) -> None:
    """Of any text; each is a slice of it, but for an ending taken off."""
    tokens = read(text)
    assert all(a.end <= b.start for a, b in pairwise(tokens))
    assert all(text[token.start : token.end].startswith(token.said) for token in tokens)
