"""The bundled model's word embeddings, read from its file row by row: token ids in, rows out.

Small networks that start from the bundled model keep its word embeddings. A question has a dozen
words, a window some seventy, so only those rows are read, and the table (47 MB) never is.
"""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open

WORDS = "embeddings.word_embeddings.weight"
MOST = 4_000  # rows kept, 6 MB

Array = NDArray[np.float32]


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
