"""The ranker: a weighted sum of what is known of the candidates, between 0 and 1."""

import numpy as np

from index.ranker import WEIGHTS, Candidates, features, rank, scaled


def candidates(n: int, **changes: object) -> Candidates:
    facts: dict[str, object] = dict.fromkeys(
        ("cosine", "content", "engines", "tokens"), np.full(n, 0.5)
    )
    facts |= {"kinds": np.array(["paragraph"] * n), "ordinals": np.zeros(n, dtype=np.int64)}
    return Candidates(**(facts | changes))  # type: ignore[arg-type]


def test_scores_lie_between_zero_and_one_and_the_best_is_one() -> None:
    """Candidates that do not differ all score 0; no candidates have no scores."""
    scores = rank(candidates(3, tokens=np.array([0.2, 0.6, 0.4])))
    assert (scores.min(), scores.max(), scores.argmax()) == (0, 1, 1)
    assert rank(candidates(2)).tolist() == [0, 0]
    assert scaled(np.zeros(0)).size == 0


def test_there_is_a_weight_for_every_feature() -> None:
    """In the same order."""
    assert features(candidates(4)).shape == (4, len(WEIGHTS))


def test_what_meets_the_question_better_comes_first() -> None:
    """By its vector, by its words, by its tokens."""
    for name in ("cosine", "engines", "tokens"):
        assert rank(candidates(2, **{name: np.array([0.4, 0.6])})).argmax() == 1, name


def test_a_footnote_comes_after_an_equal_paragraph() -> None:
    """It repeats the words of what it is a note to."""
    assert rank(candidates(2, kinds=np.array(["footnote", "paragraph"]))).argmax() == 1
