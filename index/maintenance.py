"""Keep a library in order: bring it up to date, rebuild and embed it again, erase and purge."""

import logging
import uuid
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, inspect

from index import erasing, publishing
from index.erasing import ErasedBrief
from index.indexing import Indexing
from index.models.embedder import Embedder, read_passages
from index.passage import BriefRef
from index.publishing import Lexicons, Tick, alone, nothing
from index.storage import catalogue, checksums, health, schema, values
from index.storage.checksums import ChecksumScope
from index.storage.database import Database, again, ingest_lock
from index.storage.lexicon import TABLES
from index.storage.schema import CURRENT, SUPERSEDED

logger = logging.getLogger(__name__)


class Maintenance:
    """What is done to one library as a whole. `close_index` lets go of an index that is opened."""

    def __init__(
        self,
        database: Database,
        home: Path,
        embedder: Embedder,
        indexing: Indexing,
        lexicons: Lexicons,
        close_index: Callable[[], None],
    ) -> None:
        self._database = database
        self._home = home
        self._embedder = embedder
        self._indexing = indexing
        self._lexicons = lexicons
        self._close_index = close_index

    def create(self) -> bool:
        """Make the tables that are missing; return whether the library is new."""
        with self._database.write() as connection:
            stamped = checksums.present(connection)
            schema.create(connection)
            self._lexicons[CURRENT].create(connection)
            new = values.get(connection, "schema") is None
            if new:
                values.put(connection, "schema", schema.SCHEMA_VERSION)
                values.put(connection, "id", uuid.uuid4().hex[:12])
                values.put(connection, "fingerprint", self._embedder.fingerprint.to_json())
            if not stamped:
                checksums.begin(connection)
        return new

    def bring_up_to_date(self) -> None:
        """Add what a library of an older release lacks; raise LibraryMissing without one."""
        with self._database.read() as connection:
            schema.require(connection, self._home)
            complete = inspect(connection).has_table(TABLES[SUPERSEDED])
            stamped = checksums.present(connection)
            counts = inspect(connection).has_table(schema.left_out.name)
        if counts and complete and stamped:
            return
        with self._database.write() as connection:
            if not counts:
                schema.create(connection)
            if not complete:
                older = {SUPERSEDED: self._lexicons[SUPERSEDED]}
                publishing.refill_lexicons(connection, older)
            if not stamped:
                checksums.begin(connection)

    def _alone(self) -> AbstractContextManager[str]:
        return alone(self._database, self._home)

    def rebuild(self) -> int:
        """Rebuild the vector index and the full text from the catalogue; return the passages.

        Reads no brief, and embeds nothing but what is stored damaged.
        """
        return again(self._rebuild)

    def _rebuild(self) -> int:
        with self._alone() as token:
            self._restore_embeddings()
            with self._database.read() as connection:
                generation = self._indexing.build(connection, None)
            with self._database.write() as connection:
                values.require_ingest(connection, token)
                health.rebuild_indexes(connection)
                publishing.refill_lexicons(connection, self._lexicons)
                publishing.record_generation(connection, generation)
            self._indexing.tidy(self._database, generation)
        return generation[1]

    def erase(
        self, brief_id: str, also: Callable[[Connection, ErasedBrief], object]
    ) -> tuple[ErasedBrief, bool]:
        """Erase all versions of a brief, as if it had never been ingested; raise NotFound.

        `also` is called inside the transaction, to erase what was quoted of it elsewhere. Returns
        what was erased, and whether the database's files are clean of it: False while somebody
        reads them.
        """
        with ingest_lock(self._database, self._home, nothing):
            with self._database.write() as connection:
                erased = erasing.erase(connection, brief_id)
                also(connection, erased)
                publishing.refill_lexicons(connection, self._lexicons)
                generation = self._indexing.build_from_nothing(connection)
                publishing.record_generation(connection, generation)
            self._close_index()
            self._indexing.tidy(self._database, generation, keep_older=False)
        return erased, self._database.scrub()

    def reembed(self, tick: Tick = nothing) -> int:
        """Embed every stored passage with the model of the settings, then rebuild.

        For a change of model or of passage format. Returns the number of passages.
        """
        with self._alone() as token:
            with self._database.read() as connection:
                stored = publishing.inputs_of(connection)
            vectors, tokens = read_passages(self._embedder, stored[1], stored[2], tick)
            with self._database.write() as connection:
                values.require_ingest(connection, token)
                schema.create(connection)  # a library of an older release has fewer tables
                publishing.replace_embeddings(connection, stored, vectors, tokens)
                values.put(connection, "fingerprint", self._embedder.fingerprint.to_json())
                generation = self._indexing.build_anew(connection)
                publishing.refill_lexicons(connection, self._lexicons)
                publishing.record_generation(connection, generation)
            self._indexing.tidy(self._database, generation)
        return len(stored[0])

    def purge(self, before: datetime, keep: Collection[tuple[str, int]]) -> list[BriefRef]:
        """Delete old versions for good: those added before a moment that are no longer searched.

        Versions in `keep` (brief id, version) stay, and those that a document still stands for.
        """
        with self._alone() as token, self._database.write() as connection:
            values.require_ingest(connection, token)
            gone = catalogue.purgeable(connection, before, keep)
            pks = [row.pk for row in gone]
            for lexicon in self._lexicons.values():
                lexicon.remove(connection, catalogue.passage_numbers(connection, pks))
            catalogue.delete_versions(connection, pks)
            checksums.forget(connection, pks)
        if gone:
            self._database.scrub()
        return [row.brief for row in gone]

    def _restore_embeddings(self) -> None:
        """Embed again what is stored damaged: nothing of it is copied into an index."""
        with self._database.read() as connection:
            wrong = checksums.damaged(connection, [ChecksumScope.EMBEDDINGS]).of(
                ChecksumScope.EMBEDDINGS
            )
            stored = publishing.inputs_of(connection, wrong)
        if not wrong:
            return
        logger.warning("%d brief versions had damaged vectors: embedding them again", len(wrong))
        vectors, tokens = read_passages(self._embedder, stored[1], stored[2], nothing)
        with self._database.write() as connection:
            publishing.replace_embeddings(connection, stored, vectors, tokens)
            checksums.stamp(
                connection, ChecksumScope.EMBEDDINGS, wrong
            )  # of a version without passages too
