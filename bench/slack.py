"""Measure the Slack bot against the fake Slack: exactly once, limits, speed, freshness, memory.

    python -m bench.slack DATA [--quick] [--only kills flood idle fresh cuts memory audience blocks]

The fake plays Slack in this process; the bot is `briefs slack`, in processes of its own.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from bench import command, slack_calm, slack_rules, slack_storm
from bench.figures import Figure, notes, table
from bench.workplace import Workplace

Measure = Callable[[Workplace], Awaitable[Sequence[Figure]]]
MEASURES: dict[str, Measure] = {
    "kills": slack_storm.kills,
    "flood": slack_storm.flood,
    "cuts": slack_storm.cuts,
    "idle": slack_calm.idle,
    "fresh": slack_calm.fresh,
    "memory": slack_calm.memory,
    "audience": slack_rules.audience,
    "blocks": slack_rules.blocks,
}


def main() -> None:
    """Parse the command line, measure one after the other, tell each as it comes, print all."""
    parser = command.parser("slack")
    parser.add_argument("--only", nargs="+", choices=MEASURES, default=list(MEASURES))
    options = parser.parse_args()
    figures: list[Figure] = []
    with command.workplace(options) as place:
        for name in options.only:
            command.say(f"slack: {name}")
            found = list(asyncio.run(MEASURES[name](place)))
            for figure in found:
                command.say(f"  {figure.what}: {figure.ours} (bar: {figure.bar})")
            line = f"python -m bench.slack DATA --only {name}"
            figures += [replace(found[0], command=line), *found[1:]]
    if options.json:
        print("\n".join(json.dumps(figure.to_json(), ensure_ascii=False) for figure in figures))
    else:
        print(table(figures), notes(figures), sep="\n\n")
    sys.exit(int(any(figure.met is False for figure in figures)))


if __name__ == "__main__":
    main()
