"""Command of `briefs audit`: check stored answers."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from bot.audit.commands.choosing import Many, Sample, Seed, choosing, sampled
from bot.audit.selection import Selection
from index.errors import UsageError
from ingest.cli import SOME_FAILED, Json, opened

if TYPE_CHECKING:
    from bot.audit.findings import Severity
    from bot.audit.running import Tally
    from bot.audit.second import Seconded
    from index.library import Library

FailOn = Annotated[
    str | None,
    typer.Option(metavar="high|medium|low", help="Exit with 1 if a finding is at least so grave."),
]
Judge = Annotated[
    str | None,
    typer.Option(metavar="PROVIDER:MODEL", help="Also ask a chat model; recorded apart."),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("run")(run)


@choosing
def run(
    chosen: Selection,
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
    chosen = sampled(chosen, sample, seed)
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


def _severity(given: str | None) -> "Severity | None":
    from bot.audit.findings import Severity

    if given is None:
        return None
    if given not in list(Severity):
        raise UsageError(f"--fail-on {given}: no severity; write one of {', '.join(Severity)}")
    return Severity(given)


def _judge(library: "Library", name: str | None) -> "Callable[[Selection], Seconded] | None":
    if name is None:
        return None
    from bot.audit.second import judge

    return judge(library, name)


@contextmanager
def _bar(library: "Library", chosen: Selection) -> "Iterator[Callable[[int], None]]":
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
