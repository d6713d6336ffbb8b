"""Ranking: scores fused, ties broken, near-identical passages told once."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from index.passage import BriefRef, Hit, Passage
from index.search import (
    BRIEF_WEIGHT,
    CONTEXT_WEIGHT,
    DENSE_WEIGHT,
    Query,
    best,
    collapse,
    engine_scores,
    fuse,
    merge_scores,
    order,
)

FINITE = st.floats(-1000, 1000)


def hit(name: str, score: float = 0.5, date: str | None = None, text: str = "") -> Hit:
    brief = BriefRef("b", "T", date, (), "a.txt", "default")
    text = text or f"words of {name}"
    return Hit(name, Passage(0, 0, len(text), text), brief, score, score, 0.0)


ONE_BRIEF_EACH = np.arange(3)
NO_NOTES = np.zeros(3, dtype=bool)


@given(
    st.integers(1, 40).flatmap(
        lambda n: st.tuples(
            arrays(np.float64, n, elements=FINITE),
            arrays(np.float64, n, elements=FINITE),
            arrays(np.int64, n, elements=st.integers(1, 5)),
            arrays(np.bool_, n),
        )
    )
)
def test_fused_scores_lie_between_zero_and_one(arguments: Any) -> None:
    scores = fuse(*engine_scores(*arguments))
    assert scores.shape == arguments[0].shape
    assert ((scores >= 0) & (scores <= 1)).all()


def test_fused_scores_follow_the_weighted_sum_of_scaled_ones() -> None:
    """Worked out by hand for three passages of three briefs: the brief repeats the own score."""
    cosines, bm25 = np.array([0.2, 0.4, 0.6]), np.array([8.0, 0.0, 2.0])
    own = np.array([1 - DENSE_WEIGHT, DENSE_WEIGHT * 0.5, DENSE_WEIGHT + (1 - DENSE_WEIGHT) * 0.25])
    brief = (own - own.min()) / (own.max() - own.min())
    expected = (own + BRIEF_WEIGHT * brief) / (1 + BRIEF_WEIGHT)
    assert fuse(*engine_scores(cosines, bm25, ONE_BRIEF_EACH, NO_NOTES)).tolist() == pytest.approx(
        list(expected)
    )


def test_a_brief_with_more_of_the_matter_comes_first() -> None:
    """Of two equal passages the one with good neighbours in its brief wins."""
    cosines = np.array([0.8, 0.8, 0.7, 0.1])
    scores = fuse(
        *engine_scores(cosines, np.zeros(4), np.array([1, 2, 2, 3]), np.zeros(4, dtype=bool))
    )
    assert scores[1] > scores[0]


def test_a_footnote_comes_after_what_it_is_a_note_to() -> None:
    cosines = np.array([0.8, 0.8, 0.1])
    scores = fuse(
        *engine_scores(
            cosines, np.zeros(3), np.zeros(3, dtype=np.int64), np.array([True, False, False])
        )
    )
    assert scores[1] > scores[0]


def test_an_engine_that_sees_no_difference_has_no_say() -> None:
    """Equal scores of one engine leave the other's order; no passages have no scores."""
    scores = fuse(*engine_scores(np.array([0.1, 0.3, 0.2]), np.zeros(3), ONE_BRIEF_EACH, NO_NOTES))
    assert np.argsort(-scores).tolist() == [1, 2, 0]
    nothing = np.zeros(0)
    assert (
        fuse(*engine_scores(nothing, nothing, nothing.astype(int), nothing.astype(bool))).size == 0
    )


def test_ties_go_to_the_newer_brief_then_by_id() -> None:
    """Undated briefs come last among equals; the order of arrival does not matter."""
    dated = [hit("c", date="2019"), hit("b", date="2020"), hit("a", date="2019")]
    hits = [*dated, hit("d"), hit("e", 0.9)]
    assert [h.passage_id for h in order(hits)] == ["e", "b", "a", "c", "d"]
    assert order(hits[::-1]) == order(hits)


def test_best_breaks_ties_by_number() -> None:
    assert best({3: 1.0, 1: 1.0, 2: 5.0, 9: 0.5}, 3) == [2, 1, 3]


def test_context_weighs_less_than_the_question() -> None:
    merged = merge_scores({1: 2.0}, {1: 1.0, 2: 1.0})
    assert merged == {1: 2.0 + CONTEXT_WEIGHT, 2: CONTEXT_WEIGHT}
    assert 0 < CONTEXT_WEIGHT < 1


def test_near_identical_passages_are_told_once() -> None:
    """The first stands for the others and names them."""
    text = "The bank raised its rate again because prices rose faster than wages in spring"
    hits = [hit("a", text=text), hit("b", text=text + "."), hit("c")]
    kept = collapse(hits, 10)
    assert [h.passage_id for h in kept] == ["a", "c"]
    assert kept[0].also_in == ("b",)


def test_passages_with_other_numbers_are_never_the_same() -> None:
    text = "Exports of steel from the region rose by {} percent during the whole of the last year"
    kept = collapse([hit("a", text=text.format(4)), hit("b", text=text.format(5))], 10)
    assert len(kept) == 2


def test_twins_beyond_the_limit_are_still_named() -> None:
    hits = [hit("a", text="cod quota survey"), hit("b", text="cod quota survey"), hit("c")]
    assert [h.also_in for h in collapse(hits, 1)] == [("b",)]


def test_a_question_of_stop_words_keeps_its_words() -> None:
    assert Query("Please say more").terms() == ["pleas", "sai"]
    assert Query("What about cod?").terms() == ["cod"]


def test_context_adds_only_what_the_question_lacks() -> None:
    query = Query("cod quotas", context=("Herring quotas fell", "herring in spring"))
    assert query.context_terms() == ["her", "fell", "spring"]
    assert query.with_context() == "Herring quotas fell herring in spring cod quotas"
