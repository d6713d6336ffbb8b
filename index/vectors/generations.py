"""Where the vectors are searched: numbered generations in folders, or a collection on a server.

The embedded store's files are not crash-safe, and two processes on one folder damage them without
an error. So a generation is a folder that is built from a copy, checked, renamed into place, and
from then on only copied: every search opens a private copy. The checksum of each file is in the
catalogue, so that damage is found before it is served.
"""

import logging
import struct
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.errors import IndexDamaged
from index.settings import Settings
from index.storage.private import clear_for_folder, close_to_others, delete, make_folder
from index.vectors.chroma import (
    ChromaFolder,
    ChromaServer,
    RecordsOf,
    VectorIndex,
    VectorsOf,
    verify,
    verify_vectors,
)
from index.vectors.copies import Copies, Files, copy_all, copy_checked, fingerprint

logger = logging.getLogger(__name__)

# Bytes of a new index without vectors, and beside each vector; measured with 10 to 1,000 of them.
_EMPTY, _BESIDE_VECTOR = 400_000, 1_000
_METADATA, _TEXT = 1_000, 12  # bytes a passage; bytes a byte of its text, with Chroma's index of it
_SAMPLED = 50  # passages by which the length of all is estimated
GROWN = 2.0  # times the size of a new one, from which an index is built anew
_PROBE = 4 << 20  # bytes that must fit on a disk with room for an index
_GRAPH, _LENGTH = struct.Struct("<iQQQQ"), 4  # what a graph's header begins with; bytes of a length
KEPT = 2  # published generations that stay on disk for processes in the middle of copying one


@dataclass(frozen=True)
class _Contents:
    """What a generation is to hold."""

    wanted: Sequence[int]
    vectors_of: VectorsOf
    records_of: RecordsOf | None


class VectorStore(ABC):
    """Something that makes generations and opens them."""

    @abstractmethod
    def build(
        self,
        previous: tuple[int, Files] | None,
        number: int,
        wanted: Sequence[int],
        of: VectorsOf,
        records: RecordsOf | None = None,
    ) -> Files:
        """Make generation `number` of the wanted passages, from the previous one if given."""

    @abstractmethod
    def open(self, number: int, files: Files) -> VectorIndex:
        """Open a published generation; raise IndexDamaged if it is not as published."""

    @abstractmethod
    def check(self, number: int, files: Files, wanted: Sequence[int], of: VectorsOf) -> None:
        """Raise IndexDamaged unless the published generation holds and finds what is wanted."""

    @abstractmethod
    def tidy(
        self,
        published: int,
        wanted: Sequence[int],
        of: VectorsOf | None = None,
        records: RecordsOf | None = None,
        *,
        keep_older: bool = True,
    ) -> None:
        """Delete what nobody needs any more; with `of`, add what another ingest has deleted.

        Without `keep_older`, also what holds what was deleted since.
        """


class Generations(VectorStore):
    """The folders under `index/` of a library: numbered generations, and private copies."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._copies = Copies(root / "copies")

    def build(
        self,
        previous: tuple[int, Files] | None,
        number: int,
        wanted: Sequence[int],
        of: VectorsOf,
        records: RecordsOf | None = None,
    ) -> Files:
        """Build generation `number` from a copy of the previous one, check it, put it in place.

        If the previous generation is damaged, carries too much dead weight (Chroma's files only
        grow), or no longer finds its passages once changed, the index is rebuilt from the
        catalogue. If even that does not find what a scan finds, there are no files, and searches
        scan.
        """
        clear_for_folder(self._root)
        building = self._root / f"{number:08d}.building"
        what = _Contents(wanted, of, records)
        attempts: list[Callable[[], None]] = [
            lambda: self._rebuild(building, what, thorough=False),
            lambda: self._rebuild(building, what, thorough=True),
        ]
        if previous is not None and not _overgrown(previous[1], what):
            attempts.insert(0, partial(self._on_copy, previous, building, what))
        for attempt in attempts:
            try:
                attempt()
                break
            except IndexDamaged as damage:
                logger.debug("%s; building it another way", damage)
        else:
            _require_room(self._root)
            logger.warning("the vector index cannot be built soundly; searching by exact scan")
            delete(building)
            return {}
        target = self._root / f"{number:08d}"
        delete(target)  # left by a process that died before publishing
        building.rename(target)
        return fingerprint(target)

    def open(self, number: int, files: Files) -> ChromaFolder:
        """Open a private copy; raise IndexDamaged if the folder is not as it was published."""
        if not files:
            raise IndexDamaged(f"vector index {number:08d}: could not be built soundly")
        try:
            private = self._copies.make()
        except OSError as error:
            place = error.filename or self._root
            raise IndexDamaged(f"no copy of the vector index: {place}: {error.strerror}") from error
        try:
            copy_checked(self._root / f"{number:08d}", private, files)
            return ChromaFolder(private, at_close=self._copies.discard)
        except IndexDamaged:
            self._copies.discard(private)
            raise

    def copy(self, number: int, files: Files, folder: Path) -> None:
        """Copy a published generation into a folder of somebody else's."""
        copy_checked(self._root / f"{number:08d}", folder, files)

    def check(self, number: int, files: Files, wanted: Sequence[int], of: VectorsOf) -> None:
        index = self.open(number, files)
        try:
            verify(index, wanted, of)
        finally:
            index.close()

    def tidy(
        self,
        published: int,
        wanted: Sequence[int],
        of: VectorsOf | None = None,
        records: RecordsOf | None = None,
        *,
        keep_older: bool = True,
    ) -> None:
        del wanted, of, records
        if not self._root.is_dir():
            return
        oldest = published - KEPT + 1 if keep_older else published
        for folder in self._root.iterdir():
            name = folder.name.removesuffix(".building")
            if name.isdigit() and not oldest <= int(name) <= published:
                with suppress(OSError):  # another user's
                    delete(folder)
        self._copies.tidy()

    def _on_copy(self, previous: tuple[int, Files], building: Path, what: "_Contents") -> None:
        number, files = previous
        delete(building)
        copy_checked(self._root / f"{number:08d}", building, files)
        self._fill(building, what)

    def _rebuild(self, building: Path, what: "_Contents", *, thorough: bool) -> None:
        delete(building)
        make_folder(building)
        self._fill(building, what, thorough=thorough)

    def _fill(self, folder: Path, what: "_Contents", *, thorough: bool = False) -> None:
        """Bring the folder to the wanted passages; raise IndexDamaged unless it finds them."""
        index = ChromaFolder(folder, thorough=thorough)
        try:
            index.change(what.wanted, what.vectors_of, what.records_of)
        finally:
            index.close()
        _blank(folder)
        close_to_others(folder)
        # What counts is what is on disk, not what the building process has in memory.
        private = self._copies.make()
        copy_all(folder, private)
        copy = ChromaFolder(private, at_close=self._copies.discard)
        try:
            verify(copy, what.wanted, what.vectors_of)
        finally:
            copy.close()


