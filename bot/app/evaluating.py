"""The command `briefs eval`: a gold file asked of the library, figures, and the change since.

A thin shell round bot/evals.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from index.errors import UsageError
from ingest.cli import SOME_FAILED, Json, opened

if TYPE_CHECKING:
    from bot.evals.compare import FigureChange
    from bot.evals.evaluation import GoldResult
    from bot.evals.gold import Gold, GoldQuestion
    from index.library import Library

_FOLD = re.compile(r"(-?)(\d+)/(\d+)")
_LISTED = 12  # ids of questions named for a figure


def register(app: typer.Typer) -> None:
    app.command("eval")(evaluate)


def evaluate(
    gold: Annotated[Path, typer.Argument(metavar="GOLD.jsonl", help="One question per line.")],
    depth: Annotated[
        int,
        typer.Option("-k", metavar="N", min=1, max=200, help="Passages to search for."),
    ] = 50,
    only: Annotated[
        str | None, typer.Option(metavar="TYPE", help="Only questions of this type.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Only the first N questions.")
    ] = None,
    fold: Annotated[
        str | None,
        typer.Option(metavar="K/N", help="Every N-th question from the K-th (0/5); -K/N the rest."),
    ] = None,
    search_only: Annotated[
        bool, typer.Option("--search-only", metavar="", help="Search without answering.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.json", help="Write the result to this file.")
    ] = None,
    against: Annotated[
        Path | None, typer.Option(metavar="FILE.json", help="Compare with an earlier result.")
    ] = None,
    tolerance: Annotated[
        float,
        typer.Option(
            metavar="SHARE",
            min=0,
            max=1,
            help="How far a figure may fall before the exit code is 1.",
        ),
    ] = 0.02,
    png: Annotated[Path | None, typer.Option(metavar="FILE.png", help="Draw the result.")] = None,
    json: Json = False,
) -> None:
    """Measure search and answers with questions whose answers are known.

    Nothing is recorded in the ledger. docs/evaluating.md explains how to write a gold file.

    Example: briefs eval gold.jsonl --out before.json
    """
    from bot.evals import chart, compare
    from bot.evals.gold import read
    from bot.evals.report import EvalSetting, to_json

    earlier = compare.load(against) if against else None
    found = read(gold)
    questions = chosen(found.questions, only, fold, limit)
    _complain_of(found, questions, gold)
    with opened(search=True) as library:
        setting = EvalSetting(str(gold), depth, found.faults, only, fold, limit, _about(library))
        results = _asked(library, questions, depth, answers=not search_only)
    report: dict[str, Any] = to_json(results, setting)
    changes = compare.changes(earlier, report) if earlier else []
    fallen = compare.fallen(changes, tolerance)
    if earlier:
        report["against"] = _compared(changes, fallen, tolerance)
    if out:
        _write(out, report)
    if png:
        chart.draw(report, png)
    _show(report, changes, fallen, json=json)
    if found.faults or report["failed"] or fallen:
        raise typer.Exit(SOME_FAILED)


def chosen(
    questions: "Sequence[GoldQuestion]", only: str | None, fold: str | None, limit: int | None
) -> "list[GoldQuestion]":
    """Return the questions that the options name, in order: the fold first, then type, then count.

    Fold K/N keeps every question whose index (from 0) leaves K when divided by N; -K/N the others.
    """
    kept = list(questions)
    if fold is not None:
        read = _FOLD.fullmatch(fold.strip())
        if read is None or int(read[2]) >= int(read[3]):
            raise UsageError(f"--fold {fold}: not a part; write 4/5 for a fifth, -4/5 for the rest")
        part, parts = int(read[2]), int(read[3])
        kept = [item for at, item in enumerate(kept) if (at % parts == part) is not bool(read[1])]
    if only is not None:
        kinds = sorted({item.type for item in questions})
        if only not in kinds:
            there = ", ".join(kinds) or "none"
            raise UsageError(f"--only {only}: no such type of question; there are: {there}")
        kept = [item for item in kept if item.type == only]
    return kept[:limit]


def _complain_of(found: "Gold", questions: "Sequence[GoldQuestion]", path: Path) -> None:
    from ingest.terminal import say

    for fault in found.faults:
        say(f"briefs: {path}: {fault}")
    if not questions:
        raise UsageError(f"{path}: no question to ask; see docs/evaluating.md for what to write")


def _about(library: "Library") -> dict[str, Any]:
    from bot.app.making import recorded_settings

    counted = {"passages": library.passage_count, "generation": library.generation}
    return {**counted, **recorded_settings(library.settings)}


def _asked(
    library: "Library", questions: "Sequence[GoldQuestion]", depth: int, *, answers: bool
) -> "list[GoldResult]":
    """Ask all questions; without passages that they need in the library, say so once."""
    from bot.app.making import answerer
    from bot.evals.evaluation import asker
    from ingest.terminal import say

    with asker(library, answerer, depth=depth, answers=answers) as one, _bar(questions) as shown:
        results = [one.result(question) for question in shown]
    for item in results:
        if item.fault:
            say(f"briefs: {item.question.id}: {item.fault}")
    needing = [item for item in results if item.question.needed and not item.fault]
    if needing and not any(rank for item in needing for rank in item.outcome.ranks):
        say("briefs: no gold passage was found; was the gold file written for this library?")
    return results


@contextmanager
def _bar(questions: "Sequence[GoldQuestion]") -> "Iterator[Iterable[GoldQuestion]]":
    from rich.progress import track

    from ingest.terminal import err

    console = err()
    yield track(
        questions, "Asking", console=console, transient=True, disable=not console.is_terminal
    )


def _write(path: Path, report: dict[str, Any]) -> None:
    import json

    text = json.dumps(report, ensure_ascii=False, indent=1)
    try:
        path.write_text(text + "\n", encoding="utf-8", errors="replace")
    except OSError as error:
        raise UsageError(
            f"--out {path}: {error.strerror}; name a file in a folder that is there"
        ) from error


def _compared(
    changes: "Sequence[FigureChange]", fallen: "Sequence[FigureChange]", tolerance: float
) -> dict[str, Any]:
    return {
        "tolerance": tolerance,
        "changes": [change.to_json() for change in changes],
        "fallen": [change.name for change in fallen],
    }


def _show(
    report: dict[str, Any],
    changes: "Sequence[FigureChange]",
    fallen: "Sequence[FigureChange]",
    *,
    json: bool,
) -> None:
    from bot.evals import report as shown
    from ingest.terminal import print_json, print_table

    if json:
        print_json(report)
        return
    _paragraph(shown.lines(report))
    names = ("measure", "share", "count", "95-%-interval")
    print_table(names, shown.overall_rows(report), right=" ".join(names[1:]))
    tables = (shown.type_rows, shown.reply_rows, shown.cost_rows, shown.follow_up_rows)
    for head, rows in (table(report) for table in tables):
        if rows:
            sys.stdout.write("\n")
            print_table(head, rows, right=" ".join(head[1:]))
    sys.stdout.write("\n")
    _paragraph(shown.confidence_lines(report))
    if changes:
        _show_changes(changes, fallen)


def _show_changes(changes: "Sequence[FigureChange]", fallen: "Sequence[FigureChange]") -> None:
    from ingest.terminal import print_table, say

    head = ("figure", "before", "after", "change", "interval", "better", "worse", "p")
    rows = [
        (
            change.name, f"{change.before:.3f}", f"{change.after:.3f}", f"{change.delta:+.3f}",
            f"{change.interval[0]:+.2f} … {change.interval[1]:+.2f}",
            str(len(change.better)), str(len(change.worse)), f"{change.chance:.2f}",
        )
        for change in changes
    ]  # fmt: skip
    print_table(head, rows, right=" ".join(head[1:]))
    _paragraph(
        f"{change.name}, {word}: {_named(ids)}"
        for change in changes
        for word, ids in (("better", change.better), ("worse", change.worse))
        if ids
    )
    for change in fallen:
        noise = " (chance alone may do that: p > .05)" if change.chance > 0.05 else ""
        say(f"briefs: {change.name} fell by {-change.delta:.3f}{noise}")


def _named(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - _LISTED} more" if len(ids) > _LISTED else ""
    return ", ".join(ids[:_LISTED]) + more


def _paragraph(said: Iterable[str]) -> None:
    from ingest.terminal import out

    console = out()
    for line in said:
        console.print(line, markup=False)
