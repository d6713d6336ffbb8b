"""Measure a run of the checks over many stored answers: seconds, and whether memory stays flat.

The answers are those of bench/audit_answers.py, each recorded again and again under another id, in
a copy of the reports' library. What fills it works in a process of its own: see bench/timing.py.
"""

import json
import multiprocessing
import shutil
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure
from bench.workplace import Workplace

ANSWERS = 10_000
QUICK = 400
SECONDS = 60.0
GROWTH = 1.10  # of the peak with a tenth of the answers
PARTS = (0.1, 0.5, 1.0)


def figures(place: Workplace) -> Iterator[Figure]:
    """Yield seconds and peak memory; the whole run first, which also fills the register."""
    total = QUICK if place.quick else ANSWERS
    home = _filled(place, total)
    done = place.briefs(home, "audit", "run", "--json", "-n", "5")
    found = json.loads(done.out)
    yield Figure(
        f"`audit run` over {found['checked']:,} answers, half of them written, the register empty",
        f"{done.seconds:.1f} s, {1000 * found['seconds'] / found['checked']:.1f} ms an answer",
        bar=f"≤ {SECONDS:.0f} s",
        met=done.seconds <= SECONDS and found["checked"] == total,
    )
    peaks = []
    for part in PARTS:
        count = int(total * part)
        again = place.briefs(home, "audit", "run", "--json", "--sample", str(count), "--seed", "1")
        peaks.append(again.peak_mb)
        yield Figure(
            f"… again over {count:,} of them",
            f"{again.seconds:.1f} s, peak {again.peak_mb:.0f} MB",
        )
    yield Figure(
        "… peak memory over all, of that over a tenth",
        f"{peaks[-1] / peaks[0]:.2f}",
        bar=f"≤ {GROWTH:.2f}",
        met=peaks[-1] <= GROWTH * peaks[0],
    )


def _filled(place: Workplace, total: int) -> Path:
    source = place.markdown_library()
    home = place.fresh("audit-many")
    shutil.copytree(source, home, dirs_exist_ok=True)
    filling = multiprocessing.get_context("spawn").Process(target=_fill, args=(place, home, total))
    filling.start()
    filling.join()
    if filling.exitcode:
        raise RuntimeError("the answers could not be recorded")
    return home


def _fill(place: Workplace, home: Path, total: int) -> None:
    """Record the answers; their dates are today's, for the ledger's clock is not to be set."""
    from bench import audit_answers
    from bot.ledger import Ledger

    bodies = audit_answers.bodies(place)
    with audit_answers.opened(home) as library:
        ledger = Ledger(library.database)
        private = {"question": "?", "standalone_question": "?", "asker": None, "place": None}
        for number in range(total):
            ledger.append(f"many{number}", bodies[number % len(bodies)], private)
