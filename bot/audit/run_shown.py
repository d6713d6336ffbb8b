"""Show what a run of the checks found: a Tally in, a JSON object and tables for people out."""

from collections.abc import Sequence
from typing import Any

from bot.audit.findings import FindingKind, Severity
from bot.audit.running import Tally
from bot.audit.whole import finding_json


def to_json(tally: Tally, generation: int) -> dict[str, Any]:
    """Return the object that `briefs audit run --json` prints."""
    return {
        "checked": tally.checked,
        "flagged": tally.flagged,
        "generation": generation,
        "severities": {str(one): tally.severities[one] for one in Severity},
        "answers_by_worst": {str(one): tally.worst[one] for one in Severity},
        "kinds": {
            str(one): {"findings": tally.kinds[one], "answers": tally.answers[one]}
            for one in FindingKind
        },
        "riskiest": [
            {
                "answer_id": one.answer_id,
                "created_at": one.created_at,
                "risk": one.risk,
                "findings": [finding_json(each) for each in one.findings],
            }
            for one in tally.riskiest
        ],
        "seconds": round(tally.seconds, 2),
    }


def summary(tally: Tally) -> str:
    """Return one line: how many were checked, and how many of them have findings."""
    answers = "1 answer" if tally.checked == 1 else f"{tally.checked:,} answers"
    line = f"checked {answers} in {tally.seconds:.1f} s: "
    if not tally.flagged:
        return f"{line}nothing found"
    worst = ", ".join(f"{tally.worst[one]:,} {one}" for one in Severity if tally.worst[one])
    return f"{line}{tally.flagged:,} with findings ({worst})"


def kinds(tally: Tally) -> list[tuple[str, str, str]]:
    """Return (kind, findings, answers) of the kinds that were found, the most frequent first."""
    return [
        (str(kind), f"{count:,}", f"{tally.answers[kind]:,}")
        for kind, count in tally.kinds.most_common()
    ]


def severities(tally: Tally) -> list[tuple[str, str, str]]:
    """Return (severity, findings, answers whose worst it is), the worst first."""
    return [(str(one), f"{tally.severities[one]:,}", f"{tally.worst[one]:,}") for one in Severity]


def use_json(use: Any) -> dict[str, Any]:
    """Return the object of one use of a brief."""
    return dict(vars(use))


def use_rows(uses: Sequence[Any]) -> list[tuple[str, ...]]:
    """Return (answer, day, version, paragraph, mark, quotation) of each use."""
    return [
        (
            use.answer_id,
            use.created_at[:10],
            f"{use.brief_id}@{use.version}",
            f"p{use.paragraph}",
            f"[{use.citation}]",
            " ".join(use.quote.split()),
        )
        for use in uses
    ]


USES = ("answer", "day", "version", "paragraph", "mark", "quotation")
