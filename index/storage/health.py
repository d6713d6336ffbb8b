"""Counts of what a library holds, and the checks of `briefs doctor` on its database.

Changes nothing, and opens no vector index, which has its own check in `vectors/generations.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, select, text

from index import publishing
from index.storage import beside, catalogue, checksums, schema
from index.storage.checksums import ChecksumScope
from index.storage.database import Database
from index.storage.lexicon import Lexicon
from index.storage.schema import CURRENT
from index.vectors import snapshot

REINDEX = "run: briefs reindex"
RESTORE = "restore it from a backup"
INGEST = "restore a backup, or ingest these briefs again"  # an ingest replaces what is damaged
# What SQLite says of an index that does not agree with its table, https://sqlite.org/pragma.html
_OF_AN_INDEX = (
    " missing from index ",
    "wrong # of entries in index ",
    "non-unique entry in index ",
)
_MESSAGES = 100  # of SQLite's check
Faults = dict[str, tuple[str, str]]  # what was looked at -> (what is wrong, how to fix it)


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


def faults(database: Database, home: Path, lexicons: Mapping[str, Lexicon]) -> Faults:
    """Return what is wrong with the database and the files beside it; {} if all is sound.

    A check that cannot be made, because what it reads is damaged, has found something.
    """
    looks: list[tuple[str, str, Callable[[Connection], tuple[str, str] | None]]] = [
        ("database", RESTORE, _file_fault),
        ("files", REINDEX, lambda connection: beside.fault(connection, database, home)),
        ("texts", INGEST, _text_fault),
        ("vectors", REINDEX, _vector_fault),
        ("passages", INGEST, _passage_fault),
    ]
    looks += [
        ("full text", REINDEX, _lexicon_look(lexicon, state)) for state, lexicon in lexicons.items()
    ]
    found: Faults = {}
    for name, fix, look in looks:
        try:
            with database.read() as connection:
                fault = look(connection)
        except Exception as error:  # damaged values break whatever reads them, in any way
            fault = (str(error).strip() or type(error).__name__).splitlines()[0], fix
        if fault is not None:
            found.setdefault(name, fault)
    for lexicon in lexicons.values():
        if "full text" not in found and not lexicon.agrees(database):
            found["full text"] = "its index does not agree with its texts", REINDEX
    return found


def rebuild_indexes(connection: Connection) -> None:
    """Have SQLite make the indexes of its tables again; other databases look after theirs."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("REINDEX"))


def _file_fault(connection: Connection) -> tuple[str, str] | None:
    if connection.dialect.name != "sqlite":
        return None
    check = text(f"PRAGMA integrity_check({_MESSAGES})")
    found = [str(line) for line in connection.execute(check).scalars() if line != "ok"]
    if not found:
        return None
    indexes = all(any(words in line for words in _OF_AN_INDEX) for line in found)
    return found[0].splitlines()[0], REINDEX if indexes else RESTORE


def _text_fault(connection: Connection) -> tuple[str, str] | None:
    wrong = checksums.damaged(
        connection, [part for part in ChecksumScope if part is not ChecksumScope.EMBEDDINGS]
    )
    if wrong.of(ChecksumScope.LIBRARY):
        return "the library's own values are not as they were written", RESTORE
    pks = wrong.of(ChecksumScope.TEXT, ChecksumScope.STATE, ChecksumScope.LEFT_OUT)
    if not pks:
        return None
    names = {
        row.pk: f"{row.brief.id}@{row.brief.version}" for row in catalogue.versions(connection)
    }
    first = next((names[pk] for pk in pks if pk in names), "one that is gone")
    return f"{len(pks)} are not as they were written, {first} first", INGEST


def _vector_fault(connection: Connection) -> tuple[str, str] | None:
    wrong = checksums.damaged(connection, [ChecksumScope.EMBEDDINGS]).of(ChecksumScope.EMBEDDINGS)
    said = f"those of {len(wrong)} brief versions are not as they were written"
    return (said, REINDEX) if wrong else None


def _passage_fault(connection: Connection) -> tuple[str, str] | None:
    bad = misplaced_passages(connection)
    return (f"{len(bad)} are not slices of their briefs, {bad[0]} first", INGEST) if bad else None


def _lexicon_look(lexicon: Lexicon, state: str) -> Callable[[Connection], tuple[str, str] | None]:
    def look(connection: Connection) -> tuple[str, str] | None:
        if difference := lexicon_difference(connection, lexicon, state):
            return f"{difference} passages differ from the database", REINDEX
        if wrong := wrong_terms(connection, lexicon, state):
            return f"wrong terms are stored for {len(wrong)} of the passages", REINDEX
        return None

    return look


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
