"""Show a report as one HTML file: the report's object in, the page out.

Nothing is loaded from anywhere and nothing runs: style stands inside, there is no script, and a
policy in the page forbids both. Every text is escaped by Jinja2; what would turn the direction of
writing becomes U+FFFD.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.audit.judgements import Judged
from bot.render import safe

TEMPLATES = Path(__file__).resolve().parent / "templates"
MOST = 200  # findings shown, the riskiest; CSV and JSON have all
Finding = Mapping[str, Any]
_VERDICTS = ("supported", "check", "unsupported")
_MEANINGS = {
    "fabricated": "The quotation stands nowhere, or with other words.",
    "stitched": "The quotation is put together from pieces of its passage.",
    "misattributed": "The quotation stands in another passage than the one cited.",
    "dangling": "A marker points at no citation, or a sentence cites nothing.",
    "number": "A number is not that of the passage.",
    "date": "A date is not that of the passage.",
    "name": "A name is not that of the passage.",
    "negation": "The sentence denies what the passage says, or the other way round.",
    "hedge": "The passage says it with more doubt.",
    "coverage": "The sentence says more than its passages.",
    "record": "The record does not agree with itself or with the version that it names.",
    "corrected": "The words quoted were changed in a newer version of the brief.",
    "superseded": "There is a newer version; the words quoted still stand in it.",
    "withdrawn": "The brief is no longer in the library.",
}

_ELSEWHERE = {
    "support": "The passage that bears it out",
    "nearest": "The nearest passage",
    "piece": "A piece of it stands here",
}


def report_html(report: Mapping[str, Any], *, most: int = MOST) -> str:
    """Return the page, with at most so many findings, the riskiest."""
    shown = report["findings"][:most]
    judged = groupby(report["judgements"], key=lambda one: (one["answer_id"], one["sentence"]))
    page = _environment().get_template("report.html")
    return page.render(
        report=report,
        answers=_by_answer(shown),
        left=len(report["findings"]) - len(shown),
        verdicts=_VERDICTS,
        words=list(map(str, Judged)),
        meanings=_MEANINGS,
        elsewhere=_ELSEWHERE,
        judged=[list(group) for _, group in judged],
    )


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_safe,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"percent": _percent, "stamp": _stamp, "counted": _counted}
    return environment


def _by_answer(findings: Sequence[Finding]) -> list[list[list[Finding]]]:
    """Return the findings of each answer, those on the same evidence together, in their order."""
    answers = []
    for _, of_one in groupby(findings, key=lambda one: one["answer_id"]):
        together: dict[object, list[Finding]] = {}
        for one in of_one:
            cited = tuple(each["number"] for each in one["citations"])
            together.setdefault((one["sentence"], cited), []).append(one)
        answers.append(list(together.values()))
    return answers


def _safe(value: Any) -> Any:
    """Return what a text shows as; what the template made itself stays."""
    if value is None:
        return ""
    return value if hasattr(value, "__html__") or not isinstance(value, str) else safe(value)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"


def _stamp(moment: str | None) -> str:
    """Return a UTC moment of the ledger as people write it."""
    return "–" if moment is None else f"{datetime.fromisoformat(moment):%-d %B %Y, %H:%M} UTC"


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


BOM = "\ufeff"  # by which Excel knows UTF-8
COLUMNS = (
    "answer_id", "asked_at", "question", "mode", "model", "risk", "kind", "severity", "detail",
    "sentence", "text", "verdict", "citation", "quote", "brief_id", "brief_number", "brief_title",
    "brief_date", "brief_version", "paragraph", "page", "changed", "elsewhere", "judged",
)  # fmt: skip
ASKERS = ("asker", "place")
_MARKS = {"kept": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
# What spreadsheets take for the beginning of a formula, and what they overlook before it.
_OVERLOOKED = r"[\s\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u2064\ufeff\x00-\x1f\"'`]*"
_FORMULA = re.compile(rf"(^|;){_OVERLOOKED}(?=[=+\-@＝＋－＠﹢﹣﹦﹫−])")


def report_csv(report: Mapping[str, Any], *, bom: bool = False) -> str:
    """Return the findings as CSV, the riskiest first; with `bom` a byte-order mark before it."""
    told = any(key in one for one in report["findings"] for key in ASKERS)
    columns = (*COLUMNS, *ASKERS) if told else COLUMNS
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(columns)
    for finding in report["findings"]:
        cells = _cells(finding)
        writer.writerow([cell(cells[name]) for name in columns])
    return (BOM if bom else "") + out.getvalue()


def cell(value: object) -> str:
    """Return what stands in a cell: "" for None, one line, written one way, never a formula."""
    text = "" if value is None else str(value)
    text = "".join(" " if unicodedata.category(char) == "Cc" else char for char in text)
    return _FORMULA.sub(_defused, safe(" ".join(text.split())))


def _defused(found: re.Match[str]) -> str:
    return f"{found[1]}'{found[0][len(found[1]) :]}"


def _cells(finding: Mapping[str, Any]) -> dict[str, Any]:
    cited: Sequence[Mapping[str, Any]] = finding["citations"]
    return {
        **{key: finding.get(key) for key in (*COLUMNS, *ASKERS)},
        "citation": _joined(one["number"] for one in cited),
        "quote": _joined(one["quote"] for one in cited),
        "brief_id": _joined(one["brief"]["id"] for one in cited),
        "brief_number": _joined(one["brief"]["number"] for one in cited),
        "brief_title": _joined(one["brief"]["title"] for one in cited),
        "brief_date": _joined(one["brief"]["date"] for one in cited),
        "brief_version": _joined(one["brief"]["version"] for one in cited),
        "paragraph": _joined(one["paragraph"] for one in cited),
        "page": _joined(one["page"] for one in cited),
        "changed": "".join(map(_marked_up, finding["changed"])),
        "elsewhere": _joined(
            f"{one['what']}: {one['title']}, paragraph {one['paragraph']}: {one['text']}"
            for one in finding["elsewhere"]
        ),
        "judged": _joined(f"{one['editor']}: {one['judged']}" for one in finding["judged"]),
    }


def _marked_up(stretch: Mapping[str, str]) -> str:
    text = stretch["text"]
    return text[: text[:1] == " "] + _MARKS[stretch["op"]].format(text.strip())


def _joined(values: Iterator[Any]) -> str:
    """Return the values of several citations in one cell, " | " between them."""
    return " | ".join("" if value is None else str(value) for value in values)
