"""How much each kind of finding matters, and why. One table; no I/O."""

from collections.abc import Iterable, Mapping
from typing import Any

from bot.audit.findings import WEIGHT, Finding, Kind, Severity

# A reader who sees only the answer is misled by what is HIGH; what is MEDIUM may be sound and wants
# an editor; what is LOW changes nothing that was said.
SEVERITY: Mapping[Kind, Severity] = {
    Kind.NUMBER: Severity.HIGH,  # another figure than the source's is plainly false
    Kind.DATE: Severity.HIGH,  # so is another day
    Kind.NAME: Severity.HIGH,  # and somebody else
    Kind.NEGATION: Severity.HIGH,  # the contrary of what the source says
    Kind.HEDGE: Severity.MEDIUM,  # "will" for "may": stronger than the source, not against it
    Kind.COVERAGE: Severity.MEDIUM,  # other words may say the same
    Kind.DANGLING: Severity.MEDIUM,  # it cannot be looked up; it need not be false
    Kind.MISATTRIBUTED: Severity.HIGH,  # whoever follows the citation does not find the words
    Kind.STITCHED: Severity.HIGH,  # nobody wrote that sentence
    Kind.FABRICATED: Severity.HIGH,  # nobody wrote these words
    Kind.RECORD: Severity.HIGH,  # the evidence itself cannot be trusted
    Kind.CORRECTED: Severity.HIGH,  # its source says something else by now
    Kind.SUPERSEDED: Severity.LOW,  # its source still says so, in a newer version
    Kind.WITHDRAWN: Severity.MEDIUM,  # its source is gone; why, only an editor knows
}


def finding(
    kind: Kind,
    detail: str,
    *,
    sentence: int | None = None,
    citation: int | None = None,
    evidence: Mapping[str, Any] | None = None,
    severity: Severity | None = None,
) -> Finding:
    """Return a finding of the severity that its kind has, unless another one is given."""
    return Finding(
        kind, severity or SEVERITY[kind], detail, sentence, citation, dict(evidence or {})
    )


def kind_of(reason: str) -> Kind:
    """Return the kind of finding that a recorded reason is; one unknown today is a doubt."""
    return Kind(reason) if reason in list(Kind) else Kind.COVERAGE


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings by severity, then by sentence and citation."""
    return sorted(
        findings,
        key=lambda one: (-WEIGHT[one.severity], one.sentence or 0, one.citation or 0, one.kind),
    )
