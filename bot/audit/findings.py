"""The findings of audit checks: kinds, severities, and the risk they add up to. No I/O."""

import math
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


# Reasons of the checker that an audit counts with a broader kind.
_REPORTED_AS = {
    "antonym": FindingKind.NEGATION, "sign": FindingKind.NUMBER, "direction": FindingKind.NAME,
    "quantity": FindingKind.HEDGE, "modality": FindingKind.HEDGE, "attribution": FindingKind.HEDGE,
    "condition": FindingKind.HEDGE, "cause": FindingKind.HEDGE, "superlative": FindingKind.HEDGE,
}  # fmt: skip


def kind_of(reason: str) -> FindingKind:
    """Return the kind of a recorded reason; a reason unknown today counts as COVERAGE."""
    reason = _REPORTED_AS.get(reason, reason)
    return FindingKind(reason) if reason in list(FindingKind) else FindingKind.COVERAGE


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings by severity, then by sentence and citation."""
    return sorted(
        findings,
        key=lambda one: (-WEIGHT[one.severity], one.sentence or 0, one.citation or 0, one.kind),
    )


# The risk of a reply

# Share of replies without any finding that an editor would find wrong, before anyone judged one. Of
# an analyst's 143 questions 12 % were answered wrongly and 16 % refused though answerable.
BASE_RATE = 0.15
SMALL_TALK = 0.02  # the same of a greeting, or a question about the bot

# How well two editors agree about one reply, as kappa: the lower end of "substantial" (J. R. Landis
# and G. G. Koch, 1977, doi:10.2307/2529310). `briefs audit agreement` prints yours.
EDITORS_AGREE = 0.6
PRIOR_WEIGHT = 1 / EDITORS_AGREE - 1  # of everything but editors, in judgements

_CERTAIN = 1 - 1e-6  # a prior mean of 1 would let no judgement change it
_SINCE = frozenset({FindingKind.CORRECTED, FindingKind.SUPERSEDED, FindingKind.WITHDRAWN})


@dataclass(frozen=True)
class Signals:
    """What speaks for and against a reply before an editor judges it."""

    findings: tuple[Finding, ...] = ()
    written: bool = False  # by a model
    confidence: float = 1.0  # in [0, 1], of the outcome that was chosen
    complaints: int = 0  # of readers
    small_talk: bool = False


@dataclass(frozen=True)
class Observation:
    """What one editor's judgement says of a reply."""

    wrong: float  # 0 to 1
    weight: float = 1.0  # less if it covers only a part of what can be wrong


@dataclass(frozen=True)
class Risk:
    """A probability with its 95 % interval, all in [0, 1]."""

    mean: float
    low: float
    high: float


def risk(signals: Signals, judged: Iterable[Observation] = ()) -> Risk:
    """Return how likely it is that the next editor finds a reply wrong, or that it is out of date.

    Wrong is: a sentence is unsupported or has the wrong source, the reply does not answer, or it
    should have been an answer and is none; *partly* counts half.

    The model is beta-binomial. **Prior**: a beta distribution whose mean is BASE_RATE, raised by
    what the machine and readers noticed (`_expected`), and whose weight is PRIOR_WEIGHT judgements.
    Each editor's standing judgement is one observation. With a + b = PRIOR_WEIGHT, two judgements
    of the same reply correlate by 1 / (a + b + 1) = EDITORS_AGREE, so a single judgement moves the
    estimate as far as one editor's word predicts another's, and no further. **Interval**:
    equal-tailed, of the posterior; it is wide for one editor, and nearly all of [0, 1] for none.

    What became of a brief after the answer (corrected, superseded, withdrawn) is not what an editor
    judged: it is added afterwards, as an independent cause.

    The prior is no measured frequency: the weights were set by hand, to order a queue. How often
    replies are wrong, a judged random sample says (samples.py).
    """
    from scipy.special import betaincinv

    expected = min(_expected(signals), _CERTAIN)
    wrong = PRIOR_WEIGHT * expected
    right = PRIOR_WEIGHT * (1 - expected)
    for one in judged:
        wrong += one.weight * one.wrong
        right += one.weight * (1 - one.wrong)
    ends = (wrong / (wrong + right), *(betaincinv(wrong, right, end) for end in (0.025, 0.975)))
    sound = _sound(one for one in signals.findings if one.kind in _SINCE)
    mean, low, high = (round(1 - sound * (1 - float(end)), 4) for end in ends)
    return Risk(mean, low, high)


def _expected(signals: Signals) -> float:
    """Return the mean of the prior: one minus the trust that is left.

    Each finding takes its weight, each complaint of a reader .5, an answer written by a model .1,
    and missing confidence up to .2.
    """
    trust = 1 - (SMALL_TALK if signals.small_talk else BASE_RATE)
    trust *= 1 - 0.2 * (1 - min(1.0, max(0.0, signals.confidence)))
    trust *= 0.9 if signals.written else 1.0
    trust *= 0.5**signals.complaints
    return 1 - trust * _sound(one for one in signals.findings if one.kind not in _SINCE)


def _sound(findings: Iterable[Finding]) -> float:
    return math.prod(1 - 0.9 * WEIGHT[one.severity] for one in findings)
