"""Commands of `briefs audit`: ask old questions of today's index."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from bot.audit.commands.choosing import Sample, Seed, choosing, sampled
from bot.audit.selection import Order, Selection
from index.errors import UsageError
from ingest.cli import SOME_FAILED, Json, opened

if TYPE_CHECKING:
    from bot.audit.replay import Replayed
    from bot.ledger.ledger import Entry
    from index.library import Library

_GATES = "changed|citations|declined|answered"

Answers = Annotated[
    list[str] | None,
    typer.Option("--answer", metavar="ID", help="This answer's question; repeat for several."),
]
FailOn = Annotated[
    list[str] | None,
    typer.Option(metavar=_GATES, help="Exit with 1 if a question changed so; repeat for several."),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("replay")(replay)


@choosing
def replay(
    chosen: Selection,
    answer: Answers = None,
    sample: Sample = None,
    seed: Seed = None,
    fail_on: FailOn = None,
    json: Json = False,
) -> None:
    """Ask old questions of today's index and settings, and show what changed.

    Each is asked with its conversation and limits, as on the day it was asked. Nothing is
    recorded; a chat model that the settings name is called, and counts.

    Example: briefs audit replay --since 2026-03 --sample 100 --fail-on declined
    """
    from bot.audit.replay_shown import lines, row
    from ingest.terminal import print_json

    gates = _gates(fail_on or ())
    chosen = sampled(chosen, sample, seed)
    items: list[Replayed] = []
    with opened(search=True) as library:
        entries = _entries(library, chosen, answer)
        forgotten = sum(entry.private is None for entry in entries)
        for item in _replayed(library, [entry for entry in entries if entry.private]):
            items.append(item)
            if json:
                print_json(row(item))
            else:
                sys.stdout.writelines(f"{line}\n" for line in lines(item))
    _tell(items, forgotten, json=json)
    _leave(items, gates)


def _entries(library: "Library", chosen: Selection, answers: Sequence[str] | None) -> "list[Entry]":
    """Return the records of the questions to ask, oldest first."""
    from bot.audit.register import Register
    from bot.ledger.ledger import Ledger

    ledger, register = Ledger(library.database), Register(library.database)
    if answers:
        if chosen != Selection():
            raise UsageError("--answer with other choices: give one or the other")
        return [ledger.get(answer_id) for answer_id in answers]
    register.catch_up()
    rows = register.answers(chosen, Order.TIME)
    return [ledger.get(row.answer_id) for row in reversed(rows)]


def _replayed(library: "Library", entries: "Sequence[Entry]") -> "Iterator[Replayed]":
    from bot.audit.replay import replayer
    from ingest.terminal import say

    if not entries:
        return
    with replayer(library) as asker, _bar(entries) as shown:
        if asker.problem:
            say(f"briefs: {asker.problem}")
        for entry in shown:
            yield asker.replay(entry)


@contextmanager
def _bar(entries: "Sequence[Entry]") -> "Iterator[Iterable[Entry]]":
    from rich.progress import track

    from ingest.terminal import err

    console = err()
    yield track(entries, "Asking", console=console, transient=True, disable=not console.is_terminal)


def _tell(items: "Sequence[Replayed]", forgotten: int, *, json: bool) -> None:
    from bot.audit.replay_shown import summary
    from ingest.terminal import print_table, say

    if not items and not forgotten:
        say("no question to ask: no answer passes these options")
        return
    if not json:
        print_table(("questions", "count"), summary(items, forgotten), right="count")
    elif forgotten:
        say(f"{forgotten} not asked: their questions were forgotten")
    unlimited = sum(not item.limits_known for item in items)
    if unlimited:
        say(f"{unlimited} were recorded without the briefs they were limited to: all were searched")


def _gates(named: Sequence[str]) -> list[str]:
    from bot.audit.changes import Change

    for name in named:
        if name not in list(Change):
            raise UsageError(f"--fail-on {name}: no such gate; there are: {', '.join(Change)}")
    return list(named)


def _leave(items: "Sequence[Replayed]", gates: Sequence[str]) -> None:
    """Exit with 1 where a question could not be asked or a gate trips, having said so."""
    from bot.audit.changes import Change
    from ingest.terminal import say

    kinds = Counter(kind for item in items if item.changes for kind in item.changes.kinds)
    tripped = [gate for gate in dict.fromkeys(gates) if kinds[Change(gate)]]
    for gate in tripped:
        say(f"briefs: --fail-on {gate}: {kinds[Change(gate)]} of {len(items)} questions")
    if tripped or any(item.fault for item in items):
        raise typer.Exit(SOME_FAILED)
