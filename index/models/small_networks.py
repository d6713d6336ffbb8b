"""What small networks keep: weights as int8 in a file, and word embeddings of the bundled model.

Matrices lie in the file with one scale a row: a quarter of their size. Networks that start from the
bundled model keep its word embeddings. A question has a dozen words, a window some seventy, so only
those rows are read, and the table (47 MB) never is.
"""

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.numpy import save_file

SCALE = ":scale"  # after the name of a matrix
LARGEST = 127
WORDS = "embeddings.word_embeddings.weight"
MOST = 4_000  # rows kept, 6 MB

Array = NDArray[np.float32]
Weights = Mapping[str, Array]


def write_weights(weights: Weights, path: Path) -> None:
    """Write weights: matrices as int8 with one scale a row, the rest as float32."""
    made: dict[str, NDArray[Any]] = {}
    for name, value in weights.items():
        if value.ndim < 2:
            made[name] = value.astype(np.float32)
            continue
        scale = np.maximum(np.abs(value).max(axis=1, keepdims=True), 1e-8) / LARGEST
        made[name] = np.rint(value / scale).astype(np.int8)
        made[name + SCALE] = scale.astype(np.float32)
    save_file(made, path)


def read_weights(path: Path, starts: tuple[str, ...] = ("",)) -> Weights:
    """Return weights as `write_weights` was given them, but for the rounding.

    `starts` are beginnings of the names of those that are wanted.
    """
    with safe_open(path, "numpy") as file:
        names = [name for name in file.keys() if name.startswith(starts)]  # noqa: SIM118
        found = {name: file.get_tensor(name) for name in names}
    return {
        name: value.astype(np.float32) * found[name + SCALE] if name + SCALE in found else value
        for name, value in found.items()
        if not name.endswith(SCALE)
    }


class WordRows:
    """Rows of the table of word embeddings. Safe to share between threads."""

    def __init__(self, weights: Path) -> None:
        """`weights` is the bundled model's file."""
        opened: Any = safe_open(weights, framework="numpy")
        self._table = opened.get_slice(WORDS)
        self._kept: dict[int, Array] = {}
        self._lock = threading.Lock()

    def rows(self, ids: Sequence[int]) -> Array:
        """Return the embeddings of tokens, float32, shape (len(ids), d)."""
        with self._lock:  # a slice of the file is read by one caller at a time
            if len(self._kept) > MOST:
                self._kept.clear()
            for one in set(ids) - self._kept.keys():
                self._kept[one] = self._table[one].astype(np.float32)
            return np.stack([self._kept[one] for one in ids])
