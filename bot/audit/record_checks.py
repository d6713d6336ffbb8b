"""Check an answer from its own record: the chained body in, findings out.

Every marker must resolve, every quotation be a slice of its passage as it was seen (and of the
version's text, where the library still has it), every sentence be borne out by the passages it
cites. No Slack, no model, no embedding; without a shelf, no library either. What has become of the
briefs since is for bot/audit/brief_changes.py.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from bot.audit import brief_versions, findings, quotation_checks, text_diff
from bot.audit import findings as severities
from bot.audit.brief_versions import BriefVersions, EvidencePassage
from bot.audit.findings import Finding, FindingKind, Severity
from bot.audit.sentence_checks import RecordedSentence, SentenceCheck, found_by
from bot.dangling import MARK
from bot.readable import faithful
from bot.record import sha256
from bot.streamed import answers_streamed, digest_of
from index.database import Database

NONE = "it cites nothing"


def unresolved(
    number: int, text: str, cites: Sequence[int], known: Collection[int], passages: Sequence[str]
) -> list[Finding]:
    """Return a finding for each marker of sentence `number` that is no number of `known`."""
    if not cites:
        return [_dangling(number, NONE, None)]
    missing = [one for one in dict.fromkeys(cites) if one not in known]
    found = [_dangling(number, f"[{one}] has no citation behind it", one) for one in missing]
    for mark in MARK.finditer(text):
        said = mark.group().strip()
        wanted = [int(one) for one in re.findall(r"\d+", said)]
        if any(said in passage for passage in passages) or set(wanted) <= set(known):
            continue
        found.append(_dangling(number, f"{said} is left in its text and points at nothing", None))
    return found


def without(text: str, passages: Sequence[str]) -> str:
    """Return a sentence without the markers in its text, footnotes of its passages kept."""

    def taken(mark: re.Match[str]) -> str:
        kept = any(mark.group().strip() in passage for passage in passages)
        return mark.group() if kept else ""

    return MARK.sub(taken, text).strip()


def _dangling(sentence: int, detail: str, citation: int | None) -> Finding:
    return findings.finding(FindingKind.DANGLING, detail, sentence=sentence, citation=citation)


Json = Mapping[str, Any]
UNREADABLE = "the record cannot be read"


def check(body: Json, shelf: BriefVersions | None = None) -> list[Finding]:
    """Return what is wrong with an answer, the worst first; [] for one that is sound."""
    try:
        return severities.worst_first(_Record(body, shelf).findings())
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as fault:
        detail = f"{UNREADABLE} ({type(fault).__name__}); run: briefs audit verify-chain"
        return [severities.finding(FindingKind.RECORD, detail)]


def unreadable(findings: Sequence[Finding]) -> bool:
    """Return whether a record is not even in the form of one."""
    return any(one.detail.startswith(UNREADABLE) for one in findings)


class _Record:
    """One answer's record, taken apart."""

    def __init__(self, body: Json, shelf: BriefVersions | None) -> None:
        self._body = body
        self._shelf = shelf
        self._citations: dict[int, Json] = {one["number"]: one for one in body["citations"]}
        self._sources = {
            n: brief_versions.passage_of_citation(one) for n, one in self._citations.items()
        }
        self._near = list(
            {one.passage_id: one for one in brief_versions.passages_of_record(body)}.values()
        )
        self._misquoted: set[int] = set()  # citations whose quotation does not stand there

    def findings(self) -> Iterator[Finding]:
        """Yield all that is wrong, in no order."""
        yield from self._numbering()
        for number in self._citations:
            yield from self._passage(number)
            yield from self._quotation(number)
        for number, one in enumerate(self._body["sentences"], 1):
            said_of = (one["text"], tuple(one["citations"]), tuple(one["reasons"]))
            yield from self._sentence(RecordedSentence(number, *said_of))

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
        fault = quotation_checks.misquote(quote, [self._sources[number]], self._near, self._far)
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

    def _sentence(self, one: RecordedSentence) -> Iterator[Finding]:
        known = [number for number in one.cites if number in self._citations]
        own = [self._sources[number] for number in known]
        texts = [text for source in own for text in (source.text, *source.around)]
        yield from unresolved(one.number, one.text, one.cites, self._citations, texts)
        if not own:
            return
        text = without(one.text, texts)
        if any(self._is_quotation(text, number) for number in known):
            return
        elsewhere = next((n for n in self._citations if self._is_quotation(text, n)), None)
        if elsewhere is not None and not any(source.holds(text) for source in own):
            fault = quotation_checks.misattributed(text, self._sources[elsewhere])
            yield found_by(fault, one.number, known[0])
            return
        own += [
            row for number in known for row in brief_versions.row_passages(self._citations[number])
        ]
        bearing = SentenceCheck(own, self._near, self._far, known[0])
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

    def _far(self, words: str) -> list[EvidencePassage]:
        """Return the passages of the cited versions that hold the words, then of the library."""
        if self._shelf is None:
            return []
        versions = dict.fromkeys((one.brief_id, one.version) for one in self._near)
        found = []
        for version in versions:
            text = self._shelf.text(*version)
            if text and text_diff.stands(words, text.run):
                found += [one for one in self._shelf.passages(*version) if one.holds(words)]
        return [*found, *self._shelf.like(words)]


def _record(detail: str, citation: int, severity: Severity | None = None) -> Finding:
    return severities.finding(FindingKind.RECORD, detail, citation=citation, severity=severity)


def check_streamed(body: Mapping[str, Any], database: Database) -> list[Finding]:
    """Return a finding if the rows of an answer that was streamed are others; else []."""
    recorded = body.get("streamed")
    if not recorded:
        return []
    rows = _rows(database, body["answer_id"])
    if {"rows": len(rows), "sha256": digest_of(rows)} == dict(recorded):
        return []
    detail = "what was shown while it was written is not what its record says was shown"
    return [findings.finding(FindingKind.RECORD, detail)]


def _rows(database: Database, answer_id: str) -> list[str]:
    column = answers_streamed.c
    query = select(column.body).where(column.answer_id == answer_id).order_by(column.number)
    with database.read() as connection:
        if not connection.dialect.has_table(connection, answers_streamed.name):
            return []
        return list(connection.scalars(query))
