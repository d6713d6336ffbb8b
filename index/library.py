"""The one door to the index: open a library, publish briefs, search and repair it.

Owns the database, the model and the vector index of one BRIEFS_HOME, and hands out only our types.
Safe to share between threads.
"""

import ctypes
import logging
import math
import os
import shutil
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path

from sqlalchemy import Connection, inspect

from index import erasing, placement, publishing, retrieval, spelling
from index.erasing import ErasedBrief
from index.errors import FingerprintMismatch, IndexDamaged, UsageError
from index.models.embedder import (
    Embedder,
    ModelEmbedder,
    Vectors,
    model_of,
    read_passages,
    read_questions,
)
from index.models.reranker import Reranker
from index.models.token_embeddings import SentenceEmbeddings
from index.passage import Brief, BriefRef, Draft, Hit, Passage
from index.placement import PublishOutcome
from index.publishing import Indexing
from index.rerank import encode
from index.retrieval import Mentions
from index.search import Query
from index.settings import Settings, default_model_cache
from index.storage import catalogue, checksums, database, health, schema
from index.storage.checksums import ChecksumScope
from index.storage.database import Database, again, ingest_lock, retried, sqlite_url
from index.storage.lexicon import TABLES, lexicon_for
from index.storage.schema import CURRENT, SUPERSEDED
from index.vectors import snapshot
from index.vectors.chroma import VectorIndex
from index.vectors.snapshot import EVERYTHING, Filters, Opened, Published, Snapshot, naming_older
from index.words import stem

logger = logging.getLogger(__name__)

DATABASE_FILE = "library.db"
M_MMAP_THRESHOLD = -3  # malloc.h
MAPPED_FROM = 128 * 1024  # bytes; glibc's own default, here for good


def _nothing(*_: object) -> None:
    """Ignore progress."""


def give_back_large_arrays() -> bool:
    """Have glibc give back what large arrays held; return whether that was possible.

    It raises the size from which it maps memory apart with each large array that is freed, up to
    32 MB, and keeps what lies below for itself, an arena a thread. A fixed size turns that off:
    with 5,600 passages and four threads 500 MB became 400 MB, and an answer took no longer.
    mallopt(3), https://man7.org/linux/man-pages/man3/mallopt.3.html
    """
    try:
        return bool(ctypes.CDLL("libc.so.6").mallopt(M_MMAP_THRESHOLD, MAPPED_FROM))
    except (OSError, AttributeError):  # no glibc
        return False


def models_folder(settings: Settings) -> Path:
    """Return the folder of converted models: the one that all libraries of the user share.

    A library's own `models` serves where there is one, of an earlier build, and where the shared
    folder cannot be written, as in a service without a home.
    """
    own = settings.home / "models"
    if settings.model_cache is None and own.is_dir():
        return own
    shared = (settings.model_cache or default_model_cache()).expanduser()
    with suppress(OSError):
        shared.mkdir(parents=True, exist_ok=True, mode=0o700)
        if os.access(shared, os.W_OK):
            return shared
    return own


