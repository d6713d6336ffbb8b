"""Commands of `briefs audit`: list stored answers, show one, look up what rests on a brief."""

from typing import Annotated

import typer

from bot.audit.commands.choosing import Many, choosing
from bot.audit.selection import Selection
from ingest.cli import Json, opened

Yes = bool | None


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("list")(list_answers)
    app.command("show")(show)
    app.command("uses")(uses)


@choosing
def list_answers(
    chosen: Selection,
    finding: Annotated[
        str | None,
        typer.Option(metavar="KIND", help="With such a finding, or one at least this grave."),
    ] = None,
    text: Annotated[
        str | None, typer.Option(metavar="WORDS", help="Whose question or answer has these words.")
    ] = None,
    answered: Annotated[
        Yes, typer.Option("--answered/--declined", help="Only those that were, or were not.")
    ] = None,
    judged: Annotated[
        Yes, typer.Option("--judged/--unjudged", help="Only those that an editor judged, or not.")
    ] = None,
    newest: Annotated[
        bool, typer.Option("--newest", metavar="", help="The newest first, not the riskiest.")
    ] = False,
    limit: Many = 50,
    json: Json = False,
) -> None:
    """List answers, the riskiest first.

    Example: briefs audit list --finding high --unjudged
    """
    from dataclasses import replace

    from bot.audit.register import Register
    from bot.audit.selection import Order
    from bot.audit.whole_shown import TABLE, row_json, table
    from ingest.terminal import print_json, print_table, say

    chosen = replace(chosen, finding=finding, text=text, answered=answered, judged=judged)
    with opened() as library:
        register = Register(library.database)
        register.catch_up()
        rows = register.answers(chosen, Order.TIME if newest else Order.RISK, limit=limit)
        total = register.count(chosen)
    if json:
        for row in rows:
            print_json(row_json(row))
    elif rows:
        print_table(TABLE, table(rows), right="risk")
    if not rows:
        say("no answer passes these options")
    elif total > len(rows) and not json:
        say(f"{total - len(rows):,} more: briefs audit list -n {total}")


def show(
    answer_id: Annotated[str, typer.Argument(metavar="ANSWER", help="The answer's id.")],
    json: Json = False,
) -> None:
    """Show one answer: what it rested on, whether it holds, what became of it.

    Example: briefs audit show 3f9a1c2e07b4d586
    """
    from bot.audit.whole import whole
    from bot.audit.whole_shown import lines
    from ingest.terminal import out, print_json

    with opened() as library:
        shown = whole(library.database, answer_id)
    if json:
        print_json(shown)
        return
    for line in lines(shown):
        out().print(line, markup=False)


def uses(
    brief: Annotated[
        str,
        typer.Argument(metavar="BRIEF", help="Id or report number; ID#p4 its fourth paragraph."),
    ],
    json: Json = False,
) -> None:
    """List the answers that rest on a brief, or on one of its paragraphs, the newest first.

    Example: briefs audit uses IF10753#p4
    """
    from bot.answering.render import safe
    from bot.audit.register import Register
    from bot.audit.run_shown import USES, use_json, use_rows
    from ingest.terminal import print_json, print_table, say

    with opened() as library:
        register = Register(library.database)
        register.catch_up()
        found = register.uses(brief)
        if not found:
            library.brief(brief.partition("#")[0].partition("@")[0])  # NotFound for one unknown
    if json:
        for use in found:
            print_json(use_json(use))
    elif found:
        print_table(USES, [tuple(map(safe, row)) for row in use_rows(found)])
    if not found:
        say(f"{brief}: no answer rests on it")
