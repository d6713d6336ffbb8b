"""Write a report as HTML or CSV: the report's object in, text out.

The HTML file is self-contained and harmless: styles are inside, there is no script, and a policy in
the page forbids loading or running anything. Jinja2 escapes every text; characters that change the
direction of writing become U+FFFD.

The CSV (RFC 4180: commas, every cell quoted, CRLF) has a row for each finding, and no spreadsheet
runs a cell as a formula. White space in a cell is one space, so a row is a line for every reader.
Text that could begin a formula gets an apostrophe in front, as OWASP advises
(owasp.org/www-community/attacks/CSV_Injection), full-width forms and text after a semicolon too:
where semicolons separate the cells of a list, Excel reads it so.
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

from bot.audit.judgements import COMPLAINTS, REPLY_WORDS, Judged
from bot.audit.text_diff import marked_up
from bot.language.untrusted import safe

TEMPLATES = Path(__file__).resolve().parent / "templates"
MOST = 200  # findings shown, the riskiest; CSV and JSON have all
Finding = Mapping[str, Any]
_VERDICTS = ("supported", "check", "unsupported")
_MEANINGS = {
    "fabricated": "No passage has the quoted words.",
    "stitched": "The quotation is put together from pieces of its passage.",
    "misattributed": "The quotation is from another passage than the one cited.",
    "dangling": "A marker points at no citation, or a sentence cites nothing.",
    "number": "A number differs from the passage.",
    "date": "A date differs from the passage.",
    "name": "A name differs from the passage.",
    "negation": "The sentence denies what the passage says, or vice versa.",
    "hedge": "The passage says it with less certainty.",
    "coverage": "The sentence says more than its passages.",
    "record": "The record contradicts itself or the version it names.",
    "corrected": "The quoted words were changed in a newer version of the brief.",
    "superseded": "There is a newer version; it still has the quoted words.",
    "withdrawn": "The brief is no longer in the library.",
}

_ELSEWHERE = {
    "support": "The passage that supports it",
    "nearest": "The nearest passage",
    "piece": "A piece of it is here",
}

BOM = "\ufeff"  # by which Excel knows UTF-8
COLUMNS = (
    "answer_id", "asked_at", "question", "mode", "model", "risk", "kind", "severity", "detail",
    "sentence", "text", "verdict", "citation", "quote", "brief_id", "brief_number", "brief_title",
    "brief_date", "brief_version", "paragraph", "page", "changed", "elsewhere", "judged",
)  # fmt: skip
ASKERS = ("asker", "place")
_OF_BRIEFS = ("id", "number", "title", "date", "version")
# Beginnings of a formula, and characters that spreadsheets ignore before them.
_IGNORED = r"[\s\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u2064\ufeff\x00-\x1f\"'`]*"
_FORMULA = re.compile(rf"(^|;){_IGNORED}(?=[=+\-@＝＋－＠﹢﹣﹦﹫−])")


def report_html(report: Mapping[str, Any], *, most: int = MOST) -> str:
    """Return the page, with at most `most` findings, the riskiest."""
    shown = report["findings"][:most]
    judged = groupby(report["judgements"], key=lambda one: (one["answer_id"], one["sentence"]))
    page = _environment().get_template("report.html")
    return page.render(
        report=report,
        answers=_by_answer(shown),
        left=len(report["findings"]) - len(shown),
        verdicts=_VERDICTS,
        words=list(map(str, Judged)),
        complaints=COMPLAINTS,
        reply_words=list(map(str, REPLY_WORDS)),
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
    """Return the findings by answer, those with the same evidence together, in their order."""
    answers = []
    for _, of_one in groupby(findings, key=lambda one: one["answer_id"]):
        together: dict[object, list[Finding]] = {}
        for one in of_one:
            cited = tuple(each["number"] for each in one["citations"])
            together.setdefault((one["sentence"], cited), []).append(one)
        answers.append(list(together.values()))
    return answers


def _safe(value: Any) -> Any:
    """Return a value as the page shows it; markup made by the template itself stays."""
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


# CSV


def report_csv(report: Mapping[str, Any], *, bom: bool = False) -> str:
    """Return the findings as CSV, the riskiest first; with `bom` a byte-order mark before it."""
    with_askers = any(key in one for one in report["findings"] for key in ASKERS)
    columns = (*COLUMNS, *ASKERS) if with_askers else COLUMNS
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(columns)
    for finding in report["findings"]:
        cells = _cells(finding)
        writer.writerow([cell(cells[name]) for name in columns])
    return (BOM if bom else "") + out.getvalue()


def cell(value: object) -> str:
    """Return the text of a cell: "" for None, one line, written one way, never a formula."""
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
        **{key: _joined(one[key] for one in cited) for key in ("quote", "paragraph", "page")},
        **{f"brief_{key}": _joined(one["brief"][key] for one in cited) for key in _OF_BRIEFS},
        "changed": "".join(marked_up(one["op"], one["text"]) for one in finding["changed"]),
        "elsewhere": _joined(
            f"{one['what']}: {one['title']}, paragraph {one['paragraph']}: {one['text']}"
            for one in finding["elsewhere"]
        ),
        "judged": _joined(f"{one['editor']}: {one['judged']}" for one in finding["judged"]),
    }


def _joined(values: Iterator[Any]) -> str:
    """Return the values of several citations in one cell, " | " between them."""
    return " | ".join("" if value is None else str(value) for value in values)
