"""Counts of what a library holds, and the checks of `briefs doctor` on its database.

Reads only, and opens no vector index, which has its own check in `vectors/generations.py`.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select, text

from index import publishing
from index.storage import catalogue, schema
from index.storage.database import Database
from index.storage.lexicon import Lexicon
from index.storage.schema import CURRENT
from index.vectors import snapshot


@dataclass(frozen=True)
class LibraryCounts:
    """What is searchable; generation 0: nothing was published yet."""

    generation: int
    briefs: int
    passages: int


def library_counts(database: Database) -> LibraryCounts:
    """Return the figures; raises DatabaseUnavailable."""
    versions, passages = schema.versions, schema.passages
    briefs = select(func.count()).select_from(versions).where(versions.c.state == CURRENT)
    held = (
        select(func.count())
        .select_from(passages.join(versions, versions.c.pk == passages.c.version_pk))
        .where(versions.c.state == CURRENT)
    )
    with database.read() as connection:
        return LibraryCounts(
            snapshot.published(connection)[0],
            int(connection.execute(briefs).scalar_one()),
            int(connection.execute(held).scalar_one()),
        )


def database_fault(connection: Connection) -> str | None:
    """Return the first thing that SQLite finds wrong with its file; None on other databases."""
    if connection.engine.dialect.name != "sqlite":
        return None
    found = str(connection.execute(text("PRAGMA quick_check(1)")).scalar())
    return None if found == "ok" else found.splitlines()[0]


def misplaced_passages(connection: Connection) -> list[str]:
    """Return the ids of passages that are not the slice of their brief that they say they are."""
    versions, passages = schema.versions, schema.passages
    bad: list[str] = []
    for pk, brief_text in connection.execute(select(versions.c.pk, versions.c.text)):
        rows = connection.execute(
            select(passages.c.id, passages.c.start, passages.c.end, passages.c.text).where(
                passages.c.version_pk == pk
            )
        )
        bad.extend(row.id for row in rows if brief_text[row.start : row.end] != row.text)
    return bad


def lexicon_difference(connection: Connection, lexicon: Lexicon, state: str) -> int:
    """Return how many passages are in the full text or in the versions, but not in both."""
    versions, passages = schema.versions, schema.passages
    wanted = set(
        connection.execute(
            select(passages.c.pk)
            .join(versions, versions.c.pk == passages.c.version_pk)
            .where(versions.c.state == state)
        ).scalars()
    )
    return len(wanted ^ lexicon.members(connection))


def wrong_terms(connection: Connection, lexicon: Lexicon, state: str) -> list[int]:
    """Return the passages in the full text whose stored terms are not those of their texts."""
    return [
        pk
        for row in catalogue.versions(connection, schema.versions.c.state == state)
        for pk in lexicon.wrong(connection, publishing.lexicon_entries(connection, row.pk))
    ]
