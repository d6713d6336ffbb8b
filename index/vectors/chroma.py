"""The Chroma collection of passages and their vectors, in a folder or on a server.

The one owner of chromadb. Distances stay inside; what comes out is in order of cosine similarity.
We look up passages by their numbers alone; their texts and what is known of them are there too, for
other programs that read the collection.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from index.addresses import without_secrets
from index.errors import BriefsError, IndexDamaged

VectorsOf = Callable[[Sequence[int]], NDArray[np.float32]]  # passage numbers -> (n, d)
Metadata = Mapping[str, str | int]
# Passage numbers -> text and metadata of each, for other programs.
RecordsOf = Callable[[Sequence[int]], Sequence[tuple[str, Metadata]]]

COLLECTION = "passages"
FORM = {"briefs_form": 2}  # of the records, in the collection's metadata; 1 had vectors alone
BATCH = 2_000  # records a call; Chroma's own limit is 5,461
SAMPLE = 200  # own-vector queries in a check
TIMEOUT = 5.0  # seconds for a server to answer
MIN_RECALL = 0.99  # at 10, against the exact scan, in a check

_HNSW = {"space": "cosine", "ef_construction": 128, "ef_search": 160, "max_neighbors": 16}
# For vectors so alike that the usual graph loses its way among them; larger and slower.
_THOROUGH = {"space": "cosine", "ef_construction": 500, "ef_search": 1000, "max_neighbors": 64}
# What a server says of a collection that was made without an embedding function.
_KNOWN = {"hnsw", "embedding_function"}
_NO_FUNCTION = {None, "legacy", "unknown"}


class VectorIndex(ABC):
    """Passage numbers and their vectors; IndexDamaged is raised where they are not to be had."""

    _collection: Any

    @abstractmethod
    def _answering(self) -> AbstractContextManager[None]:
        """Raise IndexDamaged for whatever goes wrong inside."""

    @abstractmethod
    def close(self) -> None:
        """Release files and memory."""

    def nearest(self, vector: NDArray[np.float32], limit: int) -> list[int]:
        """Return passage numbers, nearest first, at most `limit`."""
        return self.nearest_to_each(vector.reshape(1, -1), limit)[0]

    def nearest_to_each(self, vectors: NDArray[np.float32], limit: int) -> list[list[int]]:
        """Return the passage numbers nearest to each of the vectors (n, d), nearest first."""
        if limit < 1:  # an empty library; Chroma refuses to look for nothing
            return [[] for _ in vectors]
        with self._answering():
            found = self._collection.query(
                query_embeddings=vectors, n_results=limit, include=["distances"]
            )
            return [[int(name) for name in names] for names in found["ids"]]

    def numbers(self) -> list[int]:
        """Return all passage numbers stored."""
        with self._answering():
            return [int(name) for name in self._collection.get(include=[])["ids"]]

    def stored(self, numbers: Sequence[int]) -> NDArray[np.float32]:
        """Return the vectors as stored, shape (n, d), in the order asked for."""
        with self._answering():
            found = self._collection.get(ids=[str(pk) for pk in numbers], include=["embeddings"])
            rows = dict(zip(found["ids"], found["embeddings"], strict=True))
            return np.asarray([rows[str(pk)] for pk in numbers], dtype=np.float32)


class ChromaFolder(VectorIndex):
    """An opened private copy of a generation."""

    def __init__(
        self,
        folder: Path,
        *,
        at_close: Callable[[Path], None] | None = None,
        thorough: bool = False,
    ) -> None:
        """Open the collection in `folder`; raise IndexDamaged if Chroma cannot.

        `at_close` is called with the folder once Chroma has let go of it. A collection that is new
        is made for vectors that are much alike if `thorough`; one that is there stays as it is.
        """
        self._folder = folder
        self._at_close = at_close
        with self._answering():
            self._client = _open(folder)
            self._collection = _collection(
                self._client, COLLECTION, _THOROUGH if thorough else _HNSW
            )

    def change(
        self, wanted: Iterable[int], vectors_of: VectorsOf, records_of: RecordsOf | None = None
    ) -> None:
        """Add and delete until exactly the wanted passages are stored.

        Raises IndexDamaged for a collection of an earlier build, whose records lack what ours have.
        """
        if not _has_form(self._collection):
            raise IndexDamaged("the vector index is of an earlier build")
        with self._answering():
            _synchronise(self._collection, self.numbers(), wanted, vectors_of, records_of)

    def close(self) -> None:
        self._client.close()
        if self._at_close is not None:
            self._at_close(self._folder)

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except BriefsError:  # of what it was given, such as a lost connection to the database
            raise
        except Exception as error:  # Chroma has no common base for what can go wrong in its files
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise IndexDamaged(f"vector index: Chroma cannot read it ({reason})") from error


class ChromaServer(VectorIndex):
    """A collection on a Chroma server, shared by all processes; the catalogue says what counts.

    Passages are added before they are published and deleted after they are removed from search, so
    that a search never misses one; the search drops what is not published.
    """

    def __init__(self, url: str, token: str | None, name: str) -> None:
        self._url = url
        with self._answering():
            self._client = _server(url, token)
            self._collection = _collection(self._client, name, _HNSW)

    def add(
        self,
        wanted: Iterable[int],
        vectors_of: VectorsOf,
        records_of: RecordsOf | None = None,
        *,
        rewrite: bool = False,
    ) -> None:
        """Add what is missing of the wanted passages; `rewrite` writes those present again.

        So does a collection of an earlier build, once.
        """
        with self._answering():
            is_ours = _has_form(self._collection)
        known = self.numbers() if is_ours and not rewrite else []
        with self._answering():
            _synchronise(self._collection, known, {*known, *wanted}, vectors_of, records_of)
            if not is_ours:
                self._collection.modify(metadata=FORM)

    def keep_only(self, wanted: Iterable[int]) -> None:
        """Delete what is not wanted."""
        surplus = set(self.numbers()) - set(wanted)
        with self._answering():
            _delete(self._collection, surplus)

    def close(self) -> None:
        self._client.close()

    @contextmanager
    def _answering(self) -> Iterator[None]:
        shown = without_secrets(self._url)
        try:
            yield
        except IndexDamaged as damage:
            raise IndexDamaged(f"BRIEFS_CHROMA_URL={shown}: {damage}") from None
        except Exception as error:  # httpx, chromadb and value errors alike: it is not to be had
            raise IndexDamaged(
                f"BRIEFS_CHROMA_URL={shown}: the server does not answer as "
                "Chroma does; start it with `chroma run`, or unset the setting"
            ) from error


def _server(url: str, token: str | None) -> Any:
    import chromadb
    import httpx

    host, port, secure = _address(url)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    # Chroma's client waits for ever on a server that accepts and never answers.
    root = f"{'https' if secure else 'http'}://{host}:{port}"
    httpx.get(f"{root}/api/v2/heartbeat", headers=headers, timeout=TIMEOUT).raise_for_status()
    client = chromadb.HttpClient(
        host=host, port=port, ssl=secure, headers=headers or None, settings=_settings()
    )
    session = getattr(getattr(client, "_server", None), "_session", None)
    if isinstance(session, httpx.Client):  # there is no public way to limit it
        session.timeout = httpx.Timeout(TIMEOUT)
    return client


def _collection(client: Any, name: str, hnsw: dict[str, object]) -> Any:
    """Open or make a collection; raise IndexDamaged for one that is not configured as ours are.

    Whoever made it may have named an embedding function, which Chroma builds where it adds or
    reads, on this machine: one with `trust_remote_code` runs code of the server's choice. None of
    ours has one, and what is refused here is never built.
    """
    found = client.get_or_create_collection(
        name, embedding_function=None, configuration={"hnsw": hnsw}, metadata=FORM
    )
    # As they came over the wire: `configuration` and `schema` would build what they name.
    foreign = _foreign(found.configuration_json, found._model.serialized_schema)
    if foreign:
        raise IndexDamaged(
            f"the collection {name} has {foreign}, which this program never sets; delete the "
            "collection there, then run: briefs reindex"
        )
    return found


def _foreign(configuration: Any, schema: Any) -> str | None:
    """Return in words what of a collection's configuration is not ours; None if all is."""
    if not isinstance(configuration, dict) or not isinstance(schema, dict | None):
        return "no configuration that can be read"
    unknown = sorted(key for key, value in configuration.items() if value and key not in _KNOWN)
    if unknown:
        return f"an unknown configuration ({_short(unknown[0])})"
    hnsw = configuration.get("hnsw")
    if not isinstance(hnsw, dict) or hnsw.get("space") != "cosine":
        return "another measure of distance"
    for function in _functions([configuration, schema]):
        kind = function.get("type") if isinstance(function, dict) else function
        if kind not in _NO_FUNCTION:
            named = function.get("name", kind) if isinstance(function, dict) else kind
            return f"an embedding function ({_short(named)})"
    return None


