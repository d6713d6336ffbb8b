"""A network of ours over two texts: token ids in, a number for each pair out.

A cross-encoder started from the bundled model (docs/reader.md). The model's three lower layers read
both texts apart and are the bundled model's own; the three upper ones read them together and are
ours, as is what they end in (MacAvaney et al., 2020, doi:10.1145/3397271.3401093). It runs in
OpenVINO; nothing has to be converted, and torch is not needed.
"""

import hashlib
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open

from index.models import checksums
from index.models.embedder import tokenizer_of
from index.models.model_files import DEFAULT_MODEL, locate
from index.models.runtimes import MODEL, compiled, import_openvino, is_sound, release
from index.models.small_networks import WORDS, Weights, WordRows, read_weights
from index.storage.private import close_to_others, make_folder

LAYERS, LOWER, HEADS = 6, 3, 12
CLS, SEP = 101, 102  # of the vocabulary of BERT, uncased
TOGETHER = 8  # pairs of about the same length that are read at once
BUILD_SECONDS = 120  # for another process to build it
FLOOR = 1e-12  # under the root of a variance, as the encoder was trained
HIDDEN = -1e4  # added to the likeness of what is only padding

Array = NDArray[np.float32]
Given = tuple[list[int], list[int]]  # token ids, and the part of the input that each belongs to


def ids_of(tokenizer: Any, text: str) -> list[int]:
    """Return the ids of a text's tokens, without marks."""
    ids: list[int] = tokenizer.encode(text, add_special_tokens=False).ids if text else []
    return ids


