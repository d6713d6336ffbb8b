"""Classify a question: text in, its kind, what is wanted of briefs and the words that say so out.

A small network reads it: the word embeddings of the bundled model and its lowest layers, trained
further on labelled questions (bench/question_classifier.py, docs/questions.md). It has three heads:
the kind, what is wanted of the briefs, and for each field the words of the question that name it.
A question is a dozen tokens, so numpy runs it in some milliseconds, with nothing to convert.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.models.embedder import tokenizer_of
from index.models.model_files import DEFAULT_MODEL, locate
from index.models.small_networks import Weights, WordRows, read_weights

WEIGHTS = Path(__file__).parent / "weights" / "questions.safetensors"
KINDS = (
    "fact list comparison timeline overview summary catalogue what_changed change_of_view help "
    "off_topic"
).split()
ASKING = KINDS[: KINDS.index("help")]  # those that ask the briefs something
WANTS = "list newest oldest count authors dates".split()
FIELDS = "subject brief author time one other".split()  # the last two are compared
HEADS = 12  # of attention
LONGEST, BEFORE = 80, 40  # tokens read of a question, and of the one before it
CLS, SEP = 101, 102  # of the vocabulary of BERT, uncased
FLOOR = 1e-12  # under the root of a variance, as the encoder was trained

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Classified:
    """What a question was classified as; `fields` are the words that name each, "" for none."""

    kind: str
    probability: float  # of the kind
    wanted: str  # of the briefs, where it asks about briefs as such
    fields: Mapping[str, str]
    otherwise: str = ""  # the likeliest kind of those that ask the briefs something


@dataclass(frozen=True)
class Tokens:
    """A question as token ids with their segments, and where each token stands in it."""

    ids: list[int]
    segments: list[int]
    offsets: list[tuple[int, int]]  # of the question's own tokens, which start behind [CLS]


class QuestionClassifier:
    """The shipped network, or one with other weights. Safe to share between threads."""

    def __init__(self, weights: Path = WEIGHTS) -> None:
        """The first question loads it."""
        self._path = weights
        self._lock = threading.Lock()
        self._weights: Weights = {}
        self._tokenizer: Any = None
        self._words: Any = None

    def classify(self, question: str, before: str = "") -> Classified:
        """Return what a question asks for; `before` is the question that it follows, if any."""
        self._load()
        text = " ".join(question.split())
        given = tokens(self._tokenizer, text, before)
        kinds, wants, spans = self._run(given)
        shares = np.exp(kinds - kinds.max())
        shares /= shares.sum()
        best, otherwise = int(shares.argmax()), KINDS[int(shares[: len(ASKING)].argmax())]
        found = {
            name: _words_at(spans[:, 2 * at], spans[:, 2 * at + 1], given.offsets, text)
            for at, name in enumerate(FIELDS)
        }
        wanted = WANTS[int(wants.argmax())]
        return Classified(KINDS[best], float(shares[best]), wanted, found, otherwise)

    def _load(self) -> None:
        with self._lock:
            if self._weights:
                return
            files = locate(DEFAULT_MODEL)
            self._tokenizer = tokenizer_of(files)
            self._words = WordRows(files.weights)
            self._weights = read_weights(self._path)

    def _run(self, given: Tokens) -> tuple[Array, Array, Array]:
        """Return the logits of kinds (11,) and wants (6,), and of spans (tokens, 2 · fields)."""
        weights = self._weights
        states = (
            self._words.rows(given.ids)
            + weights["embeddings.position_embeddings.weight"][: len(given.ids)]
            + weights["embeddings.token_type_embeddings.weight"][given.segments]
        )
        states = _normed(states, weights, "embeddings.LayerNorm")
        depth = 0
        while f"encoder.layer.{depth}.output.dense.weight" in weights:
            states = _layer(states, weights, f"encoder.layer.{depth}")
            depth += 1
        whole = np.concatenate([states[0], states.mean(axis=0)])
        spans = _linear(states, weights, "span")[: len(given.offsets) + 1]
        return _linear(whole, weights, "kind"), _linear(whole, weights, "want"), spans


@cache
def classifier() -> QuestionClassifier:
    """Return the shipped classifier, one for the process."""
    return QuestionClassifier()


def tokens(tokenizer: Any, question: str, before: str = "") -> Tokens:
    """Return a question as the network reads it: [CLS] question [SEP] question before [SEP]."""
    own = tokenizer.encode(question, add_special_tokens=False)
    ids = [CLS, *own.ids[:LONGEST], SEP]
    segments = [0] * len(ids)
    if before:
        told = tokenizer.encode(before, add_special_tokens=False).ids[-BEFORE:]
        ids += [*told, SEP]
        segments += [1] * (len(told) + 1)
    return Tokens(ids, segments, list(own.offsets[:LONGEST]))


def _words_at(starts: Array, ends: Array, offsets: list[tuple[int, int]], text: str) -> str:
    """Return the likeliest span's words, none cut; a span on [CLS], the first row, is none.

    The tokens of a rare name are pieces of it, and the likeliest span may begin at any of them.
    """
    sums = np.triu(starts[:, None] + ends[None, :]) + np.tril(np.full((len(starts),) * 2, -1e9), -1)
    sums[0, 1:] = -1e9
    first, last = divmod(int(sums.argmax()), len(starts))
    if not first:
        return ""
    start, end = offsets[first - 1][0], offsets[last - 1][1]
    while start and text[start - 1 : start + 1].isalnum():
        start -= 1
    while end < len(text) and text[end - 1 : end + 1].isalnum():
        end += 1
    return text[start:end]


def _linear(given: Array, weights: Weights, name: str) -> Array:
    made: Array = given @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]
    return made


def _normed(given: Array, weights: Weights, name: str) -> Array:
    mean = given.mean(axis=-1, keepdims=True)
    spread = np.sqrt(given.var(axis=-1, keepdims=True) + FLOOR)
    made: Array = (given - mean) / spread * weights[f"{name}.weight"] + weights[f"{name}.bias"]
    return made


def _layer(states: Array, weights: Weights, name: str) -> Array:
    """Return the states after one layer of an encoder such as BERT (doi:10.18653/v1/N19-1423)."""
    queries, keys, values = (
        _linear(states, weights, f"{name}.attention.self.{part}")
        .reshape(len(states), HEADS, -1)
        .transpose(1, 0, 2)
        for part in ("query", "key", "value")
    )
    likeness = queries @ keys.transpose(0, 2, 1) / np.sqrt(queries.shape[-1])
    shares = np.exp(likeness - likeness.max(axis=-1, keepdims=True))
    seen = (shares / shares.sum(axis=-1, keepdims=True)) @ values
    joined = _linear(
        seen.transpose(1, 0, 2).reshape(states.shape), weights, f"{name}.attention.output.dense"
    )
    states = _normed(states + joined, weights, f"{name}.attention.output.LayerNorm")
    inner = _linear(states, weights, f"{name}.intermediate.dense")
    inner = _linear(_gelu(inner), weights, f"{name}.output.dense")
    return _normed(states + inner, weights, f"{name}.output.LayerNorm")


def _gelu(given: Array) -> Array:
    from scipy.special import erf

    made: Array = given * 0.5 * (1 + erf(given / np.sqrt(np.float32(2))))
    return made
