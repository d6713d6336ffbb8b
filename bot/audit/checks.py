"""Check an answer from its own record: the chained body in, findings out.

Every marker must resolve, every quotation be a slice of its passage as it was seen (and of the
version's text, where the library still has it), every sentence be borne out by the passages it
cites. No Slack, no model, no embedding; without a shelf, no library either. What has become of the
briefs since is for bot/audit/today.py.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot import quoted, verify
from bot.answer import Reason, Verdict
from bot.audit import markers, quotes, said, severities, sources
from bot.audit.findings import Finding, Kind, Severity
from bot.audit.quotes import Fault
from bot.audit.shelf import Shelf
from bot.audit.sources import Source
from bot.audit.taking_in import kind_of
from bot.readable import faithful
from bot.record import sha256
from index import sentences

Json = Mapping[str, Any]
_ABOUT_QUOTES = (Kind.MISATTRIBUTED, Kind.STITCHED)
_FACTS = (Kind.NUMBER, Kind.DATE, Kind.NAME, Kind.NEGATION)
TRIED = 5  # passages of the library that may bear out what an answer's own do not


def check(body: Json, shelf: Shelf | None = None) -> list[Finding]:
    """Return what is wrong with an answer, the worst first; [] for one that is sound."""
    try:
        return severities.worst_first(_Record(body, shelf).findings())
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as fault:
        detail = (
            f"the record cannot be read ({type(fault).__name__}); run: briefs audit verify-chain"
        )
        return [severities.finding(Kind.RECORD, detail)]


@dataclass(frozen=True)
class _Sentence:
    number: int
    text: str
    cites: tuple[int, ...]
    reasons: tuple[Json, ...]


class _Record:
    """One answer's record, taken apart."""

    def __init__(self, body: Json, shelf: Shelf | None) -> None:
        self._body = body
        self._shelf = shelf
        self._citations: dict[int, Json] = {one["number"]: one for one in body["citations"]}
        self._sources = {n: sources.of_citation(one) for n, one in self._citations.items()}
        self._near = list({one.passage_id: one for one in sources.of_record(body)}.values())
        self._misquoted: set[int] = set()  # citations whose quotation does not stand there

    def findings(self) -> Iterator[Finding]:
        """Yield all that is wrong, in no order."""
        yield from self._numbering()
        for number in self._citations:
            yield from self._passage(number)
            yield from self._quotation(number)
        for number, one in enumerate(self._body["sentences"], 1):
            said_of = (one["text"], tuple(one["citations"]), tuple(one["reasons"]))
            yield from self._sentence(_Sentence(number, *said_of))

    def _numbering(self) -> Iterator[Finding]:
        numbers = [one["number"] for one in self._body["citations"]]
        for number in sorted({one for one in numbers if numbers.count(one) > 1}):
            yield _record(f"[{number}] stands for more than one citation", number)

    # The evidence as it was seen

    def _passage(self, number: int) -> Iterator[Finding]:
        citation = self._citations[number]
        seen, brief = citation["passage"], citation["brief"]
        if sha256(seen["text"]) != seen["sha256"]:
            yield _record("the passage is not the one whose hash was recorded", number)
        if seen["end"] - seen["start"] != len(seen["text"]):
            yield _record("the passage is not as long as its offsets say", number)
        if (seen["brief"]["id"], seen["brief"]["version"]) != (brief["id"], brief["version"]):
            yield _record("the passage is of another brief than the citation", number)

    def _quotation(self, number: int) -> Iterator[Finding]:
        citation = self._citations[number]
        seen, quote = citation["passage"], citation["quote"]
        start, end = citation["start"], citation["end"]
        within = seen["start"] <= start < end <= seen["end"]
        if within and seen["text"][start - seen["start"] : end - seen["start"]] == quote:
            yield from self._stored(number)
            return
        self._misquoted.add(number)
        fault = self._fault(quote, [self._sources[number]])
        if fault is None:
            detail = f"the quotation does not stand at {start}:{end}, but elsewhere in its passage"
            yield _record(detail, number, Severity.MEDIUM)
        else:
            yield _finding(fault, citation=number)

    def _stored(self, number: int) -> Iterator[Finding]:
        """Hold a sound quotation against the version's text, where the library still has it."""
        citation = self._citations[number]
        brief = citation["brief"]
        text = self._shelf.text(brief["id"], brief["version"]) if self._shelf else None
        if text is None:
            return
        recorded = citation["passage"]["brief"].get("text_sha256")
        if text.text[citation["start"] : citation["end"]] != citation["quote"]:
            yield _record("the stored version of its brief does not say so at that place", number)
        elif recorded and text.sha256 != recorded:
            yield _record("the stored version of its brief is not the one cited", number)

    # The sentences

    def _sentence(self, one: _Sentence) -> Iterator[Finding]:
        known = [number for number in one.cites if number in self._citations]
        own = [self._sources[number] for number in known]
        texts = [text for source in own for text in (source.text, *source.around)]
        yield from markers.unresolved(one.number, one.text, one.cites, self._citations, texts)
        if not own:
            return
        text = markers.without(one.text, texts)
        if any(self._is_quotation(text, number) for number in known):
            return
        if self._body["mode"] == "extractive":
            yield from self._quoting(one.number, text, own, known[0])
        else:
            yield from self._writing(one, text, own, known[0])

    def _is_quotation(self, text: str, number: int) -> bool:
        """Return whether a sentence is the citation's quotation, made readable and no more."""
        citation = self._citations[number]
        seen = citation["passage"]
        if number not in self._misquoted:
            return faithful(text, citation["quote"], seen["text"], seen["context"])
        return self._sources[number].holds(text)  # by what the passage says, not the quotation

    def _quoting(
        self, number: int, text: str, own: Sequence[Source], citation: int
    ) -> Iterator[Finding]:
        """Say what was done to a sentence that claims to be the brief's own."""
        fault = self._fault(text, own)
        facts = [one for one in verify.check(text, _evidence(own)).reasons if one.kind in _FACTS]
        if fault and fault.kind is Kind.FABRICATED and facts:
            yield from (_reason(one, number, citation) for one in facts)
        elif fault:
            yield _finding(fault, number, citation)

    def _writing(
        self, one: _Sentence, text: str, own: Sequence[Source], citation: int
    ) -> Iterator[Finding]:
        """Hold a written sentence against the passages it cites."""
        faults = self._misquoting(text, own)
        yield from (_finding(fault, one.number, citation) for fault in faults)
        checked = verify.check(text, _evidence(own))
        if checked.verdict is Verdict.SUPPORTED:
            if not faults:
                yield from _carried(one, citation)
            return
        reasons = [found for found in checked.reasons if found.kind not in _ABOUT_QUOTES]
        if faults:  # what is wrong with the quotation says why its words are not covered
            reasons = [found for found in reasons if found.kind not in (Kind.COVERAGE, Kind.NAME)]
        elif elsewhere := self._supporting(text, own, checked.verdict):
            yield _finding(_borne_out_by(text, elsewhere), one.number, citation)
            return
        elif not reasons:
            reasons = [Reason(Kind.COVERAGE, "its passages bear it out only in part")]
        yield from (_reason(found, one.number, citation, checked.score) for found in reasons)

    def _misquoting(self, text: str, own: Sequence[Source]) -> list[Fault]:
        """Return what is wrong with the words that a sentence has between quotation marks."""
        held = [one for source in own for one in (source.text, *source.around)]
        found = [self._fault(quote, own) for quote in quoted.unfound(text, held)]
        return [one for one in found if one is not None]

    def _supporting(self, text: str, own: Sequence[Source], verdict: Verdict) -> Source | None:
        """Return another passage of the answer that bears a sentence out.

        For one that its own passages do not support at all, one of the library.
        """
        cited = {source.passage_id for source in own}
        far = self._far(text)[:TRIED] if verdict is Verdict.UNSUPPORTED else []
        for source in (*self._near, *far):
            if source.passage_id not in cited:
                found = verify.check(text, _evidence([source]))
                if found.verdict is Verdict.SUPPORTED:
                    return source
        return None

    def _fault(self, quote: str, own: Sequence[Source]) -> Fault | None:
        return quotes.fault(quote, own, self._near, self._far)

    def _far(self, words: str) -> list[Source]:
        """Return the passages of the cited versions that hold the words, then of the library."""
        if self._shelf is None:
            return []
        versions = dict.fromkeys((one.brief_id, one.version) for one in self._near)
        found = []
        for version in versions:
            text = self._shelf.text(*version)
            if text and said.stands(words, text.run):
                found += [one for one in self._shelf.passages(*version) if one.holds(words)]
        return [*found, *self._shelf.like(words)]


