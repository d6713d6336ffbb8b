"""Check an answer from its own record: the chained body in, findings out.

Every marker must resolve, every quotation be a slice of its passage as it was seen (and of the
version's text, where the library still has it), every sentence be borne out by the passages it
cites. No Slack, no model, no embedding; without a shelf, no library either. What has become of the
briefs since is for bot/audit/today.py.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.answering.readable import faithful
from bot.audit import markers, quotes, said, severities, sources
from bot.audit.bearing import Bearing, Said, found_by
from bot.audit.findings import Finding, Kind, Severity
from bot.audit.shelf import Shelf
from bot.audit.sources import Source
from bot.ledger.record import sha256

Json = Mapping[str, Any]
UNREADABLE = "the record cannot be read"


def check(body: Json, shelf: Shelf | None = None) -> list[Finding]:
    """Return what is wrong with an answer, the worst first; [] for one that is sound."""
    try:
        return severities.worst_first(_Record(body, shelf).findings())
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as fault:
        detail = f"{UNREADABLE} ({type(fault).__name__}); run: briefs audit verify-chain"
        return [severities.finding(Kind.RECORD, detail)]


def unreadable(findings: Sequence[Finding]) -> bool:
    """Return whether a record is not even in the form of one."""
    return any(one.detail.startswith(UNREADABLE) for one in findings)


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
            yield from self._sentence(Said(number, *said_of))

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
        fault = quotes.fault(quote, [self._sources[number]], self._near, self._far)
        if fault is None:
            detail = f"the quotation does not stand at {start}:{end}, but elsewhere in its passage"
            yield _record(detail, number, Severity.MEDIUM)
        else:
            yield found_by(fault, citation=number)

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

    def _sentence(self, one: Said) -> Iterator[Finding]:
        known = [number for number in one.cites if number in self._citations]
        own = [self._sources[number] for number in known]
        texts = [text for source in own for text in (source.text, *source.around)]
        yield from markers.unresolved(one.number, one.text, one.cites, self._citations, texts)
        if not own:
            return
        text = markers.without(one.text, texts)
        if any(self._is_quotation(text, number) for number in known):
            return
        elsewhere = next((n for n in self._citations if self._is_quotation(text, n)), None)
        if elsewhere is not None and not any(source.holds(text) for source in own):
            fault = quotes.misattributed(text, self._sources[elsewhere])
            yield found_by(fault, one.number, known[0])
            return
        own += [row for number in known for row in sources.rows_of(self._citations[number])]
        bearing = Bearing(own, self._near, self._far, known[0])
        if self._body["mode"] == "extractive":
            yield from bearing.quotation(one, text)
        else:
            yield from bearing.written(one, text)

    def _is_quotation(self, text: str, number: int) -> bool:
        """Return whether a sentence is the citation's quotation, made readable and no more."""
        citation = self._citations[number]
        seen = citation["passage"]
        if number not in self._misquoted:
            return faithful(text, citation["quote"], seen["text"], seen["context"])
        return self._sources[number].holds(text)  # by what the passage says, not the quotation

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


def _record(detail: str, citation: int, severity: Severity | None = None) -> Finding:
    return severities.finding(Kind.RECORD, detail, citation=citation, severity=severity)
