"""Hold a sentence against the passages it cites: does it say what they say? Findings out.

A sentence of an extractive answer claims to be the brief's own; a written one claims to be borne
out. By words and facts (bot/verify.py): no model. Knows nothing of records.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot import polarity, quoted, verify
from bot.answer import Reason, Verdict
from bot.audit import findings, quotation_checks
from bot.audit.brief_versions import EvidencePassage
from bot.audit.findings import Finding, FindingKind, Severity
from bot.audit.quotation_checks import Far, Misquote
from bot.audit.text_diff import WordChange
from bot.facts import DATE, NAME, NUMBER, Token, read
from index import sentences

_KINDS = {NUMBER: FindingKind.NUMBER, DATE: FindingKind.DATE, NAME: FindingKind.NAME}


def fact_kinds(change: WordChange) -> list[FindingKind]:
    """Return the kinds of fact that differ between the old words and the new ones."""
    old, new = _tokens(change.old), _tokens(change.new)
    found = [
        kind
        for token, kind in _KINDS.items()
        if {one.key for one in old if one.kind == token}
        != {one.key for one in new if one.kind == token}
    ]
    turned = any(polarity.opposite(one, other) for one in old for other in new)
    if turned or _negations(old) != _negations(new):
        found.append(FindingKind.NEGATION)
    return found


def _tokens(words: str) -> tuple[Token, ...]:
    """Return the tokens of words from the midst of a sentence: capitals there are a name's."""
    return read(f"of {words}")[1:] if words else ()


def _negations(tokens: tuple[Token, ...]) -> int:
    return sum(map(polarity.is_negation, tokens))


SAME = 0.35  # score of a sentence whose passages speak of the same and have a fact otherwise
TRIED = 5  # passages of the library that may bear out what an answer's own do not

Json = Mapping[str, Any]
_ABOUT_QUOTES = (FindingKind.MISATTRIBUTED, FindingKind.STITCHED)
_ABSENT = " is not in the evidence"
_OF_WORDS = (FindingKind.COVERAGE, FindingKind.NAME)
_FACTS = (FindingKind.NUMBER, FindingKind.DATE, FindingKind.NAME, FindingKind.NEGATION)


@dataclass(frozen=True)
class RecordedSentence:
    """One sentence as it was recorded, with the reasons against it that were found then."""

    number: int
    text: str
    cites: tuple[int, ...]
    reasons: tuple[Json, ...]


class SentenceCheck:
    """The passages that one sentence cites, and where else its words may stand."""

    def __init__(
        self,
        own: Sequence[EvidencePassage],
        near: Sequence[EvidencePassage],
        far: Far,
        citation: int,
    ) -> None:
        """Remember them; findings name `citation`."""
        self._own, self._near, self._far = own, near, far
        self._citation = citation

    def quotation(self, one: RecordedSentence, text: str) -> Iterator[Finding]:
        """Say what was done to a sentence that claims to be the brief's own."""
        fault = self._fault(text)
        if fault is None:
            return
        if fault.kind is not FindingKind.FABRICATED:
            yield found_by(fault, one.number, self._citation)
            return
        checked = verify.check(text, _evidence(self._own))
        facts = _once([reason for reason in checked.reasons if reason.kind in _FACTS])
        found = [self._reason(reason, one, checked.score) for reason in facts]
        touched = {kind for change in fault.changes for kind in fact_kinds(change)}
        for kind in sorted(touched - {reason.kind for reason in facts}):
            found.append(found_by(replace(fault, kind=kind), one.number, self._citation))
        yield from found or [found_by(fault, one.number, self._citation)]

    def written(self, one: RecordedSentence, text: str) -> Iterator[Finding]:
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
            reasons = [Reason(FindingKind.COVERAGE, "its passages bear it out only in part")]
        yield from (self._reason(reason, one, checked.score) for reason in _once(reasons))

    def _misquoting(self, text: str) -> list[Misquote]:
        """Return what is wrong with the words that a sentence has between quotation marks."""
        held = [one for source in self._own for one in (source.text, *source.around)]
        found = [self._fault(quote) for quote in quoted.unfound(text, held)]
        return [one for one in found if one is not None]

    def _supporting(self, text: str, checked: verify.Check) -> EvidencePassage | None:
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

    def _carried(self, one: RecordedSentence) -> Iterator[Finding]:
        """Yield what was found when it was written and cannot be found from the record."""
        for reason in one.reasons:
            if reason["kind"] == FindingKind.MISATTRIBUTED:
                yield findings.finding(
                    FindingKind.MISATTRIBUTED,
                    f"when it was written: {reason['detail']}",
                    sentence=one.number,
                    citation=self._citation,
                    severity=Severity.MEDIUM,
                )

    def _reason(self, reason: Reason, one: RecordedSentence, score: float) -> Finding:
        return findings.finding(
            findings.kind_of(reason.kind),
            reason.detail,
            sentence=one.number,
            citation=self._citation,
            evidence={"score": score},
        )

    def _fault(self, quote: str) -> Misquote | None:
        return quotation_checks.misquote(quote, self._own, self._near, self._far)


def _evidence(found: Sequence[EvidencePassage]) -> list[str]:
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


def _borne_out_by(text: str, source: EvidencePassage) -> Misquote:
    return Misquote(
        FindingKind.MISATTRIBUTED,
        f"not the passage cited bears it out, but {source.named}",
        {"sentence": text, "support": source.place() | {"text": source.text}},
    )


def found_by(fault: Misquote, sentence: int | None = None, citation: int | None = None) -> Finding:
    """Return the finding that a faulty quotation is."""
    return findings.finding(
        fault.kind, fault.detail, sentence=sentence, citation=citation, evidence=fault.evidence
    )
