"""Flip bits of a database so that it says something else, or change values, in seeded places."""

import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from index.storage.schema import PASSING


def said(database: Path) -> list[str] | None:
    """Return all that the database says, sorted; None where it cannot be read any more.

    Without the values of the moment, which the next ingest writes again.
    """
    try:
        connection = sqlite3.connect(f"file:{database}?mode=ro&immutable=1", uri=True)
        connection.text_factory = bytes
        names = [
            name.decode()
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        rows = [
            f"{name} {row}"
            for name in names
            if not name.startswith("lexicon") or name.endswith("_content")
            for row in connection.execute(f'SELECT * FROM "{name}"')
            if name != "library" or row[0].decode() not in PASSING
        ]
        connection.close()
    except (sqlite3.Error, UnicodeDecodeError):
        return None
    return sorted(rows)


def flips(database: Path, seed: int) -> Iterator[int]:
    """Yield offsets of bytes, each of which says something else once a bit of it is flipped."""
    chance, size, before = random.Random(seed), database.stat().st_size, said(database)
    while True:
        offset, bit = chance.randrange(100, size), 1 << chance.randrange(8)
        flip(database, offset, bit)
        if said(database) != before:
            yield offset
        flip(database, offset, bit)


def flip(path: Path, offset: int, bit: int) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        (byte,) = file.read(1)
        file.seek(offset)
        file.write(bytes([byte ^ bit]))


def places(database: Path) -> list[tuple[str, str | None]]:
    """Return the tables that have rows, each with each of its columns, and with None for a row."""
    with sqlite3.connect(database) as connection:
        query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        names = [name for (name,) in connection.execute(query) if not name.startswith("lexicon")]
        filled = [n for n in names if connection.execute(f'SELECT 1 FROM "{n}"').fetchone()]
        found = [
            (name, column)
            for name in filled
            for column in (None, *(row[1] for row in connection.execute(_columns(name))))
        ]
    connection.close()
    return found


def change(database: Path, table: str, column: str | None, seed: int) -> None:
    """Change one value of a random row behind the triggers' back, or delete the row.

    Not of the values of the moment, which the next ingest writes again.
    """
    connection = sqlite3.connect(database, isolation_level=None)
    triggers = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall()
    for name, _ in triggers:
        connection.execute(f'DROP TRIGGER "{name}"')
    passing = ", ".join(f"'{key}'" for key in PASSING)
    lasting = f"WHERE key NOT IN ({passing})" if table == "library" else ""
    rows = connection.execute(f'SELECT rowid FROM "{table}" {lasting}').fetchall()
    (row,) = random.Random(f"{seed} {table} {column}").choice(rows)
    if column is None:
        connection.execute(f'DELETE FROM "{table}" WHERE rowid = ?', (row,))
    else:
        query = f'SELECT "{column}" FROM "{table}" WHERE rowid = ?'
        (value,) = connection.execute(query, (row,)).fetchone()
        connection.execute(
            f'UPDATE "{table}" SET "{column}" = ? WHERE rowid = ?', (_other(value), row)
        )
    for _, made in triggers:
        connection.execute(made)
    connection.close()


def _columns(table: str) -> str:
    return f'PRAGMA table_info("{table}")'


def _other(value: object) -> object:
    """Return another value of the same type."""
    if isinstance(value, bytes):
        return bytes([value[0] ^ 4]) + value[1:] if value else b"x"
    if isinstance(value, str):
        return ("~" if value[:1] != "~" else "-") + value[1:]
    return 1 if value is None else value + 1000  # type: ignore[operator]
