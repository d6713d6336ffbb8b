"""Make drafts searchable, whole, all at once: place, embed, build a generation, commit.

One transaction writes versions, passages, vectors, full text and the pointer to the new
generation. A process that dies before it leaves a folder that nobody points to; one that dies
after it has done its work.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, bindparam, insert, select, update

from index.errors import IndexDamaged, UsageError
from index.models.embedder import Embedder, read_passages, require_unit
from index.models.token_embeddings import PackedTokens
from index.passage import BriefRef, Passage, passage_input
from index.placement import PublishOutcome, PublishPlan, settle
from index.settings import Settings
from index.storage import catalogue, checksums, embeddings, schema
from index.storage.checksums import ChecksumScope
from index.storage.database import Database
from index.storage.lexicon import Lexicon, LexiconEntry
from index.storage.schema import CURRENT
from index.vectors import snapshot
from index.vectors.chroma import Metadata, RecordsOf, VectorIndex, VectorsOf
from index.vectors.generations import Files, Generations, VectorStore, store_for
from index.vectors.snapshot import Snapshot

_CHUNK = 2_000  # rows a statement
Tick = Callable[[int], None]
Lexicons = Mapping[str, Lexicon]  # state of the versions -> their full text


@dataclass(frozen=True)
class Publication:
    """A finished plan: what to write, and what the new generation holds."""

    plan: PublishPlan
    states: dict[int, str]  # version key -> state, where it changes
    vectors: dict[int, NDArray[np.float32]]  # version key -> (n, d)
    passage_pks: dict[int, range]  # version key -> numbers of its new passages
    tokens: dict[int, list[PackedTokens]]  # version key -> of each new passage


# Hash of what is embedded -> its vector and tokens.
Embedded = dict[str, tuple[NDArray[np.float32], PackedTokens]]


def embed(
    connection: Connection,
    made: PublishPlan,
    embedder: Embedder,
    tick: Tick,
    earlier: Embedded | None = None,
) -> Publication:
    """Embed the passages that are new to the library; reuse the vectors of all others.

    Damaged vectors are not reused. `earlier` are those of an earlier
    try, and gains those of this.
    """
    earlier = {} if earlier is None else earlier
    hashes, inputs, texts = _inputs(made)
    damaged = checksums.damaged(
        connection,
        [ChecksumScope.EMBEDDINGS],
        embeddings.versions_by_input(connection, set(hashes)),
    ).of(ChecksumScope.EMBEDDINGS)
    stored = embeddings.vectors_by_input(connection, set(hashes), damaged)
    wanted = list(dict.fromkeys(digest for digest in hashes if digest not in stored))
    missing = [digest for digest in wanted if digest not in earlier]
    input_of = dict(zip(hashes, zip(inputs, texts, strict=True), strict=True))
    tick(sum(digest in stored for digest in hashes))
    fresh, fresh_tokens = read_passages(
        embedder,
        [input_of[digest][0] for digest in missing],
        [input_of[digest][1] for digest in missing],
        tick,
    )
    require_unit(fresh)
    earlier.update(zip(missing, zip(fresh, fresh_tokens, strict=True), strict=True))
    tokens_of = embeddings.tokens_by_input(connection, stored, damaged)
    tokens_of |= {digest: earlier[digest][1] for digest in wanted}
    dimension = embedder.fingerprint.dimension
    vectors: dict[int, NDArray[np.float32]] = {}
    tokens: dict[int, list[PackedTokens]] = {}
    numbers: dict[int, range] = {}
    position, free = 0, made.first_free_passage
    for known, draft, _ in made.added:
        part = hashes[position : position + len(draft.passages)]
        rows = [
            np.frombuffer(stored[digest], "<f4") if digest in stored else earlier[digest][0]
            for digest in part
        ]
        vectors[known.pk] = np.asarray(rows, dtype=np.float32).reshape(-1, dimension)
        tokens[known.pk] = [tokens_of.get(digest, PackedTokens()) for digest in part]
        numbers[known.pk] = range(free, free + len(part))
        position, free = position + len(part), free + len(part)
    return Publication(made, settle(connection, made), vectors, numbers, tokens)


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


def commit(
    connection: Connection,
    made: Publication,
    lexicons: Lexicons,
    generation: tuple[int, int, Files] | None,
) -> None:
    """Write everything inside the caller's transaction."""
    for known, draft, brief in made.plan.added:
        catalogue.add_version(
            connection, known.pk, brief, made.states[known.pk], known.text_sha256, draft.signature
        )
        hashes = [
            input_sha256(passage_input(brief.title, passage), passage.text)
            for passage in draft.passages
        ]
        catalogue.add_passages(
            connection, known.pk, brief, draft.passages, hashes,
            made.passage_pks[known.pk], made.vectors[known.pk],
        )  # fmt: skip
        embeddings.add_tokens(connection, made.passage_pks[known.pk], made.tokens[known.pk])
    fresh = {known.pk for known, _, _ in made.plan.added}
    for pk, state in made.states.items():
        if pk not in fresh:
            catalogue.set_state(connection, pk, state)
    _sync_lexicons(connection, made, lexicons)
    touched = _point_documents(connection, made.plan) | set(made.states)
    for part in (ChecksumScope.TEXT, ChecksumScope.EMBEDDINGS):
        checksums.stamp(connection, part, fresh)
    checksums.stamp(connection, ChecksumScope.STATE, touched)
    if generation is not None:
        record_generation(connection, generation)


