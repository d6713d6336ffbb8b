"""Make drafts searchable, whole, all at once: place, embed, build a generation, commit.

One transaction writes versions, passages, vectors, full text and the pointer to the new
generation. A process that dies before it leaves a folder that nobody points to; one that dies
after it has done its work.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Table, func, insert, select, update

from index import catalogue, failpoints, schema
from index.catalogue import RenditionRow
from index.chroma import VectorsOf
from index.draft import Draft, passage_input, signature, text_sha256
from index.embedder import Embedder, require_unit
from index.generations import Files, files_to_json
from index.lexicon import Entry, Lexicon
from index.passage import Brief, Passage
from index.placement import Known, Place, Shelf, newer
from index.schema import CURRENT, SUPERSEDED, WITHDRAWN

_CHUNK = 2_000  # rows a statement
Tick = Callable[[int], None]


@dataclass(frozen=True)
class Outcome:
    """What became of a draft."""

    place: Place
    brief_id: str
    version: int
    passages: int
    state: str


@dataclass
class _Plan:
    """The versions to add and where every document points after the commit."""

    first_free_version: int
    first_free_passage: int
    added: list[tuple[Known, Draft, Brief]] = field(default_factory=list)
    pointers: dict[tuple[str, str], RenditionRow | None] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)
    placed: list[int] = field(default_factory=list)  # key of the version of each outcome


@dataclass(frozen=True)
class Publication:
    """A finished plan: what to write, and what the new generation holds."""

    plan: _Plan
    states: dict[int, str]  # version key -> state, where it changes
    vectors: dict[int, NDArray[np.float32]]  # version key -> (n, d)
    passage_pks: dict[int, range]  # version key -> numbers of its new passages


def plan(connection: Connection, drafts: Sequence[Draft], dropped: Iterable[RenditionRow]) -> _Plan:
    """Decide what each draft is and which documents are gone; reads, and writes nothing."""
    shelf = _shelf(connection)
    made = _Plan(_next(connection, schema.versions), _next(connection, schema.passages))
    for row in dropped:
        made.pointers[row.location, row.collection] = None
    for draft in drafts:
        _place(draft, shelf, made)
    return made


def _place(draft: Draft, shelf: Shelf, made: _Plan) -> None:
    signed = replace(draft, signature=signature(draft.brief.text))
    placement = shelf.place(signed)
    known = placement.of
    if placement.place in {Place.NEW, Place.VERSION}:
        known = _add(signed, placement.of, shelf, made)
    assert known is not None
    rendition = signed.rendition
    key = (rendition.location, signed.brief.collection)
    made.pointers[key] = RenditionRow(
        *key, rendition.sha256, signed.given, known.pk, known.state, rendition.media_type
    )
    shelf.locate(*key, known.pk)
    passages = len(signed.passages)
    made.placed.append(known.pk)
    made.outcomes.append(
        Outcome(placement.place, known.brief_id, known.version, passages, known.state)
    )


def _add(draft: Draft, of: Known | None, shelf: Shelf, made: _Plan) -> Known:
    brief_id = of.brief_id if of else shelf.new_id(draft)
    version = max((known.version for known in shelf.versions_of(brief_id)), default=0) + 1
    brief = replace(draft.brief, id=brief_id, version=version)
    known = Known(
        pk=made.first_free_version + len(made.added),
        brief_id=brief_id,
        version=version,
        collection=brief.collection,
        state=CURRENT,
        title=brief.title,
        date=brief.date,
        authors=brief.authors,
        number=brief.number,
        edition=brief.edition,
        source_url=brief.source_url,
        text_sha256=text_sha256(brief.text),
        media_type=draft.rendition.media_type,
    )
    shelf.add(known, draft.signature)
    made.added.append((known, draft, brief))
    return known


def settle(connection: Connection, made: _Plan) -> dict[int, str]:
    """Return the new state of every version whose state changes.

    Of the versions that a document still stands for, the newest is current; a brief without any
    document is withdrawn.
    """
    touched = {known.brief_id for known, _, _ in made.added}
    located = {
        (row.location, row.collection): row.version_pk for row in catalogue.renditions(connection)
    }
    before = dict(located)
    for key, row in made.pointers.items():
        located.pop(key, None)
        if row is not None:
            located[key] = row.version_pk
    on_record = _known(connection)
    by_pk = {known.pk: known for known in on_record} | {
        known.pk: known for known, _, _ in made.added
    }
    for key in made.pointers:
        touched |= {by_pk[pk].brief_id for pk in (before.get(key), located.get(key)) if pk}
    standing = set(located.values())
    states: dict[int, str] = {}
    for brief_id in touched:
        family = [known for known in by_pk.values() if known.brief_id == brief_id]
        states |= _states(family, standing)
    fresh = {known.pk for known, _, _ in made.added}
    return {pk: state for pk, state in states.items() if pk in fresh or by_pk[pk].state != state}


def _states(family: Sequence[Known], standing: set[int]) -> dict[int, str]:
    best: Known | None = None
    for known in sorted(family, key=lambda known: known.version):
        if known.pk in standing and (best is None or newer(known, best)):
            best = known
    if best is None:
        return {known.pk: WITHDRAWN for known in family}
    return {known.pk: CURRENT if known is best else SUPERSEDED for known in family}


def embed(connection: Connection, made: _Plan, embedder: Embedder, tick: Tick) -> Publication:
    """Embed the passages that are new to the library; reuse the vectors of all others."""
    hashes, inputs = _inputs(made)
    stored = catalogue.vectors_by_input(connection, set(hashes))
    missing = list(dict.fromkeys(digest for digest in hashes if digest not in stored))
    text_of = dict(zip(hashes, inputs, strict=True))
    tick(sum(digest in stored for digest in hashes))
    fresh = embedder.embed([text_of[digest] for digest in missing], progress=tick)
    require_unit(fresh)
    row_of = {digest: row for row, digest in enumerate(missing)}
    dimension = embedder.fingerprint.dimension
    vectors: dict[int, NDArray[np.float32]] = {}
    numbers: dict[int, range] = {}
    position, free = 0, made.first_free_passage
    for known, draft, _ in made.added:
        part = hashes[position : position + len(draft.passages)]
        rows = [
            np.frombuffer(stored[digest], "<f4") if digest in stored else fresh[row_of[digest]]
            for digest in part
        ]
        vectors[known.pk] = np.asarray(rows, dtype=np.float32).reshape(-1, dimension)
        numbers[known.pk] = range(free, free + len(part))
        position, free = position + len(part), free + len(part)
    failpoints.reached("ingest.after_embed")
    return Publication(made, settle(connection, made), vectors, numbers)


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
        old = catalogue.vectors_by_pk(connection, stored) if stored else None
        if old is not None and len(stored) == len(numbers):
            return old
        row_of = {pk: row for row, pk in enumerate(stored)}
        return np.asarray(
            [fresh[pk] if pk in fresh else old[row_of[pk]] for pk in numbers],  # type: ignore[index]
            dtype=np.float32,
        )

    return look_up


def commit(
    connection: Connection,
    made: Publication,
    lexicon: Lexicon,
    generation: tuple[int, int, Files] | None,
) -> None:
    """Write everything inside the caller's transaction."""
    failpoints.reached("ingest.before_commit")
    for known, draft, brief in made.plan.added:
        catalogue.add_version(
            connection, known.pk, brief, made.states[known.pk], known.text_sha256, draft.signature
        )
        hashes = [_digest(brief.title, passage) for passage in draft.passages]
        catalogue.add_passages(
            connection, known.pk, brief, draft.passages, hashes,
            made.passage_pks[known.pk], made.vectors[known.pk],
        )  # fmt: skip
    fresh = {known.pk for known, _, _ in made.plan.added}
    for pk, state in made.states.items():
        if pk not in fresh:
            catalogue.set_state(connection, pk, state)
    _sync_lexicon(connection, made, lexicon)
    for (location, collection), row in made.plan.pointers.items():
        if row is None:
            catalogue.drop_rendition(connection, location, collection)
        else:
            catalogue.put_rendition(connection, row)
    if generation is not None:
        record_generation(connection, generation)


