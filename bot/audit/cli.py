"""The command `briefs audit`: `check` judges a claim, `unanswered` lists open questions.

Loads no model; `check` needs no library. The other commands stand in `bot/audit/commands`.
"""

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.audit.commands import chain, judging, listing, replaying, reporting, running
from index.errors import UsageError
from ingest.cli import SOME_FAILED, Json, opened

if TYPE_CHECKING:
    from bot.app.batch import Row
    from bot.audit.grouping import Group
    from bot.audit.unanswered import Unanswered
    from bot.checking.verify import Check

app = typer.Typer(
    name="audit",
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
)


@dataclass(frozen=True)
class Pair:
    """A claim with its evidence. `fault` says what is wrong with its line; the rest is empty."""

    id: Any
    claim: str = ""
    evidence: tuple[str, ...] = ()
    fault: str | None = None


for group in (running, listing, judging, replaying, reporting, chain):
    group.register(app)


@app.callback()
def audit() -> None:
    """Check cited answers and claims against their evidence.

    Example: briefs audit check --batch claims.jsonl --json
    """


@app.command()
def check(
    claim: Annotated[
        str | None, typer.Argument(metavar="CLAIM", help="The sentence to judge.")
    ] = None,
    evidence: Annotated[
        list[str] | None,
        typer.Option(metavar="TEXT", help="What it must rest on; repeat for several."),
    ] = None,
    batch: Annotated[
        str | None,
        typer.Option(
            metavar="FILE.jsonl",
            help='A line a claim: {"id", "claim", "evidence": [TEXT, …]}; - for standard input.',
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Judge whether evidence bears a claim out: supported, check or unsupported, and why.

    Example: briefs audit check "Ten ships left." --evidence "Twelve ships left the port."
    """
    from bot.checking.verify import check as judge
    from ingest.terminal import print_json

    failures: list[str] = []
    for pair in _pairs(claim, evidence, batch):
        if pair.fault:
            failures.append(pair.fault)
            print_json({"id": pair.id, "error": pair.fault})
            continue
        found = judge(pair.claim, pair.evidence)
        if json or batch:
            print_json(check_json(found, pair.id))
        else:
            sys.stdout.write(plain(found))
    if failures:
        many = "request" if len(failures) == 1 else "requests"
        sys.stderr.write(f"briefs: {len(failures)} {many} failed, first: {failures[0]}\n")
        raise typer.Exit(SOME_FAILED)


@app.command()
def unanswered(
    limit: Annotated[
        int, typer.Option("-n", metavar="N", min=1, help="Questions, or groups, to list.")
    ] = 50,
    groups: Annotated[
        bool,
        typer.Option("--groups", help="Put questions that are alike together; loads the model."),
    ] = False,
    json: Json = False,
) -> None:
    """List the questions that the briefs did not answer, the most often asked first.

    Example: briefs audit unanswered -n 20 --groups
    """
    from bot.audit.unanswered import row
    from bot.audit.unanswered import unanswered as open_questions
    from bot.ledger.ledger import Ledger
    from ingest.terminal import print_json, say

    with opened() as library:
        found: Sequence[Any] = open_questions(Ledger(library.database).entries())
        as_json: Callable[[Any], Any] = row
        as_text: Callable[[Any], str] = _listed
        if groups:
            from bot.audit import grouping

            found = grouping.groups(found, library.embed)
            as_json, as_text = grouping.group_json, _grouped
    for item in found[:limit]:
        if json:
            print_json(as_json(item))
        else:
            sys.stdout.write(f"{as_text(item)}\n")
    if not found:
        say("no open question: everything that was asked has been answered")
    elif len(found) > limit and not json:
        with_groups = " --groups" if groups else ""
        say(f"{len(found) - limit} more: briefs audit unanswered{with_groups} -n {len(found)}")


def _listed(item: "Unanswered") -> str:
    from bot.answering.render import safe

    nearest = f"; nearest: {item.nearest[0]}" if item.nearest else ""
    return safe(f"{item.question}  ({_times(item)}, last {item.last_asked[:10]}{nearest})")


def _grouped(group: "Group") -> str:
    from bot.answering.render import safe

    if len(group.questions) == 1:
        return _listed(group.questions[0])
    lines = [
        f"{group.title}  ({_times(group)} in {len(group.questions)} forms, "
        f"last {group.last_asked[:10]})"
    ]
    lines += [f"  {item.question}" for item in group.questions if item.question != group.title]
    return "\n".join(map(safe, lines))


def _times(asked: "Unanswered | Group") -> str:
    return "once" if asked.times == 1 else f"{asked.times} times"


def check_json(found: "Check", id: Any = None) -> dict[str, Any]:
    """Return the object of one check as programs read it."""
    return {
        "id": id,
        "verdict": str(found.verdict),
        "score": found.score,
        "reasons": [{"kind": one.kind, "detail": one.detail} for one in found.reasons],
    }


def plain(found: "Check") -> str:
    """Return the lines of one check as people read it."""
    lines = [f"{found.verdict} (score {found.score:.2f})"]
    lines += [f"  {reason.kind}: {reason.detail}" for reason in found.reasons]
    return "\n".join(lines) + "\n"


def _pairs(claim: str | None, evidence: Sequence[str] | None, batch: str | None) -> Iterable[Pair]:
    from bot.app.batch import rows, sound

    if batch is not None:
        if claim is not None or evidence:
            raise UsageError("--batch with CLAIM or --evidence: give one or the other")
        return map(_pair, rows(batch, "{'claim': …, 'evidence': […]}"))
    if claim is None or not claim.strip():
        raise UsageError("no claim; type one in quotes, or give --batch FILE.jsonl")
    if not evidence:
        raise UsageError("no evidence; give --evidence TEXT, once or more often")
    return [Pair(None, sound(claim), tuple(map(sound, evidence)))]


def _pair(row: "Row") -> Pair:
    from bot.app.batch import sound

    if row.fault:
        return Pair(None, fault=row.fault)
    claim, evidence = row.fields.get("claim"), row.fields.get("evidence")
    claim_id = row.fields.get("id")
    if not isinstance(claim, str) or not claim.strip():
        return Pair(claim_id, fault=f"{row.where}: no text under the key 'claim'")
    if not isinstance(evidence, list) or not all(isinstance(one, str) for one in evidence):
        return Pair(claim_id, fault=f"{row.where}: 'evidence' is not a list of texts")
    return Pair(claim_id, sound(claim), tuple(map(sound, evidence)))
