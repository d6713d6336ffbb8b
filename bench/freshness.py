"""Measure how soon one process finds what another has ingested, a hundred times over.

`briefs search --batch -` stays open all the time and is asked after each `briefs ingest`; its
memory and open files are watched from one published generation to the next.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import command, timing
from bench.figures import Figure
from bench.workplace import Workplace

ROUNDS = 100
QUICK_ROUNDS = 8
FOUND_SECONDS = 2.0  # after the ingest's exit
SETTLED = 10  # rounds after which memory should grow no more
_ONSETS, _CODAS = "bdfgklmnprstvz", ("lan", "ric", "mos", "ten", "var")


@dataclass(frozen=True)
class Round:
    """One brief: how long its ingest took, and how long after its exit it was found."""

    ingest_seconds: float
    found_seconds: float | None  # None if not within FOUND_SECONDS
    memory_mb: float  # of the searching process
    open_files: int


def measure(place: Workplace) -> list[Figure]:
    """Return the figures on finding, on delay and on growth."""
    home = place.fresh("fresh-library")
    briefs = place.fresh("fresh-briefs")
    place.briefs(home, "ingest", _write(briefs, 0))
    count = QUICK_ROUNDS if place.quick else ROUNDS
    with _searching(place, home) as searcher:
        _ask(searcher, 0)
        rounds = [_round(place, home, searcher, briefs, number) for number in range(1, count + 1)]
    return _figures(rounds)


def _round(
    place: Workplace, home: Path, searcher: "subprocess.Popen[str]", briefs: Path, number: int
) -> Round:
    run = place.briefs(home, "ingest", "--json", _write(briefs, number))
    ended = time.perf_counter()
    found: float | None = None
    while time.perf_counter() - ended < FOUND_SECONDS:
        if _ask(searcher, number):
            found = time.perf_counter() - ended
            break
    memory, files = _watched(searcher.pid)
    return Round(run.seconds, found, memory, files)


def _figures(rounds: list[Round]) -> list[Figure]:
    delays = [item.found_seconds for item in rounds if item.found_seconds is not None]
    lost = [f"round {n}" for n, item in enumerate(rounds, 1) if item.found_seconds is None]
    early = rounds[min(SETTLED, len(rounds) // 2)]
    last = rounds[-1]
    return [
        Figure(
            f"a search in another process sees a new brief, {len(rounds)} rounds",
            f"{len(delays)} of {len(rounds)}, after p50 {timing.percentile(delays, 0.5):.2f} s, "
            f"most {max(delays):.2f} s",
            bar=f"all, ≤ {FOUND_SECONDS:g} s after the ingest's exit",
            met=len(delays) == len(rounds),
            details=tuple(lost),
        ),
        Figure(
            f"… memory of the searching process, rounds {rounds.index(early) + 1} to {len(rounds)}",
            f"{early.memory_mb:.0f} to {last.memory_mb:.0f} MB; "
            f"open files {early.open_files} to {last.open_files}",
        ),
        Figure(
            "… the ingest of one brief into a small library",
            f"p50 {timing.percentile([item.ingest_seconds for item in rounds], 0.5):.2f} s, "
            f"first {rounds[0].ingest_seconds:.2f} s, last {last.ingest_seconds:.2f} s",
        ),
    ]


@contextmanager
def _searching(place: Workplace, home: Path) -> Iterator["subprocess.Popen[str]"]:
    program = Path(sys.executable).parent / "briefs"
    with subprocess.Popen(
        [program, "search", "--batch", "-", "--json", "-k", "3"],
        env=place.environment(home),
        cwd=home,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    ) as process:
        try:
            yield process
        finally:
            assert process.stdin
            process.stdin.close()


def _ask(searcher: "subprocess.Popen[str]", number: int) -> bool:
    """Ask for the brief of a round and return whether it was among the hits."""
    assert searcher.stdin
    assert searcher.stdout
    question = f"What did the council of {_place(number)} decide?"
    searcher.stdin.write(json.dumps({"id": number, "question": question}) + "\n")
    reply = json.loads(searcher.stdout.readline())
    return any(hit["brief"]["source"].endswith(_file(number)) for hit in reply["hits"])


def _write(folder: Path, number: int) -> Path:
    place = _place(number)
    path = folder / _file(number)
    path.write_text(
        f"Harbour council of {place}\n\nThe council of {place} decided on {1 + number % 28} March "
        f"2019 to lower the mooring fee by {number + 3} percent.\n\nShip owners of {place} had "
        f"asked for it since {1950 + number % 60}, when berth {number + 1} was closed.\n",
        encoding="utf-8",
    )
    return path


def _place(number: int) -> str:
    """Return an invented name, another one for each number."""
    first, second = divmod(number, len(_ONSETS))
    onset = _ONSETS[first % len(_ONSETS)].upper()
    return f"{onset}u{_ONSETS[second]}o{_CODAS[(first + second) % len(_CODAS)]}"


def _file(number: int) -> str:
    return f"council-{number:03d}.txt"


def _watched(pid: int) -> tuple[float, int]:
    """Return resident memory in MB and the number of open files; zeros where /proc is missing."""
    folder = Path(f"/proc/{pid}")
    if not folder.is_dir():
        return 0.0, 0
    lines = (folder / "status").read_text().splitlines()
    resident = next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
    return resident / 1024, sum(1 for _ in (folder / "fd").iterdir())


if __name__ == "__main__":
    command.main("freshness", measure)