def _functions(value: Any) -> Iterator[Any]:
    """Yield every embedding function that a configuration or a schema names, however deep."""
    if isinstance(value, dict):
        for key, part in value.items():
            if "embedding_function" in str(key):
                yield part
            else:
                yield from _functions(part)
    elif isinstance(value, list):
        for part in value:
            yield from _functions(part)


def _short(value: object) -> str:
    return "".join(filter(str.isprintable, str(value)))[:60]


def verify(index: ChromaFolder, wanted: Sequence[int], vectors_of: VectorsOf) -> None:
    """Raise IndexDamaged unless `index` stores exactly `wanted` and finds it as a scan would."""
    if sorted(index.numbers()) != sorted(wanted):
        raise IndexDamaged("the vector index does not hold the catalogue's passages")
    if not wanted:
        return
    own = verify_vectors(index, wanted, vectors_of)
    if _recall(index, wanted, own, vectors_of) < MIN_RECALL:
        raise IndexDamaged("the vector index does not find what an exact scan finds")


def verify_vectors(
    index: VectorIndex, wanted: Sequence[int], vectors_of: VectorsOf
) -> NDArray[np.float32]:
    """Raise IndexDamaged unless a sample of the stored vectors is right; return the sample."""
    random = np.random.default_rng(len(wanted))
    sample = random.choice(np.asarray(wanted), size=min(SAMPLE, len(wanted)), replace=False)
    numbers = [int(pk) for pk in sample]
    own = vectors_of(numbers)
    if float((index.stored(numbers) * own).sum(axis=1).min()) < 0.9999:
        raise IndexDamaged("the vector index holds other vectors than the catalogue")
    return own


