"""Command of `briefs audit`: forget what a person typed."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from index.errors import UsageError
from ingest.cli import SOME_FAILED, Json, opened

if TYPE_CHECKING:
    from bot.ledger import Forgotten
    from index.storage.database import Database


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("forget")(forget)


def forget(
    asker: Annotated[
        str | None,
        typer.Option(metavar="ID", help="All that this person asked and said: U0123, or a name."),
    ] = None,
    answer: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="What was typed for this answer; repeat for several."),
    ] = None,
    older_than: Annotated[
        int | None,
        typer.Option(metavar="DAYS", min=1, help="What was typed longer ago than this."),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", metavar="", help="Do not ask whether to go on.")
    ] = False,
    json: Json = False,
) -> None:
    """Delete what people typed, for good. The answers stay, and the chain goes on verifying.

    Without options, questions older than audit.keep_questions_days in briefs.toml.

    Example: briefs audit forget --asker U0123ABCD --yes
    """
    from ingest.terminal import counted_as, print_json, say

    days = _days(asker, answer, older_than)
    _confirm(_what(asker, answer, days), yes)
    with opened() as library:
        done = _forgotten(library.database, asker, answer, days)
    if json:
        print_json({"answers": done.answers, "records": done.records, "clean": done.clean})
    else:
        questions = counted_as(done.answers, "question", "questions")
        records = counted_as(done.records, "record", "records")
        sys.stdout.write(f"forgotten: {questions}; private parts of {records}\n")
    if not done.clean:
        say(
            "briefs: deleted, but others are using the database, and old copies may still be in "
            "its files; run the same command again"
        )
        raise typer.Exit(SOME_FAILED)


def _days(asker: str | None, answer: list[str] | None, older_than: int | None) -> int | None:
    from bot.audit.settings import load

    given = [one for one in (asker, answer, older_than) if one]
    if len(given) > 1:
        raise UsageError("--asker, --answer, --older-than: give one of them")
    if given:
        return older_than
    days = load().keep_questions_days
    if days is None:
        raise UsageError("nothing to forget; give --asker, --answer or --older-than")
    return days


def _forgotten(
    database: "Database", asker: str | None, answer: list[str] | None, days: int | None
) -> "Forgotten":
    from bot.audit import forgetting

    if asker:
        return forgetting.forget_person(database, asker)
    if answer:
        return forgetting.forget_answers(database, answer)
    assert days
    return forgetting.forget_older(database, days)


def _what(asker: str | None, answer: list[str] | None, days: int | None) -> str:
    if asker:
        return f"all that {asker} typed"
    if answer:
        return f"what was typed for {'1 answer' if len(answer) == 1 else f'{len(answer)} answers'}"
    return f"all that was typed more than {days} days ago"


def _confirm(what: str, yes: bool) -> None:
    from bot.render import safe

    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError("nobody to ask whether to go on; add --yes")
    typer.confirm(safe(f"Delete {what}? It cannot be brought back."), abort=True, err=True)