def _sync_lexicon(connection: Connection, made: Publication, lexicon: Lexicon) -> None:
    for pk, state in made.states.items():
        entries = lexicon_entries(connection, pk)
        if state == CURRENT:
            lexicon.add(connection, entries)
        else:
            lexicon.remove(connection, [entry.pk for entry in entries])


def record_generation(connection: Connection, generation: tuple[int, int, Files]) -> None:
    """Publish a generation (number, count of vectors, files): the highest number is the pointer."""
    number, count, files = generation
    connection.execute(
        insert(schema.generations).values(
            number=number, vectors=count, files=files_to_json(files), published_at=datetime.now(UTC)
        )
    )


def refill_lexicon(connection: Connection, lexicon: Lexicon) -> None:
    """Fill the full text anew from the current versions."""
    lexicon.clear(connection)
    for row in catalogue.versions(connection, schema.versions.c.state == CURRENT):
        lexicon.add(connection, lexicon_entries(connection, row.pk))


def all_inputs(connection: Connection) -> tuple[list[int], list[str]]:
    """Return the numbers of all stored passages and what is embedded for each."""
    titles = {row.pk: row.brief.title for row in catalogue.versions(connection)}
    pks = list(connection.execute(select(schema.passages.c.pk)).scalars())
    stored = catalogue.passages_by_pk(connection, pks)
    return pks, [passage_input(titles[stored[pk][2]], stored[pk][1]) for pk in pks]


