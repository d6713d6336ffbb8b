"""Measure the audit: planted faults, human judgements, the time and memory of a run, corrections.

    python -m bench.audits DATA [--quick] [--work FOLDER]

The rules were mended by looking at faults planted in the answers to every other question and, of
the written answers, in every other one; the rest are reported as held out.
"""

from collections.abc import Iterator

from bench import audit_corrections, audit_faults, audit_humans, audit_time, command
from bench.figures import Figure
from bench.workplace import Workplace


def measure(place: Workplace) -> list[Figure]:
    """Return all figures of the audit."""
    return list(_figures(place))


def _figures(place: Workplace) -> Iterator[Figure]:
    for name, part in (
        ("planted faults", audit_faults.figures),
        ("people", audit_humans.figures),
        ("time", audit_time.figures),
        ("corrections", audit_corrections.figures),
    ):
        command.say(f"audits: {name}")
        yield from part(place)


if __name__ == "__main__":
    command.main("audits", measure)
