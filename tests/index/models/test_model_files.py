"""What a model on disk is: its prompts, its dimension."""

import json
from pathlib import Path
from typing import Any

import pytest

from index.models.model_files import dimension_of, locate


def model(folder: Path, files: dict[str, Any]) -> str:
    """Write the files of a model without weights worth the name; return its path."""
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"")
    for name, content in {"config.json": {"hidden_size": 768}, **files}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(content))
    return str(folder)


BGE = "Represent this sentence for searching relevant passages: "


@pytest.mark.parametrize(
    ("name", "stated", "expected"),
    [
        ("multilingual-e5-small", None, ("query: ", "passage: ")),
        ("multilingual-e5-large-instruct", None, ("", "")),
        ("e5-base-v2", {}, ("query: ", "passage: ")),
        ("bge-small-en-v1.5", None, (BGE, "")),
        ("bge-m3", None, ("", "")),
        ("e5-own", {"query": "q ", "document": "d "}, ("q ", "d ")),
        ("all-mpnet-base-v2", {"query": "", "document": ""}, ("", "")),
    ],
)
def test_prompts_are_the_models_own_or_its_familys(
    tmp_path: Path, name: str, stated: dict[str, str] | None, expected: tuple[str, str]
) -> None:
    files = {} if stated is None else {"config_sentence_transformers.json": {"prompts": stated}}
    found = locate(model(tmp_path / name, files))
    assert (found.query_prompt, found.passage_prompt) == expected


def test_prompts_that_are_given_outweigh_them(tmp_path: Path) -> None:
    """An empty one too: it says that there is to be none."""
    found = locate(model(tmp_path / "e5-small", {}), query_prompt="", passage_prompt="text: ")
    assert (found.query_prompt, found.passage_prompt) == ("", "text: ")


def test_a_dense_layer_decides_how_long_vectors_are(tmp_path: Path) -> None:
    plain = locate(model(tmp_path / "plain", {}))
    dense = locate(model(tmp_path / "dense", {"2_Dense/config.json": {"out_features": 512}}))
    assert (dimension_of(plain), dimension_of(dense)) == (768, 512)
