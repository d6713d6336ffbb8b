"""Checksums of what the catalogue says: damage is found before it is believed or copied on.

A version has four. `text`: its own row and its passages, written once. `state`: whether it is
current, its collection and its documents. `embeddings`: what a model computed from it, which can be
computed again. `left_out`: what of its document is in no passage. One more, of `library`, stands
for the library's values and its generations.

They are made of the rows as the database gives them back, in the transaction that wrote them. They
find accidents, and edits by hand; whoever can write the database can also write checksums.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import blake2b
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    LargeBinary,
    String,
    Table,
    cast,
    delete,
    func,
    insert,
    inspect,
    select,
)

from index.storage import embeddings, schema
from index.storage.database import metadata

DIGEST_BYTES = 16
LIBRARY_KEY = 0  # in place of a version's key, which begin at 1


class ChecksumScope(StrEnum):
    """What a checksum is made of."""

    TEXT = "text"
    STATE = "state"
    EMBEDDINGS = "embeddings"
    LEFT_OUT = "left_out"
    LIBRARY = "library"


checksums = Table(
    "checksums",
    metadata,
    Column("version_pk", Integer, primary_key=True, autoincrement=False),
    Column("part", String(12), primary_key=True),
    Column("digest", LargeBinary, nullable=False),
)


@dataclass(frozen=True)
class Damage:
    """Keys of versions of which a part is not as it was written; ascending."""

    parts: Mapping[ChecksumScope, tuple[int, ...]] = field(default_factory=dict)

    def of(self, *parts: ChecksumScope) -> tuple[int, ...]:
        """Return the versions of which any of these parts is damaged."""
        return tuple(sorted({pk for part in parts for pk in self.parts.get(part, ())}))


def stamp(connection: Connection, part: ChecksumScope, pks: Iterable[int] = (LIBRARY_KEY,)) -> None:
    """Write the checksums of versions as they now stand, in place of any that they have."""
    for some in embeddings.chunks(sorted(set(pks))):
        forget(connection, some, part)
        rows = [
            {"version_pk": pk, "part": part, "digest": digest}
            for pk, digest in _digests(connection, part, some).items()
        ]
        if rows:
            connection.execute(insert(checksums), rows)


def begin(connection: Connection, parts: Sequence[ChecksumScope] = tuple(ChecksumScope)) -> None:
    """Take everything as it is: for a new library, and one of a build without these checksums."""
    metadata.create_all(connection, tables=[checksums])
    every = connection.execute(select(schema.versions.c.pk)).scalars().all()
    for part in parts:
        stamp(connection, part, [LIBRARY_KEY] if part is ChecksumScope.LIBRARY else every)


def forget(connection: Connection, pks: Sequence[int], *parts: ChecksumScope) -> None:
    """Delete the checksums of versions that are deleted, or are about to be written again."""
    for some in embeddings.chunks(list(pks)):
        doomed: Any = checksums.c.version_pk.in_(some)
        if parts:
            doomed &= checksums.c.part.in_(parts)
        connection.execute(delete(checksums).where(doomed))


def lacking(connection: Connection) -> tuple[ChecksumScope, ...]:
    """Return the parts that have no checksums because an earlier build made the library.

    Where other parts lack theirs, these were deleted, which is damage.
    """
    if not inspect(connection).has_table(checksums.name):
        return tuple(ChecksumScope)
    part = checksums.c.part
    later = connection.execute(select(part).where(part == ChecksumScope.LEFT_OUT).limit(1)).first()
    texts = select(part).where(part == ChecksumScope.TEXT).limit(1)
    if later or not connection.execute(texts).first():
        return ()
    return (ChecksumScope.LEFT_OUT,)


def damaged(
    connection: Connection,
    parts: Sequence[ChecksumScope] = tuple(ChecksumScope),
    pks: Sequence[int] | None = None,
) -> Damage:
    """Return what differs from its checksum, or has none; of all versions if no keys are given."""
    found: dict[ChecksumScope, tuple[int, ...]] = {}
    for part in parts:
        wanted = _wanted(connection, part) if pks is None else set(pks)
        known = _stored(connection, part, pks)
        actual: dict[int, bytes] = {}
        for some in embeddings.chunks(sorted(wanted)):
            actual |= _digests(connection, part, some)
        wrong = [pk for pk in wanted | set(known) if known.get(pk) != actual.get(pk)]
        if wrong:
            found[part] = tuple(sorted(wrong))
    return Damage(found)


def _wanted(connection: Connection, part: ChecksumScope) -> set[int]:
    if part is ChecksumScope.LIBRARY:
        return {LIBRARY_KEY}
    return set(connection.execute(select(schema.versions.c.pk)).scalars())


def _stored(
    connection: Connection, part: ChecksumScope, pks: Sequence[int] | None
) -> dict[int, bytes]:
    query = select(checksums.c.version_pk, checksums.c.digest).where(checksums.c.part == part)
    if pks is not None:
        query = query.where(checksums.c.version_pk.in_(pks))
    return {int(pk): bytes(digest) for pk, digest in connection.execute(query)}


def _digests(connection: Connection, part: ChecksumScope, pks: Sequence[int]) -> dict[int, bytes]:
    """Return the checksums of a part as it stands, by version; one that is not there has none."""
    if part is ChecksumScope.LIBRARY:
        hashes = {LIBRARY_KEY: blake2b(digest_size=DIGEST_BYTES)}
    else:
        known = select(schema.versions.c.pk).where(schema.versions.c.pk.in_(pks))
        found = connection.execute(known).scalars()
        hashes = {pk: blake2b(digest_size=DIGEST_BYTES) for pk in found}
    for key, values in _rows(connection, part, pks):
        if key in hashes:
            for value in values:
                hashes[key].update(len(value).to_bytes(4, "little") + value)
    return {pk: made.digest() for pk, made in hashes.items()}


def _rows(
    connection: Connection, part: ChecksumScope, pks: Sequence[int]
) -> Iterator[tuple[int, list[bytes]]]:
    """Yield the rows that a part consists of, each with its version, always in the same order."""
    versions, passages, documents = schema.versions, schema.passages, schema.renditions
    if part is ChecksumScope.LIBRARY:
        key = schema.library.c.key
        lasting = key.not_in(schema.PASSING)
        yield from _read(connection, schema.library, None, [key], where=lasting)
        yield from _read(connection, schema.generations, None, [schema.generations.c.number])
    elif part is ChecksumScope.TEXT:
        yield from _read(connection, versions, versions.c.pk, [], pks, {"state"})
        order = [passages.c.ordinal, passages.c.pk]
        yield from _read(connection, passages, passages.c.version_pk, order, pks, {"input_sha256"})
    elif part is ChecksumScope.STATE:
        briefs, key = schema.briefs, versions.c.pk
        states = [versions.c.state, briefs.c.id, briefs.c.collection]
        joined = versions.join(briefs, briefs.c.id == versions.c.brief_id)
        yield from _read(connection, joined, key, [], pks, columns=states)
        order = [documents.c.location, documents.c.collection]
        yield from _read(connection, documents, documents.c.version_pk, order, pks)
    elif part is ChecksumScope.LEFT_OUT:
        key, order = schema.left_out.c.version_pk, [schema.left_out.c.reason]
        yield from _read(connection, schema.left_out, key, order, pks)
    else:
        key, order = passages.c.version_pk, [passages.c.ordinal, passages.c.pk]
        yield from _read(connection, passages, key, order, pks, columns=[passages.c.input_sha256])
        for table in (schema.vectors, schema.tokens, schema.sentences):
            joined = table.join(passages, passages.c.pk == table.c.passage_pk)
            yield from _read(connection, joined, key, order, pks, columns=list(table.c))


def _read(
    connection: Connection,
    source: Any,
    key: Any,
    order: Sequence[Any],
    pks: Sequence[int] = (),
    without: Iterable[str] = (),
    columns: Sequence[Any] | None = None,
    where: Any = None,
) -> Iterator[tuple[int, list[bytes]]]:
    chosen = columns or [column for column in source.c if column.name not in without]
    plain = connection.dialect.name != "sqlite"
    values = chosen if plain else _as_stored(chosen)
    query = select(*([] if key is None else [key]), *values).select_from(source)
    if key is not None:
        query = query.where(key.in_(pks)).order_by(key, *order)
    else:
        query = query.order_by(*order)
    if where is not None:
        query = query.where(where)
    for row in connection.execute(query):
        version, rest = (LIBRARY_KEY, row) if key is None else (row[0], row[1:])
        yield version, [_bytes(value) for value in rest]


def _as_stored(columns: Sequence[Any]) -> list[Any]:
    """Return bytes and types of SQLite's values: damaged ones may be no text, or no longer text."""
    types: Any = func.typeof(columns[0])
    for column in columns[1:]:
        types = types.concat(func.typeof(column))
    return [types, *(cast(column, LargeBinary) for column in columns)]


def _bytes(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, datetime) and value.tzinfo:  # in whatever zone the server speaks of it
        value = value.astimezone(UTC)
    return repr(value).encode("utf-8", "surrogatepass")