class Library:
    """A library of briefs. Use `Library.open`; close it when done."""

    def __init__(
        self, settings: Settings, embedder: Embedder | None = None, *, one_shot: bool = False
    ) -> None:
        self._one_shot = one_shot
        self.created = False  # by this process
        self.settings = settings
        self.home: Path = settings.home
        url = settings.database_url
        self.database = Database(
            url.get_secret_value() if url else sqlite_url(self.home / DATABASE_FILE)
        )
        self.embedder: Embedder = embedder or ModelEmbedder(
            settings.embedding_model,
            models_folder(settings),
            query_prompt=settings.embedding_query_prompt,
            passage_prompt=settings.embedding_passage_prompt,
            device=settings.embedding_device,
        )
        self.reranker = Reranker(settings.rerank_model) if settings.rerank_model else None
        self._lexicons = {state: lexicon_for(self.database, state) for state in TABLES}
        self._lexicon = self._lexicons[CURRENT]
        self._indexing = Indexing(settings, lambda: self.fingerprint)
        self._published = Published(self._open_index)
        self._spelling: tuple[int, spelling.Spelling] | None = None  # of which generation

    @classmethod
    def open(
        cls,
        settings: Settings,
        *,
        create: bool = False,
        embedder: Embedder | None = None,
        one_shot: bool = False,
    ) -> "Library":
        """Open the library that the settings name, or create it.

        `one_shot` is for a process that searches once and ends: it scans the vectors of a library
        of moderate size, which takes less time than to import and open Chroma.

        Raises LibraryMissing, DatabaseUnavailable for one that was here and is lost, and
        FingerprintMismatch if its vectors come from another model.
        """
        if settings.database_url is None:
            database.refuse_lost_library(settings.home / DATABASE_FILE)
        fresh = settings.database_url is None and not (settings.home / DATABASE_FILE).is_file()
        if fresh and not create:
            raise schema.missing(settings.home)
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        library = cls(settings, embedder, one_shot=one_shot)
        library._prepare(create)
        return library

    def close(self) -> None:
        """Release the vector index and the database."""
        self._published.close()
        self.database.close()

    def __enter__(self) -> "Library":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    @retried
    def generation(self) -> int:
        """The number of the generation that searches use now."""
        with self.database.read() as connection:
            return snapshot.published(connection)[0]

    @property
    def fingerprint(self) -> str:
        """The fingerprint of model and passage format, as JSON."""
        return self.embedder.fingerprint.to_json()

    @property
    def passage_count(self) -> int:
        """The number of searchable passages."""
        with self.database.read() as connection, self._published.use(connection) as opened:
            return len(opened.snapshot.pks)

    # Reading

    @retried
    def search(self, query: Query, limit: int = 10) -> list[Hit]:
        """Return the best passages, best first, at most `limit`; near-identical ones once."""
        vector, encoded = encode(self.embedder, query, self.idf)
        with self.database.read() as connection, self._published.use(connection) as opened:
            lexicons = [self._lexicon]
            older = naming_older(connection, opened.snapshot, query.filters)
            if older is not None:
                opened, lexicons = Opened(older, None), list(self._lexicons.values())
            return retrieval.search(connection, opened, lexicons, query, vector, limit, encoded)

    @retried
    def sentences(
        self, question: str, hits: Sequence[Hit]
    ) -> tuple[Vectors, list[SentenceEmbeddings]]:
        """Return the unit vector (d,) of a question, and what is known of each hit's sentences.

        They stand in the order of `index.sentences.split` over the passage's text.
        """
        with self.database.read() as connection:
            return retrieval.sentences(connection, self.embedder, question, hits)

    @retried
    def ranks(
        self, questions: Sequence[str], wanted: Sequence[Sequence[str]]
    ) -> list[tuple[int, float]]:
        """Return for each question how its wanted passages, named by id, stand by cosine alone.

        The best of them has this rank, from 0, among all passages, and this cosine in [-1, 1].
        """
        vectors, _ = read_questions(self.embedder, questions)
        with self.database.read() as connection, self._published.use(connection) as opened:
            return retrieval.ranks(connection, opened, vectors, wanted)

    @retried
    def brief(self, brief_id: str, version: int | None = None) -> Brief:
        """Return a brief, by id or report number; raise NotFound."""
        with self.database.read() as connection:
            return catalogue.brief(connection, brief_id, version)

    @retried
    def passages(self, brief: Brief | BriefRef) -> list[tuple[str, Passage]]:
        """Return (passage id, passage) of a brief version, in order."""
        with self.database.read() as connection:
            return catalogue.passages(connection, brief.id, brief.version)

    @retried
    def briefs(self, filters: Filters = EVERYTHING) -> tuple[BriefRef, ...]:
        """Return the current briefs that filters let through, in no order.

        The same filters give the same tuple until something is published.
        """
        with self.database.read() as connection, self._published.use(connection) as opened:
            return opened.snapshot.briefs(filters)

    @retried
    def mentions(self, weights: Mapping[str, float], enough: float) -> dict[str, Mentions]:
        """Return where the current briefs speak of a topic, by brief id; those that never do lack.

        `weights` are those of the topic's stems, sum 1; a passage speaks of it that says stems of
        `enough` weight in its text and headings.
        """
        with self.database.read() as connection, self._published.use(connection) as opened:
            return retrieval.mentions(connection, opened.snapshot, self._lexicon, weights, enough)

    @retried
    def nearest_of(self, text: str, groups: Sequence[Sequence[int]], each: int) -> list[list[Hit]]:
        """Return of each group of passage numbers the `each` nearest to a text, nearest first.

        A hit has its cosine for a score. Passages that are not current are left out.
        """
        vector = self.embedder.embed([text])[0]
        with self.database.read() as connection, self._published.use(connection) as opened:
            return retrieval.nearest_of(connection, opened.snapshot, vector, groups, each)

    def hits(self, passage_ids: Sequence[str]) -> dict[str, Hit]:
        """Return those of these passages that are current, by id; their scores are 0."""
        with self.database.read() as connection, self._published.use(connection) as opened:
            return retrieval.hits(connection, opened.snapshot, passage_ids)

    @retried
    def versions_of(self, brief_id: str) -> list[catalogue.VersionRow]:
        """Return the versions of a brief, by id, the first one first; [] for an unknown id."""
        with self.database.read() as connection:
            return catalogue.versions(connection, schema.versions.c.brief_id == brief_id)

    def collections(self) -> frozenset[str]:
        """Return the names of the collections that have current briefs."""
        return frozenset(brief.collection for brief in self.briefs())

    def require_collection(self, name: str, what: str) -> None:
        """Raise UsageError, with the nearest name, unless a brief is or was in this collection.

        `what` is what the message calls the parameter that names it.
        """
        known = sorted({row.brief.collection for row in self.versions()})
        if name in known:
            return
        near = get_close_matches(name.lower(), [one.lower() for one in known], 1)
        meant = next((f", perhaps {one}" for one in known if one.lower() in near), "")
        there = ", ".join(known) or "none"
        raise UsageError(f"{what} {name}: no such collection{meant}; there are: {there}")

    @retried
    def versions(self) -> list[catalogue.VersionRow]:
        """Return all versions of all briefs, withdrawn ones too, with their passages counted."""
        with self.database.read() as connection:
            counts = catalogue.passage_counts(connection)
            rows = catalogue.versions(connection)
        return [replace(row, passages=counts.get(row.pk, 0)) for row in rows]

    @retried
    def renditions(self) -> list[catalogue.RenditionRow]:
        """Return all documents on record."""
        with self.database.read() as connection:
            return catalogue.renditions(connection)

    @retried
    def rendition(self, location: str, collection: str) -> catalogue.RenditionRow | None:
        """Return what is on record about one document."""
        with self.database.read() as connection:
            return catalogue.rendition(connection, location, collection)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors (n, d) of texts."""
        return self.embedder.embed(texts)

    @retried
    def warm_up(self) -> None:
        """Load the model and open the index now rather than at the first question."""
        self.embedder.warm_up()
        with self.database.read() as connection, self._published.use(connection):
            pass

    @retried
    def idf(self, terms: Sequence[str]) -> dict[str, float]:
        """Return the inverse document frequency of stems over the passages (natural logarithm)."""
        with self.database.read() as connection, self._published.use(connection) as opened:
            total = len(opened.snapshot.pks)
            counts = self._lexicon.document_frequency(connection, terms)
        return {term: math.log(1 + (total + 1) / (count + 0.5)) for term, count in counts.items()}

    @retried
    def unknown(self, terms: Sequence[str], filters: Filters = EVERYTHING) -> frozenset[str]:
        """Return the stems that no passage has which the filters let through."""
        if not terms:
            return frozenset()
        with self.database.read() as connection, self._published.use(connection) as opened:
            if not filters:
                counts = self._lexicon.document_frequency(connection, terms)
                return frozenset(term for term in terms if not counts.get(term))
            allowed = set(opened.snapshot.pks[opened.snapshot.allowed(filters)].tolist())
            held = {term: self._lexicon.scores(connection, [term]) for term in terms}
        return frozenset(term for term, found in held.items() if allowed.isdisjoint(found))

    @retried
    def spellings(self, typed: Sequence[str]) -> dict[str, str]:
        """Return how the passages write those words that none has and that are typed wrong."""
        stems = {word: stem(word.lower()) for word in typed}
        unknown = self.unknown(list(stems.values()))
        odd = [w for w, one in stems.items() if one in unknown and spelling.may_be_wrong(w)]
        if not odd:
            return {}
        with self.database.read() as connection, self._published.use(connection) as opened:
            if self._spelling is None or self._spelling[0] != opened.snapshot.generation:
                known = spelling.Spelling(self._lexicon.counts(connection))
                self._spelling = opened.snapshot.generation, known
            known = self._spelling[1]
            found = {
                word: known.nearest(connection, self._lexicon, word)
                or spelling.split(connection, self._lexicon, word)
                for word in odd
            }
        return {word: meant for word, meant in found.items() if meant}

    @retried
    def compounds(self, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """Return the one word that passages write for those pairs of words that none has."""
        with self.database.read() as connection:
            found = {pair: spelling.joined(connection, self._lexicon, pair) for pair in pairs}
        return {pair: whole for pair, whole in found.items() if whole}

    # Writing

    def publish(
        self,
        drafts: Sequence[Draft],
        dropped: Sequence[catalogue.RenditionRow] = (),
        *,
        tick: Callable[[int], None] = _nothing,
        on_wait: Callable[[], None] = _nothing,
    ) -> list[PublishOutcome]:
        """Make drafts searchable and forget dropped documents, all in one instant.

        Returns what became of each draft, in order. `tick` is called with the number of passages
        just embedded; `on_wait` once if another ingest has to end first.
        """
        # By its key a try finds what an earlier one published before its connection was cut.
        key, known, tried = uuid.uuid4().hex, publishing.Embedded(), list[publishing.Publication]()

        def publish() -> list[PublishOutcome]:
            with self._alone(on_wait) as token:
                if tried and self._value(schema.PUBLISHED_KEY) == key:
                    return publishing.outcomes(tried[-1])
                plan = self._planned(drafts, dropped, token)
                with self.database.read() as connection:
                    made = publishing.embed(connection, plan, self.embedder, tick, known)
                    tried.append(made)
                    changed = made.states or plan.added
                    generation = self._indexing.build(connection, made) if changed else None
                with self.database.write() as connection:
                    catalogue.require_ingest(connection, token)
                    publishing.commit(connection, made, self._lexicons, generation)
                    back = [pk for pk, state in made.states.items() if state == CURRENT]
                    catalogue.forget_removed(connection, publishing.briefs_of(connection, back))
                    catalogue.set_value(connection, schema.PUBLISHED_KEY, key)
                if generation is not None:
                    self._indexing.tidy(self.database, generation)
            return publishing.outcomes(made)

        return again(publish)

    @contextmanager
    def _alone(self, on_wait: Callable[[], None] = _nothing) -> Iterator[str]:
        """Yield the token of the one ingest that may publish, under the lock against others."""
        with ingest_lock(self.database, self.home, on_wait):
            with self.database.write() as connection:
                token = catalogue.begin_ingest(connection)
            yield token

    def _planned(
        self, drafts: Sequence[Draft], dropped: Sequence[catalogue.RenditionRow], token: str
    ) -> placement.PublishPlan:
        """Return a plan whose numbers nobody else will use, published or not."""
        while True:
            with self.database.read() as connection:
                self._require_fingerprint(connection)
                plan = placement.plan(connection, drafts, dropped)
            with self.database.write() as connection:
                catalogue.require_ingest(connection, token)
                if placement.promise(connection, plan):
                    return plan

    def _value(self, key: str) -> str | None:
        with self.database.read() as connection:
            return catalogue.get_value(connection, key)

    def remove(self, brief_ids: Collection[str]) -> None:
        """Withdraw briefs because somebody wants it; they stay on record, and it is remembered."""
        keys = {row.pk for row in self.versions() if row.brief.id in brief_ids}
        self.publish((), [row for row in self.renditions() if row.version_pk in keys])
        with self.database.write() as connection:
            catalogue.note_removed(connection, brief_ids, date.today().isoformat())

    def removed(self) -> dict[str, str]:
        """Return the day on which each brief was removed that is removed, by brief id."""
        with self.database.read() as connection:
            return catalogue.removed(connection)

    def discard_if_empty(self) -> None:
        """Close a library that this process created; where it holds no brief, leave nothing of it.

        Another process that has it open keeps it.
        """
        empty = self.created and not self.versions()
        self.close()
        if not empty or self.settings.database_url is not None:
            return
        if database.keep_in_use(self.home / DATABASE_FILE):
            return
        for left in (self.home / "index", *self.home.glob("ingest.lock*")):
            shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)
        with suppress(OSError):  # there is more in it, that is not ours to delete
            self.home.rmdir()

    @retried
    def preview(self, drafts: Sequence[Draft]) -> list[PublishOutcome]:
        """Return what would become of drafts, and change nothing."""
        with self.database.read() as connection:
            return list(placement.plan(connection, drafts, ()).outcomes)

    def copy_index(self, folder: Path) -> Path:
        """Copy the published vector index into a new folder, for another Chroma client to open.

        Its collection is `index.vectors.chroma.COLLECTION`. The library's own folders must not be
        opened: two clients on one folder damage it. Raises UsageError where the folder exists, and
        where the vectors are on a server.
        """
        if folder.exists():
            raise UsageError(f"{folder}: exists; name a folder that does not")
        with self.database.read() as connection:
            self._indexing.copy(connection, folder)
        return folder

    def rebuild(self) -> int:
        """Rebuild the vector index and the full text from the catalogue; return the passages.

        Reads no brief, and embeds nothing but what is stored damaged.
        """
        return again(self._rebuild)

    def _rebuild(self) -> int:
        with self._alone() as token:
            self._restore_embeddings()
            with self.database.read() as connection:
                generation = self._indexing.build(connection, None)
            with self.database.write() as connection:
                catalogue.require_ingest(connection, token)
                health.rebuild_indexes(connection)
                publishing.refill_lexicons(connection, self._lexicons)
                publishing.record_generation(connection, generation)
            self._indexing.tidy(self.database, generation)
        return generation[1]

    def erase(
        self, brief_id: str, also: Callable[[Connection, ErasedBrief], object]
    ) -> tuple[ErasedBrief, bool]:
        """Erase all versions of a brief, as if it had never been ingested; raise NotFound.

        `also` is called inside the transaction, to erase what was quoted of it elsewhere. Returns
        what was erased, and whether the database's files are clean of it: False while somebody
        reads them.
        """
        with ingest_lock(self.database, self.home, _nothing):
            with self.database.write() as connection:
                erased = erasing.erase(connection, brief_id)
                also(connection, erased)
                publishing.refill_lexicons(connection, self._lexicons)
                generation = self._indexing.build_from_nothing(connection)
                publishing.record_generation(connection, generation)
            self._published.close()
            self._indexing.tidy(self.database, generation, keep_older=False)
        return erased, self.database.scrub()

    def reembed(self, tick: Callable[[int], None] = _nothing) -> int:
        """Embed every stored passage with the model of the settings, then rebuild.

        For a change of model or of passage format. Returns the number of passages.
        """
        with self._alone() as token:
            with self.database.read() as connection:
                stored = publishing.inputs_of(connection)
            vectors, tokens = read_passages(self.embedder, stored[1], stored[2], tick)
            with self.database.write() as connection:
                catalogue.require_ingest(connection, token)
                schema.create(connection)  # a library of an older release has fewer tables
                publishing.replace_embeddings(connection, stored, vectors, tokens)
                catalogue.set_value(connection, "fingerprint", self.fingerprint)
                generation = self._indexing.build_anew(connection)
                publishing.refill_lexicons(connection, self._lexicons)
                publishing.record_generation(connection, generation)
            self._indexing.tidy(self.database, generation)
        return len(stored[0])

    def purge(self, before: datetime, keep: Collection[tuple[str, int]]) -> list[BriefRef]:
        """Delete old versions for good: those added before a moment that are no longer searched.

        Versions in `keep` (brief id, version) stay, and those that a document still stands for.
        """
        with self._alone() as token, self.database.write() as connection:
            catalogue.require_ingest(connection, token)
            gone = catalogue.purgeable(connection, before, keep)
            pks = [row.pk for row in gone]
            for lexicon in self._lexicons.values():
                lexicon.remove(connection, catalogue.passage_numbers(connection, pks))
            catalogue.delete_versions(connection, pks)
            checksums.forget(connection, pks)
        if gone:
            self.database.scrub()
        return [row.brief for row in gone]

    def _restore_embeddings(self) -> None:
        """Embed again what is stored damaged: nothing of it is copied into an index."""
        with self.database.read() as connection:
            wrong = checksums.damaged(connection, [ChecksumScope.EMBEDDINGS]).of(
                ChecksumScope.EMBEDDINGS
            )
            stored = publishing.inputs_of(connection, wrong)
        if not wrong:
            return
        logger.warning("%d brief versions had damaged vectors: embedding them again", len(wrong))
        vectors, tokens = read_passages(self.embedder, stored[1], stored[2], _nothing)
        with self.database.write() as connection:
            publishing.replace_embeddings(connection, stored, vectors, tokens)
            checksums.stamp(
                connection, ChecksumScope.EMBEDDINGS, wrong
            )  # of a version without passages too

    def faults(self) -> dict[str, tuple[str, str]]:
        """Return what is wrong with the database and how to fix it, by what was looked at."""
        return health.faults(self.database, self._lexicons)

    @retried
    def check_index(self) -> None:
        """Raise IndexDamaged unless the published vector index agrees with the catalogue."""
        with self.database.read() as connection:
            self._indexing.check(connection)

    # Inside

    def _prepare(self, create: bool) -> None:
        if create:
            with self.database.write() as connection:
                stamped = checksums.present(connection)
                schema.create(connection)
                self._lexicon.create(connection)
                self.created = catalogue.get_value(connection, "schema") is None
                if self.created:
                    catalogue.set_value(connection, "schema", schema.SCHEMA_VERSION)
                    catalogue.set_value(connection, "id", uuid.uuid4().hex[:12])
                    catalogue.set_value(connection, "fingerprint", self.fingerprint)
                if not stamped:
                    checksums.begin(connection)
        with self.database.read() as connection:
            schema.require(connection, self.home)
            library = catalogue.get_value(connection, "id") or ""
            complete = inspect(connection).has_table(TABLES[SUPERSEDED])
            stamped = checksums.present(connection)
            counts = inspect(connection).has_table(schema.left_out.name)
        if not counts:  # a library of an older release
            with self.database.write() as connection:
                schema.create(connection)
        if not complete:
            older = {SUPERSEDED: self._lexicons[SUPERSEDED]}
            with self.database.write() as connection:
                publishing.refill_lexicons(connection, older)
        if not stamped:
            with self.database.write() as connection:
                checksums.begin(connection)
        if self.settings.database_url is None:
            database.leave_marker(self.home / DATABASE_FILE, library)

    @retried
    def require_fingerprint(self) -> None:
        """Raise FingerprintMismatch unless the stored vectors come from the model in use."""
        with self.database.read() as connection:
            self._require_fingerprint(connection)

    def _require_fingerprint(self, connection: Connection) -> None:
        stored = catalogue.get_value(connection, "fingerprint")
        if stored != self.fingerprint:
            raise FingerprintMismatch(
                f"the library's vectors come from {model_of(stored)}, the settings name "
                f"{model_of(self.fingerprint)}; run `briefs reindex --embed`, or set "
                "BRIEFS_EMBEDDING_MODEL back"
            )

    def _open_index(self, connection: Connection, current: Snapshot) -> VectorIndex | None:
        """Open the vector index of a generation; None where it is not to be used."""
        self._require_fingerprint(connection)  # `reindex --embed` may have run since the last look
        embedded = self.settings.chroma_url is None
        if self._one_shot and embedded and len(current.pks) <= retrieval.SCANNED:
            return None
        try:
            return self._indexing.open(connection, current)
        except IndexDamaged as damage:
            with self.database.read() as now:
                if snapshot.published(now)[0] == current.generation:  # else it was just replaced
                    logger.warning(
                        "%s; searching by exact scan. Fix it with: briefs reindex", damage
                    )
            return None
