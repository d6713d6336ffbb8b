"""The findings of audit checks: kinds, severities, and the risk they add up to. No I/O."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class FindingKind(StrEnum):
    """What is wrong with an answer. Kinds up to STITCHED are also reasons of the claim checker."""

    NUMBER = "number"
    DATE = "date"
    NAME = "name"
    NEGATION = "negation"
    HEDGE = "hedge"
    COVERAGE = "coverage"  # words of the sentence are missing from its evidence
    DANGLING = "dangling"  # a marker without a citation, or a sentence that cites nothing
    MISATTRIBUTED = "misattributed"  # the quotation is in another passage than the one cited
    STITCHED = "stitched"  # the quotation is put together from pieces of its passage
    FABRICATED = "fabricated"  # no passage has the quoted words
    RECORD = "record"  # the record contradicts itself or the version it names
    CORRECTED = "corrected"  # the quoted words were changed in the newest version of the brief
    SUPERSEDED = "superseded"  # there is a newer version, and it still has the quoted words
    WITHDRAWN = "withdrawn"  # the brief is no longer in the library


class Severity(StrEnum):
    """How much a finding matters."""

    HIGH = "high"  # the answer misleads, or no longer holds
    MEDIUM = "medium"  # it may be sound; an editor should look
    LOW = "low"  # nothing that was said is affected


WEIGHT: Mapping[Severity, float] = {Severity.HIGH: 1.0, Severity.MEDIUM: 0.4, Severity.LOW: 0.1}

SEVERITY: Mapping[FindingKind, Severity] = {
    FindingKind.NUMBER: Severity.HIGH,  # a figure other than the source's is plainly false
    FindingKind.DATE: Severity.HIGH,
    FindingKind.NAME: Severity.HIGH,
    FindingKind.NEGATION: Severity.HIGH,  # the opposite of what the source says
    FindingKind.HEDGE: Severity.MEDIUM,  # "will" for "may": stronger than the source
    FindingKind.COVERAGE: Severity.MEDIUM,  # other words may say the same
    FindingKind.DANGLING: Severity.MEDIUM,  # cannot be looked up, but need not be false
    FindingKind.MISATTRIBUTED: Severity.HIGH,  # the cited passage does not have the words
    FindingKind.STITCHED: Severity.HIGH,  # nobody wrote that sentence
    FindingKind.FABRICATED: Severity.HIGH,  # nobody wrote these words
    FindingKind.RECORD: Severity.HIGH,  # the evidence itself cannot be trusted
    FindingKind.CORRECTED: Severity.HIGH,  # the source now says something else
    FindingKind.SUPERSEDED: Severity.LOW,
    FindingKind.WITHDRAWN: Severity.MEDIUM,  # only an editor knows why the source is gone
}


@dataclass(frozen=True)
class Finding:
    """One thing wrong with one answer. `evidence` is JSON: what was found, and where."""

    kind: FindingKind
    severity: Severity
    detail: str  # one line for people
    sentence: int | None = None  # from 1; None: the answer as a whole
    citation: int | None = None  # a citation's number
    evidence: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON object of `briefs audit run` and `show`."""
        return {**vars(self), "evidence": dict(self.evidence)}


def finding(
    kind: FindingKind,
    detail: str,
    *,
    sentence: int | None = None,
    citation: int | None = None,
    evidence: Mapping[str, Any] | None = None,
    severity: Severity | None = None,
) -> Finding:
    """Return a finding with the usual severity of its kind, unless another one is given."""
    return Finding(
        kind, severity or SEVERITY[kind], detail, sentence, citation, dict(evidence or {})
    )


def kind_of(reason: str) -> FindingKind:
    """Return the kind of a recorded reason; a reason unknown today counts as COVERAGE."""
    return FindingKind(reason) if reason in list(FindingKind) else FindingKind.COVERAGE


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings by severity, then by sentence and citation."""
    return sorted(
        findings,
        key=lambda one: (-WEIGHT[one.severity], one.sentence or 0, one.citation or 0, one.kind),
    )


def risk(
    findings: Iterable[Finding], *, written: bool, confidence: float, complaints: int
) -> float:
    """Return how urgently an editor should look at an answer, in [0, 1].

    One minus the trust that is left: each finding takes its weight, each complaint of a reader .5,
    an answer written by a model .1, and missing confidence up to .2.
    """
    trust = (1 - 0.2 * (1 - min(1.0, max(0.0, confidence)))) * (0.9 if written else 1.0)
    trust *= 0.5**complaints
    for one in findings:
        trust *= 1 - 0.9 * WEIGHT[one.severity]
    return round(1 - trust, 4)
