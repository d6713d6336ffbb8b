"""Weigh what speaks for a sentence: rows of bot/answering/features.py in, one score for each
sentence out.

A small network, fitted so that among the sentences of one question those that answer come first (a
softmax over the question's sentences, as in Cao et al., "Learning to Rank: From Pairwise Approach
to Listwise Approach", 2007, doi:10.1145/1273496.1273513): the difference of two scores is the
logarithm of how much more likely one is than the other. The file of the weights names the sets.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.answering.features import COLUMNS
from index.perceptron import load

WEIGHTS = Path(__file__).parent / "weights" / "sentences.json"


def scores(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return scores, shape (n,), from rows (n, len(COLUMNS))."""
    return load(WEIGHTS).takes(COLUMNS).scores(rows)
