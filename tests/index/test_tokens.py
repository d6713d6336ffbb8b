"""Tokens: packed small, compared with a question word by word."""

import numpy as np
import pytest

from index.embedder import ModelEmbedder
from index.model_files import DEFAULT_MODEL
from index.tokens import BITS, basis, compare, pack, question

RANDOM = np.random.default_rng(3)
STATES = RANDOM.standard_normal((6, 32)).astype(np.float32)
DIRECTIONS = basis("0" * 64, 32)


def test_a_passage_takes_sixteen_bytes_a_token() -> None:
    """The signs along 128 directions."""
    assert len(pack(STATES, DIRECTIONS)) == 6 * BITS // 8
    assert pack(STATES[:0], DIRECTIONS) == b""


def test_a_passage_that_holds_the_questions_tokens_is_met_best() -> None:
    """Equal states have the same signs, whatever else the passage says."""
    asked = question(STATES[:2], DIRECTIONS)
    other = pack(RANDOM.standard_normal((6, 32)).astype(np.float32), DIRECTIONS)
    met = compare(asked, [other, pack(STATES, DIRECTIONS)])
    assert met[0] < met[1] <= 1


def test_scores_do_not_depend_on_the_other_passages() -> None:
    """One after another or all at once; a passage without tokens scores 0."""
    asked = question(STATES[:3], DIRECTIONS)
    packed = [pack(STATES[at:], DIRECTIONS) for at in range(4)]
    together = compare(asked, [*packed[:2], b"", *packed[2:]])
    alone = [float(compare(asked, [each])[0]) for each in packed]
    assert together.tolist() == pytest.approx([*alone[:2], 0, *alone[2:]])


def test_every_model_has_directions() -> None:
    """Fixed ones, orthogonal where there are enough dimensions."""
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
    vectors, packed = embedder.read_passages(inputs, [text, text])
    assert (vectors * embedder.embed(inputs)).sum(axis=1).min() > 0.999
    assert [len(each) * 8 // BITS for each in packed] == [embedder.count_tokens([text])[0] - 2] * 2


def test_a_question_finds_its_passage_by_tokens(embedder: ModelEmbedder) -> None:
    """Among passages of one matter the one with the words of the question is met best."""
    texts = ["Quotas of cod fell by half.", "Quotas of herring rose.", "The bank raised its rate."]
    _, packed = embedder.read_passages(texts, texts)
    vectors, asked = embedder.read_questions(["did the herring quota go up?", "herring quota"])
    assert vectors.shape == (2, 384)
    assert compare(asked, packed).argmax() == 1


def test_a_text_without_words_has_no_tokens(embedder: ModelEmbedder) -> None:
    """Nor does it fail."""
    assert embedder.read_passages(["", "A title\n\n"], ["", ""])[1] == [b"", b""]
    _, asked = embedder.read_questions([""])
    assert compare(asked, [b""]).tolist() == [0]
