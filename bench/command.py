"""The command line that every benchmark has: `python -m bench.NAME DATA [--quick] [--work FOLDER]`.

DATA is the folder with the corpora (seed, crs, beige_book). Results go to stdout, the rest to
stderr; the exit code is 1 where a bar is missed.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from bench.figures import Figure, notes, table
from bench.workplace import Workplace

Measure = Callable[[Workplace], Sequence[Figure]]


def main(name: str, measure: Measure) -> None:
    """Parse the command line, measure, print; the first figure carries the command."""
    options = parser(name).parse_args()
    with workplace(options) as place:
        figures = list(measure(place))
    if figures and not figures[0].command:
        figures[0] = replace(figures[0], command=f"python -m bench.{name} DATA")
    _end(figures, in_json=options.json)


def several(name: str, measures: Mapping[str, Measure]) -> None:
    """Parse the command line, measure those of --only, tell each as it comes, print all."""
    made = parser(name)
    made.add_argument("--only", nargs="+", choices=measures, default=list(measures))
    options = made.parse_args()
    figures: list[Figure] = []
    with workplace(options) as place:
        for one in options.only:
            say(f"{name}: {one}")
            found = list(measures[one](place))
            for figure in found:
                say(f"  {figure.what}: {figure.ours} (bar: {figure.bar})")
            line = f"python -m bench.{name} DATA --only {one}"
            figures += [replace(found[0], command=line), *found[1:]]
    _end(figures, in_json=options.json)


def _end(figures: Sequence[Figure], *, in_json: bool) -> None:
    """Print the figures; exit with 1 where a bar is missed."""
    if in_json:
        print("\n".join(json.dumps(figure.to_json(), ensure_ascii=False) for figure in figures))
    else:
        print(table(figures), notes(figures), sep="\n\n")
    sys.exit(int(any(figure.met is False for figure in figures)))


def parser(name: str) -> argparse.ArgumentParser:
    """Return the parser of what all benchmarks take."""
    made = argparse.ArgumentParser(prog=f"python -m bench.{name}".removesuffix("."))
    made.add_argument("data", type=Path, help="folder with the corpora: seed, crs, beige_book")
    made.add_argument("--quick", action="store_true", help="few files, few rounds: for debugging")
    made.add_argument("--json", action="store_true", help="one JSON line a figure")
    made.add_argument(
        "--work", type=Path, help="folder for libraries, kept; default: a temporary one, deleted"
    )
    return made


@contextmanager
def workplace(options: argparse.Namespace) -> Iterator[Workplace]:
    """Yield the place that the options name; a temporary folder is deleted at the end."""
    data = options.data.resolve()
    if not (data / "crs").is_dir():
        sys.exit(f"{options.data}: no folder crs in it; name the folder with the corpora")
    if options.work:
        options.work.mkdir(parents=True, exist_ok=True)
        yield Workplace(data, options.work.resolve(), options.quick)
        return
    with tempfile.TemporaryDirectory(prefix="briefs-bench-") as folder:
        yield Workplace(data, Path(folder), options.quick)


def say(line: str) -> None:
    """Tell on stderr what is going on."""
    print(line, file=sys.stderr, flush=True)
