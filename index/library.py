"""The one door to the index: open a library, publish briefs and search it.

Owns the database, the model and the vector index of one BRIEFS_HOME, and hands out only our types.
Safe to share between threads.
"""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path

from sqlalchemy import Connection

from index import placement, retrieval, spelling
from index.errors import IndexDamaged
from index.indexing import Indexing, require_fingerprint
from index.maintenance import Maintenance, discard
from index.models.embedder import Embedder, ModelEmbedder, Vectors, read_questions
from index.models.model_files import DEFAULT_MODEL
from index.models.reader import Reader
from index.models.reranker import NamedReranker, Reranker
from index.models.token_embeddings import SentenceEmbeddings
from index.passage import Brief, BriefRef, Draft, Hit, Passage
from index.placement import PublishOutcome
from index.publishing import Publisher, WrittenLibrary, nothing
from index.rerank import encode
from index.retrieval import Mentions
from index.search import Query
from index.settings import Settings, models_folder
from index.storage import beside, catalogue, health, schema, values
from index.storage.database import Database, retried, sqlite_url
from index.storage.lexicon import TABLES, lexicon_for
from index.storage.schema import CURRENT
from index.vectors import snapshot
from index.vectors.chroma import VectorIndex
from index.vectors.snapshot import EVERYTHING, Filters, Opened, Published, Snapshot, naming_older
from index.words import stem

logger = logging.getLogger(__name__)

DATABASE_FILE = "library.db"


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
        self._lexicons = {state: lexicon_for(self.database, state) for state in TABLES}
        self._lexicon = self._lexicons[CURRENT]
        self._indexing = Indexing(settings, self.embedder)
        self._published = Published(self._open_index)
        written = WrittenLibrary(
            self.database, self.home, self.embedder, self._indexing, self._lexicons
        )
        self._publisher = Publisher(written)
        self.maintenance = Maintenance(written, self._published.close)
        self._spelling = spelling.SpellingCache(self._lexicon)

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
            beside.refuse_lost_library(settings.home / DATABASE_FILE)
        fresh = settings.database_url is None and not (settings.home / DATABASE_FILE).is_file()
        if fresh and not create:
            raise schema.missing(settings.home)
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        library = cls(settings, embedder, one_shot=one_shot)
        if create:
            library.created = library.maintenance.create()
        library.maintenance.bring_up_to_date()
        if settings.database_url is None:
            beside.leave_marker(library.database, library.home)
        return library

    def close(self) -> None:
        """Release the vector index and the database."""
        self._published.close()
        self.database.close()

    def __enter__(self) -> "Library":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @cached_property
    def reranker(self) -> Reranker | None:
        """The model that was named, else our own, which goes with the bundled embedding model."""
        if self.settings.rerank_model:
            return NamedReranker(self.settings.rerank_model)
        if self.embedder.fingerprint.model != DEFAULT_MODEL:
            return None
        return Reader(cache=models_folder(self.settings))

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
    @retried
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

    @retried
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

    @retried
    def require_collection(self, name: str, what: str) -> None:
        """Raise UsageError unless a brief is or was in it; see catalogue.require_collection."""
        with self.database.read() as connection:
            catalogue.require_collection(connection, name, what)

    @retried
    def versions(self) -> list[catalogue.VersionRow]:
        """Return all versions of all briefs, withdrawn ones too, with their passages counted."""
        with self.database.read() as connection:
            return catalogue.counted_versions(connection)

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
            return retrieval.idf(connection, opened.snapshot, self._lexicon, terms)

    @retried
    def unknown(self, terms: Sequence[str], filters: Filters = EVERYTHING) -> frozenset[str]:
        """Return the stems that no passage has which the filters let through."""
        if not terms:
            return frozenset()
        with self.database.read() as connection, self._published.use(connection) as opened:
            return retrieval.unknown(connection, opened.snapshot, self._lexicon, terms, filters)

    @retried
    def spellings(self, typed: Sequence[str]) -> dict[str, str]:
        """Return how the passages write those words that none has and that are typed wrong."""
        stems = {word: stem(word.lower()) for word in typed}
        unknown = self.unknown(list(stems.values()))
        odd = [w for w, one in stems.items() if one in unknown and spelling.may_be_wrong(w)]
        if not odd:
            return {}
        with self.database.read() as connection, self._published.use(connection) as opened:
            known = self._spelling.of(connection, opened.snapshot.generation)
            found = {word: known.meant(connection, word) for word in odd}
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
        tick: Callable[[int], None] = nothing,
        on_wait: Callable[[], None] = nothing,
    ) -> list[PublishOutcome]:
        """Make drafts searchable and forget dropped documents, all in one instant.

        Returns what became of each draft, in order. `tick` is called with the number of passages
        just embedded; `on_wait` once if another ingest has to end first.
        """
        return self._publisher.publish(drafts, dropped, tick, on_wait)

    def remove(self, brief_ids: Collection[str]) -> None:
        """Withdraw briefs because somebody wants it; they stay on record, and it is remembered."""
        keys = {row.pk for row in self.versions() if row.brief.id in brief_ids}
        self.publish((), [row for row in self.renditions() if row.version_pk in keys])
        self.database.written(values.note_removed, brief_ids, date.today().isoformat())

    @retried
    def removed(self) -> dict[str, str]:
        """Return the day on which each brief was removed that is removed, by brief id."""
        with self.database.read() as connection:
            return values.removed(connection)

    def discard_if_empty(self) -> None:
        """Close a library that this process created; where it holds no brief, leave nothing of it.

        Another process that has it open keeps it.
        """
        empty = self.created and not self.versions()
        self.close()
        if empty and self.settings.database_url is None:
            discard(self.home, DATABASE_FILE)

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
        with self.database.read() as connection:
            self._indexing.copy(connection, folder)
        return folder

    def faults(self) -> dict[str, tuple[str, str]]:
        """Return what is wrong with database and files, how to fix it, by what was looked at."""
        return health.faults(self.database, self.home, self._lexicons)

    @retried
    def check_index(self) -> None:
        """Raise IndexDamaged unless the published vector index agrees with the catalogue."""
        with self.database.read() as connection:
            self._indexing.check(connection)

    # Inside

    @retried
    def require_fingerprint(self) -> None:
        """Raise FingerprintMismatch unless the stored vectors come from the model in use."""
        with self.database.read() as connection:
            require_fingerprint(connection, self.embedder)

    def _open_index(self, connection: Connection, current: Snapshot) -> VectorIndex | None:
        """Open the vector index of a generation; None where it is not to be used."""
        # `reindex --embed` may have run since the last look.
        require_fingerprint(connection, self.embedder)
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
