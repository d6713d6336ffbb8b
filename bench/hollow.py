"""Libraries with made-up vectors, for what depends on texts alone: reading, cutting, placing.

Tokens are counted by the real tokenizer; only the vectors are sums of directions drawn from the
hash of each word, so that a corpus is read, cut and stored in seconds. Nothing about ranking may
rest on it.
"""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index import settings
from index.library import Library
from index.models.embedder import ModelEmbedder, Progress, Vectors
from index.passage import Draft
from index.placement import PublishOutcome
from ingest.pipeline import Options, ingest
from ingest.report import Report

DIMENSION = 384  # of the default model


class HollowEmbedder:
    """The default model's tokenizer and fingerprint, and vectors that mean nothing."""

    def __init__(self, cache: Path) -> None:
        """Look the model up; its weights are never loaded."""
        self._model = ModelEmbedder("all-MiniLM-L6-v2", cache)
        self.fingerprint = self._model.fingerprint

    def embed(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        """Return unit vectors (n, d), the same for the same text."""
        if progress:
            progress(len(texts))
        rows = [self.embed_query(text) for text in texts]
        return np.asarray(rows, dtype=np.float32).reshape(-1, self.fingerprint.dimension)

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """Return the unit vector of a text, shape (d,)."""
        total = sum(map(_direction, text.lower().split()), _direction(""))
        return np.asarray(total / np.linalg.norm(total), dtype=np.float32)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the real numbers of tokens."""
        return self._model.count_tokens(texts)

    def warm_up(self) -> None:
        """Nothing to load."""


@lru_cache(maxsize=200_000)
def _direction(word: str) -> NDArray[np.float32]:
    seed = int.from_bytes(hashlib.sha256(word.encode("utf-8", "replace")).digest()[:8])
    return np.random.default_rng(seed).standard_normal(DIMENSION, dtype=np.float32)


class _Collecting(Library):
    """A library that keeps what it is shown and stores nothing."""

    drafts: list[Draft]

    def preview(self, drafts: Sequence[Draft]) -> list[PublishOutcome]:
        """Keep the drafts."""
        self.drafts.extend(drafts)
        return super().preview(drafts)


def library(home: Path) -> Library:
    """Open, or create, a library with made-up vectors."""
    return Library.open(
        settings.load(home=home), create=True, embedder=HollowEmbedder(home / "models")
    )


def drafts(home: Path, paths: Sequence[Path]) -> tuple[list[Draft], Report]:
    """Return what the ingest would publish of the paths, having published nothing."""
    opened = _Collecting.open(
        settings.load(home=home), create=True, embedder=HollowEmbedder(home / "models")
    )
    assert isinstance(opened, _Collecting)
    opened.drafts = []
    with opened:
        report = ingest(opened, list(map(str, paths)), Options(dry_run=True))
    return opened.drafts, report
