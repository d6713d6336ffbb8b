"""Weigh what speaks for a sentence: rows of bot/features.py in, one score for each sentence out.

A linear rule, fitted so that among the sentences of one question those that answer come first (a
softmax over the question's sentences, as in Cao et al., "Learning to Rank: From Pairwise Approach
to Listwise Approach", 2007, doi:10.1145/1273496.1273513): the difference of two scores is the
logarithm of how much more likely one is than the other.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from bot.features import COLUMNS

# Fitted on four sets, without every fifth question of each: 831 questions of our own over the CRS
# reports (weight 1.5), ClapNQ dev (1), SQuAD 2 dev with the paragraph given and among all (.35
# each).
WEIGHTS: Mapping[str, float] = {
    "cosine": 3.11,
    "behind": 3.53,
    "first_in_passage": -3.37,
    "covers": 5.42,
    "title_covers": 6.72,
    "passage_covers": 2.73,
    "before_covers": 0.54,
    "pairs": 0.64,
    "names": 0.69,
    "passage": -1.69,
    "passage_cosine": 5.96,
    "rank": 0.57,
    "best_brief": 0.68,
    "opening": -0.13,
    "place": -0.24,
    "length": 0.30,
    "offers": 0.27,
    "lacks": -0.27,
    "offers_figure": 1.30,
    "offers_date": 0.67,
    "near": 0.97,
    "row": -1.49,
    "figure_row": -0.81,
    "new": -0.53,
    "decides": 1.19,
    "footnote": -4.49,
}
PENALTY = 4.0  # for all that may speak against quoting a sentence whatever is asked


def scores(rows: NDArray[np.float64], penalties: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return scores, shape (n,), from rows (n, len(COLUMNS)) and penalties (n,)."""
    weights = np.array([WEIGHTS[name] for name in COLUMNS])
    result: NDArray[np.float64] = rows @ weights - PENALTY * penalties
    return result
