"""Measure a run of the checks over many stored answers: seconds, and whether memory stays flat.

Half of the answers are written by script, each another one; the others are those to our questions
(bench/audit_answers.py), recorded again and again, all in a copy of the reports' library. What
fills it works in a process of its own: see bench/timing.py. Memory grows over the first thousands
while what was read last is kept; it must not after that.
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
GROWTH = 1.05  # of the peak with half of the answers
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
        met=done.seconds <= SECONDS and found["checked"] >= total,
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
        "… peak memory over all, of that over half",
        f"{peaks[-1] / peaks[1]:.2f}",
        bar=f"≤ {GROWTH:.2f}",
        met=peaks[-1] <= GROWTH * peaks[1],
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
    from bot.ledger.ledger import Ledger

    asked = [one for one in audit_answers.bodies(place) if one["mode"] == "extractive"]
    with audit_answers.opened(home) as library:
        ledger = Ledger(library.database)
        written = audit_answers.written(library, total // 2)
        private = {"question": "?", "standalone_question": "?", "asker": None, "place": None}
        for number in range(total):
            body = asked[number % len(asked)] if number % 2 else next(written)
            ledger.append(f"many{number}", body, private)
