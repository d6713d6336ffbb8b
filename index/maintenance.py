"""Keep a library in order: bring it up to date, rebuild and embed it again, erase and purge."""

import logging
import shutil
import uuid
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, inspect

from index import erasing, publishing
from index.erasing import ErasedBrief
from index.models.embedder import read_passages
from index.passage import BriefRef
from index.publishing import Tick, WrittenLibrary, nothing
from index.storage import beside, catalogue, checksums, health, schema, values
from index.storage.beside import keep_in_use
from index.storage.checksums import ChecksumScope
from index.storage.database import LOCK, again, ingest_lock, retried
from index.storage.lexicon import TABLES
from index.storage.schema import CURRENT, SUPERSEDED

logger = logging.getLogger(__name__)


class Maintenance:
    """What is done to one library as a whole. `close_index` lets go of an index that is opened."""

    def __init__(self, library: WrittenLibrary, close_index: Callable[[], None]) -> None:
        self._library = library
        self._close_index = close_index

    def create(self) -> bool:
        """Make the tables that are missing; return whether the library is new."""
        name = uuid.uuid4().hex[:12]  # by which a second try finds what the first one made
        return again(lambda: self._create(name))

    def _create(self, name: str) -> bool:
        with self._library.database.write() as connection:
            unstamped = checksums.lacking(connection)
            schema.create(connection)
            self._library.lexicons[CURRENT].create(connection)
            if values.get(connection, "schema") is None:
                values.put(connection, "schema", schema.SCHEMA_VERSION)
                values.put(connection, "id", name)
                values.put(connection, "fingerprint", self._library.embedder.fingerprint.to_json())
            if unstamped:
                checksums.begin(connection, unstamped)
            return values.get(connection, "id") == name

    @retried
    def bring_up_to_date(self) -> None:
        """Add what a library of an older release lacks; raise LibraryMissing without one."""
        with self._library.database.read() as connection:
            schema.require(connection, self._library.home)
            complete = inspect(connection).has_table(TABLES[SUPERSEDED])
            unstamped = checksums.lacking(connection)
            counts = inspect(connection).has_table(schema.left_out.name)
        if counts and complete and not unstamped:
            return
        with self._library.database.write() as connection:
            if not counts:
                schema.create(connection)
            if not complete:
                older = {SUPERSEDED: self._library.lexicons[SUPERSEDED]}
                publishing.refill_lexicons(connection, older)
            if unstamped:
                checksums.begin(connection, unstamped)

    def rebuild(self) -> int:
        """Rebuild the vector index and the full text from the catalogue; return the passages.

        Reads no brief, and embeds nothing but what is stored damaged.
        """
        return again(self._rebuild)

    def _rebuild(self) -> int:
        with self._library.alone() as token:
            self._restore_embeddings()
            with self._library.database.read() as connection:
                generation = self._library.indexing.build(connection, None)
            with self._library.database.write() as connection:
                values.require_ingest(connection, token)
                health.rebuild_indexes(connection)
                publishing.refill_lexicons(connection, self._library.lexicons)
                publishing.record_generation(connection, generation)
                name = values.get(connection, "id") or ""
            beside.put_right(self._library.database, self._library.home, name)
            self._library.indexing.tidy(self._library.database, generation)
        return generation[1]

    def erase(
        self, brief_id: str, also: Callable[[Connection, ErasedBrief], object]
    ) -> tuple[ErasedBrief, bool]:
        """Erase all versions of a brief, as if it had never been ingested; raise NotFound.

        `also` is called inside the transaction, to erase what was quoted of it elsewhere. Returns
        what was erased, and whether the database's files are clean of it: False while somebody
        reads them.
        """
        with ingest_lock(self._library.database, self._library.home, nothing):
            with self._library.database.write() as connection:
                erased = erasing.erase(connection, brief_id)
                also(connection, erased)
                publishing.refill_lexicons(connection, self._library.lexicons)
                generation = self._library.indexing.build_from_nothing(connection)
                publishing.record_generation(connection, generation)
            self._close_index()
            self._library.indexing.tidy(self._library.database, generation, keep_older=False)
        return erased, self._library.database.scrub()

    def reembed(self, tick: Tick = nothing) -> int:
        """Embed every stored passage with the model of the settings, then rebuild.

        For a change of model or of passage format. Returns the number of passages.
        """
        with self._library.alone() as token:
            with self._library.database.read() as connection:
                stored = publishing.inputs_of(connection)
            vectors, tokens = read_passages(self._library.embedder, stored[1], stored[2], tick)
            with self._library.database.write() as connection:
                values.require_ingest(connection, token)
                schema.create(connection)  # a library of an older release has fewer tables
                publishing.replace_embeddings(connection, stored, vectors, tokens)
                values.put(connection, "fingerprint", self._library.embedder.fingerprint.to_json())
                generation = self._library.indexing.build_anew(connection)
                publishing.refill_lexicons(connection, self._library.lexicons)
                publishing.record_generation(connection, generation)
            self._library.indexing.tidy(self._library.database, generation)
        return len(stored[0])

    def purge(self, before: datetime, keep: Collection[tuple[str, int]]) -> list[BriefRef]:
        """Delete old versions for good: those added before a moment that are no longer searched.

        Versions in `keep` (brief id, version) stay, and those that a document still stands for.
        """
        tried = dict[int, BriefRef]()  # by a transaction whose commit may have been cut off

        def purge() -> list[BriefRef]:
            with self._library.alone() as token, self._library.database.write() as connection:
                values.require_ingest(connection, token)
                left = {row.pk for row in catalogue.versions(connection)}
                done = [brief for pk, brief in tried.items() if pk not in left]
                gone = catalogue.purgeable(connection, before, keep)
                tried.update((row.pk, row.brief) for row in gone)
                pks = [row.pk for row in gone]
                for lexicon in self._library.lexicons.values():
                    lexicon.remove(connection, catalogue.passage_numbers(connection, pks))
                catalogue.delete_versions(connection, pks)
                checksums.forget(connection, pks)
            return done + [row.brief for row in gone]

        if gone := again(purge):
            self._library.database.scrub()
        return gone

    def _restore_embeddings(self) -> None:
        """Embed again what is stored damaged: nothing of it is copied into an index."""
        with self._library.database.read() as connection:
            wrong = checksums.damaged(connection, [ChecksumScope.EMBEDDINGS]).of(
                ChecksumScope.EMBEDDINGS
            )
            stored = publishing.inputs_of(connection, wrong)
        if not wrong:
            return
        logger.warning("%d brief versions had damaged vectors: embedding them again", len(wrong))
        vectors, tokens = read_passages(self._library.embedder, stored[1], stored[2], nothing)
        with self._library.database.write() as connection:
            publishing.replace_embeddings(connection, stored, vectors, tokens)
            checksums.stamp(
                connection, ChecksumScope.EMBEDDINGS, wrong
            )  # of a version without passages too


def discard(home: Path, database_file: str) -> None:
    """Delete a library that is closed, unless another process has it open."""
    if keep_in_use(home / database_file):
        return
    for left in (home / "index", *home.glob(f"{LOCK}*")):
        shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)
    with suppress(OSError):  # there is more in it, that is not ours to delete
        home.rmdir()
