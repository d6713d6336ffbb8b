"""Token and sentence embeddings of passages, in few bytes, and how well a question meets them.

Both come from the one pass of the model that embeds the passage, read with the title, the heading
and the sentences around ("late chunking": Günther et al., 2024, arXiv:2409.04701). Late interaction
is Khattab and Zaharia, "ColBERT", 2020, doi:10.1145/3397271.3401075, here with a model made for
whole texts. A passage keeps the signs of its tokens' embeddings along BITS directions (Charikar,
2002, doi:10.1145/509907.509965), 16 bytes a token; a question keeps numbers. The directions are the
first principal components of the default model's embeddings, in token_bases/, and any fixed
orthogonal ones for other models. With fusion, .59 of our own crs questions find all they need
first; .60 with numbers throughout, at 1,536 bytes a token. A sentence's vector is the mean of its
tokens', in one byte a number.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
QuestionTokens = Floats  # unit rows, shape (t, BITS)

BITS = 128
_ROW = BITS // 8  # bytes a token
_BASES = Path(__file__).parent / "token_bases"  # by the first digits of the weights' sha256


def basis(weights_sha256: str, dimension: int) -> Floats:
    """Return the directions, shape (dimension, BITS), that fit a model."""
    made = _BASES / f"{weights_sha256[:12]}.npy"
    return _read(made) if made.is_file() else _orthogonal(dimension)


def question(embeddings: Floats, directions: Floats) -> QuestionTokens:
    """Prepare a question: the embeddings (t, d) of its tokens without special ones."""
    return _unit(embeddings @ directions)


def pack(embeddings: Floats, directions: Floats) -> bytes:
    """Return the stored form of a passage: of the embeddings (t, d) of its tokens."""
    return np.packbits(embeddings @ directions > 0, axis=1).tobytes()


def compare(asked: QuestionTokens, passages: Sequence[bytes]) -> Floats:
    """Return how well each passage meets the question, shape (n,); 0 for one without tokens.

    It is the mean, over the question's tokens, of the best cosine of any token of the passage.
    """
    met = np.zeros(len(passages), np.float32)
    if len(asked):
        lengths = np.array([len(packed) // _ROW for packed in passages], dtype=np.int64)
        met[:] = best_matches(asked, b"".join(passages), lengths).mean(axis=0)
    return met


def best_matches(asked: QuestionTokens, packed: bytes, counts: NDArray[np.int64]) -> Floats:
    """Return the best cosine of each of the question's tokens in each stretch, shape (t, n).

    `counts` (n,) says how many of the packed tokens belong to each stretch, in order; a stretch
    without any gives 0.
    """
    best = np.zeros((len(asked), len(counts)), np.float32)
    held = counts > 0
    if not held.any() or not len(asked):
        return best
    ones = np.unpackbits(np.frombuffer(packed, np.uint8).reshape(-1, _ROW), axis=1)
    rows = asked / np.sqrt(BITS)
    # The cosines of directions and signs, which are 2 * ones - 1; tokens along the last axis.
    cosines = 2 * (rows @ ones.astype(np.float32).T) - rows.sum(axis=1)[:, None]
    firsts = np.cumsum(counts)[held] - counts[held]
    best[:, held] = np.maximum.reduceat(cosines, firsts, axis=1)
    return best


def _unit(rows: Floats) -> Floats:
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    unit: Floats = (rows / np.maximum(lengths, 1e-9)).astype(np.float32)
    return unit


@lru_cache(maxsize=4)
def _read(file: Path) -> Floats:
    stored: Floats = np.load(file).astype(np.float32)
    return stored


@lru_cache(maxsize=4)
def _orthogonal(dimension: int) -> Floats:
    """Return seeded directions: orthonormal columns as far as there are dimensions."""
    columns = -(-BITS // dimension)
    random = np.random.default_rng(1)
    parts = [
        np.linalg.qr(random.standard_normal((dimension, dimension)))[0] for _ in range(columns)
    ]
    directions: Floats = np.concatenate(parts, axis=1)[:, :BITS].astype(np.float32)
    return directions


_COUNT = np.dtype("<u2")  # of sentences first, then of the tokens of each
_LARGEST = 127  # of a stored number: a vector's largest component


@dataclass(frozen=True)
class PackedTokens:
    """What is stored of one passage; b"" for both where the model gives no tokens."""

    tokens: bytes = b""  # index/models/token_embeddings.py has the form
    sentences: bytes = b""


@dataclass(frozen=True)
class SentenceEmbeddings:
    """What is known of the sentences of one passage, in their order.

    `vectors` are unit rows (n, d), zeros for a sentence without tokens; `matches` (n,) says how
    well each meets the question token by token.
    """

    vectors: Floats
    matches: NDArray[np.floating[Any]]


def pack_sentences(starts: Sequence[int], offsets: Sequence[int], embeddings: Floats) -> bytes:
    """Return the stored form of a passage's sentences.

    `starts` are the offsets at which they begin, ascending from 0; `offsets` those of the tokens
    that have the embeddings (t, d).
    """
    owners = np.array(
        [max(0, bisect_right(starts, offset) - 1) for offset in offsets], dtype=np.int64
    )
    counts = np.bincount(owners, minlength=len(starts))
    sums = np.zeros((len(starts), embeddings.shape[1]), np.float32)
    np.add.at(sums, owners, embeddings)
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


def read_sentences(asked: QuestionTokens, kept: PackedTokens) -> SentenceEmbeddings:
    """Return the sentences of a passage with how well each meets the question's tokens."""
    vectors, counts = unpack_sentences(kept.sentences)
    if not len(asked):
        return SentenceEmbeddings(vectors, np.zeros(len(counts), np.float32))
    return SentenceEmbeddings(vectors, best_matches(asked, kept.tokens, counts).mean(axis=0))
