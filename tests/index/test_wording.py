"""Which of a question's words a text says, and what each is worth."""

from collections.abc import Sequence

import pytest

from index.words import CONTEXT_WEIGHT, said, share, word_weights


def rarity(terms: Sequence[str]) -> dict[str, float]:
    return {term: 3.0 if term == "cod" else 1.0 for term in terms}


def test_other_forms_of_a_word_count() -> None:
    """Clipped words and two-digit fiscal years are recognised, short beginnings are not."""
    terms = ("approp", "fy27", "art")
    assert said(terms, "Appropriations for FY2027, artists") == {"approp", "fy27"}


def test_a_word_counts_by_how_rare_it_is() -> None:
    """All weights of a question together are 1."""
    assert word_weights("the cod quota", "", rarity) == {"cod": 0.75, "quota": 0.25}


def test_words_of_earlier_turns_count_less() -> None:
    """Those that the question repeats count as its own."""
    weights = word_weights("quota survey", "survey of herring", rarity)
    assert weights["quota"] == weights["survei"]
    assert weights["her"] == pytest.approx(CONTEXT_WEIGHT * weights["quota"])
    assert share(weights, weights) == pytest.approx(1)


def test_a_question_without_words_weighs_nothing() -> None:
    """Nor does it divide by it."""
    assert word_weights("", "", rarity) == {}
    assert share({}, ()) == 0
