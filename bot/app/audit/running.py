"""Command of `briefs audit`: check stored answers."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from bot.app.audit.options import Many, Sample, Seed, choosing, progress, sampled
from bot.audit.selection import Selection
from index.errors import UsageError
from ingest.cli import SOME_FAILED, Json, opened

if TYPE_CHECKING:
    from bot.audit.check_run import RunSummary
    from bot.audit.findings import Severity
    from bot.audit.second_opinions import OpinionRun
    from index.library import Library

FailOn = Annotated[
    str | None,
    typer.Option(
        metavar="high|medium|low", help="Exit with 1 if a finding is at least this severe."
    ),
]
Judge = Annotated[
    str | None,
    typer.Option(
        metavar="PROVIDER:MODEL",
        help="Also ask this chat model for a second opinion; recorded separately.",
    ),
]


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
    """Check stored answers against their own records and today's library.

    Needs neither Slack nor a model. Findings are stored: `briefs audit list` lists answers by
    risk.

    Example: briefs audit run --since 2026-03 --fail-on high
    """
    from bot.audit.check_run import run as check
    from bot.audit.register import Register
    from bot.audit.second_opinions import opinion_run
    from ingest.terminal import print_json

    gate = _severity(fail_on)
    chosen = sampled(chosen, sample, seed)
    with opened() as library:
        # A wrong name is refused before anything is checked.
        ask_judge = opinion_run(library, judge) if judge else None
        register = Register(library.database)
        register.catch_up()
        with progress("Checking", register.count(chosen)) as tick:
            summary = check(library.database, chosen, most=limit, tick=tick)
        opinions = ask_judge(chosen) if ask_judge else None
        if json:
            shown = summary.to_json(library.generation)
            print_json(shown | ({"opinions": opinions.to_json()} if opinions else {}))
        else:
            _print_run(library, summary, opinions)
    _leave(summary, gate, opinions)


def _severity(given: str | None) -> "Severity | None":
    from bot.audit.findings import Severity

    if given is None:
        return None
    if given not in list(Severity):
        raise UsageError(f"--fail-on {given}: unknown; choose one of: {', '.join(Severity)}")
    return Severity(given)


def _print_run(library: "Library", summary: "RunSummary", opinions: "OpinionRun | None") -> None:
    from bot.audit.answer_details import ANSWER_COLUMNS, answer_rows
    from bot.audit.register import Register
    from ingest.terminal import print_table

    sys.stdout.write(summary.line() + "\n")
    if summary.flagged:
        for name, rows in (("kind", summary.by_kind()), ("severity", summary.by_severity())):
            sys.stdout.write("\n")
            print_table((name, "findings", "answers"), rows, right="findings answers")
    if summary.riskiest:
        register = Register(library.database)
        riskiest = [register.get(one.answer_id) for one in summary.riskiest]
        sys.stdout.write("\n")
        print_table(ANSWER_COLUMNS, answer_rows(riskiest), right="risk")
    if opinions:
        sys.stdout.write("\n" + opinions.line() + "\n")


def _leave(summary: "RunSummary", gate: "Severity | None", opinions: "OpinionRun | None") -> None:
    """Exit with 1 if there are findings as `--fail-on` names, or the chat model failed."""
    from ingest.terminal import say

    tripped = summary.at_least(gate) if gate else 0
    if tripped:
        say(f"briefs: --fail-on {gate}: {tripped:,} of {summary.checked:,} answers")
    if opinions and opinions.fault:
        say(f"briefs: {opinions.fault}")
    if tripped or (opinions and opinions.fault):
        raise typer.Exit(SOME_FAILED)
