"""The published generation, opened: shared by all searches of a process, closed after the last.

A search that began before a publish finishes on the generation it began with, whatever others open
meanwhile.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from index import snapshot, stored_vectors
from index.generations import VectorIndex
from index.snapshot import Snapshot

OpenIndex = Callable[[Connection, Snapshot], VectorIndex | None]


@dataclass
class Opened:
    """One generation: what it holds, its vector index (None if damaged), its vectors on demand."""

    snapshot: Snapshot
    index: VectorIndex | None
    _matrix: NDArray[np.float32] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _users: int = 1  # whoever keeps it for the next search counts as one

    def vectors(self, connection: Connection) -> NDArray[np.float32]:
        """Return the vectors of all its passages, shape (n, d); read from the catalogue once."""
        with self._lock:
            if self._matrix is None:
                self._matrix = stored_vectors.by_pk(connection, self.snapshot.pks.tolist())
            return self._matrix

    def take(self) -> None:
        """Count one more user."""
        with self._lock:
            self._users += 1

    def let_go(self) -> None:
        """Count one user less; the last one closes the index."""
        with self._lock:
            self._users -= 1
            done = self._users == 0
        if done and self.index is not None:
            self.index.close()


class Published:
    """The generation that the catalogue points to, whichever that is at the moment of asking."""

    def __init__(self, open_index: OpenIndex) -> None:
        """Open generations with `open_index` when they are first used."""
        self._open_index = open_index
        self._lock = threading.Lock()
        self._kept: Opened | None = None

    @contextmanager
    def use(self, connection: Connection) -> Iterator[Opened]:
        """Yield the generation that `connection` sees as published; it stays open until the end."""
        opened = self._take(connection)
        try:
            yield opened
        finally:
            opened.let_go()

    def close(self) -> None:
        """Let go of the generation kept for the next search."""
        with self._lock:
            if self._kept is not None:
                self._kept.let_go()
            self._kept = None

    def _take(self, connection: Connection) -> Opened:
        number = snapshot.published(connection)[0]
        with self._lock:
            kept = self._kept
            if kept is None or kept.snapshot.generation != number:
                fresh = snapshot.load(connection)
                opened = Opened(fresh, self._open_index(connection, fresh))
                if kept is not None and kept.snapshot.generation > number:
                    return opened  # this search began before the publish: it alone looks back
                if kept is not None:
                    kept.let_go()
                self._kept = kept = opened
            kept.take()
            return kept
