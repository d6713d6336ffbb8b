"""The types of auditing: Finding, its kinds and severities, and what they add up to. No I/O."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What is wrong with an answer. Those up to STITCHED are also reasons of
    bot/checking/verify.py."""

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

    kind: Kind
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
