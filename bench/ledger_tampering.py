"""Tamper with fresh copies of a ledger in five ways, each in many places, and see what is found.

Triggers and foreign keys are left out of it, as whoever has the file can. Each copy is checked
against anchors that were taken while it was sound, one every so many records and one at the end.
"""

import random
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench.figures import Figure
from bench.ledger_records import grown, opened, places
from bench.workplace import Workplace
from bot.ledger.anchors import Anchor, append, library_id, marks_of, read
from bot.ledger.canonical import chain_hash
from bot.ledger.ledger import Checked, Ledger
from index.library import DATABASE_FILE

RECORDS, PLACES = 400, 200
QUICK_RECORDS, QUICK_PLACES = 60, 12
EVERY = 50  # records between two anchors

Connection = sqlite3.Connection


@dataclass(frozen=True)
class Tampering:
    """What was done, and which records may be named as the first bad one."""

    kind: str
    place: int
    first: range
    do: Callable[[Connection], None]


def measure(place: Workplace) -> list[Figure]:
    """Return the figures on what was found and what was named."""
    count = QUICK_RECORDS if place.quick else RECORDS
    home = grown(place, count)
    anchors = _anchored(home, place.fresh("ledger-anchors") / "anchors", count)
    kinds = (_edits, _removals, _swaps, _cuts, _rewrites)
    most = QUICK_PLACES if place.quick else PLACES
    found, named, unseen = 0, 0, []
    tamperings = [one for number, kind in enumerate(kinds) for one in kind(count, most, number)]
    folder = place.fresh("ledger-tampered")
    for one in tamperings:
        checked = _checked(home, folder, anchors, one)
        fault = checked.fault
        found += fault is not None
        named += fault is not None and fault.seq in one.first
        if fault is None or fault.seq not in one.first:
            unseen.append(f"{one.kind} at {one.place}: {fault or 'not found'}")
    total = len(tamperings)
    what = (
        f"{total:,} tamperings of {count} records (edit, remove, swap, cut the tail, rewrite all)"
    )
    return [
        Figure(f"{what}, with anchors: found", f"{found:,}", f"{total:,}", met=found == total),
        Figure("… the first bad record named (a full rewrite: within its anchors)",
               f"{named:,}", f"{total:,}", met=named == total, details=tuple(unseen)),
    ]  # fmt: skip


def _anchored(home: Path, path: Path, count: int) -> Path:
    """Write anchors as an hourly run would have."""
    database = opened(home)
    ledger, library = Ledger(database), library_id(database)
    for seq in sorted({*range(EVERY, count, EVERY), count}):
        append(path, Anchor(library, seq, ledger.hash_at(seq) or "", f"after {seq}"))
    database.close()
    return path


def _checked(home: Path, folder: Path, anchors: Path, one: Tampering) -> Checked:
    """Tamper with a fresh copy, check it as `briefs audit verify-chain --anchor` does."""
    copy = folder / DATABASE_FILE
    for suffix in ("", "-wal", "-shm"):
        Path(f"{copy}{suffix}").unlink(missing_ok=True)
    shutil.copyfile(home / DATABASE_FILE, copy)
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            connection.execute(f"DROP TRIGGER {name}")
        one.do(connection)
    database = opened(folder)
    try:
        marks = marks_of(read(anchors), library_id(database))
        return Ledger(database).check(marks)
    finally:
        database.close()


def _edits(count: int, most: int, seed: int) -> list[Tampering]:
    """One letter of the body; that and its hash; the time; the question."""
    ways = (_edit_body, _edit_and_hash, _edit_time, _edit_question)
    return [
        Tampering("edit", seq, range(seq, seq + 1), _with(ways[number % len(ways)], seq))
        for number, seq in enumerate(places(most, count, seed))
    ]


def _removals(count: int, most: int, seed: int) -> list[Tampering]:
    """A record with its question; half of the times those after it move up."""
    ways = (_remove, _remove_and_close)
    return [
        Tampering("remove", seq, range(seq, seq + 1), _with(ways[number % 2], seq))
        for number, seq in enumerate(places(most, count, seed))
    ]


