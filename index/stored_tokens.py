"""The packed tokens of passages in SQL, beside their vectors: what `index/tokens.py` compares.

Joins the caller's transaction; knows passages only by number and by the hash of what was embedded.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, insert, select

from index import schema
from index.stored_vectors import chunks


def by_pk(connection: Connection, pks: Sequence[int]) -> list[bytes]:
    """Return the packed tokens of passages in the order asked for; b"" for one without."""
    table = schema.tokens
    found: dict[int, bytes] = {}
    for part in chunks(pks):
        rows = connection.execute(select(table).where(table.c.passage_pk.in_(part)))
        found.update((row.passage_pk, row.packed) for row in rows)
    return [found.get(pk, b"") for pk in pks]


def by_input(connection: Connection, hashes: Iterable[str]) -> dict[str, bytes]:
    """Return the packed tokens of inputs that were embedded before."""
    table, passages = schema.tokens, schema.passages
    found: dict[str, bytes] = {}
    for part in chunks(list(hashes)):
        rows = connection.execute(
            select(passages.c.input_sha256, table.c.packed)
            .join(table, table.c.passage_pk == passages.c.pk)
            .where(passages.c.input_sha256.in_(part))
        )
        found.update((row.input_sha256, row.packed) for row in rows)
    return found


def add(connection: Connection, pks: Sequence[int], packed: Sequence[bytes]) -> None:
    """Store the packed tokens of passages; nothing for those that have none."""
    rows = [
        {"passage_pk": pk, "packed": each} for pk, each in zip(pks, packed, strict=True) if each
    ]
    if rows:
        connection.execute(insert(schema.tokens), rows)


def clear(connection: Connection) -> None:
    """Forget the tokens of all passages."""
    connection.execute(schema.tokens.delete())
