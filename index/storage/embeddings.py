"""Vectors of passages in SQL, with their token and sentence embeddings.

The vector index is built from them. Every function joins the caller's transaction; passages are
named by number, and by the hash of what was embedded.
"""

from collections.abc import Iterable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Table, insert, select

from index.errors import DatabaseUnavailable
from index.models.token_embeddings import PackedTokens
from index.storage import schema

_CHUNK = 500  # bound parameters a statement
_MANY = 2_000  # look-ups by key beyond which a whole table is read
_T = TypeVar("_T")


def vectors_of(connection: Connection, pks: Sequence[int]) -> NDArray[np.float32]:
    """Return the vectors of passages, shape (len(pks), d), in the order asked for."""
    table = schema.vectors
    found: dict[int, bytes] = {}
    if len(pks) > _MANY:  # one pass over the table is faster than many look-ups
        rows = connection.execute(select(table).where(table.c.passage_pk >= min(pks)))
        found.update((pk, vector) for pk, vector in rows)
    else:
        for part in chunks(pks):
            rows = connection.execute(select(table).where(table.c.passage_pk.in_(part)))
            found.update((pk, vector) for pk, vector in rows)
    try:
        packed = b"".join(found[pk] for pk in pks)
        return np.frombuffer(packed, dtype="<f4").reshape(len(pks), -1)
    except (KeyError, TypeError, ValueError) as error:
        raise DatabaseUnavailable(
            "the database lacks vectors of passages, or has damaged ones; run: briefs reindex"
        ) from error


def versions_by_input(connection: Connection, hashes: Iterable[str]) -> list[int]:
    """Return the keys of the versions with passages whose inputs were embedded before."""
    table, found = schema.passages, set[int]()
    for part in chunks(list(hashes)):
        owners = select(table.c.version_pk).where(table.c.input_sha256.in_(part)).distinct()
        found.update(connection.execute(owners).scalars())
    return sorted(found)


def vectors_by_input(
    connection: Connection, hashes: Iterable[str], but_of: Iterable[int] = ()
) -> dict[str, bytes]:
    """Return the stored vectors of inputs that were embedded before, but not of some versions."""
    table = schema.passages
    found: dict[str, bytes] = {}
    for part in chunks(list(hashes)):
        rows = connection.execute(
            select(table.c.input_sha256, schema.vectors.c.vector)
            .join(schema.vectors, schema.vectors.c.passage_pk == table.c.pk)
            .where(table.c.input_sha256.in_(part), table.c.version_pk.not_in(list(but_of)))
        )
        found.update((row.input_sha256, row.vector) for row in rows)
    return found


def to_blob(vector: NDArray[np.float32]) -> bytes:
    """Return the stored form of a vector."""
    return vector.astype("<f4").tobytes()


def chunks(items: Sequence[_T]) -> Iterable[Sequence[_T]]:
    """Cut items into parts that one statement can bind."""
    return (items[begin : begin + _CHUNK] for begin in range(0, len(items), _CHUNK))


def tokens_of(connection: Connection, pks: Sequence[int]) -> list[PackedTokens]:
    """Return the packed tokens of passages in the order asked for; empty ones for one without."""
    tokens, sentences = schema.tokens, schema.sentences
    found: dict[int, PackedTokens] = {}
    for part in chunks(pks):
        rows = connection.execute(
            select(tokens.c.passage_pk, tokens.c.packed, sentences.c.packed)
            .join(sentences, sentences.c.passage_pk == tokens.c.passage_pk)
            .where(tokens.c.passage_pk.in_(part))
        )
        found.update((pk, PackedTokens(packed, rest)) for pk, packed, rest in rows)
    return [found.get(pk, PackedTokens()) for pk in pks]


def tokens_by_input(
    connection: Connection, hashes: Iterable[str], but_of: Iterable[int] = ()
) -> dict[str, PackedTokens]:
    """Return the packed tokens of inputs embedded before, but not those of some versions."""
    tokens, sentences, passages = schema.tokens, schema.sentences, schema.passages
    found: dict[str, PackedTokens] = {}
    for part in chunks(list(hashes)):
        rows = connection.execute(
            select(passages.c.input_sha256, tokens.c.packed, sentences.c.packed)
            .join(tokens, tokens.c.passage_pk == passages.c.pk)
            .join(sentences, sentences.c.passage_pk == passages.c.pk)
            .where(passages.c.input_sha256.in_(part), passages.c.version_pk.not_in(list(but_of)))
        )
        found.update((digest, PackedTokens(packed, rest)) for digest, packed, rest in rows)
    return found


def add_tokens(connection: Connection, pks: Sequence[int], packed: Sequence[PackedTokens]) -> None:
    """Store the packed tokens of passages; nothing for those that have none."""
    held = [(pk, each) for pk, each in zip(pks, packed, strict=True) if each.tokens]
    _insert(connection, schema.tokens, [(pk, each.tokens) for pk, each in held])
    _insert(connection, schema.sentences, [(pk, each.sentences) for pk, each in held])


def clear(connection: Connection, pks: Sequence[int]) -> None:
    """Forget vectors and tokens of passages, and those of passages that are not there."""
    known = select(schema.passages.c.pk)
    for table in (schema.vectors, schema.tokens, schema.sentences):
        connection.execute(table.delete().where(table.c.passage_pk.not_in(known)))
        for part in chunks(pks):
            connection.execute(table.delete().where(table.c.passage_pk.in_(part)))


def _insert(connection: Connection, table: Table, rows: Sequence[tuple[int, bytes]]) -> None:
    if rows:
        connection.execute(
            insert(table), [{"passage_pk": pk, "packed": packed} for pk, packed in rows]
        )