class JointNetwork:
    """The loaded network. Used by one caller at a time."""

    def __init__(self, weights: Path, cache: Path | None) -> None:
        files = locate(DEFAULT_MODEL)
        self.tokenizer = tokenizer_of(files)
        self._words = WordRows(files.weights)
        below = _bundled(files.weights, lambda name: name.startswith("embeddings."))
        self._weights: Weights = {**below, **read_weights(weights, ("answers.", "parts."))}
        self._compiled = _compiled(weights, files.weights, cache)  # held: it is shared while it is
        self._request = self._compiled.create_infer_request()

    def run(self, question: Given, windows: Sequence[Given]) -> Array:
        """Return a logit for each of the windows, read together with the question, (n,)."""
        order = sorted(range(len(windows)), key=lambda at: len(windows[at][0]))
        found = np.zeros(len(windows), np.float32)
        for start in range(0, len(order), TOGETHER):
            rows = order[start : start + TOGETHER]
            pooled = self._pooled(question, [windows[at] for at in rows])
            found[rows] = pooled @ self._weights["answers.weight"][0]
        found += self._weights["answers.bias"]
        return found

    def _pooled(self, question: Given, windows: Sequence[Given]) -> Array:
        """Return what the upper layers make of each window with the question, (n, 2 · d)."""
        longest = max(len(ids) for ids, _ in windows)
        mask = np.zeros((len(windows), longest), np.float32)
        states = np.zeros((len(windows), longest, self._width), np.float32)
        parts = np.zeros_like(states)
        for row, (ids, part) in enumerate(windows):
            mask[row, : len(ids)] = 1
            states[row, : len(ids)] = self._embedded(ids)
            parts[row, : len(ids)] = self._weights["parts.weight"][part]
        asked = self._embedded(question[0])[None]
        told = self._weights["parts.weight"][question[1]][None]
        made = self._request.infer([asked, told, states, parts, mask])
        return np.array(made[0], np.float32)

    @property
    def _width(self) -> int:
        return int(self._weights["embeddings.LayerNorm.weight"].shape[0])

    def _embedded(self, ids: Sequence[int]) -> Array:
        weights = self._weights
        states = (
            self._words.rows(ids)
            + weights["embeddings.position_embeddings.weight"][: len(ids)]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        mean = states.mean(axis=-1, keepdims=True)
        spread = np.sqrt(states.var(axis=-1, keepdims=True) + FLOOR)
        scale, offset = weights["embeddings.LayerNorm.weight"], weights["embeddings.LayerNorm.bias"]
        made: Array = (states - mean) / spread * scale + offset
        return made


def _compiled(weights: Path, bundled: Path, cache: Path | None) -> Any:
    """Return the network compiled for this processor, from `cache` where it has been kept."""
    if cache is None:
        return compiled(_graph(weights, bundled))
    key = hashlib.sha256(weights.read_bytes()).hexdigest()[:12]
    folder = cache / f"{key}-reader-openvino-{release()}"
    if not is_sound(folder):
        from filelock import FileLock  # only for the one who builds

        make_folder(cache)
        with FileLock(cache / f"{folder.name}.lock", timeout=BUILD_SECONDS):
            if not is_sound(folder):  # no other process was first
                _build(weights, bundled, folder)
    return compiled(folder / MODEL)


def _build(weights: Path, bundled: Path, folder: Path) -> None:
    """Write the model in OpenVINO's form into `folder`, whole or not at all."""
    building = folder.with_suffix(".building")
    shutil.rmtree(building, ignore_errors=True)  # left by a process that died
    try:
        make_folder(building)
        import_openvino().save_model(_graph(weights, bundled), building / MODEL)
        checksums.write_sums(building)
        close_to_others(building)
        shutil.rmtree(folder, ignore_errors=True)  # changed
        building.rename(folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _graph(weights: Path, bundled: Path) -> Any:
    """Return the model in OpenVINO's form: the bundled lower layers, ours above them."""
    upper = tuple(f"encoder.layer.{layer}." for layer in range(LOWER, LAYERS))
    given = {**_bundled(bundled, lambda name: not name.startswith(upper)), **read_weights(weights)}
    return _Graph(import_openvino(), given).model()


def _bundled(weights: Path, wanted: Callable[[str], bool]) -> Weights:
    """Return weights of the bundled model by name, without its word embeddings."""
    with safe_open(weights, "numpy") as file:
        return {
            name: file.get_tensor(name)
            for name in file.keys()  # noqa: SIM118 - it is no mapping
            if name != WORDS and wanted(name)
        }


class _Graph:
    """The layers as a graph of OpenVINO (Devlin et al., 2019, doi:10.18653/v1/N19-1423)."""

    def __init__(self, openvino: Any, weights: Mapping[str, NDArray[Any]]) -> None:
        self._openvino = openvino
        self._ops = openvino.opset13
        self._weights = weights
        self._size = int(weights["embeddings.LayerNorm.weight"].shape[0])

    def model(self) -> Any:
        """Return the graph: question (1, q, d) and its parts, windows (n, w, d), parts, mask."""
        ops, size = self._ops, self._size
        shapes = {"question": [1, -1, size], "told": [1, -1, size], "windows": [-1, -1, size],
                  "parts": [-1, -1, size], "mask": [-1, -1]}  # fmt: skip
        given = {
            name: ops.parameter(shape, np.float32, name=name) for name, shape in shapes.items()
        }
        one = self._constant(np.array([1], np.int64))
        asked_mask = ops.reduce_mean(
            ops.multiply(given["question"], self._number(0)), self._constant(np.array([2]))
        )
        asked_mask = ops.add(asked_mask, self._number(1))  # (1, q) of ones
        asked = self._through(given["question"], self._hidden(asked_mask), range(LOWER))
        read = self._through(given["windows"], self._hidden(given["mask"]), range(LOWER))
        asked = ops.add(asked, given["told"])
        read = ops.add(read, given["parts"])
        many = ops.gather(
            ops.shape_of(read), self._constant(np.array([0])), self._constant(np.array(0))
        )
        wide = ops.concat([many, one, one], 0)
        states = ops.concat([ops.tile(asked, wide), read], 1)
        mask = ops.concat([ops.tile(asked_mask, ops.concat([many, one], 0)), given["mask"]], 1)
        states = self._through(states, self._hidden(mask), range(LOWER, LAYERS))
        first = ops.gather(states, self._constant(np.array(0)), self._constant(np.array(1)))
        share = ops.unsqueeze(mask, self._constant(np.array([2])))
        total = ops.reduce_sum(ops.multiply(states, share), self._constant(np.array([1])))
        mean = ops.divide(total, ops.reduce_sum(share, self._constant(np.array([1]))))
        pooled = ops.concat([first, mean], 1)
        return self._openvino.Model([pooled], list(given.values()), "reader")

    def _through(self, states: Any, hidden: Any, layers: range) -> Any:
        for layer in layers:
            states = self._layer(states, hidden, f"encoder.layer.{layer}")
        return states

    def _layer(self, states: Any, hidden: Any, name: str) -> Any:
        ops = self._ops
        queries, keys, values = (
            self._heads(self._linear(states, f"{name}.attention.self.{part}"))
            for part in ("query", "key", "value")
        )
        likeness = ops.multiply(
            ops.matmul(queries, keys, False, True), self._number((self._size // HEADS) ** -0.5)
        )
        shares = ops.softmax(ops.add(likeness, hidden), 3)
        seen = ops.transpose(
            ops.matmul(shares, values, False, False), self._constant(np.array([0, 2, 1, 3]))
        )
        seen = ops.reshape(seen, self._constant(np.array([0, 0, self._size])), True)
        joined = ops.add(states, self._linear(seen, f"{name}.attention.output.dense"))
        states = self._normed(joined, f"{name}.attention.output.LayerNorm")
        inner = ops.gelu(self._linear(states, f"{name}.intermediate.dense"), "erf")
        joined = ops.add(states, self._linear(inner, f"{name}.output.dense"))
        return self._normed(joined, f"{name}.output.LayerNorm")

    def _heads(self, states: Any) -> Any:
        shape = self._constant(np.array([0, 0, HEADS, self._size // HEADS]))
        split = self._ops.reshape(states, shape, True)
        return self._ops.transpose(split, self._constant(np.array([0, 2, 1, 3])))

    def _linear(self, states: Any, name: str) -> Any:
        made = self._ops.matmul(states, self._weight(f"{name}.weight"), False, True)
        return self._ops.add(made, self._weight(f"{name}.bias"))

    def _normed(self, states: Any, name: str) -> Any:
        ops = self._ops
        made = ops.mvn(states, self._constant(np.array([2])), True, FLOOR, "inside_sqrt")
        return ops.add(
            ops.multiply(made, self._weight(f"{name}.weight")), self._weight(f"{name}.bias")
        )

    def _hidden(self, mask: Any) -> Any:
        """Return what is added to likenesses, (n, 1, 1, length)."""
        ops = self._ops
        turned = ops.multiply(ops.subtract(self._number(1), mask), self._number(HIDDEN))
        return ops.unsqueeze(turned, self._constant(np.array([1, 2])))

    def _weight(self, name: str) -> Any:
        return self._constant(self._weights[name].astype(np.float32))

    def _number(self, value: float) -> Any:
        return self._constant(np.array(value, np.float32))

    def _constant(self, value: NDArray[Any]) -> Any:
        return self._ops.constant(value)
