"""Build, open, check and tidy the generations that are searched, from what the catalogue holds.

A generation takes in what is about to be committed too: it is built before the transaction that
publishes it.
"""

import hashlib
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from index.errors import FingerprintMismatch, IndexDamaged, UsageError
from index.models.embedder import Embedder, model_of
from index.passage import BriefRef, Passage
from index.placement import Publication
from index.settings import Settings
from index.storage import catalogue, embeddings, schema, values
from index.storage.database import Database
from index.storage.schema import CURRENT
from index.vectors import snapshot
from index.vectors.chroma import Metadata, RecordsOf, VectorIndex, VectorsOf
from index.vectors.copies import Files
from index.vectors.generations import Generations, VectorStore, store_for
from index.vectors.snapshot import Snapshot

logger = logging.getLogger(__name__)

Built = tuple[int, int, Files]  # number of the generation, its passages, its files


def require_fingerprint(connection: Connection, embedder: Embedder) -> None:
    """Raise FingerprintMismatch unless the stored vectors come from the model in use."""
    stored, used = values.get(connection, "fingerprint"), embedder.fingerprint.to_json()
    if stored != used:
        raise FingerprintMismatch(
            f"the library's vectors come from {model_of(stored)}, the settings name "
            f"{model_of(used)}; run `briefs reindex --embed`, or set BRIEFS_EMBEDDING_MODEL back"
        )


class Indexing:
    """Builds, opens, tidies and checks generations in the store that the settings name."""

    def __init__(self, settings: Settings, embedder: Embedder) -> None:
        self._settings = settings
        self._embedder = embedder
        self._store_made: VectorStore | None = None

    def open(self, connection: Connection, current: Snapshot) -> VectorIndex | None:
        """Open a generation; None where none is published. Raises IndexDamaged."""
        if not current.generation:
            return None
        return self._store(connection).open(current.generation, current.files)

    def build(self, connection: Connection, made: Publication | None) -> Built:
        """Build the next generation with what is about to be published, all of it for None."""
        before = snapshot.published(connection)
        # What a process left that died before it published must not pass for ours.
        self._store(connection).tidy(before[0], _searchable(connection))
        wanted = wanted_passages(connection, made)
        previous = before if made is not None and before[0] else None
        return self._built(connection, previous, wanted, made)

    def build_anew(self, connection: Connection) -> Built:
        """Build the next generation under another fingerprint, in a store of its own."""
        self._store_made = None
        return self.build_from_nothing(connection)

    def build_from_nothing(self, connection: Connection) -> Built:
        """Build the next generation of what is stored now, on no copy of an earlier one."""
        return self._built(connection, None, _searchable(connection), None)

    def copy(self, connection: Connection, folder: Path) -> None:
        """Copy the published generation into a folder; see Library.copy_index."""
        if folder.exists():
            raise UsageError(f"{folder}: exists; name a folder that does not")
        number, files = snapshot.published(connection)
        store = self._store(connection)
        if not number or not isinstance(store, Generations):
            raise UsageError("no vector index in the library; ingest briefs, or ask the server")
        store.copy(number, files, folder)

    def tidy(self, database: Database, built: Built, *, keep_older: bool = True) -> None:
        """Remove from the store what the published generation does not need.

        `keep_older`: the generation before it stays for processes in the middle of copying it.
        """
        with database.read() as connection:
            store, wanted = self._store(connection), _searchable(connection)
            of, records = vectors_of(connection, None), records_of(connection, None)
            try:
                store.tidy(built[0], wanted, of, records, keep_older=keep_older)
            except IndexDamaged as damage:  # what is committed stays; the next publish tidies
                logger.warning("%s; removed passages stay on it until the next ingest", damage)

    def check(self, connection: Connection) -> None:
        """Raise IndexDamaged unless what is published agrees with the catalogue."""
        current = snapshot.load(connection)
        if current.generation:
            wanted = [int(pk) for pk in current.pks]
            self._store(connection).check(
                current.generation, current.files, wanted, vectors_of(connection, None)
            )

    def _built(
        self,
        connection: Connection,
        previous: tuple[int, Files] | None,
        wanted: list[int],
        made: Publication | None,
    ) -> Built:
        number = snapshot.published(connection)[0] + 1
        files = self._store(connection).build(
            previous, number, wanted, vectors_of(connection, made), records_of(connection, made)
        )
        return number, len(wanted), files

    def _store(self, connection: Connection) -> VectorStore:
        if self._store_made is None:
            library = values.get(connection, "id")
            mark = hashlib.sha256(self._embedder.fingerprint.to_json().encode()).hexdigest()[:8]
            self._store_made = store_for(self._settings, f"{library}-{mark}")
        return self._store_made


