"""Measure the ledger: tamperings found, records kept under load and kills, speed of the check.

python -m bench.ledger DATA [--quick] [--only tampering storm speed]
"""

from collections.abc import Callable, Sequence

from bench import command, ledger_storm, ledger_tampering
from bench.figures import Figure
from bench.ledger_records import grown
from bench.workplace import Workplace

RECORDS, QUICK_RECORDS = 100_000, 1_000
SECONDS = 10.0
GROWTH_MB = 10.0  # of memory, from a tenth of the records to all


def speed(place: Workplace) -> list[Figure]:
    """`briefs audit verify-chain` over many records, as a process of its own."""
    count = QUICK_RECORDS if place.quick else RECORDS
    few, many = grown(place, count // 10), grown(place, count)
    place.briefs(many, "audit", "anchor", "--to", place.work / "speed.anchors")
    small = place.briefs(few, "audit", "verify-chain")
    runs = [
        place.briefs(many, "audit", "verify-chain", "--anchor", place.work / "speed.anchors")
        for _ in range(3)
    ]
    (place.work / "speed.anchors").unlink()
    best, grew = min(run.seconds for run in runs), runs[0].peak_mb - small.peak_mb
    megabytes = (many / "library.db").stat().st_size / 1e6
    all_runs = ", ".join(f"{run.seconds:.1f}" for run in runs)
    return [
        Figure(
            f"verify-chain over {count:,} records of real answers ({megabytes:,.0f} MB)",
            f"{best:.1f} s", f"≤ {SECONDS:.0f} s", met=best <= SECONDS,
            details=(f"seconds of the runs: {all_runs}",),
        ),
        Figure(
            f"… memory against {count // 10:,} records", f"{grew:+.1f} MB", "flat",
            met=grew <= GROWTH_MB, details=(f"peak {runs[0].peak_mb:.0f} MB",),
        ),
    ]  # fmt: skip


MEASURES: dict[str, Callable[[Workplace], Sequence[Figure]]] = {
    "tampering": ledger_tampering.measure,
    "storm": ledger_storm.measure,
    "speed": speed,
}


if __name__ == "__main__":
    command.several("ledger", MEASURES)
