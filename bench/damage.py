"""Damage a library's database in seeded places, and see whether each is found or healed.

python -m bench.damage DATA [--quick]

The library holds the example briefs, recorded answers, and an audit of them. Bits are flipped so
that the database says something else; then each column of each table is changed in one row, and a
row of each table deleted. A damage counts as found if the library refuses to open in one line, or
the doctor's checks, the chain's or the register's name it; as healed if an audit over all answers
writes it again.
"""

import shutil
import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from bench import command
from bench.figures import Figure, counted
from bench.workplace import ROOT, Workplace
from bot.audit.check_run import run as audit
from bot.audit.register import Register
from bot.audit.selection import Selection
from bot.ledger.ledger import Ledger
from bot.ledger.recording import Answerer
from index.errors import BriefsError
from index.library import DATABASE_FILE, Library
from index.settings import load
from ingest.pipeline import ingest
from tests.audit.records import PORT, brief, doubtful, quoting, record
from tests.fakes import HashedTokens
from tests.flips import change, flips, places

FLIPS, QUICK_FLIPS = 60, 6
SEED = 7
QUESTIONS = ("How many ships passed the Suez Canal?", "What do the briefs say about fish?")
_AUDITED = ("audit_state", "audit_answers", "audit_sentences", "audit_citations", "audit_findings")


def measure(place: Workplace) -> Sequence[Figure]:
    """Return how many of the damages were found or healed."""
    sound, copy = place.fresh("damage-sound"), place.fresh("damage-copy")
    _fill(sound)
    total = QUICK_FLIPS if place.quick else FLIPS
    unseen = [
        f"seed {seed}: a bit at byte {offset:,}"
        for seed in range(total)
        if (offset := _damaged(sound, copy, lambda path, seed=seed: next(flips(path, seed)))) >= 0
    ]
    flipped = "flipped bits that change what the database says: found or healed"
    cells = places(sound / DATABASE_FILE)[:: 6 if place.quick else 1]
    left = [
        f"{table}: {column or 'a deleted row'}"
        for table, column in cells
        if _damaged(sound, copy, lambda path, t=table, c=column: change(path, t, c, SEED) or 0) >= 0
    ]
    changed = "a value changed in each column, a row deleted in each table: found or healed"
    return [
        counted(flipped, total - len(unseen), total, 1.0, unseen),
        counted(changed, len(cells) - len(left), len(cells), 1.0, left),
    ]


def _fill(home: Path) -> None:
    with Library.open(load(home=home), create=True, embedder=HashedTokens()) as library:
        ingest(library, [str(ROOT / "examples" / "briefs")])
        ledger = Ledger(library.database)
        answerer = Answerer(library, ledger)
        for question in QUESTIONS:
            answerer.ask(question)
        doubt = doubtful(PORT[0].replace("41", "40"), [1], "number", "“40” is not in it")
        record(ledger, "a1", quoting(brief(*PORT), 1, PORT[0], sentences=(doubt,)))
        record(ledger, "a2", quoting(brief(*PORT), 3, PORT[2]))
        audit(library.database, Selection())
        library.database.empty_log()


def _damaged(sound: Path, copy: Path, damage: Callable[[Path], int]) -> int:
    """Return where a damage to a fresh copy was, if it is neither found nor healed; else -1."""
    shutil.rmtree(copy)
    shutil.copytree(sound, copy)
    offset = damage(copy / DATABASE_FILE)
    return -1 if found(copy) or healed(copy, sound) else offset


def found(home: Path) -> bool:
    """Return whether the checks of `briefs doctor` and `verify-chain` find anything."""
    try:
        with Library.open(load(home=home), embedder=HashedTokens()) as library:
            ledger = Ledger(library.database)
            told = ledger.check().fault or Register(library.database).differing()
            return bool(told or ledger.unguarded() or library.faults())
    except BriefsError as error:
        return "\n" not in str(error)


def healed(home: Path, sound: Path) -> bool:
    """Return whether an audit over all answers makes the register what it was."""
    if _audited(home) == _audited(sound):  # the damage is elsewhere
        return False
    with Library.open(load(home=home), embedder=HashedTokens()) as library:
        audit(library.database, Selection())
    return _audited(home) == _audited(sound)


def _audited(home: Path) -> list[str]:
    """Return what the register says; of the moments of its checks, whether they are any."""
    connection = sqlite3.connect(home / DATABASE_FILE)
    connection.row_factory = sqlite3.Row
    rows = [
        f"{table} {[_moment(row[key]) if key == 'checked_at' else row[key] for key in row.keys()]}"  # noqa: SIM118
        for table in _AUDITED
        for row in connection.execute(f"SELECT * FROM {table}")
    ]
    connection.close()
    return sorted(rows)


def _moment(stored: str) -> bool:
    try:
        return bool(datetime.fromisoformat(stored))
    except ValueError:
        return False


if __name__ == "__main__":
    command.main("damage", measure)
