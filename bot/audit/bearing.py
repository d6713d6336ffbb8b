"""Hold a sentence against the passages it cites: does it say what they say? Findings out.

A sentence of an extractive answer claims to be the brief's own; a written one claims to be borne
out. By words and facts (bot/checking/verify.py): no model. Knows nothing of records.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.answering.answer import Reason, Verdict
from bot.audit import changing, quotes, severities
from bot.audit.findings import Finding, Kind, Severity
from bot.audit.quotes import Far, Fault
from bot.audit.sources import Source
from bot.checking import quoted, verify
from index import sentences

SAME = 0.35  # score of a sentence whose passages speak of the same and have a fact otherwise
TRIED = 5  # passages of the library that may bear out what an answer's own do not

Json = Mapping[str, Any]
_ABOUT_QUOTES = (Kind.MISATTRIBUTED, Kind.STITCHED)
_ABSENT = " is not in the evidence"
_OF_WORDS = (Kind.COVERAGE, Kind.NAME)
_FACTS = (Kind.NUMBER, Kind.DATE, Kind.NAME, Kind.NEGATION)


@dataclass(frozen=True)
class Said:
    """One sentence as it was recorded, with the reasons against it that were found then."""

    number: int
    text: str
    cites: tuple[int, ...]
    reasons: tuple[Json, ...]


class Bearing:
    """The passages that one sentence cites, and where else its words may stand."""

    def __init__(
        self, own: Sequence[Source], near: Sequence[Source], far: Far, citation: int
    ) -> None:
        """Remember them; findings name `citation`."""
        self._own, self._near, self._far = own, near, far
        self._citation = citation

    def quotation(self, one: Said, text: str) -> Iterator[Finding]:
        """Say what was done to a sentence that claims to be the brief's own."""
        fault = self._fault(text)
        if fault is None:
            return
        if fault.kind is not Kind.FABRICATED:
            yield found_by(fault, one.number, self._citation)
            return
        checked = verify.check(text, _evidence(self._own))
        facts = _once([reason for reason in checked.reasons if reason.kind in _FACTS])
        found = [self._reason(reason, one, checked.score) for reason in facts]
        touched = {kind for change in fault.changes for kind in changing.kinds(change)}
        for kind in sorted(touched - {reason.kind for reason in facts}):
            found.append(found_by(replace(fault, kind=kind), one.number, self._citation))
        yield from found or [found_by(fault, one.number, self._citation)]

    def written(self, one: Said, text: str) -> Iterator[Finding]:
        """Hold a written sentence against the passages it cites."""
        faults = self._misquoting(text)
        yield from (found_by(fault, one.number, self._citation) for fault in faults)
        checked = verify.check(text, _evidence(self._own))
        if checked.verdict is Verdict.SUPPORTED:
            yield from () if faults else self._carried(one)
            return
        reasons = [reason for reason in checked.reasons if reason.kind not in _ABOUT_QUOTES]
        if faults:  # what is wrong with the quotation says why its words are not covered
            reasons = [reason for reason in reasons if reason.kind not in _OF_WORDS]
        elif elsewhere := self._supporting(text, checked):
            yield found_by(_borne_out_by(text, elsewhere), one.number, self._citation)
            return
        elif not reasons:
            reasons = [Reason(Kind.COVERAGE, "its passages bear it out only in part")]
        yield from (self._reason(reason, one, checked.score) for reason in _once(reasons))

    def _misquoting(self, text: str) -> list[Fault]:
        """Return what is wrong with the words that a sentence has between quotation marks."""
        held = [one for source in self._own for one in (source.text, *source.around)]
        found = [self._fault(quote) for quote in quoted.unfound(text, held)]
        return [one for one in found if one is not None]

    def _supporting(self, text: str, checked: verify.Check) -> Source | None:
        """Return another passage of the answer that bears a sentence out.

        For one that its own passages do not support at all, one of the library. None where its own
        speak of the same and have a fact otherwise: that is what is wrong with it.
        """
        if checked.score >= SAME and any(one.kind in _FACTS for one in checked.reasons):
            return None
        cited = {source.passage_id for source in self._own}
        far = list(self._far(text))[:TRIED] if checked.verdict is Verdict.UNSUPPORTED else []
        for source in (*self._near, *far):
            if source.passage_id not in cited:
                found = verify.check(text, _evidence([source]))
                if found.verdict is Verdict.SUPPORTED:
                    return source
        return None

    def _carried(self, one: Said) -> Iterator[Finding]:
        """Yield what was found when it was written and cannot be found from the record."""
        for reason in one.reasons:
            if reason["kind"] == Kind.MISATTRIBUTED:
                yield severities.finding(
                    Kind.MISATTRIBUTED,
                    f"when it was written: {reason['detail']}",
                    sentence=one.number,
                    citation=self._citation,
                    severity=Severity.MEDIUM,
                )

    def _reason(self, reason: Reason, one: Said, score: float) -> Finding:
        return severities.finding(
            severities.kind_of(reason.kind),
            reason.detail,
            sentence=one.number,
            citation=self._citation,
            evidence={"score": score},
        )

    def _fault(self, quote: str) -> Fault | None:
        return quotes.fault(quote, self._own, self._near, self._far)


def _evidence(found: Sequence[Source]) -> list[str]:
    """Return what passages say, sentence by sentence, and what they are read with."""
    pieces = []
    for source in found:
        pieces += [source.text[start:end] for start, end in sentences.split(source.text)]
        pieces += source.around
    return pieces


def _once(reasons: Sequence[Reason]) -> list[Reason]:
    """Return the reasons without "“9” is not in the evidence" where another says what is."""
    told = {one.detail.partition(":")[0] for one in reasons if ":" in one.detail}
    return [one for one in reasons if one.detail.removesuffix(_ABSENT) not in told]


def _borne_out_by(text: str, source: Source) -> Fault:
    return Fault(
        Kind.MISATTRIBUTED,
        f"not the passage cited bears it out, but {source.named}",
        {"sentence": text, "support": source.place() | {"text": source.text}},
    )


def found_by(fault: Fault, sentence: int | None = None, citation: int | None = None) -> Finding:
    """Return the finding that a faulty quotation is."""
    return severities.finding(
        fault.kind, fault.detail, sentence=sentence, citation=citation, evidence=fault.evidence
    )