def _point_documents(connection: Connection, plan: PublishPlan) -> set[int]:
    """Record what the documents stand for now; return the versions that gained or lost one."""
    touched = set[int]()
    for (location, collection), row in plan.pointers.items():
        before = catalogue.rendition(connection, location, collection)
        touched |= {each.version_pk for each in (before, row) if each is not None}
        if row is None:
            catalogue.drop_rendition(connection, location, collection)
        else:
            catalogue.put_rendition(connection, row)
    return touched


def _sync_lexicons(connection: Connection, made: Publication, lexicons: Lexicons) -> None:
    for pk, state in made.states.items():
        entries = lexicon_entries(connection, pk)
        for held, lexicon in lexicons.items():
            lexicon.remove(connection, [entry.pk for entry in entries])
            if held == state:
                lexicon.add(connection, entries)


def record_generation(connection: Connection, generation: tuple[int, int, Files]) -> None:
    """Publish a generation (number, count of vectors, files): the highest number is the pointer."""
    number, count, files = generation
    connection.execute(
        insert(schema.generations).values(
            number=number, vectors=count, files=json.dumps(files), published_at=datetime.now(UTC)
        )
    )
    checksums.stamp(connection, ChecksumScope.LIBRARY)


def refill_lexicons(connection: Connection, lexicons: Lexicons) -> None:
    """Rebuild the full text of the versions in each state."""
    for state, lexicon in lexicons.items():
        lexicon.clear(connection)
        for row in catalogue.versions(connection, schema.versions.c.state == state):
            lexicon.add(connection, lexicon_entries(connection, row.pk))


def inputs_of(
    connection: Connection, versions: Sequence[int] | None = None
) -> tuple[list[int], list[str], list[str]]:
    """Return the numbers of stored passages, what is embedded for each, and their texts.

    Those of the versions with these keys; of all if none are given.
    """
    titles = {row.pk: row.brief.title for row in catalogue.versions(connection)}
    wanted = set(titles if versions is None else versions)
    table = schema.passages
    rows = connection.execute(select(table.c.pk, table.c.version_pk).order_by(table.c.pk))
    pks = [pk for pk, version in rows if version in wanted]
    stored = catalogue.passages_by_pk(connection, pks)
    inputs = [passage_input(titles[stored[pk][2]], stored[pk][1]) for pk in pks]
    return pks, inputs, [stored[pk][1].text for pk in pks]


