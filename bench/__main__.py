"""Run every benchmark, each in a process of its own, and print one table for each.

    python -m bench DATA [--quick] [--work FOLDER] [--write]

`--write` puts the tables between the marks in bench/RESULTS.md and leaves all else there as it is;
the lists of failures are only printed, for they hold sentences of the corpora.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench import command, machine
from bench.figures import Figure, notes, table
from bench.workplace import ROOT, Workplace

# Ingest first: the libraries that it makes and times are asked by those after it.
BENCHMARKS = (
    "ingest", "ask", "retrieval", "corpus", "pairs", "freshness", "verify", "extracts", "evals",
    "kinds", "analyst", "slack", "ledger", "audits", "desk",
)  # fmt: skip
RESULTS = Path(__file__).parent / "RESULTS.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
_NOTES = 12  # failures listed for a figure


def main() -> None:
    """Parse the command line, run all, print and perhaps write."""
    parser = command.parser("")
    parser.add_argument("--write", action="store_true", help="put the tables into RESULTS.md")
    parser.add_argument("--only", nargs="+", choices=BENCHMARKS, default=BENCHMARKS)
    options = parser.parse_args()
    began = machine.describe()
    with command.workplace(options) as place:
        found = {name: _figures(name, place) for name in BENCHMARKS if name in options.only}
    text = _report(found, began, quick=options.quick)
    print(text, *(notes(figures, _NOTES) for figures in found.values()), sep="\n\n")
    if options.write:
        before, _, rest = RESULTS.read_text(encoding="utf-8").partition(BEGIN)
        after = rest.partition(END)[2]
        RESULTS.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")
    sys.exit(int(any(figure.met is False for rows in found.values() for figure in rows)))


def _figures(name: str, place: Workplace) -> list[Figure]:
    command.say(f"bench.{name}")
    arguments = [str(place.data), "--work", str(place.work), "--json"]
    done = subprocess.run(
        [sys.executable, "-m", f"bench.{name}", *arguments, *(["--quick"] * place.quick)],
        cwd=ROOT,
        env=os.environ,
        stdout=subprocess.PIPE,
        text=True,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        return [Figure(f"bench.{name}", "did not end: see its messages", met=False)]
    return [Figure(**{**row, "details": tuple(row["details"])}) for row in map(json.loads, lines)]


def _report(found: Mapping[str, Sequence[Figure]], began: Sequence[str], *, quick: bool) -> str:
    today = datetime.now(UTC).date().isoformat()
    parts = [f"Measured on {today}" + (", small run (--quick): no figures to quote" * quick) + ":"]
    parts.append("\n".join(f"- {line}" for line in began))
    for name, figures in found.items():
        parts += [f"### {name}", table(figures)]
    return "\n\n".join(parts)


if __name__ == "__main__":
    main()
