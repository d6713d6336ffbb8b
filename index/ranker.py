"""Order the candidates of a search by what is known of each: a weighted sum of features.

In: arrays over the candidates of one question. Out: scores in [0, 1], the best candidate's being 1.
Knows nothing of texts, databases or models; `search.py` has the fusion that finds the candidates
and ranks them where a model gives no tokens.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]

FIRST_PASSAGES = 50  # beyond which a passage's place in its brief no longer counts

# Fitted by listwise logistic regression (Cao et al., 2007, doi:10.1145/1273496.1273513; ridge of 1
# on standardised features, each set with the same say) on 1,581 questions over five corpora: 699 of
# our own over the crs reports, every second one of squad2, mtrag's rewritten ones, clapnq and
# chunking, each without every fifth. Those held out, all they need at rank 1 and in the first five,
# fusion alone against this: own .53/.78, .58/.86; squad2 .85/.97, .89/.97; mtrag .61/.85, .64/.85;
# chunking .44/.77, .54/.70. More than half of the gain at rank 1 comes from `tokens`.
WEIGHTS = {
    "cosine": 5.01,
    "content": -6.50,  # set against `cosine`: near to the bare words is often near by topic alone
    "engines": 6.97,
    "tokens": 24.93,
    "footnote": -4.19,
    "table": -2.31,
    "place": -0.57,
}


@dataclass(frozen=True)
class Candidates:
    """What is known of the candidates of one question, arrays of shape (n,)."""

    cosine: Scores  # of the question's and the passage's vectors
    content: NDArray[np.floating[Any]]  # the same with the question's content words alone
    engines: Scores  # the two engines' scores, fused
    tokens: NDArray[np.floating[Any]]  # how well the question's tokens are met, see index/tokens.py
    kinds: NDArray[np.str_]  # of the blocks that the passages come from
    ordinals: NDArray[np.int64]  # positions in their briefs


def features(found: Candidates) -> Scores:
    """Return the features in the order of WEIGHTS, shape (n, number of weights)."""
    columns = (
        found.cosine,
        found.content,
        found.engines,
        found.tokens,
        found.kinds == "footnote",
        found.kinds == "table",
        np.minimum(found.ordinals, FIRST_PASSAGES) / FIRST_PASSAGES,
    )
    return np.stack([np.asarray(column, dtype=np.float64) for column in columns], axis=1)


def rank(found: Candidates) -> Scores:
    """Return a score in [0, 1] for each candidate, shape (n,)."""
    values = features(found) @ np.array(list(WEIGHTS.values()))
    return scaled(values)


def scaled(values: Scores) -> Scores:
    """Return values moved and stretched to [0, 1]; all 0 where they do not differ."""
    if not len(values):
        return values
    low, high = float(values.min()), float(values.max())
    return (values - low) / (high - low) if high > low else np.zeros_like(values)
