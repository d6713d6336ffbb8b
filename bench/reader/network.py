"""The reader: a question and windows of text in, how well each window answers it out.

A cross-encoder of our own, trained from the bundled model (bench/reader/README.md). The model's
three lower layers read question and windows apart and are the bundled model's own; the three upper
ones read each window together with the question and are ours, as is what they end in: one number
for "this answers the question", one for "this evidence bears the claim" (MacAvaney et al., 2020,
doi:10.1145/3397271.3401093). It runs in OpenVINO; nothing has to be converted, and torch is not
needed.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from index.models.embedder import tokenizer_of
from index.models.model_files import DEFAULT_MODEL, locate
from index.models.reranker import Window
from index.models.runtimes import import_openvino
from index.models.small_networks import WORDS, Weights, WordRows, read_weights

WEIGHTS = Path(__file__).parent / "reader.safetensors"
LAYERS, LOWER, HEADS = 6, 3, 12
CLS, SEP = 101, 102  # of the vocabulary of BERT, uncased
LONGEST_QUESTION, LONGEST_SENTENCE, LONGEST_BEFORE, LONGEST_TITLE = 40, 60, 16, 22  # tokens
LONGEST_CLAIM, LONGEST_EVIDENCE = 80, 120
TOGETHER = 8  # windows of about the same length that are read at once
REMEMBERED = 512  # numbers of windows read lately
FLOOR = 1e-12  # under the root of a variance, as the encoder was trained
HIDDEN = -1e4  # added to the likeness of what is only padding

Array = NDArray[np.float32]
Given = tuple[list[int], list[int]]  # token ids, and the part of the input that each belongs to


def question_ids(tokenizer: Any, question: str, longest: int = LONGEST_QUESTION) -> Given:
    """Return [CLS] question [SEP]; of one that is too long the end is kept."""
    ids = [CLS, *_ids(tokenizer, question)[-longest:], SEP]
    return ids, [0] * len(ids)


def window_ids(tokenizer: Any, window: Window, longest: int = LONGEST_SENTENCE) -> Given:
    """Return [CLS] sentence [SEP] before [SEP] title [SEP]; empty parts are left out."""
    ids, parts = [CLS], [1]
    for part, own in (
        (1, _ids(tokenizer, window.sentence)[:longest]),
        (2, _ids(tokenizer, window.before)[-LONGEST_BEFORE:]),
        (3, _ids(tokenizer, window.title)[:LONGEST_TITLE]),
    ):
        if own:
            ids += [*own, SEP]
            parts += [part] * (len(own) + 1)
    return ids, parts


def _ids(tokenizer: Any, text: str) -> list[int]:
    ids: list[int] = tokenizer.encode(text, add_special_tokens=False).ids if text else []
    return ids


class Reader:
    """The shipped reader, or one with other weights. Safe to share between threads."""

    def __init__(self, weights: Path = WEIGHTS, cache: Path | None = None) -> None:
        """The first question loads it; `cache` is a folder for its compiled form."""
        self._path, self._cache = weights, cache
        self._lock = threading.Lock()
        self._read: OrderedDict[tuple[str, str, Window], float] = OrderedDict()

    def answers(self, question: str, windows: Sequence[Window]) -> Array:
        """Return for each window how well it answers a question, a logit, shape (n,)."""
        return self._numbers("answers", question, windows)

    def bears(self, claim: str, windows: Sequence[Window]) -> Array:
        """Return for each window of evidence how well it bears a claim out, a logit, (n,)."""
        return self._numbers("bears", claim, windows)

    def _numbers(self, head: str, asked: str, windows: Sequence[Window]) -> Array:
        asked = " ".join(asked.split())
        with self._lock:
            new = [one for one in dict.fromkeys(windows) if (head, asked, one) not in self._read]
            found = {
                (head, asked, one): self._read[head, asked, one]
                for one in windows
                if one not in new
            }
            if new:
                made = self._network.run(head, asked, new)
                found |= {
                    (head, asked, one): float(score) for one, score in zip(new, made, strict=True)
                }
            self._read |= found
            while len(self._read) > REMEMBERED:
                self._read.popitem(last=False)
        return np.array([found[head, asked, one] for one in windows], np.float32)

    @cached_property
    def _network(self) -> "_Network":
        return _Network(self._path, self._cache)


class _Network:
    """The loaded network."""

    def __init__(self, weights: Path, cache: Path | None) -> None:
        files = locate(DEFAULT_MODEL)
        self._tokenizer = tokenizer_of(files)
        self._words = WordRows(files.weights)
        given = load_file(files.weights)
        own = {name: value for name, value in given.items() if name != WORDS}
        self._weights: Weights = {**own, **read_weights(weights)}
        self._request = _compiled(self._weights, cache).create_infer_request()

    def run(self, head: str, asked: str, windows: Sequence[Window]) -> Array:
        """Return the logits of a head for each window."""
        claim = head == "bears"
        question = question_ids(
            self._tokenizer, asked, LONGEST_CLAIM if claim else LONGEST_QUESTION
        )
        longest = LONGEST_EVIDENCE if claim else LONGEST_SENTENCE
        given = [window_ids(self._tokenizer, one, longest) for one in windows]
        order = sorted(range(len(given)), key=lambda at: len(given[at][0]))
        found = np.zeros(len(given), np.float32)
        for start in range(0, len(order), TOGETHER):
            rows = order[start : start + TOGETHER]
            pooled = self._pooled(question, [given[at] for at in rows])
            found[rows] = (
                pooled @ self._weights[f"{head}.weight"][0] + self._weights[f"{head}.bias"]
            )
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


def _compiled(weights: Weights, cache: Path | None) -> Any:
    """Return the network compiled for this processor; bfloat16 where it has that."""
    openvino = import_openvino()
    core = openvino.Core()
    if cache is not None:
        core.set_property({"CACHE_DIR": str(cache)})
    fast = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    options = {"INFERENCE_PRECISION_HINT": "bf16" if fast else "f32", "PERFORMANCE_HINT": "LATENCY"}
    return core.compile_model(_Graph(openvino, weights).model(), "CPU", options)


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
