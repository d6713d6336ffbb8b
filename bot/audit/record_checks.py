"""Check an answer from its own record: the chained body in, findings out.

Every marker must resolve; every quotation must be a slice of its passage as it was seen, and of the
stored version where the library still has it; every sentence must be supported by the passages it
cites. No model, no embedding and, without BriefVersions, no library. What has become of the briefs
since is for bot/audit/brief_changes.py.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from bot.answering.answer import SentenceForm
from bot.answering.kinds.citing import counted_in, is_row_of
from bot.answering.readable import faithful
from bot.audit import quotation_checks, text_diff
from bot.audit.brief_versions import (
    BriefVersions,
    EvidencePassage,
    passage_of_citation,
    passages_of_record,
    row_passages,
)
from bot.audit.findings import Finding, FindingKind, Severity, finding, worst_first
from bot.audit.sentence_checks import RecordedSentence, SentenceCheck, found_by
from bot.checking.dangling import MARK
from bot.ledger import streamed
from bot.ledger.erasing import is_masked
from bot.ledger.record import sha256
from index.storage.database import Database

Json = Mapping[str, Any]
UNREADABLE = "the record cannot be read"


def check(body: Json, versions: BriefVersions | None = None) -> list[Finding]:
    """Return what is wrong with an answer, the worst first; [] for a sound one."""
    try:
        return worst_first(_Record(body, versions).findings())
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as fault:
        detail = f"{UNREADABLE} ({type(fault).__name__}); run: briefs audit verify-chain"
        return [finding(FindingKind.RECORD, detail)]


def unreadable(findings: Sequence[Finding]) -> bool:
    """Return whether a record does not even have the form of one."""
    return any(one.detail.startswith(UNREADABLE) for one in findings)


def check_streamed(body: Json, database: Database) -> list[Finding]:
    """Return a finding if the rows streamed of an answer do not match the hash in its record."""
    recorded = body.get("streamed")
    if not recorded:
        return []
    rows = streamed.rows(database, body["answer_id"])
    if {"rows": len(rows), "sha256": streamed.digest_of(rows)} == dict(recorded):
        return []
    detail = "what was shown while it was written is not what its record says was shown"
    return [finding(FindingKind.RECORD, detail)]


class _Record:
    """One answer's record, taken apart."""

    def __init__(self, body: Json, versions: BriefVersions | None) -> None:
        self._body = body
        self._versions = versions
        self._citations: dict[int, Json] = {one["number"]: one for one in body["citations"]}
        self._passages = {n: passage_of_citation(one) for n, one in self._citations.items()}
        self._near = list({one.passage_id: one for one in passages_of_record(body)}.values())
        self._misquoted: set[int] = set()  # citations whose quotation is not at its place

    def findings(self) -> Iterator[Finding]:
        """Yield all that is wrong, in no order."""
        yield from self._numbering()
        for number in self._citations:
            if is_masked(self._citations[number]["passage"]["text"]):
                continue  # of a brief that was erased since: a receipt accounts for it
            yield from self._passage(number)
            yield from self._quotation(number)
        for number, one in enumerate(self._body["sentences"], 1):
            if is_masked(one["text"]):
                continue
            recorded = (one["text"], tuple(one["citations"]), tuple(one["reasons"]))
            composed = one.get("form") == SentenceForm.ROW and self._is_composed(one["text"])
            check = self._composed if composed else self._sentence
            yield from check(RecordedSentence(number, *recorded))

    def _numbering(self) -> Iterator[Finding]:
        numbers = [one["number"] for one in self._body["citations"]]
        for number in sorted({one for one in numbers if numbers.count(one) > 1}):
            yield _of_record(f"[{number}] stands for more than one citation", number)

    # The evidence as it was seen

    def _passage(self, number: int) -> Iterator[Finding]:
        citation = self._citations[number]
        seen, brief = citation["passage"], citation["brief"]
        if sha256(seen["text"]) != seen["sha256"]:
            yield _of_record("the passage is not the one whose hash was recorded", number)
        if seen["end"] - seen["start"] != len(seen["text"]):
            yield _of_record("the passage is not as long as its offsets say", number)
        if (seen["brief"]["id"], seen["brief"]["version"]) != (brief["id"], brief["version"]):
            yield _of_record("the passage is of another brief than the citation", number)

    def _quotation(self, number: int) -> Iterator[Finding]:
        citation = self._citations[number]
        seen, quote = citation["passage"], citation["quote"]
        start, end = citation["start"], citation["end"]
        within = seen["start"] <= start < end <= seen["end"]
        if within and seen["text"][start - seen["start"] : end - seen["start"]] == quote:
            yield from self._stored(number)
            return
        self._misquoted.add(number)
        wrong = quotation_checks.misquote(quote, [self._passages[number]], self._near, self._far)
        if wrong is None:
            detail = f"the quotation does not stand at {start}:{end}, but elsewhere in its passage"
            yield _of_record(detail, number, Severity.MEDIUM)
        else:
            yield found_by(wrong, citation=number)

    def _stored(self, number: int) -> Iterator[Finding]:
        """Check a sound quotation against the version's text, if the library still has it."""
        citation = self._citations[number]
        brief = citation["brief"]
        text = self._versions.text(brief["id"], brief["version"]) if self._versions else None
        if text is None:
            return
        recorded = citation["passage"]["brief"].get("text_sha256")
        if text.text[citation["start"] : citation["end"]] != citation["quote"]:
            detail = "the stored version of its brief does not say so at that place"
            yield _of_record(detail, number)
        elif recorded and text.sha256 != recorded:
            yield _of_record("the stored version of its brief is not the one cited", number)

    # The sentences

    def _sentence(self, one: RecordedSentence) -> Iterator[Finding]:
        known = [number for number in one.cites if number in self._citations]
        own = [self._passages[number] for number in known]
        texts = [text for passage in own for text in (passage.text, *passage.around)]
        yield from self._dangling(one, texts)
        if not own:
            return
        text = _without_markers(one.text, texts)
        if any(self._is_quotation(text, number) for number in known):
            return
        elsewhere = next((n for n in self._citations if self._is_quotation(text, n)), None)
        if elsewhere is not None and not any(passage.holds(text) for passage in own):
            wrong = quotation_checks.misattributed(text, self._passages[elsewhere])
            yield found_by(wrong, one.number, known[0])
            return
        own += [row for number in known for row in row_passages(self._citations[number])]
        check = SentenceCheck(own, self._near, self._far, known[0])
        if self._body["mode"] == "extractive":
            yield from check.quotation(one, text)
        else:
            yield from check.written(one, text)

    def _is_composed(self, text: str) -> bool:
        """Return whether a row is of the catalogue; one of a table is a quotation."""
        return not any(self._is_quotation(text, number) for number in self._citations)

    def _composed(self, one: RecordedSentence) -> Iterator[Finding]:
        """Check a row of the catalogue against what was recorded of the briefs it cites."""
        yield from self._dangling(one, [one.text])
        known = [number for number in one.cites if number in self._citations]
        briefs = [self._citations[number]["brief"] for number in known]
        if not briefs or any(map(partial(is_row_of, one.text), briefs)):
            return
        counted = counted_in(one.text)
        if counted is not None and counted >= len(briefs):
            return
        detail = "the row is not what was recorded of its brief: title, number, date and authors"
        yield finding(FindingKind.RECORD, detail, sentence=one.number, citation=known[0])

    def _dangling(self, one: RecordedSentence, passages: Sequence[str]) -> Iterator[Finding]:
        """Yield a finding for each marker that points at no citation.

        A mark that is in a cited passage too is a footnote of the brief, not a marker.
        """
        if not one.cites:
            yield _of_marker(one, "it cites nothing")
            return
        for number in dict.fromkeys(one.cites):
            if number not in self._citations:
                yield _of_marker(one, f"[{number}] has no citation behind it", number)
        for found in MARK.finditer(one.text):
            mark = found.group().strip()
            numbers = set(map(int, re.findall(r"\d+", mark)))
            if not (numbers <= self._citations.keys() or any(mark in text for text in passages)):
                yield _of_marker(one, f"{mark} is left in its text and points at nothing")

    def _is_quotation(self, text: str, number: int) -> bool:
        """Return whether a sentence is the citation's quotation, at most made readable."""
        citation = self._citations[number]
        seen = citation["passage"]
        if number not in self._misquoted:
            return faithful(text, citation["quote"], seen["text"], seen["context"])
        return self._passages[number].holds(text)  # by what the passage says, not the quotation

    def _far(self, words: str) -> list[EvidencePassage]:
        """Return the passages of the cited versions that have the words, then of the library."""
        if self._versions is None:
            return []
        found = []
        for version in dict.fromkeys((one.brief_id, one.version) for one in self._near):
            text = self._versions.text(*version)
            if text and text_diff.stands(words, text.run):
                found += [one for one in self._versions.passages(*version) if one.holds(words)]
        return [*found, *self._versions.like(words)]


def _without_markers(text: str, passages: Sequence[str]) -> str:
    """Return a sentence without its markers, but with the footnotes of its passages."""

    def kept(mark: re.Match[str]) -> str:
        is_footnote = any(mark.group().strip() in passage for passage in passages)
        return mark.group() if is_footnote else ""

    return MARK.sub(kept, text).strip()


def _of_record(detail: str, citation: int, severity: Severity | None = None) -> Finding:
    return finding(FindingKind.RECORD, detail, citation=citation, severity=severity)


def _of_marker(one: RecordedSentence, detail: str, citation: int | None = None) -> Finding:
    return finding(FindingKind.DANGLING, detail, sentence=one.number, citation=citation)
