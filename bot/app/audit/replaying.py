"""Command of `briefs audit`: ask old questions of today's index."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from bot.app.audit.options import Sample, Seed, choosing, progress, sampled
from bot.audit.selection import Selection
from index.errors import UsageError
from ingest.cli import SOME_FAILED, Json, opened
from ingest.files import shown

if TYPE_CHECKING:
    from bot.audit.replay import Replayed
    from bot.ledger.ledger import LedgerEntry
    from index.library import Library

_GATES = "changed|citations|declined|answered"

Answers = Annotated[
    list[str] | None,
    typer.Option("--answer", metavar="ID", help="Only the question of this answer; repeatable."),
]
FailOn = Annotated[
    list[str] | None,
    typer.Option(metavar=_GATES, help="Exit with 1 if any answer changed like this; repeatable."),
]


@choosing
def replay(
    chosen: Selection,
    answer: Answers = None,
    sample: Sample = None,
    seed: Seed = None,
    fail_on: FailOn = None,
    json: Json = False,
) -> None:
    """Ask old questions again with today's index and settings, and show what changed.

    Each question is asked with its conversation and limits, as on its day. Nothing is recorded.
    If the settings name a chat model, it is called, and the calls count.

    Example: briefs audit replay --since 2026-03 --sample 100 --fail-on declined
    """
    from bot.app.audit.asking_again import recorded_questions
    from bot.audit.replay import replay_json, replay_lines
    from ingest.terminal import print_json

    gates = _gates(fail_on or ())
    chosen = sampled(chosen, sample, seed)
    items: list[Replayed] = []
    with opened(search=True) as library:
        entries = recorded_questions(library.database, chosen, answer or ())
        forgotten = sum(entry.private is None for entry in entries)
        for item in _replayed(library, [entry for entry in entries if entry.private]):
            items.append(item)
            if json:
                print_json(replay_json(item))
            else:
                sys.stdout.writelines(f"{shown(line)}\n" for line in replay_lines(item))
    _summarise(items, forgotten, json=json)
    _leave(items, gates)


def _replayed(library: "Library", entries: "Sequence[LedgerEntry]") -> "Iterator[Replayed]":
    from bot.app.audit.asking_again import asking_again
    from bot.audit.replay import replay
    from ingest.terminal import say

    if not entries:
        return
    with asking_again(library) as ask, progress("Asking", len(entries)) as tick:
        if ask.problem:
            say(f"briefs: {ask.problem}")
        for entry in entries:
            yield replay(entry, ask)
            tick(1)


def _summarise(items: "Sequence[Replayed]", forgotten: int, *, json: bool) -> None:
    from bot.audit.replay import replay_summary
    from ingest.terminal import print_table, say

    if not items and not forgotten:
        say("no question to ask: no answer matches these options")
        return
    if not json:
        print_table(("questions", "count"), replay_summary(items, forgotten), right="count")
    elif forgotten:
        say(f"{forgotten} not asked: their questions were forgotten")
    unlimited = sum(not item.limits_known for item in items)
    if unlimited:
        many = "record does" if unlimited == 1 else "records do"
        say(f"{unlimited} {many} not say which briefs were searched: all were searched now")


def _gates(named: Sequence[str]) -> list[str]:
    from bot.audit.replay import ReplayChange

    for name in named:
        if name not in list(ReplayChange):
            gates = ", ".join(ReplayChange)
            raise UsageError(f"--fail-on {name}: unknown; choose one of: {gates}")
    return list(named)


def _leave(items: "Sequence[Replayed]", gates: Sequence[str]) -> None:
    """Exit with 1 if a question could not be asked or an answer changed as `--fail-on` names."""
    from bot.audit.replay import ReplayChange
    from ingest.terminal import say

    kinds = Counter(kind for item in items if item.changes for kind in item.changes.kinds)
    tripped = [gate for gate in dict.fromkeys(gates) if kinds[ReplayChange(gate)]]
    for gate in tripped:
        say(f"briefs: --fail-on {gate}: {kinds[ReplayChange(gate)]} of {len(items)} questions")
    if tripped or any(item.fault for item in items):
        raise typer.Exit(SOME_FAILED)
