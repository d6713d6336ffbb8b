"""Measure ingest as whole processes: all markdown reports against the tutorial, and what is new.

Ours runs twice, first with nothing prepared (the model is converted on the way), then with the
converted model in the library's folder, as every ingest after the first finds it.
"""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from bench import command, timing
from bench.figures import Figure
from bench.timing import Run
from bench.workplace import Workplace

FASTER = 3.0  # times, than the tutorial
UNCHANGED_SECONDS = 3.0
NEW_SECONDS = 5.0
REPEATS = 5  # of short runs


def measure(place: Workplace) -> list[Figure]:
    """Return the figures on a whole folder, the same again, and one new brief among many."""
    return [*of_folder(place), *of_one_new(place)]


def of_folder(place: Workplace) -> list[Figure]:
    """Ingest the markdown reports, ours and the peer's in turn."""
    folder = place.markdown()
    command.say("ingest: ours, converting the model")
    shutil.rmtree(place.models, ignore_errors=True)
    cold = place.briefs(place.fresh("cold"), "ingest", "--json", folder)
    command.say("ingest: ours")
    ours = place.make("library", lambda home: place.briefs(home, "ingest", "--json", folder))
    command.say("ingest: the tutorial")
    peer = place.make("store", lambda store: place.tutorial("ingest", folder, store))
    figures = [
        _against("ingest of the markdown reports, converting the model", cold, peer, None),
        _against("… with the model converted before", ours, peer, FASTER),
    ]
    command.say("ingest: unchanged")
    library = place.markdown_library()
    same = timing.repeated(REPEATS, lambda: place.briefs(library, "ingest", "--json", folder))
    assert all(json.loads(run.out)["passages"] == 0 for run in same)
    figures.append(_short("the same ingest again, nothing changed", same, UNCHANGED_SECONDS))
    return figures


def of_one_new(place: Workplace) -> list[Figure]:
    """Ingest one new brief after another into a large library."""
    command.say("ingest: the large library")
    kept_out = _reports(place)[-REPEATS:]
    made = place.made("large", lambda home: _large(place, home, kept_out))
    # A copy, so that the kept library never holds the new briefs.
    home = place.work / "growing"
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(made, home)
    held = json.loads(place.briefs(home, "stats", "--json").out)["passages"]
    command.say("ingest: one new brief")
    runs = [place.briefs(home, "ingest", "--json", path) for path in kept_out]
    assert all(json.loads(run.out)["counts"]["new"] == 1 for run in runs)
    shutil.rmtree(home)
    what = f"one new brief into {held:,} passages (beige_book and the markdown reports)"
    return [_short(what, runs, NEW_SECONDS)]


def _large(place: Workplace, home: Path, kept_out: Sequence[Path]) -> None:
    shutil.copytree(place.markdown_library(), home, dirs_exist_ok=True)
    place.briefs(home, "ingest", *(set(_reports(place)) - set(kept_out)))


def _reports(place: Workplace) -> list[Path]:
    years = sorted((place.data / "beige_book").iterdir())
    return [path for year in years[-1 if place.quick else 0 :] for path in sorted(year.iterdir())]


def _against(what: str, ours: Run, peer: Run, bar: float | None) -> Figure:
    made, chunks = json.loads(ours.out)["passages"], json.loads(peer.out)["chunks"]
    times = peer.seconds / ours.seconds
    return Figure(
        what,
        f"{_shown(ours)}; {made} passages, {made / ours.seconds:.0f}/s",
        bar=f"≥ {bar:g} × faster" if bar else "",
        peer=f"{_shown(peer)}; {chunks} chunks, {chunks / peer.seconds:.0f}/s",
        ratio=f"{times:.2f} × (processor time {peer.cpu_seconds / ours.cpu_seconds:.2f} ×)",
        met=times >= bar if bar else None,
    )


def _short(what: str, runs: Sequence[Run], bar: float) -> Figure:
    seconds = timing.median(runs)
    return Figure(
        what,
        f"{seconds:.2f} s, median of {len(runs)} (most {max(run.seconds for run in runs):.2f}; "
        f"processor {timing.median(runs, lambda run: run.cpu_seconds):.2f} s; "
        f"peak {max(run.peak_mb for run in runs):.0f} MB)",
        bar=f"≤ {bar:g} s",
        met=seconds <= bar,
    )


def _shown(run: Run) -> str:
    return f"{run.seconds:.1f} s (processor {run.cpu_seconds:.1f} s, peak {run.peak_mb:.0f} MB)"


if __name__ == "__main__":
    command.main("ingest", measure)
