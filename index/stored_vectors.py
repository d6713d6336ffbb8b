"""The vectors of passages in SQL, the truth that every vector index is built from.

Joins the caller's transaction; knows passages only by number and by the hash of what was read.
"""

from collections.abc import Iterable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from index import schema

_CHUNK = 500  # bound parameters a statement
_MANY = 2_000  # look-ups by key beyond which a whole table is read
_T = TypeVar("_T")


def by_pk(connection: Connection, pks: Sequence[int]) -> NDArray[np.float32]:
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
    return np.frombuffer(b"".join(found[pk] for pk in pks), dtype="<f4").reshape(len(pks), -1)


def by_input(connection: Connection, hashes: Iterable[str]) -> dict[str, bytes]:
    """Return the stored vectors of inputs that were embedded before."""
    table = schema.passages
    found: dict[str, bytes] = {}
    for part in chunks(list(hashes)):
        rows = connection.execute(
            select(table.c.input_sha256, schema.vectors.c.vector)
            .join(schema.vectors, schema.vectors.c.passage_pk == table.c.pk)
            .where(table.c.input_sha256.in_(part))
        )
        found.update((row.input_sha256, row.vector) for row in rows)
    return found


def to_blob(vector: NDArray[np.float32]) -> bytes:
    """Return the stored form of a vector."""
    return vector.astype("<f4").tobytes()


def chunks(items: Sequence[_T]) -> Iterable[Sequence[_T]]:
    """Cut items into parts that one statement can bind."""
    return (items[begin : begin + _CHUNK] for begin in range(0, len(items), _CHUNK))
