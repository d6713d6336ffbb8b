"""Make drafts searchable, whole, all at once: place, embed, build a generation, commit.

One ingest at a time may publish. One transaction writes versions, passages, vectors, full text and
the pointer to the new generation. A process that dies before it leaves a folder that nobody points
to; one that dies after it has done its work.
"""

import hashlib
import json
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, bindparam, insert, select, update

from index import placement
from index.indexing import Built, Indexing, require_fingerprint
from index.models.embedder import Embedder, read_passages, require_unit
from index.models.token_embeddings import PackedTokens
from index.passage import Draft, passage_input
from index.placement import Publication, PublishOutcome, PublishPlan, settle
from index.storage import catalogue, checksums, embeddings, schema, values
from index.storage.catalogue import RenditionRow
from index.storage.checksums import ChecksumScope
from index.storage.database import Database, again, ingest_lock
from index.storage.lexicon import Lexicon, LexiconEntry
from index.storage.schema import CURRENT

_CHUNK = 2_000  # rows a statement
Tick = Callable[[int], None]
Lexicons = Mapping[str, Lexicon]  # state of the versions -> their full text
# Hash of what is embedded -> its vector and tokens.
Embedded = dict[str, tuple[NDArray[np.float32], PackedTokens]]


def nothing(*_: object) -> None:
    """Ignore progress."""


@dataclass(frozen=True)
class WrittenLibrary:
    """What whoever writes to a library needs of it."""

    database: Database
    home: Path
    embedder: Embedder
    indexing: Indexing
    lexicons: Lexicons

    @contextmanager
    def alone(self, on_wait: Callable[[], None] = nothing) -> Iterator[str]:
        """Yield the token of the one ingest that may publish, under the lock against others."""
        with ingest_lock(self.database, self.home, on_wait):
            with self.database.write() as connection:
                token = values.begin_ingest(connection)
            yield token


class Publisher:
    """Publishes into one library."""

    def __init__(self, library: WrittenLibrary) -> None:
        self._library = library

    def publish(
        self,
        drafts: Sequence[Draft],
        dropped: Sequence[RenditionRow],
        tick: Tick,
        on_wait: Callable[[], None],
    ) -> list[PublishOutcome]:
        """Make drafts searchable; see Library.publish."""
        # By its key a try finds what an earlier one published before its connection was cut.
        key, known, tried = uuid.uuid4().hex, Embedded(), list[Publication]()

        def publish() -> list[PublishOutcome]:
            with self._library.alone(on_wait) as token:
                if tried and self._last_key() == key:
                    return outcomes(tried[-1])
                plan = self._planned(drafts, dropped, token)
                with self._library.database.read() as connection:
                    made = embed(connection, plan, self._library.embedder, tick, known)
                    tried.append(made)
                    changed = made.states or plan.added
                    generation = self._library.indexing.build(connection, made) if changed else None
                with self._library.database.write() as connection:
                    values.require_ingest(connection, token)
                    commit(connection, made, self._library.lexicons, generation)
                    back = [pk for pk, state in made.states.items() if state == CURRENT]
                    values.forget_removed(connection, briefs_of(connection, back))
                    values.put(connection, schema.PUBLISHED_KEY, key)
                if generation is not None:
                    self._library.indexing.tidy(self._library.database, generation)
            return outcomes(made)

        return again(publish)

    def _planned(
        self, drafts: Sequence[Draft], dropped: Sequence[RenditionRow], token: str
    ) -> PublishPlan:
        """Return a plan whose numbers nobody else will use, published or not."""
        while True:
            with self._library.database.read() as connection:
                require_fingerprint(connection, self._library.embedder)
                plan = placement.plan(connection, drafts, dropped)
            with self._library.database.write() as connection:
                values.require_ingest(connection, token)
                if placement.promise(connection, plan):
                    return plan

    def _last_key(self) -> str | None:
        with self._library.database.read() as connection:
            return values.get(connection, schema.PUBLISHED_KEY)


def embed(
    connection: Connection,
    made: PublishPlan,
    embedder: Embedder,
    tick: Tick,
    earlier: Embedded | None = None,
) -> Publication:
    """Embed the passages that are new to the library; reuse the vectors of all others.

    Damaged vectors are not reused. `earlier` are those of an earlier try, and gains those of this.
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


def commit(
    connection: Connection,
    made: Publication,
    lexicons: Lexicons,
    generation: Built | None,
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
    for part in (ChecksumScope.TEXT, ChecksumScope.LEFT_OUT, ChecksumScope.EMBEDDINGS):
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


def record_generation(connection: Connection, generation: Built) -> None:
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
