"""What the benchmarks of the Slack bot share: a small library, a bot process, its figures.

Nothing here measures; see slack_storm.py (faults), slack_calm.py (speed, memory).
"""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import timing
from bench.figures import Figure
from bench.workplace import Workplace
from tests.slack.bots import BotProcess, make_library
from tests.slack.crowd import Crowd
from tests.slack.fake import FakeSlack

QUICK = 20  # by how much a small run is smaller


@dataclass(frozen=True)
class Office:
    """A fake Slack, a crowd in it, and the bot at work."""

    slack: FakeSlack
    crowd: Crowd
    bot: BotProcess


def count(place: Workplace, number: int) -> int:
    """Return how many of something: fewer with --quick."""
    return max(10, number // QUICK) if place.quick else number


def small_library(place: Workplace) -> Path:
    """Return the home of a library of three short briefs, made anew."""
    for name in list(os.environ):
        if name.lower() in {"http_proxy", "https_proxy", "all_proxy"}:
            del os.environ[name]
    home = place.fresh("slack-library")
    make_library(home)
    return home


@asynccontextmanager
async def office(place: Workplace, home: Path, channels: int) -> AsyncIterator[Office]:
    """Start the fake and one bot on the library; end both."""
    async with FakeSlack() as slack:
        crowd = Crowd(slack, channels)
        bot = BotProcess(slack, home, place.work / "bot.log", **place.environment(home))
        await bot.start()
        try:
            await slack.sockets.connected(1, 120)
            yield Office(slack, crowd, bot)
        finally:
            await bot.end(seconds=30)


def once(what: str, crowd: Crowd) -> Figure:
    """Return the figure of answers, doubles and lost questions."""
    counts, total = crowd.counts, len(crowd.asked)
    good = counts["answered"] == total and not crowd.slack.doubles()
    ours = f"{counts['answered']:,} / {counts['doubled']} / {counts['lost']}"
    return Figure(what, ours, f"{total:,} / 0 / 0", met=good)


def rules_kept(slack: FakeSlack) -> Figure:
    """Return the figure of Slack's rules broken, calls before Retry-After ended among them."""
    found = tuple(dict.fromkeys(slack.violations))
    return Figure(
        "… breaches of Slack's rules, calls before Retry-After among them",
        str(len(slack.violations)), "0", met=not slack.violations, details=found,
    )  # fmt: skip


def acknowledged(slack: FakeSlack) -> Figure:
    """Return the figure of how soon envelopes were acknowledged."""
    p95 = timing.percentile(slack.ack_delays(), 0.95)
    most = max(slack.ack_delays())
    return Figure(
        "… acknowledgement under that load, p95 (slowest)", f"{p95:.3f} s ({most:.2f} s)",
        "< 1 s", met=p95 < 1,
    )  # fmt: skip


def percentiles(values: Sequence[float]) -> str:
    """Return "p50 0.21 s, p95 0.40 s"."""
    shares = {"p50": 0.5, "p95": 0.95}
    return ", ".join(
        f"{name} {timing.percentile(values, share):.3f} s" for name, share in shares.items()
    )