def _evidence(found: Sequence[Source]) -> list[str]:
    """Return what passages say, sentence by sentence, and what they are read with."""
    pieces = []
    for source in found:
        pieces += [source.text[start:end] for start, end in sentences.split(source.text)]
        pieces += source.around
    return pieces


def _borne_out_by(text: str, source: Source) -> Fault:
    return Fault(
        Kind.MISATTRIBUTED,
        f"not the passage cited bears it out, but {source.named}",
        {"sentence": text, "support": source.place() | {"text": source.text}},
    )


def _carried(one: _Sentence, citation: int) -> Iterator[Finding]:
    """Yield what was found when it was written and cannot be found from the record."""
    for reason in one.reasons:
        if reason["kind"] == Kind.MISATTRIBUTED:
            yield severities.finding(
                Kind.MISATTRIBUTED,
                f"when it was written: {reason['detail']}",
                sentence=one.number,
                citation=citation,
                severity=Severity.MEDIUM,
            )


def _finding(fault: Fault, sentence: int | None = None, citation: int | None = None) -> Finding:
    return severities.finding(
        fault.kind, fault.detail, sentence=sentence, citation=citation, evidence=fault.evidence
    )


def _reason(one: Reason, sentence: int, citation: int, score: float | None = None) -> Finding:
    evidence = {} if score is None else {"score": score}
    return severities.finding(
        kind_of(one.kind), one.detail, sentence=sentence, citation=citation, evidence=evidence
    )


def _record(detail: str, citation: int, severity: Severity | None = None) -> Finding:
    return severities.finding(Kind.RECORD, detail, citation=citation, severity=severity)
