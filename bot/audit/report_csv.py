"""Write the findings of a report as CSV, a row a finding, that no spreadsheet runs as a formula.

The form is RFC 4180: commas, quotation marks round every cell, CRLF. White space in a cell is one
space, so that a row is a line for every reader. Text that could begin a formula gets an apostrophe
before it, as OWASP advises (owasp.org/www-community/attacks/CSV_Injection), full-width forms and
what stands behind a semicolon too: where that parts the cells of a list, Excel reads it so.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.answering.render import safe

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
        "citation": _each(one["number"] for one in cited),
        "quote": _each(one["quote"] for one in cited),
        "brief_id": _each(one["brief"]["id"] for one in cited),
        "brief_number": _each(one["brief"]["number"] for one in cited),
        "brief_title": _each(one["brief"]["title"] for one in cited),
        "brief_date": _each(one["brief"]["date"] for one in cited),
        "brief_version": _each(one["brief"]["version"] for one in cited),
        "paragraph": _each(one["paragraph"] for one in cited),
        "page": _each(one["page"] for one in cited),
        "changed": "".join(map(_marked, finding["changed"])),
        "elsewhere": _each(
            f"{one['what']}: {one['title']}, paragraph {one['paragraph']}: {one['text']}"
            for one in finding["elsewhere"]
        ),
        "judged": _each(f"{one['editor']}: {one['judged']}" for one in finding["judged"]),
    }


def _marked(stretch: Mapping[str, str]) -> str:
    text = stretch["text"]
    return text[: text[:1] == " "] + _MARKS[stretch["op"]].format(text.strip())


def _each(values: Iterator[Any]) -> str:
    """Return the values of several citations in one cell, " | " between them."""
    return " | ".join("" if value is None else str(value) for value in values)
