"""What reads a question together with sentences, and any cross-encoder that can.

The reader (index/models/reader.py) is ours; the setting `rerank_model` puts any cross-encoder of
sentence-transformers in its place. That one orders; whether the briefs answer at all is then
decided without it, for the numbers of one model say nothing about those of another.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import EmbeddingError
from index.models.runtimes import load_cross_encoder

STEADY = 2.0  # the spread that its numbers are brought to, about that of a network's logits


@dataclass(frozen=True)
class Window:
    """A sentence, the one before it in its passage, and the title and heading above it."""

    sentence: str
    before: str = ""
    title: str = ""


class Reranker(Protocol):
    """Says how well windows of text answer a question."""

    weight: float  # of its scores beside those of the networks
    decides: bool  # whether its scores also tell if a question is answered at all

    def reads(self, question: str, /) -> bool:
        """Return whether it can read a question: not one in a language that it has not learnt."""
        ...

    def scores(self, question: str, windows: Sequence[Window]) -> NDArray[np.float32]:
        """Return for each window how well it answers, shape (n,)."""
        ...


class NamedReranker:
    """A cross-encoder by name or folder; it must be on the machine already."""

    weight = 1.0
    decides = False

    def __init__(self, name: str) -> None:
        """The first question loads it."""
        self._name = name
        self._model: Any = None
        self._lock = threading.Lock()

    def reads(self, _question: str) -> bool:
        """Return true: which languages it has learnt is not known."""
        return True

    def scores(self, question: str, windows: Sequence[Window]) -> NDArray[np.float32]:
        """Return for each window how well it answers, (n,); only differences mean anything."""
        if not windows:
            return np.zeros(0, np.float32)
        with self._lock:
            self._model = self._model or _load(self._name)
            pairs = [(question, _text(one)) for one in windows]
            scores = np.asarray(self._model.predict(pairs, show_progress_bar=False), np.float32)
        scores = scores.reshape(len(windows), -1)[:, -1]
        spread = float(scores.std())
        made: NDArray[np.float32] = STEADY * (scores - scores.mean()) / (spread or 1.0)
        return made


def _text(window: Window) -> str:
    return " ".join(
        filter(None, (f"{window.title}." if window.title else "", window.before, window.sentence))
    )


def _load(name: str) -> Any:
    try:
        return load_cross_encoder(name)
    except Exception as error:  # whatever a foreign model raises
        where = "" if Path(name).exists() else " on this machine"
        raise EmbeddingError(
            f"BRIEFS_RERANK_MODEL={name}: no cross-encoder of sentence-transformers{where}; "
            "name a folder that holds one, or unset it"
        ) from error
