"""Order the candidates of a search by what is known of each: a small fitted network over features.

In: arrays over the candidates of one question. Out: scores in [0, 1], the best candidate's being 1.
Knows nothing of texts, databases or models; `search.py` has the fusion that finds the candidates
and ranks them where a model gives no tokens.

A feature counts twice, as it is and by how far it lies below the best candidate's.
"""

from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.perceptron import load
from index.search import Scores, scaled

FIRST_PASSAGES = 50  # beyond which a passage's place in its brief no longer counts
BEST_OF_BRIEF = 3  # passages by which a brief is judged

# Fitted by listwise logistic loss (Cao et al., 2007, doi:10.1145/1273496.1273513), each set without
# every fifth question; the file names the sets, bench/RESULTS.md has what they gave.
WEIGHTS = Path(__file__).parent / "weights" / "ranker.json"


@dataclass(frozen=True)
class Candidates:
    """What is known of the candidates of one question, arrays of shape (n,)."""

    cosine: NDArray[np.floating[Any]]  # of the question's and the passage's vectors
    content: NDArray[np.floating[Any]]  # the same with the question's content words alone
    engines: Scores  # the two engines' scores, fused
    tokens: NDArray[np.floating[Any]]  # how well the question's tokens are met, see index/tokens.py
    footnote: NDArray[np.bool_]  # whether the passage is one
    table: NDArray[np.bool_]
    place: Scores  # of the passage in its brief: 0 first, 1 from FIRST_PASSAGES on
    best_sentence: NDArray[np.floating[Any]]  # cosine of the nearest sentence
    second_sentence: NDArray[np.floating[Any]]  # of the second nearest; the nearest if there is one
    covered: Scores  # weight of the question's words that the passage says
    title_covered: Scores  # that only title, headings or context say
    beside: Scores  # the best `tokens` of a neighbour among the candidates
    brief_tokens: Scores  # mean of the best `tokens` of the brief's candidates
    brief: Scores  # of how well the brief's best passages do in the engines
    bm25: Scores  # against the best
    length: Scores  # logarithm of the passage's words


FEATURES = tuple(
    name for field in fields(Candidates) for name in (field.name, f"{field.name} below the best")
)


def features(found: Candidates) -> Scores:
    """Return the features in the order of FEATURES, shape (n, len(FEATURES))."""
    columns = np.stack([np.asarray(one, dtype=np.float64) for one in astuple(found)], axis=1)
    below = columns - columns.max(axis=0, initial=-np.inf) if len(columns) else columns
    return np.stack([columns, below], axis=2).reshape(len(columns), len(FEATURES))


def rank(found: Candidates) -> Scores:
    """Return a score in [0, 1] for each candidate, shape (n,)."""
    return scaled(load(WEIGHTS).takes(FEATURES).scores(features(found)))


def place(ordinals: NDArray[np.int64]) -> Scores:
    """Return where passages stand in their briefs, from 0 to 1, from their positions (n,)."""
    return np.minimum(ordinals, FIRST_PASSAGES) / FIRST_PASSAGES


def beside(tokens: Scores, briefs: NDArray[np.int64], ordinals: NDArray[np.int64]) -> Scores:
    """Return for each candidate the best of its neighbours' values; the least of all without any.

    All have shape (n,): values, which brief a passage belongs to, its position there.
    """
    at = {key: row for row, key in enumerate(zip(briefs.tolist(), ordinals.tolist(), strict=True))}
    least = float(tokens.min(initial=0.0))
    return np.array(
        [
            max(
                (tokens[at[brief, near]] for near in (here - 1, here + 1) if (brief, near) in at),
                default=least,
            )
            for brief, here in at
        ]
    )


def of_briefs(tokens: Scores, briefs: NDArray[np.int64]) -> Scores:
    """Return for each candidate the mean of its brief's best values; missing ones are the least."""
    means = np.zeros(len(tokens))
    least = float(tokens.min(initial=0.0))
    for brief in np.unique(briefs):
        members = briefs == brief
        best = np.sort(tokens[members])[-BEST_OF_BRIEF:]
        means[members] = (best.sum() + least * (BEST_OF_BRIEF - len(best))) / BEST_OF_BRIEF
    return means