def replace_embeddings(
    connection: Connection,
    inputs: tuple[Sequence[int], Sequence[str], Sequence[str]],
    vectors: NDArray[np.float32],
    tokens: Sequence[PackedTokens],
) -> None:
    """Store new vectors (n, d) and tokens for passages, as `inputs_of` gave them.

    What stands there for passages that are not there goes too.
    """
    table, passages = schema.vectors, schema.passages
    pks, embedded, texts = inputs
    embeddings.clear(connection, pks)
    embeddings.add_tokens(connection, pks, tokens)
    hashes = list(map(input_sha256, embedded, texts))
    for begin in range(0, len(pks), _CHUNK):
        part = slice(begin, begin + _CHUNK)
        pairs = list(zip(pks[part], hashes[part], vectors[part], strict=True))
        connection.execute(
            insert(table),
            [{"passage_pk": pk, "vector": embeddings.to_blob(vector)} for pk, _, vector in pairs],
        )
        for pk, digest, _ in pairs:
            connection.execute(
                update(passages).where(passages.c.pk == pk).values(input_sha256=digest)
            )
    owners = select(passages.c.version_pk).where(
        passages.c.pk.in_(bindparam("pks", expanding=True))
    )
    for some in embeddings.chunks(pks):
        versions = connection.execute(owners.distinct(), {"pks": some}).scalars().all()
        checksums.stamp(connection, ChecksumScope.EMBEDDINGS, versions)


def lexicon_entries(connection: Connection, version_pk: int) -> list[LexiconEntry]:
    """Return the full-text entries of a stored version."""
    table, versions = schema.passages, schema.versions
    title = connection.execute(
        select(versions.c.title).where(versions.c.pk == version_pk)
    ).scalar_one()
    rows = connection.execute(
        select(table.c.pk, table.c.heading, table.c.context, table.c.text)
        .where(table.c.version_pk == version_pk)
        .order_by(table.c.ordinal)
    )
    return [
        LexiconEntry(row.pk, title, catalogue.heading_line(row.heading, row.context), row.text)
        for row in rows
    ]


def briefs_of(connection: Connection, version_pks: Sequence[int]) -> list[str]:
    """Return the ids of the briefs that versions belong to."""
    table, found = schema.versions, set[str]()
    for part in embeddings.chunks(version_pks):
        rows = connection.execute(select(table.c.brief_id).where(table.c.pk.in_(part)))
        found.update(rows.scalars())
    return sorted(found)


def outcomes(made: Publication) -> list[PublishOutcome]:
    """Return what became of each draft, with the state it has after the commit."""
    placed = zip(made.plan.placed, made.plan.outcomes, strict=True)
    return [replace(outcome, state=made.states.get(pk, outcome.state)) for pk, outcome in placed]


def _inputs(made: PublishPlan) -> tuple[list[str], list[str], list[str]]:
    added = [(brief, passage) for _, draft, brief in made.added for passage in draft.passages]
    inputs = [passage_input(brief.title, passage) for brief, passage in added]
    texts = [passage.text for _, passage in added]
    return list(map(input_sha256, inputs, texts)), inputs, texts


def input_sha256(embedded: str, text: str) -> str:
    """Return the hash of what is embedded for a passage, and of where its text begins in it.

    The same words may be a list's lead and item, or all text: tokens are kept of the text alone.
    """
    return hashlib.sha256(f"{len(embedded) - len(text)}\n{embedded}".encode()).hexdigest()


logger = logging.getLogger(__name__)

Built = tuple[int, int, Files]  # number of the generation, its passages, its files


class Indexing:
    """Builds, opens, tidies and checks generations in the store that the settings name."""

    def __init__(self, settings: Settings, fingerprint: Callable[[], str]) -> None:
        self._settings = settings
        self._fingerprint = fingerprint
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
            library = catalogue.get_value(connection, "id")
            mark = hashlib.sha256(self._fingerprint().encode()).hexdigest()[:8]
            self._store_made = store_for(self._settings, f"{library}-{mark}")
        return self._store_made


def _searchable(connection: Connection) -> list[int]:
    return [int(pk) for pk in snapshot.load(connection).pks]
