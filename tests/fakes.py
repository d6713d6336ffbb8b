"""Stand-ins for what is slow: an embedder whose vectors are hashed words, the same on every run."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from index.embedder import Fingerprint, Progress, Vectors
from index.words import stems

DIMENSION = 384


def fingerprint(**changes: object) -> Fingerprint:
    """Return the fake's fingerprint, with some facts changed."""
    facts: dict[str, object] = {
        "model": "hashed-words",
        "weights_sha256": "0" * 64,
        "dimension": DIMENSION,
        "max_tokens": 256,
        "pooling": "sum",
        "prompts": "|",
    }
    return Fingerprint(**(facts | changes))  # type: ignore[arg-type]


class HashedWords:
    """Embeds a text as the sum of random unit vectors of its stems; counts what it embedded."""

    def __init__(self, **changes: object) -> None:
        self.fingerprint = fingerprint(**changes)
        self.embedded: list[str] = []

    def embed(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        self.embedded.extend(texts)
        rows = [self.embed_query(text) for text in texts]
        if progress and texts:
            progress(len(texts))
        return np.asarray(rows, dtype=np.float32).reshape(-1, self.fingerprint.dimension)

    def embed_query(self, text: str) -> NDArray[np.float32]:
        dimension = self.fingerprint.dimension
        total = _direction("", dimension) * 0.1  # so that a text without words has a vector
        for stem in stems(text):
            total = total + _direction(stem, dimension)
        return np.asarray(total / np.linalg.norm(total), dtype=np.float32)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) + 2 for text in texts]

    def warm_up(self) -> None:
        """Nothing to load."""


@lru_cache(maxsize=100_000)
def _direction(stem: str, dimension: int) -> NDArray[np.float64]:
    seed = int.from_bytes(hashlib.sha256(stem.encode()).digest()[:8], "little")
    direction = np.random.default_rng(seed).normal(size=dimension)
    unit: NDArray[np.float64] = direction / np.linalg.norm(direction)
    return unit
