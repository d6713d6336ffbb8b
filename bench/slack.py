"""Measure the Slack bot against the fake Slack: exactly once, limits, speed, freshness, memory.

    python -m bench.slack DATA [--quick] [--only kills flood idle fresh cuts memory audience blocks]

The fake plays Slack in this process; the bot is `briefs slack`, in processes of its own.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from bench import command, slack_calm, slack_rules, slack_storm
from bench.figures import Figure
from bench.workplace import Workplace

Told = Callable[[Workplace], Coroutine[Any, Any, Sequence[Figure]]]


def _run(told: Told) -> command.Measure:
    """Return a measure of one that has to be awaited."""
    return lambda place: asyncio.run(told(place))


MEASURES: dict[str, command.Measure] = {
    "kills": _run(slack_storm.kills),
    "flood": _run(slack_storm.flood),
    "cuts": _run(slack_storm.cuts),
    "idle": _run(slack_calm.idle),
    "fresh": _run(slack_calm.fresh),
    "memory": _run(slack_calm.memory),
    "audience": _run(slack_rules.audience),
    "blocks": _run(slack_rules.blocks),
}


if __name__ == "__main__":
    command.several("slack", MEASURES)
