"""Check a sentence against the passages it cites: does it say what they say? Findings out.

A sentence of an extractive answer claims to be the brief's own words; a written sentence claims to
be supported by them. Checked by words and facts (bot/checking/verify.py), without a model.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.audit.brief_versions import EvidencePassage
from bot.audit.findings import Finding, FindingKind, Severity, finding, kind_of
from bot.audit.quotation_checks import Far, Misquote, misquote
from bot.audit.text_diff import WordChange
from bot.checking import quoted, verify
from bot.checking.verdict import Reason, Verdict
from bot.language import polarity
from bot.language.tokens import DATE, NAME, NUMBER, Token, read
from index import sentences

SAME_SUBJECT = 0.35  # least score of a sentence whose passages are about the same thing
TRIED = 5  # passages of the library that are tried as support

_ABOUT_QUOTES = (FindingKind.MISATTRIBUTED, FindingKind.STITCHED)
_ABSENT = " is not in the evidence"
_OF_WORDS = (FindingKind.COVERAGE, FindingKind.NAME)
_FACTS = (FindingKind.NUMBER, FindingKind.DATE, FindingKind.NAME, FindingKind.NEGATION)
_KINDS = {NUMBER: FindingKind.NUMBER, DATE: FindingKind.DATE, NAME: FindingKind.NAME}


@dataclass(frozen=True)
class RecordedSentence:
    """One sentence as it was recorded, with the reasons against it that were found then."""

    number: int
    text: str
    cites: tuple[int, ...]
    reasons: tuple[Mapping[str, Any], ...]


class SentenceCheck:
    """The check of one sentence; findings name `citation`.

    `own` are the passages it cites, `near` all passages of the answer; `far` finds those of the
    library.
    """

    def __init__(
        self,
        own: Sequence[EvidencePassage],
        near: Sequence[EvidencePassage],
        far: Far,
        citation: int,
    ) -> None:
        self._own, self._near, self._far = own, near, far
        self._citation = citation

    def quotation(self, one: RecordedSentence, text: str) -> Iterator[Finding]:
        """Yield what was done to a sentence that claims to be the brief's own."""
        wrong = self._misquote(text)
        if wrong is None:
            return
        if wrong.kind is not FindingKind.FABRICATED:
            yield found_by(wrong, one.number, self._citation)
            return
        checked = verify.check(text, _evidence(self._own))
        facts = _once([reason for reason in checked.reasons if reason.kind in _FACTS])
        found = [self._by_reason(reason, one, checked.score) for reason in facts]
        touched = {kind for change in wrong.changes for kind in fact_kinds(change)}
        for kind in sorted(touched - {reason.kind for reason in facts}):
            found.append(found_by(replace(wrong, kind=kind), one.number, self._citation))
        yield from found or [found_by(wrong, one.number, self._citation)]

    def written(self, one: RecordedSentence, text: str) -> Iterator[Finding]:
        """Yield what is wrong with a written sentence."""
        misquotes = self._misquotes(text)
        yield from (found_by(wrong, one.number, self._citation) for wrong in misquotes)
        checked = verify.check(text, _evidence(self._own))
        if checked.verdict is Verdict.SUPPORTED:
            yield from () if misquotes else self._recorded_misquotes(one)
            return
        reasons = [reason for reason in checked.reasons if reason.kind not in _ABOUT_QUOTES]
        if misquotes:  # they explain why words of the sentence are not covered
            reasons = [reason for reason in reasons if reason.kind not in _OF_WORDS]
        elif elsewhere := self._supporting(text, checked):
            yield found_by(_supported_by(text, elsewhere), one.number, self._citation)
            return
        elif not reasons:
            reasons = [Reason(FindingKind.COVERAGE, "its passages bear it out only in part")]
        yield from (self._by_reason(reason, one, checked.score) for reason in _once(reasons))

    def _misquotes(self, text: str) -> list[Misquote]:
        held = [one for passage in self._own for one in (passage.text, *passage.around)]
        found = [self._misquote(quote) for quote in quoted.unfound(text, held)]
        return [one for one in found if one is not None]

    def _supporting(self, text: str, checked: verify.Check) -> EvidencePassage | None:
        """Return another passage of the answer that supports a sentence.

        If its own passages do not support it at all, one of the library's. None where its own are
        about the same thing but have a fact otherwise: then that is what is wrong.
        """
        if checked.score >= SAME_SUBJECT and any(one.kind in _FACTS for one in checked.reasons):
            return None
        cited = {passage.passage_id for passage in self._own}
        far = list(self._far(text))[:TRIED] if checked.verdict is Verdict.UNSUPPORTED else []
        for passage in (*self._near, *far):
            if passage.passage_id not in cited:
                found = verify.check(text, _evidence([passage]))
                if found.verdict is Verdict.SUPPORTED:
                    return passage
        return None

    def _recorded_misquotes(self, one: RecordedSentence) -> Iterator[Finding]:
        """Yield what was found when it was written and cannot be found from the record."""
        for reason in one.reasons:
            if reason["kind"] == FindingKind.MISATTRIBUTED:
                yield finding(
                    FindingKind.MISATTRIBUTED,
                    f"when it was written: {reason['detail']}",
                    sentence=one.number,
                    citation=self._citation,
                    severity=Severity.MEDIUM,
                )

    def _by_reason(self, reason: Reason, one: RecordedSentence, score: float) -> Finding:
        return finding(
            kind_of(reason.kind),
            reason.detail,
            sentence=one.number,
            citation=self._citation,
            evidence={"score": score},
        )

    def _misquote(self, quote: str) -> Misquote | None:
        return misquote(quote, self._own, self._near, self._far)


def found_by(wrong: Misquote, sentence: int | None = None, citation: int | None = None) -> Finding:
    """Return the finding of a faulty quotation."""
    return finding(
        wrong.kind, wrong.detail, sentence=sentence, citation=citation, evidence=wrong.evidence
    )


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
    """Return the tokens of words inside a sentence, where capitals mark a name."""
    return read(f"of {words}")[1:] if words else ()


def _negations(tokens: tuple[Token, ...]) -> int:
    return sum(map(polarity.is_negation, tokens))


def _evidence(found: Sequence[EvidencePassage]) -> list[str]:
    pieces: list[str] = []
    for passage in found:
        pieces += [passage.text[start:end] for start, end in sentences.split(passage.text)]
        pieces += passage.around
    return pieces


def _once(reasons: Sequence[Reason]) -> list[Reason]:
    """Return the reasons without "“9” is not in the evidence" where another says what is."""
    explained = {one.detail.partition(":")[0] for one in reasons if ":" in one.detail}
    return [one for one in reasons if one.detail.removesuffix(_ABSENT) not in explained]


def _supported_by(text: str, passage: EvidencePassage) -> Misquote:
    return Misquote(
        FindingKind.MISATTRIBUTED,
        f"not the passage cited bears it out, but {passage.named}",
        {"sentence": text, "support": passage.place() | {"text": passage.text}},
    )
