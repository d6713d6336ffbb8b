"""Tokens and sentences of a passage: packed small, compared with a question word by word."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.models.embedder import ModelEmbedder
from index.models.model_files import DEFAULT_MODEL
from index.models.token_embeddings import (
    BITS,
    PackedTokens,
    basis,
    best_matches,
    compare,
    pack,
    pack_sentences,
    question,
    read_sentences,
    unpack_sentences,
)
from index.sentences import split

RANDOM = np.random.default_rng(3)
STATES = RANDOM.standard_normal((6, 32)).astype(np.float32)
DIRECTIONS = basis("0" * 64, 32)
STARTS, OFFSETS = [0, 20, 50], [0, 4, 20, 25, 31, 60]  # two, three and one token


def test_a_passage_takes_sixteen_bytes_a_token() -> None:
    assert len(pack(STATES, DIRECTIONS)) == 6 * BITS // 8
    assert pack(STATES[:0], DIRECTIONS) == b""


def test_a_passage_that_holds_the_questions_tokens_is_met_best() -> None:
    """Equal states have the same signs, whatever else the passage says."""
    asked = question(STATES[:2], DIRECTIONS)
    other = pack(RANDOM.standard_normal((6, 32)).astype(np.float32), DIRECTIONS)
    met = compare(asked, [other, pack(STATES, DIRECTIONS)])
    assert met[0] < met[1] <= 1


def test_scores_do_not_depend_on_the_other_passages() -> None:
    asked = question(STATES[:3], DIRECTIONS)
    packed = [pack(STATES[at:], DIRECTIONS) for at in range(4)]
    together = compare(asked, [*packed[:2], b"", *packed[2:]])
    alone = [float(compare(asked, [each])[0]) for each in packed]
    assert together.tolist() == pytest.approx([*alone[:2], 0, *alone[2:]])


def test_a_stretch_without_tokens_is_not_met() -> None:
    asked = question(STATES[:2], DIRECTIONS)
    best = best_matches(asked, pack(STATES, DIRECTIONS), np.array([0, 2, 0, 4, 0]))
    assert best.shape == (2, 5)
    assert not best[:, [0, 2, 4]].any()
    assert (best[:, 1] > best[:, 3]).all()
    assert not best_matches(asked, b"", np.array([0, 0])).any()


def test_every_model_has_directions() -> None:
    assert basis("0" * 64, 96).shape == (96, BITS)
    wide = basis("0" * 64, 300)
    assert wide.T @ wide == pytest.approx(np.eye(BITS), abs=1e-5)
    assert (basis("0" * 64, 300) == wide).all()


@pytest.fixture(scope="module")
def embedder(model_cache) -> ModelEmbedder:
    return ModelEmbedder(DEFAULT_MODEL, model_cache)


def test_the_model_gives_tokens_of_the_text_alone(embedder: ModelEmbedder) -> None:
    """Title and heading are read with it and not kept; the vectors are those of `embed`."""
    text = "Cod quotas fell. Herring quotas rose."
    inputs = [f"Fishing > North\n{text}", text]
    vectors, kept = embedder.read_passages(inputs, [text, text])
    assert (vectors * embedder.embed(inputs)).sum(axis=1).min() > 0.999
    tokens = embedder.count_tokens([text])[0] - 2
    assert [len(each.tokens) * 8 // BITS for each in kept] == [tokens] * 2
    assert [unpack_sentences(each.sentences)[1].sum() for each in kept] == [tokens] * 2


def test_the_model_gives_the_sentences_of_a_text(embedder: ModelEmbedder) -> None:
    """As many as it is split into; what stands around a sentence lends it its sense."""
    text = "The harbour was leased to Norvane. It ends in 2114. Wheat fell."
    _, [kept] = embedder.read_passages([f"A title\n{text}"], [text])
    vectors, _ = unpack_sentences(kept.sentences)
    assert len(vectors) == len(split(text)) == 3
    alone = embedder.embed([text[start:end] for start, end in split(text)])
    assert (vectors * alone).sum(axis=1).min() > 0.5
    harbour = embedder.embed_query("lease of the harbour")
    assert vectors[1] @ harbour > alone[1] @ harbour


def test_a_question_finds_its_passage_by_tokens(embedder: ModelEmbedder) -> None:
    texts = ["Quotas of cod fell by half.", "Quotas of herring rose.", "The bank raised its rate."]
    _, kept = embedder.read_passages(texts, texts)
    vectors, asked = embedder.read_questions(["did the herring quota go up?", "herring quota"])
    assert vectors.shape == (2, 384)
    assert compare(asked, [each.tokens for each in kept]).argmax() == 1


def test_a_question_finds_its_sentence_by_tokens(embedder: ModelEmbedder) -> None:
    text = "Quotas of cod fell by half. Quotas of herring rose. The bank raised its rate."
    _, [kept] = embedder.read_passages([text], [text])
    _, asked = embedder.read_questions(["did the herring quota go up?"])
    assert read_sentences(asked, kept).matches.argmax() == 1


def test_a_text_without_words_has_no_tokens(embedder: ModelEmbedder) -> None:
    kept = embedder.read_passages(["", "A title\n\n"], ["", ""])[1]
    assert kept == [PackedTokens()] * 2
    _, asked = embedder.read_questions([""])
    assert compare(asked, [b""]).tolist() == [0]


def unit(row: Any) -> Any:
    return row / np.linalg.norm(row)


def test_a_sentence_is_the_mean_of_its_tokens() -> None:
    vectors, counts = unpack_sentences(pack_sentences(STARTS, OFFSETS, STATES))
    assert counts.tolist() == [2, 3, 1]
    for vector, tokens in zip(vectors, (STATES[:2], STATES[2:5], STATES[5:]), strict=True):
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-6)
        assert vector @ unit(tokens.mean(axis=0)) > 0.9999


def test_a_sentence_takes_a_byte_a_number() -> None:
    assert len(pack_sentences(STARTS, OFFSETS, STATES)) == 2 + 3 * (2 + 32)


def test_a_sentence_without_tokens_is_zeros() -> None:
    starts = [0, 20, 40, 50]
    packed = PackedTokens(pack(STATES, DIRECTIONS), pack_sentences(starts, OFFSETS, STATES))
    vectors, counts = unpack_sentences(packed.sentences)
    assert counts.tolist() == [2, 3, 0, 1]
    assert not vectors[2].any()
    assert read_sentences(question(STATES[:2], DIRECTIONS), packed).matches[2] == 0


def test_each_sentence_is_matched_by_its_own_tokens_alone() -> None:
    packed = pack(STATES, DIRECTIONS)
    kept = PackedTokens(packed, pack_sentences(STARTS, OFFSETS, STATES))
    asked = question(STATES[1:3], DIRECTIONS)
    own = [pack(part, DIRECTIONS) for part in (STATES[:2], STATES[2:5], STATES[5:])]
    assert read_sentences(asked, kept).matches == pytest.approx(compare(asked, own), abs=1e-6)


def test_a_question_without_tokens_meets_no_sentence() -> None:
    kept = PackedTokens(pack(STATES, DIRECTIONS), pack_sentences(STARTS, OFFSETS, STATES))
    found = read_sentences(question(STATES[:0], DIRECTIONS), kept)
    assert found.matches.tolist() == [0, 0, 0]
    assert found.vectors.shape == (3, 32)


@given(
    st.sets(st.integers(1, 90), max_size=8),
    st.lists(st.integers(0, 120), min_size=1, max_size=40).map(sorted),
)
def test_every_token_belongs_to_the_sentence_that_it_stands_in(later, offsets) -> None:
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
