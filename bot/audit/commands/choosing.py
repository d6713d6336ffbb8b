"""The options with which `briefs audit …` chooses answers, and the Selection that they make."""

from typing import Annotated

import typer

from bot.audit.selection import Selection
from index.errors import UsageError

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
MODES = ("extractive", "written")


def selection(
    since: str | None = None,
    until: str | None = None,
    channel: str | None = None,
    asker: str | None = None,
    brief: str | None = None,
    mode: str | None = None,
) -> Selection:
    """Return what the options choose; raise UsageError for a date or a mode that is none."""
    from index.dates import first_day, is_iso, last_day

    for flag, value in (("--since", since), ("--until", until)):
        if value is not None and not is_iso(value):
            raise UsageError(f"{flag} {value}: not a date; write 2016-09-07, 2016-09 or 2016")
    if mode is not None and mode not in MODES:
        raise UsageError(f"--mode {mode}: no such mode; there are: {', '.join(MODES)}")
    return Selection(
        since=since and first_day(since),
        until=until and last_day(until),
        channel=channel,
        asker=asker,
        brief=brief,
        mode=mode,
    )