def wanted_passages(connection: Connection, made: Publication | None) -> list[int]:
    """Return the numbers of all passages that are searchable after the commit, ascending."""
    states = made.states if made else {}
    new = made.passage_pks if made else {}
    table, versions = schema.passages, schema.versions
    rows = connection.execute(
        select(table.c.pk, table.c.version_pk, versions.c.state).join(
            versions, versions.c.pk == table.c.version_pk
        )
    )
    stored = [pk for pk, version_pk, state in rows if states.get(version_pk, state) == CURRENT]
    fresh = [
        pk
        for version_pk, numbers in new.items()
        if states.get(version_pk) == CURRENT
        for pk in numbers
    ]
    return sorted(stored) + fresh


def vectors_of(connection: Connection, made: Publication | None) -> VectorsOf:
    """Return a look-up of vectors by passage number, the uncommitted ones included."""
    fresh: dict[int, NDArray[np.float32]] = {}
    if made is not None:
        for version_pk, numbers in made.passage_pks.items():
            fresh.update(zip(numbers, made.vectors[version_pk], strict=True))

    def look_up(numbers: Sequence[int]) -> NDArray[np.float32]:
        stored = [pk for pk in numbers if pk not in fresh]
        old = embeddings.vectors_of(connection, stored) if stored else None
        if old is not None and len(stored) == len(numbers):
            return old
        row_of = {pk: row for row, pk in enumerate(stored)}
        return np.asarray(
            [fresh[pk] if pk in fresh else old[row_of[pk]] for pk in numbers],  # type: ignore[index]
            dtype=np.float32,
        )

    return look_up


def records_of(connection: Connection, made: Publication | None) -> RecordsOf:
    """Return a look-up of what other programs read of passages, the uncommitted ones included."""
    fresh: dict[int, tuple[BriefRef, str, Passage]] = {}
    for known, draft, brief in made.plan.added if made else ():
        numbers = made.passage_pks[known.pk] if made else ()
        for pk, passage in zip(numbers, draft.passages, strict=True):
            fresh[pk] = brief.reference, catalogue.passage_id(brief, passage), passage

    def look_up(numbers: Sequence[int]) -> list[tuple[str, Metadata]]:
        stored = catalogue.passages_by_pk(connection, [pk for pk in numbers if pk not in fresh])
        briefs = {row.pk: row.brief for row in catalogue.versions(connection)} if stored else {}
        known = {pk: (briefs[one[2]], one[0], one[1]) for pk, one in stored.items()} | fresh
        return [_record(*known[pk]) for pk in numbers]

    return look_up


def _record(brief: BriefRef, passage_id: str, passage: Passage) -> tuple[str, Metadata]:
    """Return the text of a passage, and what is known of it, by the names of the JSON contract."""
    facts: dict[str, str | int | None] = {
        "passage_id": passage_id,
        "brief_id": brief.id,
        "version": brief.version,
        "title": brief.title,
        "date": brief.date,
        "author": "; ".join(brief.authors),
        "number": brief.number,
        "collection": brief.collection,
        "source": brief.source,
        "source_url": brief.source_url,
        "page": passage.page,
        "paragraph": passage.paragraph,
        "heading": " > ".join(passage.heading),
        "start": passage.start,
        "end": passage.end,
    }
    return passage.text, {name: value for name, value in facts.items() if value not in {None, ""}}


def _searchable(connection: Connection) -> list[int]:
    return [int(pk) for pk in snapshot.load(connection).pks]
