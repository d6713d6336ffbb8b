"""Commands of `briefs audit`: stored answers, citations of a brief, open questions."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from bot.app.audit.options import Many, choosing
from bot.audit.selection import Selection
from ingest.cli import Json, opened
from ingest.files import shown

if TYPE_CHECKING:
    from bot.audit.register import Use
    from bot.audit.unanswered import QuestionGroup, Unanswered

Yes = bool | None
_USES = ("answer", "day", "version", "paragraph", "mark", "quotation")


@choosing
def list_answers(
    chosen: Selection,
    finding: Annotated[
        str | None,
        typer.Option(
            metavar="KIND", help="Only with a finding of this kind, or at least this severity."
        ),
    ] = None,
    text: Annotated[
        str | None,
        typer.Option(metavar="WORDS", help="Only with these words in question or answer."),
    ] = None,
    answered: Annotated[
        Yes,
        typer.Option(
            "--answered/--declined", help="The same as --outcome answered, --outcome declined."
        ),
    ] = None,
    judged: Annotated[
        Yes,
        typer.Option("--judged/--unjudged", help="Only answers that an editor judged, or did not."),
    ] = None,
    newest: Annotated[
        bool, typer.Option("--newest", metavar="", help="List the newest first.")
    ] = False,
    limit: Many = 50,
    json: Json = False,
) -> None:
    """List replies with their text, the riskiest first.

    Example: briefs audit list --finding high --unjudged
    """
    from dataclasses import replace

    from bot.audit.answer_details import ANSWER_COLUMNS, answer_rows, row_json
    from bot.audit.register import Register
    from bot.audit.selection import Order
    from ingest.terminal import print_json, print_table, say

    if answered is not None:
        chosen = replace(chosen, outcome="answered" if answered else "declined")
    chosen = replace(chosen, finding=finding, text=text, judged=judged)
    with opened() as library:
        register = Register(library.database)
        register.catch_up()
        rows = register.answers(chosen, Order.TIME if newest else Order.RISK, limit=limit)
        total = register.count(chosen)
    if json:
        for row in rows:
            print_json(row_json(row))
    elif rows:
        print_table(ANSWER_COLUMNS, answer_rows(rows), right="risk")
    if not rows:
        say("no answer matches these options")
    elif total > len(rows) and not json:
        say(f"{total - len(rows):,} more: briefs audit list -n {total}")


def show(
    answer_id: Annotated[str, typer.Argument(metavar="ANSWER", help="The answer's id.")],
    json: Json = False,
) -> None:
    """Show one answer: its evidence, whether it still holds, and what people said about it.

    Example: briefs audit show 3f9a1c2e07b4d586
    """
    from bot.audit.answer_details import detail_lines, details
    from ingest.terminal import out, print_json

    with opened() as library:
        found = details(library.database, answer_id)
    if json:
        print_json(found)
        return
    for line in detail_lines(found):
        out().print(line, markup=False)


def uses(
    brief: Annotated[
        str,
        typer.Argument(metavar="BRIEF", help="Id or report number; ID#p4: its fourth paragraph."),
    ],
    json: Json = False,
) -> None:
    """List the answers that cite a brief, or one of its paragraphs, the newest first.

    Example: briefs audit uses IF10753#p4
    """
    from bot.audit.register import Register
    from bot.language.untrusted import safe
    from ingest.terminal import print_json, print_table, say

    with opened() as library:
        register = Register(library.database)
        register.catch_up()
        found = register.uses(brief)
        if not found:
            library.brief(brief.partition("#")[0].partition("@")[0])  # NotFound for one unknown
    if json:
        for use in found:
            print_json(vars(use))
    elif found:
        print_table(_USES, [tuple(map(safe, _use_row(use))) for use in found])
    if not found:
        say(f"{brief}: no answer cites it")


def _use_row(use: "Use") -> tuple[str, ...]:
    return (
        use.answer_id,
        use.created_at[:10],
        f"{use.brief_id}@{use.version}",
        f"p{use.paragraph}",
        f"[{use.citation}]",
        " ".join(use.quote.split()),
    )


def unanswered(
    limit: Annotated[
        int, typer.Option("-n", metavar="N", min=1, help="Maximum number to list of either.")
    ] = 50,
    groups: Annotated[
        bool, typer.Option("--groups", help="Group similar questions; loads the embedding model.")
    ] = False,
    json: Json = False,
) -> None:
    """List the questions without an answer, the most frequent first; unsure ones apart.

    Example: briefs audit unanswered -n 20 --groups
    """
    from bot.audit.unanswered import apart, question_groups
    from bot.audit.unanswered import unanswered as open_questions
    from bot.ledger.ledger import Ledger
    from ingest.terminal import print_json, say

    with opened() as library:
        parts = apart(open_questions(Ledger(library.database).entries()))
        found: list[tuple[str, Sequence[Unanswered | QuestionGroup]]] = [
            (outcome, question_groups(one, library.embed) if groups else one)
            for outcome, one in parts.items()
        ]
    for outcome, items in found:
        if items and not json:
            sys.stdout.write(f"{_HEADINGS[outcome]}\n")
        for item in items[:limit]:
            if json:
                print_json(item.to_json())
            else:
                sys.stdout.write(
                    "".join(f"  {line}\n" for line in shown(item.plain()).splitlines())
                )
    most = max(len(items) for _, items in found)
    left = sum(max(0, len(items) - limit) for _, items in found)
    if not most:
        say("no open questions: everything that was asked has been answered")
    elif left and not json:
        with_groups = " --groups" if groups else ""
        say(f"{left} more: briefs audit unanswered{with_groups} -n {most}")


_HEADINGS = {
    "declined": "Nothing was found:",
    "unsure": "Unsure; a passage that may answer was shown:",
}
