"""What the model said of passages' tokens and sentences, in SQL beside their vectors.

`index/states.py` and `index/tokens.py` have the forms. Joins the caller's transaction; knows
passages only by number and by the hash of what was read.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, Table, insert, select

from index import schema
from index.states import PassageStates
from index.stored_vectors import chunks


def by_pk(connection: Connection, pks: Sequence[int]) -> list[PassageStates]:
    """Return the states of passages in the order asked for; empty ones for one without."""
    tokens, sentences = schema.tokens, schema.sentences
    found: dict[int, PassageStates] = {}
    for part in chunks(pks):
        rows = connection.execute(
            select(tokens.c.passage_pk, tokens.c.packed, sentences.c.packed)
            .join(sentences, sentences.c.passage_pk == tokens.c.passage_pk)
            .where(tokens.c.passage_pk.in_(part))
        )
        found.update((pk, PassageStates(packed, rest)) for pk, packed, rest in rows)
    return [found.get(pk, PassageStates()) for pk in pks]


def by_input(connection: Connection, hashes: Iterable[str]) -> dict[str, PassageStates]:
    """Return the states of inputs that were embedded before."""
    tokens, sentences, passages = schema.tokens, schema.sentences, schema.passages
    found: dict[str, PassageStates] = {}
    for part in chunks(list(hashes)):
        rows = connection.execute(
            select(passages.c.input_sha256, tokens.c.packed, sentences.c.packed)
            .join(tokens, tokens.c.passage_pk == passages.c.pk)
            .join(sentences, sentences.c.passage_pk == passages.c.pk)
            .where(passages.c.input_sha256.in_(part))
        )
        found.update((digest, PassageStates(packed, rest)) for digest, packed, rest in rows)
    return found


def add(connection: Connection, pks: Sequence[int], states: Sequence[PassageStates]) -> None:
    """Store the states of passages; nothing for those that have none."""
    held = [(pk, each) for pk, each in zip(pks, states, strict=True) if each.tokens]
    _insert(connection, schema.tokens, [(pk, each.tokens) for pk, each in held])
    _insert(connection, schema.sentences, [(pk, each.sentences) for pk, each in held])


def clear(connection: Connection) -> None:
    """Forget the states of all passages."""
    connection.execute(schema.tokens.delete())
    connection.execute(schema.sentences.delete())


def _insert(connection: Connection, table: Table, rows: Sequence[tuple[int, bytes]]) -> None:
    if rows:
        connection.execute(
            insert(table), [{"passage_pk": pk, "packed": packed} for pk, packed in rows]
        )
