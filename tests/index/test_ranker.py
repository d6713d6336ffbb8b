"""The ranker: a small network over what is known of the candidates, between 0 and 1."""

from dataclasses import fields

import numpy as np
import pytest

from index.perceptron import load
from index.rerank import (
    FEATURES,
    FIRST_PASSAGES,
    WEIGHTS,
    CandidateFeatures,
    beside,
    features,
    of_briefs,
    place,
    rank,
)
from index.search import scaled


def candidates(n: int, **changes: object) -> CandidateFeatures:
    facts: dict[str, object] = {field.name: np.full(n, 0.5) for field in fields(CandidateFeatures)}
    facts |= {name: np.zeros(n, dtype=bool) for name in ("footnote", "table")}
    return CandidateFeatures(**(facts | changes))  # type: ignore[arg-type]


def test_scores_lie_between_zero_and_one_and_the_best_is_one() -> None:
    """Candidates that do not differ all score 0; no candidates have no scores."""
    scores = rank(candidates(3, tokens=np.array([0.2, 0.6, 0.4])))
    assert (scores.min(), scores.max(), scores.argmax()) == (0, 1, 1)
    assert rank(candidates(2)).tolist() == [0, 0]
    assert rank(candidates(0)).size == 0
    assert scaled(np.zeros(0)).size == 0


def test_the_weights_are_for_these_features() -> None:
    """In the same order, each as it is and against the best."""
    assert load(WEIGHTS).features == FEATURES
    made = features(candidates(2, tokens=np.array([0.7, 0.4])))
    assert made.shape == (2, len(FEATURES))
    at = FEATURES.index("tokens")
    assert FEATURES[at + 1] == "tokens below the best"
    assert made[:, at : at + 2] == pytest.approx(np.array([[0.7, 0], [0.4, -0.3]]))


@pytest.mark.parametrize("name", ["cosine", "engines", "tokens", "covered", "best_sentence"])
def test_what_meets_the_question_better_comes_first(name: str) -> None:
    """By its vector, by its words, by its tokens, by a sentence."""
    assert rank(candidates(2, **{name: np.array([0.4, 0.6])})).argmax() == 1


def test_a_footnote_comes_after_an_equal_paragraph() -> None:
    """It repeats the words of what it is a note to."""
    assert rank(candidates(2, footnote=np.array([True, False]))).argmax() == 1


def test_a_passage_stands_between_the_first_and_the_last() -> None:
    """From 0 to 1; far into a brief the place no longer counts."""
    ordinals = np.array([0, FIRST_PASSAGES // 2, FIRST_PASSAGES, 10 * FIRST_PASSAGES])
    assert place(ordinals).tolist() == [0, 0.5, 1, 1]


def test_a_neighbour_lends_its_value() -> None:
    """The better of the two of the same brief; the least of all to one that stands alone."""
    values = np.array([0.2, 0.9, 0.4, 0.3, 0.8])
    briefs = np.array([1, 1, 1, 2, 2])
    ordinals = np.array([3, 4, 5, 4, 6])
    assert beside(values, briefs, ordinals).tolist() == [0.9, 0.4, 0.9, 0, 0]
    assert beside(values - 0.5, briefs, ordinals)[3:].tolist() == pytest.approx([-0.3, -0.3])


def test_a_brief_is_judged_by_its_best_three() -> None:
    """Those that it lacks count as the least of all."""
    values = np.array([0.9, 0.6, 0.3, 0.1, 0.9, 0.6])
    briefs = np.array([1, 1, 1, 1, 2, 2])
    assert of_briefs(values, briefs).tolist() == pytest.approx([0.6] * 4 + [0.5] * 2)
    assert of_briefs(np.zeros(0), np.zeros(0, dtype=np.int64)).size == 0
