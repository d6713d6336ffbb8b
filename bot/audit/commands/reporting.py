"""Commands of `briefs audit`: write a report of a period."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.audit.commands.choosing import choosing
from bot.audit.selection import Selection
from index.errors import UsageError
from ingest.cli import Json, opened

if TYPE_CHECKING:
    from collections.abc import Mapping


class Format(StrEnum):
    """How a report is written."""

    HTML = "html"
    CSV = "csv"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("report")(report)


@choosing
def report(
    chosen: Selection,
    sample: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Error rate of the random sample of so many, …"),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(metavar="N", help="… which `briefs audit sample` drew by this.")
    ] = None,
    form: Annotated[
        Format | None,
        typer.Option("--format", metavar="html|csv|json", help="Else what --out ends in, or html."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write here, not to standard output.")
    ] = None,
    with_askers: Annotated[
        bool, typer.Option("--with-askers", metavar="", help="Name who asked, and where.")
    ] = False,
    most: Annotated[
        int, typer.Option("-n", metavar="N", min=1, help="Findings shown in HTML, the riskiest.")
    ] = 200,
    bom: Annotated[
        bool,
        typer.Option("--bom", metavar="", help="CSV with the mark by which Excel knows UTF-8."),
    ] = False,
    json: Json = False,
) -> None:
    """Write a report of a period to sign: numbers, error rate, findings with evidence, chain.

    Findings are those of the last `briefs audit run`.

    Example: briefs audit report --since 2026-01 --until 2026-03 --out report.html
    """
    from bot.audit.report import Scope
    from bot.audit.report import report as gathered

    written = _format(form, out, json=json)
    if bom and written is not Format.CSV:
        raise UsageError("--bom: only CSV has it; add --format csv")
    if (sample is None) is not (seed is None):
        raise UsageError("--sample and --seed: give both, as `briefs audit sample` said them")
    with opened() as library:
        found = gathered(library.database, Scope(chosen, sample, seed, with_askers))
    _write(_text(found, written, most, bom=bom), out)
    _tell(found, out)
    if not found["chain"]["sound"]:
        raise typer.Exit(1)


def _format(form: Format | None, out: Path | None, *, json: bool) -> Format:
    if json:
        if form not in {None, Format.JSON}:
            raise UsageError(f"--json with --format {form}: give one or the other")
        return Format.JSON
    suffix = out.suffix.lstrip(".").lower() if out else ""
    return form or (Format(suffix) if suffix in list(Format) else Format.HTML)


def _text(found: "Mapping[str, Any]", form: Format, most: int, *, bom: bool) -> str:
    import json

    if form is Format.JSON:
        return json.dumps(found, ensure_ascii=False) + "\n"
    if form is Format.CSV:
        from bot.audit.report_csv import report_csv

        return report_csv(found, bom=bom)
    from bot.audit.report_html import report_html

    return report_html(found, most=most)


def _write(text: str, out: Path | None) -> None:
    """Write the report; a file is for its owner alone, for it holds questions and passages."""
    import os

    data = text.encode("utf-8", "replace")
    if out is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
    except OSError as error:
        raise UsageError(
            f"--out {out}: {error.strerror}; name a file in a folder that is there"
        ) from error


def _tell(found: "Mapping[str, Any]", out: Path | None) -> None:
    from ingest.terminal import say

    numbers, chain = found["numbers"], found["chain"]
    unchecked = numbers["answers"] - numbers["checked"]
    if out is not None:
        say(f"{out}: {numbers['answers']:,} answers, {numbers['findings']['total']:,} findings")
    if unchecked:
        many = "answer has" if unchecked == 1 else "answers have"
        say(f"{unchecked:,} {many} never been checked: briefs audit run")
    if not chain["sound"]:
        say(f"briefs: the ledger is not as it was written from record {chain['first_bad']} on")
