"""Measure the audit: planted faults, human judgements, the time and memory of a run, corrections.

    python -m bench.audits DATA [--quick] [--work FOLDER]

Each part says in its module what it was tuned on.
"""

import importlib
from collections.abc import Iterator

from bench import command
from bench.figures import Figure
from bench.workplace import Workplace

# In this order: what is measured as a process comes before what makes this one large.
_PARTS = {
    "time": "bench.audit_time",
    "corrections": "bench.audit_corrections",
    "people": "bench.audit_humans",
    "planted faults": "bench.audit_faults",
}


def measure(place: Workplace) -> list[Figure]:
    """Return all figures of the audit."""
    return list(_figures(place))


def _figures(place: Workplace) -> Iterator[Figure]:
    for name, module in _PARTS.items():
        command.say(f"audits: {name}")
        yield from importlib.import_module(module).figures(place)


if __name__ == "__main__":
    command.main("audits", measure)
