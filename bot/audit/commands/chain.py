"""Commands of `briefs audit`: verify the ledger's chain, anchor its head elsewhere."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.audit.commands import forgetting
from ingest.cli import SOME_FAILED, Json, opened

if TYPE_CHECKING:
    from pathlib import Path

    from bot.ledger.anchors import Anchor
    from bot.ledger.ledger import Checked


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("verify-chain")(verify_chain)
    app.command("anchor")(anchor)
    forgetting.register(app)


def verify_chain(
    anchor: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE", help="A file that briefs audit anchor wrote; repeat for several."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Check that no record of the ledger was changed, and name the first bad one.

    With an anchor, a cut tail and a full rewrite are found too. The exit code is 1 for a bad chain.

    Example: briefs audit verify-chain --anchor /mnt/other/briefs.anchors
    """
    from bot.answering.render import safe
    from bot.ledger.anchors import library_id, marks_of
    from bot.ledger.ledger import Ledger
    from ingest.terminal import print_json, say

    with opened() as library:
        anchors = _anchors(anchor)
        marks = marks_of(anchors, library_id(library.database))
        ledger = Ledger(library.database)
        checked, unguarded = ledger.check(marks), ledger.unguarded()
    for name in unguarded:
        say(f"briefs: trigger {name} is missing: the database lets records be changed")
    if json:
        print_json(_found(checked, len(anchors), unguarded))
    elif checked.fault:
        sys.stdout.write(safe(str(checked.fault)) + "\n")
    else:
        sys.stdout.write(_sound(checked, anchors) + "\n")
    if checked.fault:
        raise typer.Exit(SOME_FAILED)


def anchor(
    to: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="File to append to, on another disk or machine; - for standard output.",
        ),
    ] = None,
    channel: Annotated[
        str | None, typer.Option(metavar="ID", help="Slack channel to post it in.")
    ] = None,
    json: Json = False,
) -> None:
    """Write the ledger's head and count where whoever has the database cannot change them.

    Without options, to the file that the table audit of briefs.toml names, else to standard output.

    Example: briefs audit anchor --to /mnt/other/briefs.anchors
    """
    from bot.ledger.anchors import keep, taken
    from ingest.terminal import print_json, say

    path = _file(to, channel)
    with opened() as library:
        database, home = library.database, library.home
        made = keep(database, path, home) if path else taken(database)
    if channel:
        _post(channel, made)
    if json:
        print_json({**_line(made), "to": str(path) if path else None, "channel": channel})
    elif not path and not channel:
        sys.stdout.write(made.line())
    else:
        where = " and ".join(str(place) for place in (path, channel) if place)
        say(f"anchored: {made.count:,} records, head {made.head[:12]}…, in {where}")


def _anchors(files: Sequence[str] | None) -> "list[Anchor]":
    from pathlib import Path

    from bot.ledger.anchors import read

    return [one for name in files or () for one in read(Path(name))]


def _file(to: str | None, channel: str | None) -> "Path | None":
    from pathlib import Path

    from bot.audit.settings import load

    settings = load()
    if to == "-" or (to is None and channel):
        return None
    return Path(to).absolute() if to else settings.anchor_file


def _post(channel: str, made: "Anchor") -> None:
    from bot.slack.anchoring import post
    from bot.slack.setup.settings import load

    summary = f"Ledger: {made.count:,} records at {made.at}."
    post(load(), channel, summary, made.line())


def _line(made: "Anchor") -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(made)


def _sound(checked: "Checked", anchors: "Sequence[Anchor]") -> str:
    from ingest.terminal import counted_as

    head = checked.head
    agreed = "; no anchor was compared" if not anchors else f"; {len(anchors):,} anchors agree"
    if len(anchors) == 1:
        agreed = "; the anchor agrees"
    return f"sound: {counted_as(head.count, 'record', 'records')}, head {head.head}{agreed}"


def _found(checked: "Checked", anchors: int, unguarded: Sequence[str]) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "sound": checked.fault is None,
        "records": checked.head.count,
        "head": checked.head.head,
        "anchors": anchors,
        "missing_triggers": list(unguarded),
        "fault": asdict(checked.fault) if checked.fault else None,
    }
