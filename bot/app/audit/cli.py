"""The command group `briefs audit`, and its command `check`, which needs no library."""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.app.asking import failing_requests
from bot.app.audit import judging, ledger, listing, replaying, reporting, running
from index.errors import UsageError
from ingest.cli import Json
from ingest.files import shown

if TYPE_CHECKING:
    from bot.checking.verify import Check
    from bot.question.requests import JsonLine

app = typer.Typer(
    name="audit",
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
)


@dataclass(frozen=True)
class ClaimLine:
    """A claim with its evidence; if `fault` says what is wrong with its line, the rest is empty."""

    id: Any
    text: str = ""
    evidence: tuple[str, ...] = ()
    fault: str | None = None


@app.callback()
def audit() -> None:
    """Check cited answers and claims against their evidence.

    Example: briefs audit check --batch claims.jsonl --json
    """


_COMMANDS: Mapping[str, Callable[..., None]] = {
    "run": running.run,
    "list": listing.list_answers,
    "show": listing.show,
    "uses": listing.uses,
    "judge": judging.judge,
    "sample": judging.sample,
    "agreement": judging.agreement,
    "replay": replaying.replay,
    "report": reporting.report,
    "verify-chain": ledger.verify_chain,
    "anchor": ledger.anchor,
    "forget": ledger.forget,
}
for _name, _command in _COMMANDS.items():
    app.command(_name)(_command)


@app.command()
def check(
    claim: Annotated[
        str | None, typer.Argument(metavar="CLAIM", help="The sentence to check.")
    ] = None,
    evidence: Annotated[
        list[str] | None,
        typer.Option(metavar="TEXT", help="A sentence or passage it must be based on; repeatable."),
    ] = None,
    batch: Annotated[
        str | None,
        typer.Option(
            metavar="FILE.jsonl",
            help='JSON lines {"id", "claim", "evidence": [TEXT, …]}; - reads standard input.',
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Check whether evidence supports a claim: supported, check or unsupported, and why.

    Example: briefs audit check "Ten ships left." --evidence "Twelve ships left the port."
    """
    from bot.checking.verify import check as judge
    from ingest.terminal import print_json

    with failing_requests() as failures:
        for one in _claims(claim, evidence, batch):
            if one.fault:
                failures.append(one.fault)
                print_json({"id": one.id, "error": one.fault})
                continue
            found = judge(one.text, one.evidence)
            if json or batch:
                print_json(check_json(found, one.id))
            else:
                sys.stdout.write(shown(plain(found)))


def check_json(found: "Check", id: Any = None) -> dict[str, Any]:
    reasons = [{"kind": one.kind, "detail": one.detail} for one in found.reasons]
    return {"id": id, "verdict": found.verdict, "score": found.score, "reasons": reasons}


def plain(found: "Check") -> str:
    lines = [f"{found.verdict} (score {found.score:.2f})"]
    lines += [f"  {reason.kind}: {reason.detail}" for reason in found.reasons]
    return "\n".join(lines) + "\n"


def _claims(
    claim: str | None, evidence: Sequence[str] | None, batch: str | None
) -> Iterable[ClaimLine]:
    from bot.question.requests import rows, sound

    if batch is not None:
        if claim is not None or evidence:
            raise UsageError("--batch with CLAIM or --evidence: give one or the other")
        return map(_claim, rows(batch, "{'claim': …, 'evidence': […]}"))
    if claim is None or not claim.strip():
        raise UsageError("no claim; type one in quotes, or give --batch FILE.jsonl")
    if not evidence:
        raise UsageError("no evidence; give --evidence TEXT, once or more often")
    return [ClaimLine(None, sound(claim), tuple(map(sound, evidence)))]


def _claim(row: "JsonLine") -> ClaimLine:
    from bot.question.requests import sound

    if row.fault:
        return ClaimLine(None, fault=row.fault)
    claim, evidence = row.fields.get("claim"), row.fields.get("evidence")
    claim_id = row.fields.get("id")
    if not isinstance(claim, str) or not claim.strip():
        return ClaimLine(claim_id, fault=f"{row.where}: no text under the key 'claim'")
    if not isinstance(evidence, list) or not all(isinstance(one, str) for one in evidence):
        return ClaimLine(claim_id, fault=f"{row.where}: 'evidence' is not a list of texts")
    return ClaimLine(claim_id, sound(claim), tuple(map(sound, evidence)))


app.command("unanswered")(listing.unanswered)
