"""Measure answering: `briefs ask` from a cold start against the tutorial's cold question, and warm.

Both ask over the same markdown reports. Ours searches, answers, cites and records; the peer's time
is its search alone, without any model that writes.
"""

import json
from collections.abc import Sequence

from bench import command, timing
from bench.figures import Figure
from bench.gold import questions
from bench.timing import Run
from bench.workplace import Workplace

FASTER = 4.0  # times, than the tutorial
COLD_SECONDS = 1.5
HELP_SECONDS = 0.4
REPEATS = 7
PEER_REPEATS = 3


def measure(place: Workplace) -> list[Figure]:
    """Return the figures on cold and warm questions and on `briefs --help`."""
    home, store = place.markdown_library(), place.markdown_store()
    held = json.loads(place.briefs(home, "stats", "--json").out)["passages"]
    asked = [item for item in questions(place.data) if not item.conversation]
    some = [item.question for item in asked[:REPEATS]]
    place.briefs(home, "ask", some[-1])  # files into the system's cache, for both
    place.tutorial("ask", store, some[-1])
    command.say("ask: cold")
    ours = [place.briefs(home, "ask", "--json", question) for question in some]
    peer = [place.tutorial("ask", store, question) for question in some[:PEER_REPEATS]]
    figures = [_cold(held, ours, peer)]
    command.say("ask: warm")
    figures.append(_warm(place, [item.question for item in asked]))
    helped = timing.repeated(REPEATS, lambda: place.briefs(home, "--help"))
    seconds = timing.median(helped)
    figures.append(
        Figure(
            "`briefs --help`",
            f"{seconds:.2f} s, median of {len(helped)}",
            bar=f"≤ {HELP_SECONDS} s",
            met=seconds <= HELP_SECONDS,
        )
    )
    return figures


def _cold(held: int, ours: Sequence[Run], peer: Sequence[Run]) -> Figure:
    times = timing.median(peer) / timing.median(ours)
    return Figure(
        f"`briefs ask` from a cold start, {held:,} passages (the markdown reports)",
        _shown(ours),
        bar=f"≥ {FASTER:g} × faster and ≤ {COLD_SECONDS} s",
        peer=_shown(peer),
        ratio=f"{times:.1f} ×",
        met=times >= FASTER and timing.median(ours) <= COLD_SECONDS,
    )


def _warm(place: Workplace, asked: Sequence[str]) -> Figure:
    lines = "\n".join(json.dumps({"question": question}) for question in asked)
    home, store = place.markdown_library(), place.markdown_store()
    ours = _seconds(place.briefs(home, "ask", "--batch", "-", "--json", given=lines))
    peer = _seconds(place.tutorial("ask", store, "-", given="\n".join(asked)))
    return Figure(
        f"warm question, one process for {len(asked)}: cited answer and record, peer: search alone",
        _percentiles(ours),
        peer=_percentiles(peer),
    )


def _seconds(run: Run) -> list[float]:
    """Return the seconds of every reply but the first, which still warms up."""
    return [json.loads(line)["seconds"] for line in run.out.splitlines()][1:]


def _percentiles(seconds: Sequence[float]) -> str:
    middle, most = timing.percentile(seconds, 0.5), timing.percentile(seconds, 0.95)
    return f"p50 {middle * 1000:.0f} ms, p95 {most * 1000:.0f} ms"


def _shown(runs: Sequence[Run]) -> str:
    return (
        f"{timing.median(runs):.2f} s, median of {len(runs)} "
        f"(processor {timing.median(runs, lambda run: run.cpu_seconds):.2f} s, "
        f"peak {max(run.peak_mb for run in runs):.0f} MB)"
    )


if __name__ == "__main__":
    command.main("ask", measure)