def _recall(
    index: ChromaFolder, wanted: Sequence[int], queries: NDArray[np.float32], of: VectorsOf
) -> float:
    """Recall at 10 by cosine: a hit as near as the tenth of the exact scan counts (ties)."""
    exact = queries @ of(list(wanted)).T
    row_of = {pk: row for row, pk in enumerate(wanted)}
    limit = min(10, len(wanted))
    tenth = np.partition(exact, -limit, axis=1)[:, -limit]
    good = 0
    for query, found in enumerate(index.nearest_to_each(queries, limit)):
        rows = [row_of[pk] for pk in found if pk in row_of]
        good += int((exact[query, rows] >= tenth[query] - 1e-5).sum())
    return good / (limit * len(queries))


def _has_form(collection: Any) -> bool:
    """Whether the records of a collection are as we write them now; new ones will be."""
    return bool((collection.metadata or {}).items() >= FORM.items())


def _synchronise(
    collection: Any,
    present: Sequence[int],
    wanted: Iterable[int],
    vectors_of: VectorsOf,
    records_of: RecordsOf | None,
) -> None:
    target, stored = set(wanted), set(present)
    missing = sorted(target - stored)
    _delete(collection, stored - target)
    for begin in range(0, len(missing), BATCH):
        numbers = missing[begin : begin + BATCH]
        texts, facts = zip(*records_of(numbers), strict=True) if records_of else (None, None)
        collection.upsert(
            ids=[str(pk) for pk in numbers],
            embeddings=vectors_of(numbers),
            documents=texts and list(texts),
            metadatas=facts and list(facts),
        )


def _delete(collection: Any, surplus: Collection[int]) -> None:
    names = [str(pk) for pk in sorted(surplus)]
    for begin in range(0, len(names), BATCH):
        collection.delete(ids=names[begin : begin + BATCH])


def _open(folder: Path) -> Any:
    import chromadb

    return chromadb.PersistentClient(path=str(folder), settings=_settings())


def _settings() -> Any:
    from chromadb.config import Settings

    # Of its own accord it would read a .env in the working folder, which may be anybody's.
    return Settings(
        _env_file=None,  # type: ignore[call-arg]  # of pydantic's settings; Chroma's hint lacks it
        anonymized_telemetry=False,
    )


def _address(url: str) -> tuple[str, int, bool]:
    parts = urlsplit(url if "://" in url else f"http://{url}")
    secure = parts.scheme == "https"
    return parts.hostname or "localhost", parts.port or (443 if secure else 8000), secure
