"""Command of `briefs audit`: write a report of a period."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.app.audit.options import choosing
from bot.audit.selection import Selection
from index.errors import UsageError
from ingest.cli import Json, opened

if TYPE_CHECKING:
    from collections.abc import Mapping


class ReportFormat(StrEnum):
    HTML = "html"
    CSV = "csv"
    JSON = "json"


@choosing
def report(
    chosen: Selection,
    sample: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Size of the random sample for the error rate …"),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(metavar="N", help="… that `briefs audit sample` drew with this seed."),
    ] = None,
    form: Annotated[
        ReportFormat | None,
        typer.Option(
            "--format", metavar="html|csv|json", help="Default: the ending of --out, or html."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write to a file instead of standard output."),
    ] = None,
    with_askers: Annotated[
        bool, typer.Option("--with-askers", metavar="", help="Include who asked, and where.")
    ] = False,
    most: Annotated[
        int,
        typer.Option("-n", metavar="N", min=1, help="Maximum number of findings in HTML."),
    ] = 200,
    bom: Annotated[
        bool,
        typer.Option("--bom", metavar="", help="Start CSV with a byte-order mark, for Excel."),
    ] = False,
    json: Json = False,
) -> None:
    """Write a report of a period: numbers, error rate, findings with evidence, state of the ledger.

    The findings are those of the last `briefs audit run`.

    Example: briefs audit report --since 2026-01 --until 2026-03 --out report.html
    """
    from bot.audit.report import ReportScope
    from bot.audit.report import report as gathered

    chosen_format = _format(form, out, json=json)
    if bom and chosen_format is not ReportFormat.CSV:
        raise UsageError("--bom: only for CSV; add --format csv")
    if (sample is None) is not (seed is None):
        raise UsageError("--sample and --seed: give both, as `briefs audit sample` printed them")
    with opened() as library:
        found = gathered(library.database, ReportScope(chosen, sample, seed, with_askers))
    _write(_text(found, chosen_format, most, bom=bom), out)
    _summarise(found, out)
    if not found["chain"]["sound"]:
        raise typer.Exit(1)


def _format(form: ReportFormat | None, out: Path | None, *, json: bool) -> ReportFormat:
    if json:
        if form not in {None, ReportFormat.JSON}:
            raise UsageError(f"--json with --format {form}: give one or the other")
        return ReportFormat.JSON
    suffix = out.suffix.lstrip(".").lower() if out else ""
    return form or (ReportFormat(suffix) if suffix in list(ReportFormat) else ReportFormat.HTML)


def _text(found: "Mapping[str, Any]", form: ReportFormat, most: int, *, bom: bool) -> str:
    import json

    if form is ReportFormat.JSON:
        return json.dumps(found, ensure_ascii=False) + "\n"
    if form is ReportFormat.CSV:
        from bot.audit.report_formats import report_csv

        return report_csv(found, bom=bom)
    from bot.audit.report_formats import report_html

    return report_html(found, most=most)


def _write(text: str, out: Path | None) -> None:
    """Write the report; only the owner may read the file, which has questions and passages."""
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
            f"--out {out}: {error.strerror}; name a file in an existing folder"
        ) from error


def _summarise(found: "Mapping[str, Any]", out: Path | None) -> None:
    from ingest.terminal import counted_as, say

    numbers, chain = found["numbers"], found["chain"]
    unchecked = numbers["answers"] - numbers["checked"]
    if out is not None:
        answers = counted_as(numbers["answers"], "answer", "answers")
        findings = counted_as(numbers["findings"]["total"], "finding", "findings")
        say(f"{out}: {answers}, {findings}")
    if unchecked:
        many = "answer has" if unchecked == 1 else "answers have"
        say(f"{unchecked:,} {many} never been checked: briefs audit run")
    if not chain["sound"]:
        say(f"briefs: the ledger was changed from record {chain['first_bad']} on")
