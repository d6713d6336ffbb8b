"""Grow a ledger of realistic records: real answers over the example briefs, over and over.

The library is filled and asked by the real command; what it recorded is then recorded again under
new ids until there are enough. The files lie in one folder, ready to be copied.
"""

import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.workplace import ROOT, Workplace
from bot.ledger.ledger import Ledger, LedgerEntry, RecordKind
from bot.ledger.rows import Record, insert
from index.library import DATABASE_FILE
from index.storage.database import Database, sqlite_url

_STATED = ("answer_id", "created_at", "private_sha256", "record_kind", "record_id")


def grown(place: Workplace, count: int) -> Path:
    """Return a BRIEFS_HOME whose ledger has this many records, made by this call or before."""
    return place.made(f"ledger-{count}", lambda folder: _fill(place, folder, count))


def answers(place: Workplace) -> list[LedgerEntry]:
    """Return the records of real answers to the questions that come with the example briefs."""
    home = place.made("ledger-answers", lambda folder: _ask(place, folder))
    database = opened(home)
    try:
        return list(Ledger(database).entries())
    finally:
        database.close()


def opened(home: Path) -> Database:
    """Open the database of a BRIEFS_HOME."""
    return Database(sqlite_url(home / DATABASE_FILE))


def again(entries: list[LedgerEntry], prefix: str = "b") -> Iterator[Record]:
    """Yield records like these without end, each an answer of its own."""
    number = 0
    while True:
        for entry in entries:
            number += 1
            body = {key: value for key, value in entry.body.items() if key not in _STATED}
            yield Record(
                RecordKind.ANSWER, f"{prefix}{number:08d}", body, dict(entry.private or {})
            )


def places(count: int, most: int, seed: int) -> list[int]:
    """Return as many different sequence numbers, or all there are, in random order."""
    return random.Random(seed).sample(range(1, most + 1), min(count, most))


def _ask(place: Workplace, home: Path) -> None:
    place.briefs(home, "ingest", ROOT / "examples" / "briefs")
    lines = (ROOT / "examples" / "questions.jsonl").read_text("utf-8").splitlines()
    asked = [_question(json.loads(line)) for line in lines]
    place.briefs(home, "ask", "--batch", "-", given="\n".join(map(json.dumps, asked)))


def _question(given: dict[str, Any]) -> dict[str, Any]:
    return {key: given[key] for key in ("id", "question", "conversation")}


def _fill(place: Workplace, home: Path, count: int) -> None:
    like = answers(place)
    shutil.copytree(place.kept("ledger-answers"), home, symlinks=True, dirs_exist_ok=True)
    database, records = opened(home), again(like)
    with database.write() as connection:
        for _ in range(count - len(like)):
            insert(connection, next(records))
    database.scrub()
    database.close()
