"""Commands of `briefs audit`: verify the ledger, anchor it elsewhere, delete what people typed."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from index.errors import UsageError
from ingest.cli import SOME_FAILED, Json, opened

if TYPE_CHECKING:
    from bot.ledger.anchors import Anchor
    from bot.ledger.ledger import ChainCheck, Forgotten
    from index.storage.database import Database


def verify_chain(
    anchor: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE", help="A file written by briefs audit anchor; repeatable."),
    ] = None,
    json: Json = False,
) -> None:
    """Verify that no record of the ledger was changed, and name the first bad one.

    Removed newest records and a complete rewrite are detected only with an anchor. Exits with 1
    if the ledger is not intact. The tables behind briefs audit list are compared with it too.

    Example: briefs audit verify-chain --anchor /mnt/other/briefs.anchors
    """
    from bot.audit.register import Register
    from bot.language.untrusted import safe
    from bot.ledger.anchors import library_id, marks_of, read
    from bot.ledger.ledger import Ledger
    from ingest.terminal import print_json, say

    with opened() as library:
        anchors = [one for name in anchor or () for one in read(Path(name))]
        marks = marks_of(anchors, library_id(library.database))
        ledger = Ledger(library.database)
        checked, unguarded = ledger.check(marks), ledger.unguarded()
        differing = Register(library.database).differing()
    for name in unguarded:
        say(f"briefs: trigger {name} is missing: the database allows records to be changed")
    if differing:
        say(f"briefs: {_told_otherwise(differing)}")
    if json:
        print_json(_check_json(checked, len(anchors), unguarded) | {"register_differs": differing})
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
            help="File to append to, on another disk or machine; - writes to standard output.",
        ),
    ] = None,
    channel: Annotated[
        str | None, typer.Option(metavar="ID", help="Slack channel to post it in.")
    ] = None,
    json: Json = False,
) -> None:
    """Save the ledger's latest hash where nobody with access to the database can change it.

    Without options, it goes to the file that audit.anchor in briefs.toml names, or to standard
    output.

    Example: briefs audit anchor --to /mnt/other/briefs.anchors
    """
    from bot.ledger.anchors import keep, taken
    from ingest.terminal import print_json, say

    path = _anchor_file(to, channel)
    with opened() as library:
        database, home = library.database, library.home
        made = keep(database, path, home) if path else taken(database)
    if channel:
        _post(channel, made)
    if json:
        print_json({**vars(made), "to": str(path) if path else None, "channel": channel})
    elif not path and not channel:
        sys.stdout.write(made.line())
    else:
        where = " and ".join(str(place) for place in (path, channel) if place)
        say(f"anchored: {made.count:,} records, head {made.head[:12]}…, in {where}")


def forget(
    asker: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Everything this person typed: U0123, or a name."),
    ] = None,
    answer: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="What was typed for this answer; repeatable."),
    ] = None,
    older_than: Annotated[
        int | None,
        typer.Option(metavar="DAYS", min=1, help="What was typed more than DAYS days ago."),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", metavar="", help="Do not ask for confirmation.")
    ] = False,
    json: Json = False,
) -> None:
    """Permanently delete what people typed. The answers stay, and the ledger still verifies.

    Without options, deletes questions older than audit.keep_questions_days in briefs.toml.

    Example: briefs audit forget --asker U0123ABCD --yes
    """
    from ingest.terminal import counted_as, print_json, say

    what, delete = _wish(asker, answer, older_than)
    confirm(what, yes)
    with opened() as library:
        done = delete(library.database)
    if json:
        print_json({"answers": done.answers, "records": done.records, "clean": done.clean})
    else:
        questions = counted_as(done.answers, "question", "questions")
        records = counted_as(done.records, "record", "records")
        sys.stdout.write(f"deleted: {questions}; private parts of {records}\n")
    if not done.clean:
        say(
            "briefs: deleted, but others are using the database, and old copies may still be in "
            "its files; run the same command again"
        )
        raise typer.Exit(SOME_FAILED)


def _anchor_file(to: str | None, channel: str | None) -> Path | None:
    from bot.audit.upkeep import load_settings

    settings = load_settings()
    if to == "-" or (to is None and channel):
        return None
    return Path(to).absolute() if to else settings.anchor_file


def _post(channel: str, made: "Anchor") -> None:
    from bot.slack.delivery.calls import post_line
    from bot.slack.setup.settings import load

    summary = f"Ledger: {made.count:,} records at {made.at}."
    post_line(load(), channel, summary, made.line())


def _sound(checked: "ChainCheck", anchors: "Sequence[Anchor]") -> str:
    from ingest.terminal import counted_as

    head = checked.head
    agreed = "; no anchor was compared" if not anchors else f"; {len(anchors):,} anchors agree"
    if len(anchors) == 1:
        agreed = "; the anchor agrees"
    return f"intact: {counted_as(head.count, 'record', 'records')}, head {head.head}{agreed}"


def _told_otherwise(answers: int) -> str:
    from ingest.terminal import counted_as

    told = counted_as(answers, "answer is told", "answers are told")
    return f"{told} otherwise in the tables behind briefs audit list; run: briefs audit run"


def _check_json(checked: "ChainCheck", anchors: int, unguarded: Sequence[str]) -> dict[str, Any]:
    return {
        "sound": checked.fault is None,
        "records": checked.head.count,
        "head": checked.head.head,
        "anchors": anchors,
        "missing_triggers": list(unguarded),
        "fault": vars(checked.fault) if checked.fault else None,
    }


def _wish(
    asker: str | None, answers: list[str] | None, days: int | None
) -> "tuple[str, Callable[[Database], Forgotten]]":
    """Return what is to be deleted, in words, and what deletes it."""
    from bot.audit import upkeep
    from bot.slack.delivery import erasing

    if sum(map(bool, (asker, answers, days))) > 1:
        raise UsageError("--asker, --answer, --older-than: give only one of them")
    said, erasers = "everything that was typed", [erasing]
    if asker:
        return f"everything that {asker} typed", lambda database: upkeep.forget_person(
            database, asker, erasers
        )
    if answers:
        many = "1 answer" if len(answers) == 1 else f"{len(answers)} answers"
        return f"{said} for {many}", lambda database: upkeep.forget_answers(
            database, answers, erasers
        )
    limit = days or upkeep.load_settings().keep_questions_days
    if limit is None:
        raise UsageError("nothing to delete; give --asker, --answer or --older-than")
    return f"{said} more than {limit} days ago", lambda database: upkeep.forget_older(
        database, limit, erasers
    )


def confirm(what: str, yes: bool) -> None:
    from bot.language.untrusted import safe

    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError("cannot ask for confirmation without a terminal; add --yes")
    typer.confirm(safe(f"Delete {what}? This cannot be undone."), abort=True, err=True)
