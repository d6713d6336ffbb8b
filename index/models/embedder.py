"""Turn texts into unit vectors float32 (n, d) and packed tokens; count tokens as the model does."""

import json
import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from index.errors import EmbeddingError
from index.models.model_files import ModelFiles, dimension_of, locate, weights_sha256
from index.models.runtimes import CPU, Runtime, changed_conversion, load_runtime
from index.models.token_embeddings import (
    PackedTokens,
    QuestionTokens,
    basis,
    pack,
    pack_sentences,
    question,
)
from index.sentences import split
from index.storage.private import FILE, make_folder

Vectors = NDArray[np.float32]  # shape (n, d), rows of length 1
Progress = Callable[[int], None]  # called with the number of texts just embedded
# Called with the row of a text, its tokens' (start, end) in it, and their embeddings (t, d).
Keep = Callable[[int, Sequence[tuple[int, int]], Vectors], None]

PASSAGE_FORMAT = "title > heading / context / text: 3"  # count up when inputs or tokens change
BATCH = 16  # texts a batch after sorting by length; 8 to 16 were fastest on two cores


@dataclass(frozen=True)
class Fingerprint:
    """All that vectors depend on; vectors of different fingerprints are never mixed."""

    model: str
    weights_sha256: str
    dimension: int
    max_tokens: int
    pooling: str
    prompts: str
    normalised: bool = True
    passage_format: str = PASSAGE_FORMAT

    def to_json(self) -> str:
        """Return the canonical form that the library stores."""
        return json.dumps(asdict(self), sort_keys=True)


def model_of(fingerprint: str | None) -> str:
    """Name the model of a stored fingerprint, for people."""
    if not fingerprint:
        return "no model"
    facts = json.loads(fingerprint)
    return f"{facts['model']} ({facts['weights_sha256'][:8]}, {facts['passage_format']})"