class ServerStore(VectorStore):
    """One collection on a Chroma server in place of numbered folders."""

    def __init__(self, url: str, token: str | None, name: str) -> None:
        self._place = (url, token, name)

    def build(
        self,
        previous: tuple[int, Files] | None,
        number: int,
        wanted: Sequence[int],
        of: VectorsOf,
        records: RecordsOf | None = None,
    ) -> Files:
        """Add what is missing; nothing is deleted before the catalogue has been changed."""
        del number
        with closing(self._server()) as server:
            server.add(wanted, of, records, rewrite=previous is None)
        return {}

    def open(self, number: int, files: Files) -> VectorIndex:
        del number, files
        return self._server()

    def check(self, number: int, files: Files, wanted: Sequence[int], of: VectorsOf) -> None:
        """Raise IndexDamaged unless all wanted passages are on the server, with their vectors."""
        del number, files
        with closing(self._server()) as server:
            missing = set(wanted) - set(server.numbers())
            if missing:
                raise IndexDamaged(f"the Chroma server lacks {len(missing)} passages")
            if wanted:
                verify_vectors(server, wanted, of)

    def tidy(
        self,
        published: int,
        wanted: Sequence[int],
        of: VectorsOf | None = None,
        records: RecordsOf | None = None,
        *,
        keep_older: bool = True,
    ) -> None:
        """Delete withdrawn passages."""
        del published, keep_older
        with closing(self._server()) as server:
            if of is not None:
                server.add(wanted, of, records)
            server.keep_only(wanted)

    def _server(self) -> ChromaServer:
        return ChromaServer(*self._place)


def exact_nearest(
    matrix: NDArray[np.float32], vector: NDArray[np.float32], limit: int
) -> NDArray[np.int64]:
    """Return the rows of `matrix` (n, d) nearest to `vector` (d,), nearest first: exact."""
    scores = matrix @ vector
    rows = np.argsort(-scores, kind="stable")[:limit]
    return rows.astype(np.int64)


def _blank(folder: Path) -> None:
    """Zero what has no vectors yet in Chroma's graphs: it holds what was in the process's memory.

    A new graph is written with room for a hundred vectors, and that memory was never cleared: words
    of briefs that have been erased, and secrets, would lie in it.
    """
    for header in folder.rglob("header.bin"):
        # Version, place of the lowest layer, vectors that there is room for in memory, those there,
        # bytes of each; as hnswlib writes them.
        _, _, _, used, each = _GRAPH.unpack_from(header.read_bytes())
        for name, size in (("data_level0.bin", each), ("length.bin", _LENGTH)):
            path = header.with_name(name)
            surplus = path.stat().st_size - used * size
            if surplus < 0:
                raise IndexDamaged(f"vector index: {name} is smaller than {header.name} says")
            with path.open("r+b") as file:
                file.seek(used * size)
                file.write(bytes(surplus))


def _overgrown(files: Files, what: "_Contents") -> bool:
    """Tell whether a generation takes far more room than one newly built of the same passages."""
    if not what.wanted:
        return False
    each = 2 * what.vectors_of(what.wanted[:1]).nbytes + _BESIDE_VECTOR  # in Chroma's log and graph
    if what.records_of is not None:
        sample = what.wanted[:: max(1, len(what.wanted) // _SAMPLED)]
        texts = [len(text.encode()) for text, _ in what.records_of(sample)]
        each += _METADATA + _TEXT * sum(texts) // len(texts)
    return sum(size for size, _ in files.values()) > GROWN * (_EMPTY + each * len(what.wanted))


def _require_room(folder: Path) -> None:
    """Raise OSError where not even a little can be written: then that is what was wrong."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as probe:
        probe.write(bytes(_PROBE))


def store_for(settings: Settings, name: str) -> VectorStore:
    """Return the store that the settings ask for; `name` tells libraries on one server apart."""
    if settings.chroma_url is None:
        return Generations(settings.home / "index")
    token = settings.chroma_token.get_secret_value() if settings.chroma_token else None
    return ServerStore(settings.chroma_url, token, f"briefs-{name}")
