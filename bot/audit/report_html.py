"""Show a report as one HTML file: the report's object in, the page out.

Nothing is loaded from anywhere and nothing runs: style stands inside, there is no script, and a
policy in the page forbids both. Every text is escaped by Jinja2; what would turn the direction of
writing becomes U+FFFD.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.answering.render import safe
from bot.audit.judgements import Judged

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
        finalize=_shown,
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


def _shown(value: Any) -> Any:
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
