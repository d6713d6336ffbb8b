"""The vector index of one library: built from its database, opened for searches, tidied, checked.

The caller holds the ingest lock and commits.
"""

import hashlib
import logging
from collections.abc import Callable

from sqlalchemy import Connection

from index import publishing
from index.errors import IndexDamaged
from index.publishing import Publication
from index.settings import Settings
from index.storage import catalogue
from index.storage.database import Database
from index.vectors import snapshot
from index.vectors.generations import Files, VectorIndex, VectorStore, store_for
from index.vectors.snapshot import Snapshot

logger = logging.getLogger(__name__)

Built = tuple[int, int, Files]  # number of the generation, its passages, its files


class Indexing:
    """Builds, opens, tidies and checks generations in the store that the settings name."""

    def __init__(self, settings: Settings, fingerprint: Callable[[], str]) -> None:
        self._settings = settings
        self._fingerprint = fingerprint
        self._store_made: VectorStore | None = None

    def open(self, connection: Connection, current: Snapshot) -> VectorIndex | None:
        """Open a generation; None where none is published, and, with a warning, if damaged."""
        if not current.generation:
            return None
        try:
            return self._store(connection).open(current.generation, current.files)
        except IndexDamaged as damage:
            logger.warning("%s; searching by exact scan. Fix it with: briefs reindex", damage)
            return None

    def build(self, connection: Connection, made: Publication | None) -> Built:
        """Build the next generation with what is about to be published, all of it for None."""
        before = snapshot.published(connection)
        # What a process left that died before it published must not pass for ours.
        self._store(connection).tidy(before[0], _searchable(connection))
        wanted = publishing.wanted_passages(connection, made)
        previous = before if made is not None and before[0] else None
        return self._built(connection, previous, wanted, made)

    def build_anew(self, connection: Connection) -> Built:
        """Build the next generation under another fingerprint, in a store of its own."""
        self._store_made = None
        return self._built(connection, None, _searchable(connection), None)

    def tidy(self, database: Database, built: Built) -> None:
        """Remove from the store what the published generation does not need."""
        with database.read() as connection:
            store, wanted = self._store(connection), _searchable(connection)
        try:
            store.tidy(built[0], wanted)
        except IndexDamaged as damage:  # what is committed stays; the next publish tidies
            logger.warning("%s; removed passages stay on it until the next ingest", damage)

    def check(self, connection: Connection) -> None:
        """Raise IndexDamaged unless what is published agrees with the catalogue."""
        current = snapshot.load(connection)
        if current.generation:
            wanted = [int(pk) for pk in current.pks]
            self._store(connection).check(
                current.generation, current.files, wanted, publishing.vectors_of(connection, None)
            )

    def _built(
        self,
        connection: Connection,
        previous: tuple[int, Files] | None,
        wanted: list[int],
        made: Publication | None,
    ) -> Built:
        number = snapshot.published(connection)[0] + 1
        look_up = publishing.vectors_of(connection, made)
        files = self._store(connection).build(previous, number, wanted, look_up)
        return number, len(wanted), files

    def _store(self, connection: Connection) -> VectorStore:
        if self._store_made is None:
            library = catalogue.get_value(connection, "id")
            mark = hashlib.sha256(self._fingerprint().encode()).hexdigest()[:8]
            self._store_made = store_for(self._settings, f"{library}-{mark}")
        return self._store_made


def _searchable(connection: Connection) -> list[int]:
    return [int(pk) for pk in snapshot.load(connection).pks]
