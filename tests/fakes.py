"""Stand-ins for what is slow: embedders whose vectors are hashed words, the same on every run."""

import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from index.models.embedder import Fingerprint, Progress, Vectors
from index.models.token_embeddings import (
    PackedTokens,
    QuestionTokens,
    basis,
    pack,
    pack_sentences,
    question,
)
from index.sentences import split
from index.words import stem, stems

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
        for each in stems(text):
            total = total + _direction(each, dimension)
        return np.asarray(total / np.linalg.norm(total), dtype=np.float32)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) + 2 for text in texts]

    def warm_up(self) -> None:
        """Nothing to load."""


class HashedTokens(HashedWords):
    """The same, and every word of a text is a token whose state is the vector of its stem."""

    def read_passages(
        self, inputs: Sequence[str], texts: Sequence[str], *, progress: Progress | None = None
    ) -> tuple[Vectors, list[PackedTokens]]:
        return self.embed(inputs, progress=progress), [self._kept(text) for text in texts]

    def read_questions(self, texts: Sequence[str]) -> tuple[Vectors, QuestionTokens]:
        vectors = np.stack([self.embed_query(text) for text in texts])
        return vectors, question(self._states(texts[0])[1], self._directions())

    def _kept(self, text: str) -> PackedTokens:
        offsets, states = self._states(text)
        if not offsets:
            return PackedTokens()
        starts = [start for start, _ in split(text)]
        return PackedTokens(
            pack(states, self._directions()), pack_sentences(starts, offsets, states)
        )

    def _states(self, text: str) -> tuple[list[int], Vectors]:
        dimension = self.fingerprint.dimension
        found = list(re.finditer(r"\w+", text))
        states = [_direction(stem(each.group().lower()), dimension) for each in found]
        return [each.start() for each in found], np.asarray(states, np.float32).reshape(
            -1, dimension
        )

    def _directions(self) -> Vectors:
        return basis(self.fingerprint.weights_sha256, self.fingerprint.dimension)


@lru_cache(maxsize=100_000)
def _direction(stem: str, dimension: int) -> NDArray[np.float64]:
    seed = int.from_bytes(hashlib.sha256(stem.encode()).digest()[:8], "little")
    direction = np.random.default_rng(seed).normal(size=dimension)
    unit: NDArray[np.float64] = direction / np.linalg.norm(direction)
    return unit
