"""Any cross-encoder as a reranker: question and windows in, a number for each window out."""

from pathlib import Path

import pytest

from index.errors import EmbeddingError
from index.models.model_files import DEFAULT_MODEL, locate
from index.models.reranker import NamedReranker, Window

QUESTION = "How many soldiers does the army of Ruritania have?"
ANSWERS = Window("Its army has 40,000 men under arms.", "Ruritania is small.", "Ruritania > Forces")
BESIDE = Window("Its navy was sold in 1911.", "Ruritania is small.", "Ruritania > Forces")
ELSEWHERE = Window("The central bank left its rate unchanged.", "", "Monetary policy")


def test_any_cross_encoder_of_sentence_transformers_can_stand_in(tmp_path: Path) -> None:
    """Its numbers order windows, and have mean 0."""
    folder = _small_cross_encoder(tmp_path)
    found = NamedReranker(str(folder)).scores(QUESTION, [ANSWERS, BESIDE, ELSEWHERE])
    assert found.shape == (3,)
    assert abs(float(found.mean())) < 1e-3


def test_a_cross_encoder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The line says which setting, and what to do."""
    missing = tmp_path / "nowhere"
    with pytest.raises(EmbeddingError, match=r"BRIEFS_RERANK_MODEL=.*nowhere.*name a folder"):
        NamedReranker(str(missing)).scores(QUESTION, [ANSWERS])


def _small_cross_encoder(tmp_path: Path) -> Path:
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    source = locate(DEFAULT_MODEL).folder
    folder = tmp_path / "cross-encoder"
    config = BertConfig(
        hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        num_labels=1,
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)
    BertTokenizerFast.from_pretrained(str(source)).save_pretrained(folder)
    return folder
