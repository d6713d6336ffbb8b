"""The types of auditing: Finding, its kinds and severities, and what they add up to. No I/O."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class FindingKind(StrEnum):
    """What is wrong with an answer. Those up to STITCHED are also reasons of bot/verify.py."""

    NUMBER = "number"
    DATE = "date"
    NAME = "name"
    NEGATION = "negation"
    HEDGE = "hedge"
    COVERAGE = "coverage"  # words of the sentence that its evidence does not have
    DANGLING = "dangling"  # a marker that points at no citation, a sentence that cites nothing
    MISATTRIBUTED = "misattributed"  # the quotation stands in another passage than the one cited
    STITCHED = "stitched"  # the quotation is put together from pieces of its passage
    FABRICATED = "fabricated"  # the quotation stands nowhere, or with other words
    RECORD = "record"  # the record does not agree with itself or with the version that it names
    CORRECTED = "corrected"  # the words quoted were changed in the brief's newest version
    SUPERSEDED = "superseded"  # there is a newer version; the words quoted still stand in it
    WITHDRAWN = "withdrawn"  # the brief is no longer in the library


class Severity(StrEnum):
    """How much a finding matters."""

    HIGH = "high"  # the answer misleads, or no longer holds
    MEDIUM = "medium"  # an editor should look
    LOW = "low"  # good to know


WEIGHT: Mapping[Severity, float] = {Severity.HIGH: 1.0, Severity.MEDIUM: 0.4, Severity.LOW: 0.1}


@dataclass(frozen=True)
class Finding:
    """One thing wrong with one answer. `evidence` is JSON: what was found, and where."""

    kind: FindingKind
    severity: Severity
    detail: str  # one line for people
    sentence: int | None = None  # from 1; None: the answer as a whole
    citation: int | None = None  # a citation's number
    evidence: Mapping[str, Any] = field(default_factory=dict)


def risk(
    findings: Iterable[Finding], *, written: bool, confidence: float, complaints: int
) -> float:
    """Return how much an answer wants an editor, in [0, 1].

    One minus the product of what each reason for trust leaves: findings by their weight, a reader's
    complaint .5, an answer written by a model .1, and .2 of what its confidence lacks.
    """
    trust = (1 - 0.2 * (1 - min(1.0, max(0.0, confidence)))) * (0.9 if written else 1.0)
    trust *= 0.5**complaints
    for finding in findings:
        trust *= 1 - 0.9 * WEIGHT[finding.severity]
    return round(1 - trust, 4)


# A reader who sees only the answer is misled by what is HIGH; what is MEDIUM may be sound and wants
# an editor; what is LOW changes nothing that was said.
SEVERITY: Mapping[FindingKind, Severity] = {
    FindingKind.NUMBER: Severity.HIGH,  # another figure than the source's is plainly false
    FindingKind.DATE: Severity.HIGH,  # so is another day
    FindingKind.NAME: Severity.HIGH,  # and somebody else
    FindingKind.NEGATION: Severity.HIGH,  # the contrary of what the source says
    FindingKind.HEDGE: Severity.MEDIUM,  # "will" for "may": stronger than the source, not against it
    FindingKind.COVERAGE: Severity.MEDIUM,  # other words may say the same
    FindingKind.DANGLING: Severity.MEDIUM,  # it cannot be looked up; it need not be false
    FindingKind.MISATTRIBUTED: Severity.HIGH,  # whoever follows the citation does not find the words
    FindingKind.STITCHED: Severity.HIGH,  # nobody wrote that sentence
    FindingKind.FABRICATED: Severity.HIGH,  # nobody wrote these words
    FindingKind.RECORD: Severity.HIGH,  # the evidence itself cannot be trusted
    FindingKind.CORRECTED: Severity.HIGH,  # its source says something else by now
    FindingKind.SUPERSEDED: Severity.LOW,  # its source still says so, in a newer version
    FindingKind.WITHDRAWN: Severity.MEDIUM,  # its source is gone; why, only an editor knows
}


def finding(
    kind: FindingKind,
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


def kind_of(reason: str) -> FindingKind:
    """Return the kind of finding that a recorded reason is; one unknown today is a doubt."""
    return FindingKind(reason) if reason in list(FindingKind) else FindingKind.COVERAGE


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings by severity, then by sentence and citation."""
    return sorted(
        findings,
        key=lambda one: (-WEIGHT[one.severity], one.sentence or 0, one.citation or 0, one.kind),
    )
