"""Commands of `briefs audit`: check stored answers, list and show them, look up uses."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from bot.audit.commands.choosing import (
    Asker,
    Brief,
    Channel,
    Mode,
    Sample,
    Seed,
    Since,
    Until,
    selection,
)
from index.errors import UsageError
from ingest.cli import SOME_FAILED, Json, opened

if TYPE_CHECKING:
    from bot.audit.findings import Severity
    from bot.audit.running import Tally
    from bot.audit.second import Seconded
    from bot.audit.selection import Selection
    from index.library import Library

FailOn = Annotated[
    str | None,
    typer.Option(metavar="high|medium|low", help="Exit with 1 if a finding is at least so grave."),
]
Judge = Annotated[
    str | None,
    typer.Option(metavar="PROVIDER:MODEL", help="Also ask a chat model; recorded apart."),
]
Many = Annotated[int, typer.Option("-n", metavar="N", min=1, help="Answers to list.")]
Yes = bool | None


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("run")(run)
    app.command("list")(list_answers)
    app.command("show")(show)
    app.command("uses")(uses)


def run(
    since: Since = None,
    until: Until = None,
    channel: Channel = None,
    asker: Asker = None,
    brief: Brief = None,
    mode: Mode = None,
    sample: Sample = None,
    seed: Seed = None,
    fail_on: FailOn = None,
    judge: Judge = None,
    limit: Many = 20,
    json: Json = False,
) -> None:
    """Check stored answers from their own records and against the library of today.

    No Slack and no model is needed. Findings are kept: `briefs audit list` shows them by risk.

    Example: briefs audit run --since 2026-03 --fail-on high
    """
    from bot.audit import run_shown, running
    from ingest.terminal import print_json

    gate = _severity(fail_on)
    chosen = _sampled(selection(since, until, channel, asker, brief, mode), sample, seed)
    with opened() as library:
        judging = _judge(library, judge)  # refused before anything is checked
        with _bar(library, chosen) as tick:
            tally = running.run(library.database, chosen, most=limit, tick=tick)
        seconded = judging(chosen) if judging else None
        if json:
            shown = run_shown.to_json(tally, library.generation)
            print_json(shown | ({"opinions": seconded.to_json()} if seconded else {}))
        else:
            _print_run(library, tally, seconded)
    _leave(tally, gate, seconded)


def list_answers(
    since: Since = None,
    until: Until = None,
    channel: Channel = None,
    asker: Asker = None,
    brief: Brief = None,
    mode: Mode = None,
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

    chosen = replace(
        selection(since, until, channel, asker, brief, mode),
        finding=finding, text=text, answered=answered, judged=judged,
    )  # fmt: skip
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
    from bot.audit.register import Register
    from bot.audit.run_shown import USES, use_json, use_rows
    from bot.render import safe
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


def _severity(given: str | None) -> "Severity | None":
    from bot.audit.findings import Severity

    if given is None:
        return None
    if given not in list(Severity):
        raise UsageError(f"--fail-on {given}: no severity; write one of {', '.join(Severity)}")
    return Severity(given)


def _sampled(chosen: "Selection", sample: int | None, seed: int | None) -> "Selection":
    from dataclasses import replace

    from bot.audit.sampling import fresh_seed
    from ingest.terminal import say

    if sample is None:
        return chosen
    seed = fresh_seed() if seed is None else seed
    say(f"{sample} at random: --seed {seed}")
    return replace(chosen, sample=sample, seed=seed)


def _judge(library: "Library", name: str | None) -> "Callable[[Selection], Seconded] | None":
    if name is None:
        return None
    from bot.audit.second import judge

    return judge(library, name)


@contextmanager
def _bar(library: "Library", chosen: "Selection") -> "Iterator[Callable[[int], None]]":
    from rich.progress import Progress

    from bot.audit.register import Register
    from ingest.terminal import err

    register = Register(library.database)
    register.catch_up()
    console = err()
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bars:
        task = bars.add_task("Checking", total=register.count(chosen))
        yield lambda count: bars.advance(task, count)


def _print_run(library: "Library", tally: "Tally", seconded: "Seconded | None") -> None:
    from bot.audit import run_shown
    from bot.audit.register import Register
    from bot.audit.whole_shown import TABLE, table
    from ingest.terminal import print_table

    sys.stdout.write(run_shown.summary(tally) + "\n")
    for head, rows in (
        (("kind", "findings", "answers"), run_shown.kinds(tally)),
        (("severity", "findings", "answers"), run_shown.severities(tally)),
    ):
        if tally.flagged:
            sys.stdout.write("\n")
            print_table(head, rows, right="findings answers")
    if tally.riskiest:
        register = Register(library.database)
        sys.stdout.write("\n")
        print_table(
            TABLE, table([register.get(one.answer_id) for one in tally.riskiest]), right="risk"
        )
    if seconded:
        sys.stdout.write("\n" + seconded.line() + "\n")


def _leave(tally: "Tally", gate: "Severity | None", seconded: "Seconded | None") -> None:
    """Exit with 1 where the gate trips or the chat model failed, having said so."""
    from ingest.terminal import say

    tripped = tally.at_least(gate) if gate else 0
    if tripped:
        say(f"briefs: --fail-on {gate}: {tripped:,} of {tally.checked:,} answers")
    if seconded and seconded.fault:
        say(f"briefs: {seconded.fault}")
    if tripped or (seconded and seconded.fault):
        raise typer.Exit(SOME_FAILED)