def replace_vectors(
    connection: Connection, pks: Sequence[int], inputs: Sequence[str], vectors: NDArray[np.float32]
) -> None:
    """Store new vectors (n, d) for passages, and the hashes of what was embedded."""
    table, passages = schema.vectors, schema.passages
    connection.execute(table.delete())
    for begin in range(0, len(pks), _CHUNK):
        part = slice(begin, begin + _CHUNK)
        pairs = list(zip(pks[part], inputs[part], vectors[part], strict=True))
        connection.execute(
            insert(table),
            [{"passage_pk": pk, "vector": catalogue.to_blob(vector)} for pk, _, vector in pairs],
        )
        for pk, text, _ in pairs:
            connection.execute(
                update(passages).where(passages.c.pk == pk).values(input_sha256=_sha256(text))
            )


def lexicon_entries(connection: Connection, version_pk: int) -> list[Entry]:
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
        Entry(row.pk, title, catalogue.heading_line(row.heading, row.context), row.text)
        for row in rows
    ]


def outcomes(made: Publication) -> list[Outcome]:
    """Return what became of each draft, with the state it has after the commit."""
    placed = zip(made.plan.placed, made.plan.outcomes, strict=True)
    return [replace(outcome, state=made.states.get(pk, outcome.state)) for pk, outcome in placed]


def _inputs(made: _Plan) -> tuple[list[str], list[str]]:
    inputs = [
        passage_input(brief.title, passage)
        for _, draft, brief in made.added
        for passage in draft.passages
    ]
    return [_sha256(text) for text in inputs], inputs


def _digest(title: str, passage: Passage) -> str:
    return _sha256(passage_input(title, passage))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _next(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.coalesce(func.max(table.c.pk), 0))).scalar_one()) + 1


def _shelf(connection: Connection) -> Shelf:
    shelf = Shelf()
    table = schema.versions
    rows = connection.execute(select(table.c.pk, table.c.signature))
    signatures = {row.pk: row.signature for row in rows}
    for known in _known(connection):
        shelf.add(known, np.frombuffer(signatures[known.pk], dtype="<u4"))
    for row in catalogue.renditions(connection):
        shelf.locate(row.location, row.collection, row.version_pk)
    return shelf


def _known(connection: Connection) -> list[Known]:
    table = schema.versions
    rows = connection.execute(select(table.c.pk, table.c.text_sha256, table.c.media_type))
    facts = {pk: (digest, media_type) for pk, digest, media_type in rows}
    return [
        Known(
            pk=row.pk,
            brief_id=row.brief.id,
            version=row.brief.version,
            collection=row.brief.collection,
            state=row.state,
            title=row.brief.title,
            date=row.brief.date,
            authors=row.brief.authors,
            number=row.brief.number,
            edition=row.edition,
            source_url=row.brief.source_url,
            text_sha256=facts[row.pk][0],
            media_type=facts[row.pk][1],
        )
        for row in catalogue.versions(connection)
    ]