def _swaps(count: int, most: int, seed: int) -> list[Tampering]:
    chance, made = random.Random(seed), []
    while len(made) < most:
        one, other = sorted(chance.sample(range(1, count + 1), 2))
        if len(made) % 2:
            one, other = min(one, count - 1), min(one, count - 1) + 1
        made.append(Tampering("swap", one, range(one, one + 1), _swap(one, other)))
    return made


def _cuts(count: int, most: int, seed: int) -> list[Tampering]:
    return [
        Tampering("cut the tail", seq, range(seq, seq + 1), _with(_cut, seq))
        for seq in places(most, count, seed)
    ]


def _rewrites(count: int, most: int, seed: int) -> list[Tampering]:
    """A body, and all hashes from there to the end: no record is bad in itself."""
    made = []
    for seq in places(most, count, seed):
        anchored = min(count, -(-seq // EVERY) * EVERY)
        made.append(Tampering("rewrite", seq, range(seq, anchored + 1), _with(_rewrite, seq)))
    return made


def _with(way: Callable[[Connection, int], None], seq: int) -> Callable[[Connection], None]:
    return lambda connection: way(connection, seq)


_LETTER = (
    "UPDATE ledger SET body = replace(body, '\"fingerprint\"', '\"fingerprunt\"') WHERE seq = ?"
)
_PRIVATE = "SELECT record_id FROM ledger WHERE seq"


def _edit_body(connection: Connection, seq: int) -> None:
    _one(connection, _LETTER, seq)


def _edit_and_hash(connection: Connection, seq: int) -> None:
    _edit_body(connection, seq)
    _hash_anew(connection, seq, seq)


def _edit_time(connection: Connection, seq: int) -> None:
    _one(connection, "UPDATE ledger SET created_at = '2020-01-01' WHERE seq = ?", seq)


def _edit_question(connection: Connection, seq: int) -> None:
    change = "UPDATE ledger_private SET body = replace(body, 'question', 'quest') WHERE record_id ="
    _one(connection, f"{change} ({_PRIVATE} = ?)", seq)


def _remove(connection: Connection, seq: int) -> None:
    _one(connection, f"DELETE FROM ledger_private WHERE record_id = ({_PRIVATE} = ?)", seq)
    _one(connection, "DELETE FROM ledger WHERE seq = ?", seq)


def _remove_and_close(connection: Connection, seq: int) -> None:
    _remove(connection, seq)
    connection.execute("UPDATE ledger SET seq = -seq WHERE seq > ?", (seq,))
    connection.execute("UPDATE ledger SET seq = -seq - 1 WHERE seq < 0")


def _swap(one: int, other: int) -> Callable[[Connection], None]:
    def do(connection: Connection) -> None:
        for old, new in ((one, -1), (other, one), (-1, other)):
            connection.execute("UPDATE ledger SET seq = ? WHERE seq = ?", (new, old))

    return do


def _cut(connection: Connection, seq: int) -> None:
    connection.execute(f"DELETE FROM ledger_private WHERE record_id IN ({_PRIVATE} >= ?)", (seq,))
    connection.execute("DELETE FROM ledger WHERE seq >= ?", (seq,))


def _rewrite(connection: Connection, seq: int) -> None:
    _edit_body(connection, seq)
    (last,) = connection.execute("SELECT max(seq) FROM ledger").fetchone()
    _hash_anew(connection, seq, last)


def _hash_anew(connection: Connection, first: int, last: int) -> None:
    query = "SELECT seq, prev_hash, body FROM ledger WHERE seq BETWEEN ? AND ? ORDER BY seq"
    rows: Sequence[tuple[int, str, str]] = connection.execute(query, (first, last)).fetchall()
    prev, made = rows[0][1], []
    for seq, _, body in rows:
        new = chain_hash(seq, prev, body)
        made.append((prev, new, seq))
        prev = new
    connection.executemany("UPDATE ledger SET prev_hash = ?, hash = ? WHERE seq = ?", made)


def _one(connection: Connection, statement: str, seq: int) -> None:
    """Run a statement that must change one row."""
    changed = connection.execute(statement, (seq,)).rowcount
    assert changed == 1, f"{statement}: {changed} rows"
