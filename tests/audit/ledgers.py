"""Ledgers for tests of the audit: a few records in a database file, and ways to tamper with it."""

import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from bot.ledger.ledger import Ledger, RecordKind
from bot.ledger.rows import chain_hash
from index.storage.database import Database

BODY = {"answered": True, "sentences": [{"text": "Café"}], "streamed": None}


def fill(database: Database, count: int, asker: str = "U1") -> Ledger:
    """Record answers a1 to a{count}, with a judgement after every fourth."""
    ledger = Ledger(database)
    for n in range(1, count + 1):
        private = {"question": f"question {n}", "asker": asker, "turns": []}
        ledger.append(f"a{n}", {**BODY, "n": n}, private)
        if n % 4 == 0:
            ledger.add(
                RecordKind.JUDGEMENT, f"a{n}", {"sentence": 1}, {"editor": "ed", "note": "fine"}
            )
    return ledger


def tamper(path: Path, *statements: str) -> None:
    """Change a database file as somebody who has it could: without triggers and foreign keys."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)


def rewrite(path: Path, seq: int, old: str, new: str, *, last: int | None = None) -> None:
    """Edit a body, and hash it and all records after it up to `last` anew."""
    tamper(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        rows = connection.execute(
            "SELECT seq, prev_hash, body FROM ledger WHERE seq >= ? ORDER BY seq", (seq,)
        ).fetchall()
        prev = rows[0][1]
        for number, _, body in rows:
            if last is not None and number > last:
                break
            text = re.sub(old, new, body, count=1) if number == seq else body
            made = chain_hash(number, prev, text)
            connection.execute(
                "UPDATE ledger SET prev_hash = ?, body = ?, hash = ? WHERE seq = ?",
                (prev, text, made, number),
            )
            prev = made


def holding(folder: Path, words: Sequence[str]) -> dict[str, int]:
    """Count words, whatever their case, in the bytes of all files below a folder."""
    found: dict[str, int] = {}
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            text = file.read_bytes().lower()
            count = sum(text.count(word.lower().encode()) for word in words)
            if count:
                found[file.name] = count
    return found
