"""The options with which `briefs audit …` chooses answers, and the Selection that they make."""

from typing import Annotated

import typer

from bot.audit.selection import Selection

Since = Annotated[
    str | None, typer.Option(metavar="DATE", help="Only answers of this day or later: 2026-03.")
]
Until = Annotated[
    str | None, typer.Option(metavar="DATE", help="Only answers of this day or earlier.")
]
Channel = Annotated[
    str | None, typer.Option(metavar="ID", help="Only answers given in this Slack channel.")
]
Asker = Annotated[str | None, typer.Option(metavar="ID", help="Only answers to this person.")]
Brief = Annotated[
    str | None,
    typer.Option(metavar="ID", help="Only answers that cite this brief, or ID#p4 its paragraph."),
]
Mode = Annotated[
    str | None,
    typer.Option(metavar="MODE", help="Only answers made this way: extractive, written."),
]
Sample = Annotated[
    int | None, typer.Option(metavar="N", min=1, help="Only so many, drawn at random.")
]
Seed = Annotated[int | None, typer.Option(metavar="N", help="Draw these again.")]


def selection(
    since: str | None = None,
    until: str | None = None,
    channel: str | None = None,
    asker: str | None = None,
    brief: str | None = None,
    mode: str | None = None,
) -> Selection:
    """Return what the options choose; bot/audit/selecting.py refuses what no answer can have."""
    return Selection(since=since, until=until, channel=channel, asker=asker, brief=brief, mode=mode)
