"""Sentences of a passage: kept small, read back as unit vectors in their order."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.models.token_embeddings import (
    PackedTokens,
    basis,
    compare,
    pack,
    pack_sentences,
    question,
    read_sentences,
    unpack_sentences,
)

RANDOM = np.random.default_rng(5)
STATES = RANDOM.standard_normal((6, 32)).astype(np.float32)
DIRECTIONS = basis("0" * 64, 32)
STARTS, OFFSETS = [0, 20, 50], [0, 4, 20, 25, 31, 60]  # two, three and one token


def unit(row: Any) -> Any:
    return row / np.linalg.norm(row)


def test_a_sentence_is_the_mean_of_its_tokens() -> None:
    """Within what one byte a number can say, and of length 1."""
    vectors, counts = unpack_sentences(pack_sentences(STARTS, OFFSETS, STATES))
    assert counts.tolist() == [2, 3, 1]
    for vector, tokens in zip(vectors, (STATES[:2], STATES[2:5], STATES[5:]), strict=True):
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-6)
        assert vector @ unit(tokens.mean(axis=0)) > 0.9999


def test_a_sentence_takes_a_byte_a_number() -> None:
    """And two for the count of its tokens."""
    assert len(pack_sentences(STARTS, OFFSETS, STATES)) == 2 + 3 * (2 + 32)


def test_a_sentence_without_tokens_is_zeros() -> None:
    """It keeps its place among the others, and meets nothing."""
    starts = [0, 20, 40, 50]
    packed = PackedTokens(pack(STATES, DIRECTIONS), pack_sentences(starts, OFFSETS, STATES))
    vectors, counts = unpack_sentences(packed.sentences)
    assert counts.tolist() == [2, 3, 0, 1]
    assert not vectors[2].any()
    assert read_sentences(question(STATES[:2], DIRECTIONS), packed).matches[2] == 0


def test_each_sentence_is_matched_by_its_own_tokens_alone() -> None:
    """As if it were a passage of its own."""
    packed = pack(STATES, DIRECTIONS)
    kept = PackedTokens(packed, pack_sentences(STARTS, OFFSETS, STATES))
    asked = question(STATES[1:3], DIRECTIONS)
    own = [pack(part, DIRECTIONS) for part in (STATES[:2], STATES[2:5], STATES[5:])]
    assert read_sentences(asked, kept).matches == pytest.approx(compare(asked, own), abs=1e-6)


def test_a_question_without_tokens_meets_no_sentence() -> None:
    """Their vectors are known all the same."""
    kept = PackedTokens(pack(STATES, DIRECTIONS), pack_sentences(STARTS, OFFSETS, STATES))
    found = read_sentences(question(STATES[:0], DIRECTIONS), kept)
    assert found.matches.tolist() == [0, 0, 0]
    assert found.vectors.shape == (3, 32)


@given(
    st.sets(st.integers(1, 90), max_size=8),
    st.lists(st.integers(0, 120), min_size=1, max_size=40).map(sorted),
)
def test_every_token_belongs_to_the_sentence_that_it_stands_in(
    later: set[int], offsets: list[int]
) -> None:
    """Wherever sentences begin: counted once, none lost, vectors of the right tokens."""
    starts = [0, *sorted(later)]
    states = np.random.default_rng(len(offsets)).standard_normal((len(offsets), 8))
    vectors, counts = unpack_sentences(pack_sentences(starts, offsets, states.astype(np.float32)))
    assert counts.sum() == len(offsets)
    for row, (start, end) in enumerate(zip(starts, [*starts[1:], 10_000], strict=True)):
        inside = [at for at, offset in enumerate(offsets) if start <= offset < end]
        assert counts[row] == len(inside)
        length = np.linalg.norm(vectors[row])
        assert length == pytest.approx(1 if inside else 0, abs=1e-6)
        if inside:
            assert vectors[row] @ unit(states[inside].sum(axis=0)) > 0.99
