"""Keep what the model said of a passage's tokens and sentences, in few bytes, from its one pass.

In: the states that a model gives the tokens of a text, float32 (t, d), and where its sentences
begin. Out: bytes to store with the passage, and back. A sentence's vector is the mean of its
tokens' states, as the default model makes that of a whole text. They were read with the title, the
heading and the sentences around it, so "it" has the sense of what it stands for ("late chunking":
Günther et al., 2024, arXiv:2409.04701), and nothing is embedded for it. Knows nothing of texts or
databases.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.tokens import Floats, QuestionTokens, best_matches

_COUNT = np.dtype("<u2")  # of sentences first, then of the tokens of each
_LARGEST = 127  # of a stored number: a vector's largest component


@dataclass(frozen=True)
class PassageStates:
    """What is stored of one passage; b"" for both where the model gives no tokens."""

    tokens: bytes = b""  # index/tokens.py has the form
    sentences: bytes = b""


@dataclass(frozen=True)
class Sentences:
    """What is known of the sentences of one passage, in their order.

    `vectors` are unit rows (n, d), zeros for a sentence without tokens; `matches` (n,) says how
    well each meets the question token by token.
    """

    vectors: Floats
    matches: NDArray[np.floating[Any]]


def pack_sentences(starts: Sequence[int], offsets: Sequence[int], states: Floats) -> bytes:
    """Return the stored form of a passage's sentences.

    `starts` are the offsets at which they begin, ascending from 0; `offsets` those of the tokens
    that have the states (t, d).
    """
    owners = np.array(
        [max(0, bisect_right(starts, offset) - 1) for offset in offsets], dtype=np.int64
    )
    counts = np.bincount(owners, minlength=len(starts))
    sums = np.zeros((len(starts), states.shape[1]), np.float32)
    np.add.at(sums, owners, states)
    largest = np.abs(sums).max(axis=1, keepdims=True)
    small = np.rint(sums / np.maximum(largest, 1e-9) * _LARGEST).astype(np.int8)
    head = bytes(np.array([len(starts), *counts], _COUNT))
    return head + bytes(small)


def unpack_sentences(packed: bytes) -> tuple[Floats, NDArray[np.int64]]:
    """Return the unit vectors (n, d) of a passage's sentences, and how many tokens each has."""
    n = int(np.frombuffer(packed, _COUNT, 1)[0])
    counts = np.frombuffer(packed, _COUNT, n, offset=_COUNT.itemsize).astype(np.int64)
    rows = np.frombuffer(packed, np.int8, offset=(n + 1) * _COUNT.itemsize)
    vectors = rows.reshape(n, -1).astype(np.float32)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.maximum(lengths, 1e-9), counts


def read_sentences(asked: QuestionTokens, kept: PassageStates) -> Sentences:
    """Return the sentences of a passage with how well each meets the question's tokens."""
    vectors, counts = unpack_sentences(kept.sentences)
    if not len(asked):
        return Sentences(vectors, np.zeros(len(counts), np.float32))
    return Sentences(vectors, best_matches(asked, kept.tokens, counts).mean(axis=0))
