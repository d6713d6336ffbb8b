"""Weigh features by a fitted network of one hidden layer: rows of numbers in, a score a row out.

Every network of the project is of this one form and small enough to be read in a text editor: it
lies as JSON in a folder `weights` beside the module that uses it, with the names of its features
and what it was fitted on. `python -m bench.fit` makes them.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Perceptron:
    """Rectified linear units over standardised features (Nair and Hinton, 2010, ICML)."""

    features: tuple[str, ...]
    means: Rows  # (k,)
    scales: Rows  # (k,), standard deviations
    hidden: Rows  # (h, k)
    thresholds: Rows  # (h,)
    out: Rows  # (h,)
    offset: float

    def scores(self, rows: NDArray[np.floating[Any]]) -> Rows:
        """Return one score for each row (n, k), shape (n,): any real number, higher is better."""
        standard = (rows - self.means) / self.scales
        active = np.maximum(standard @ self.hidden.T + self.thresholds, 0.0)
        return np.asarray(active @ self.out + self.offset, dtype=np.float64)

    def takes(self, features: Sequence[str]) -> "Perceptron":
        """Return itself; raise ValueError unless it was fitted on these features in this order."""
        if tuple(features) != self.features:
            raise ValueError("the weights were fitted on other features; run: python -m bench.fit")
        return self


@lru_cache(maxsize=8)
def load(path: Path) -> Perceptron:
    """Read a network from its file."""
    stored = json.loads(path.read_text(encoding="utf-8"))
    arrays = {
        name: np.array(stored[name], dtype=np.float64)
        for name in ("means", "scales", "hidden", "thresholds", "out")
    }
    return Perceptron(features=tuple(stored["features"]), offset=float(stored["offset"]), **arrays)
