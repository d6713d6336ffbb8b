"""Flip bits of a database so that it says something else, one at a time, in seeded places."""

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