class Embedder(Protocol):
    """What the library needs of a model."""

    fingerprint: Fingerprint

    def embed(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        """Return the vectors of passages, shape (len(texts), d)."""
        ...

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """Return the vector of a question, shape (d,)."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, prompt and special tokens included, uncut."""
        ...

    def warm_up(self) -> None:
        """Load the model now rather than at the first text."""
        ...


@runtime_checkable
class TokenReader(Protocol):
    """An embedder that gives away the tokens too, of the same pass of the model."""

    def read_passages(
        self, inputs: Sequence[str], texts: Sequence[str], *, progress: Progress | None = None
    ) -> tuple[Vectors, list[PackedTokens]]:
        """Return the vectors of inputs, and what is kept of the texts that they end in."""
        ...

    def read_questions(self, texts: Sequence[str]) -> tuple[Vectors, QuestionTokens]:
        """Return the vectors of texts, shape (len(texts), d), and the tokens of the first."""
        ...


def read_passages(
    embedder: Embedder, inputs: Sequence[str], texts: Sequence[str], progress: Progress
) -> tuple[Vectors, list[PackedTokens]]:
    """Return vectors and packed tokens; empty ones of an embedder that gives none."""
    if isinstance(embedder, TokenReader):
        return embedder.read_passages(inputs, texts, progress=progress)
    return embedder.embed(inputs, progress=progress), [PackedTokens()] * len(inputs)


def read_questions(
    embedder: Embedder, texts: Sequence[str]
) -> tuple[Vectors, QuestionTokens | None]:
    """Return the vectors of texts, and the tokens of the first if the embedder gives them."""
    if isinstance(embedder, TokenReader):
        return embedder.read_questions(texts)
    return np.stack([embedder.embed_query(text) for text in texts]), None


class ModelEmbedder:
    """A sentence-transformers model behind the fastest runtime that works."""

    def __init__(
        self,
        model: str,
        cache: Path,
        *,
        query_prompt: str | None = None,
        passage_prompt: str | None = None,
        device: str = CPU,
    ) -> None:
        """Find the model by name or path; the first text loads it, converted into `cache`.

        The prompts are the model's own where None. On another device than the processor it is not
        converted: sentence-transformers runs it there.
        """
        self._files = locate(model, query_prompt=query_prompt, passage_prompt=passage_prompt)
        self._cache = cache
        self._device = device
        self._sha256, dimension = _facts(self._files, cache)
        self._lock = threading.Lock()
        self._tokenizer: Any = None
        self._pad_id = 0
        self._runtime: Runtime | None = None
        self.fingerprint = Fingerprint(
            model=self._files.name,
            weights_sha256=self._sha256,
            dimension=dimension,
            max_tokens=self._files.max_tokens,
            pooling=self._files.pooling,
            prompts=f"{self._files.query_prompt}|{self._files.passage_prompt}",
        )

    def warm_up(self) -> None:
        """Load the model now rather than at the first text."""
        self.embed_query("ready")

    def changed_conversion(self) -> str | None:
        """Return which file of the converted model has changed; it is converted again then."""
        if self._device != CPU:
            return None
        return changed_conversion(self._files, self._sha256, self._cache)

    def embed(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        return self._vectors([self._files.passage_prompt + text for text in texts], progress)

    def embed_query(self, text: str) -> NDArray[np.float32]:
        row: NDArray[np.float32] = self._vectors([self._files.query_prompt + text], None)[0]
        return row

    def read_passages(
        self, inputs: Sequence[str], texts: Sequence[str], *, progress: Progress | None = None
    ) -> tuple[Vectors, list[PackedTokens]]:
        directions = basis(self._sha256, self.fingerprint.dimension)
        kept = [PackedTokens()] * len(inputs)

        def keep(row: int, offsets: Sequence[tuple[int, int]], tokens: Vectors) -> None:
            begin = len(self._files.passage_prompt + inputs[row]) - len(texts[row])
            own = _within(offsets[: len(tokens)], begin)
            if own:
                starts = [start for start, _ in split(texts[row])]
                stand = [offsets[token][0] - begin for token in own]
                kept[row] = PackedTokens(
                    pack(tokens[own], directions), pack_sentences(starts, stand, tokens[own])
                )

        prompted = [self._files.passage_prompt + text for text in inputs]
        return self._vectors(prompted, progress, keep), kept

    def read_questions(self, texts: Sequence[str]) -> tuple[Vectors, QuestionTokens]:
        found: dict[int, Vectors] = {}
        begin = len(self._files.query_prompt)

        def keep(row: int, offsets: Sequence[tuple[int, int]], tokens: Vectors) -> None:
            found[row] = tokens[_within(offsets[: len(tokens)], begin)]

        vectors = self._vectors([self._files.query_prompt + text for text in texts], None, keep)
        return vectors, question(found[0], basis(self._sha256, self.fingerprint.dimension))

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        prompted = [self._files.passage_prompt + text for text in texts]
        encodings = self._loaded_tokenizer().encode_batch(prompted)
        return [len(encoding.ids) for encoding in encodings]

    def _vectors(
        self, texts: Sequence[str], progress: Progress | None, keep: Keep | None = None
    ) -> Vectors:
        if not texts:
            return np.zeros((0, self.fingerprint.dimension), dtype=np.float32)
        runtime = self._loaded_runtime()
        encodings = self._loaded_tokenizer().encode_batch(list(texts))
        token_ids = [_truncate(encoding.ids, self._files.max_tokens) for encoding in encodings]
        vectors = np.zeros((len(texts), self.fingerprint.dimension), dtype=np.float32)
        # Longest first: little padding in a batch, and a shortage of memory shows at once.
        order = sorted(range(len(texts)), key=lambda row: len(token_ids[row]), reverse=True)
        for begin in range(0, len(order), BATCH):
            rows = order[begin : begin + BATCH]
            made = runtime.run(*_padded([token_ids[row] for row in rows], self._pad_id))
            vectors[rows] = made[0]
            if keep:
                for row, tokens in zip(rows, made[1], strict=True):
                    keep(row, encodings[row].offsets, tokens[: len(token_ids[row])])
            if progress:
                progress(len(rows))
        require_unit(vectors)
        return vectors

    def _loaded_runtime(self) -> Runtime:
        with self._lock:
            if self._runtime is None:
                self._runtime = load_runtime(self._files, self._sha256, self._cache, self._device)
            return self._runtime

    def _loaded_tokenizer(self) -> Any:
        if self._tokenizer is None:
            tokenizer = tokenizer_of(self._files)
            known = (tokenizer.token_to_id(pad) for pad in ("[PAD]", "<pad>"))
            self._pad_id = next((pad for pad in known if pad is not None), 0)
            self._tokenizer = tokenizer
        return self._tokenizer


def tokenizer_of(files: ModelFiles) -> Any:
    """Return the tokenizer of a model; it neither pads nor cuts."""
    from tokenizers import Tokenizer

    made = Tokenizer.from_file(str(files.weights.parent / "tokenizer.json"))
    made.no_padding()
    made.no_truncation()
    return made


def _facts(files: ModelFiles, cache: Path) -> tuple[str, int]:
    """Return (sha256 of the weights, dimension), remembered while the file is unchanged."""
    stat = files.weights.stat()
    stamp = f"{files.weights}:{stat.st_size}:{stat.st_mtime_ns}"
    memory = cache / "weights.json"
    known = _remembered(memory)
    if stamp not in known:
        known[stamp] = (weights_sha256(files), dimension_of(files))
        with suppress(OSError):  # a folder that cannot be written to: it is found again each time
            make_folder(cache)
            fresh = memory.with_suffix(f".{os.getpid()}")
            fresh.write_text(json.dumps(known), encoding="utf-8")
            fresh.chmod(FILE)
            fresh.replace(memory)
    sha256, dimension = known[stamp]
    return sha256, dimension


def _remembered(memory: Path) -> dict[str, tuple[str, int]]:
    try:
        known: dict[str, tuple[str, int]] = json.loads(memory.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # nothing there yet, or a file cut short: it is only a memory
        return {}
    return known


def _within(offsets: Sequence[tuple[int, int]], begin: int) -> list[int]:
    """Return which tokens stand at `begin` or after it; special ones stand nowhere."""
    return [row for row, (start, end) in enumerate(offsets) if end > start >= begin]


def _truncate(ids: list[int], limit: int) -> list[int]:
    """Keep the closing special token, as the tokenizer's own truncation does."""
    return ids if len(ids) <= limit else [*ids[: limit - 1], ids[-1]]


def _padded(rows: list[list[int]], pad_id: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    longest = max(map(len, rows))
    ids = np.full((len(rows), longest), pad_id, dtype=np.int64)
    mask = np.zeros_like(ids)
    for index, row in enumerate(rows):
        ids[index, : len(row)] = row
        mask[index, : len(row)] = 1
    return ids, mask


def require_unit(vectors: Vectors) -> None:
    """Raise EmbeddingError unless every row is finite and of length 1."""
    lengths = np.linalg.norm(vectors, axis=1)
    if vectors.size and not (np.isfinite(lengths).all() and np.all(np.abs(lengths - 1) < 0.01)):
        raise EmbeddingError(
            "the embedding model returned a vector that is not of length 1; "
            "check BRIEFS_EMBEDDING_MODEL, then run: briefs doctor"
        )
