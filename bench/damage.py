"""Flip bits that change what a library's database says, and see whether each is found or healed.

python -m bench.damage DATA [--quick]

The library holds the example briefs, some asked about, and an audit of the answers. A flip counts
as found if the library refuses to open in one line, or the doctor's checks or the chain's name it.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path

from bench import command
from bench.figures import Figure, counted
from bench.workplace import ROOT, Workplace
from bot.audit.check_run import run as audit
from bot.audit.selection import Selection
from bot.ledger.ledger import Ledger
from bot.ledger.recording import Answerer
from index.errors import BriefsError
from index.library import DATABASE_FILE, Library
from index.settings import load
from ingest.pipeline import ingest
from tests.fakes import HashedTokens
from tests.flips import flips

FLIPS, QUICK_FLIPS = 60, 6
QUESTIONS = ("How many ships passed the Suez Canal?", "What do the briefs say about fish?")


def measure(place: Workplace) -> Sequence[Figure]:
    """Return how many of the flips were found."""
    sound, copy = place.fresh("damage-sound"), place.fresh("damage-copy")
    with Library.open(load(home=sound), create=True, embedder=HashedTokens()) as library:
        ingest(library, [str(ROOT / "examples" / "briefs")])
        answerer = Answerer(library, Ledger(library.database))
        for question in QUESTIONS:
            answerer.ask(question)
        audit(library.database, Selection())
        library.database.empty_log()
    total = QUICK_FLIPS if place.quick else FLIPS
    unseen = []
    for seed in range(total):
        shutil.rmtree(copy)
        shutil.copytree(sound, copy)
        offset = next(flips(copy / DATABASE_FILE, seed))
        if not found(copy):
            unseen.append(f"seed {seed}: a bit at byte {offset:,} was not found")
    what = "flipped bits that change what the database says: found"
    return [counted(what, total - len(unseen), total, 1.0, unseen)]


def found(home: Path) -> bool:
    """Return whether the checks of `briefs doctor` and `verify-chain` find anything."""
    try:
        with Library.open(load(home=home), embedder=HashedTokens()) as library:
            return bool(library.faults() or Ledger(library.database).check().fault)
    except BriefsError as error:
        return "\n" not in str(error)


if __name__ == "__main__":
    command.main("damage", measure)
