"""Lay out an answer for its page: records in, sentences beside their citations out.

Reads nothing and writes no HTML; what was recorded is shown as it was recorded.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from bot.audit.findings import Finding
from bot.audit.judgements import Judgement, read, standing
from bot.ledger import Entry, Kind
from bot.ledger_tables import ledger, ledger_private
from bot.links import link_to_paragraph
from bot.web.layout import PageBlock, TextRun, blocks, text_runs
from bot.web.versions import CitedBriefs, CitedToday
from index.database import Database

Json = Mapping[str, Any]


@dataclass(frozen=True)
class CitationView:
    """A citation: where it is from, the passage as it was seen, and what became of it."""

    number: int
    brief: Json
    page: int | None
    paragraph: int
    heading: tuple[str, ...]
    passage: tuple[PageBlock, ...]
    link: str
    today: CitedToday
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class SentenceView:
    """A sentence with all that speaks for and against it."""

    number: int
    runs: tuple[TextRun, ...]
    verdict: str
    reasons: tuple[Json, ...]
    cited: tuple[CitationView, ...]
    missing: tuple[int, ...]  # markers that point at no citation
    findings: tuple[Finding, ...]
    judgements: tuple[Judgement, ...]
    opinions: tuple[Json, ...]

    def by(self, editor: str) -> Judgement | None:
        """Return what an editor said of it last."""
        return next((one for one in self.judgements if one.editor == editor), None)


@dataclass(frozen=True)
class ReaderFeedback:
    """What a reader said of the answer."""

    good: bool
    reason: str | None
    user: str | None
    note: str | None
    at: str


@dataclass(frozen=True)
class AnswerView:
    """All of an answer that its page shows."""

    entry: Entry
    sentences: tuple[SentenceView, ...]
    findings: tuple[Finding, ...]  # of the answer as a whole
    feedback: tuple[ReaderFeedback, ...]
    posted: tuple[Entry, ...]
    forgotten: bool

    @property
    def question(self) -> str | None:
        """The question as it reads without its conversation, None once it was forgotten."""
        return self.private.get("standalone_question")

    @property
    def notes(self) -> Sequence[str]:
        """The notes that were shown; once forgotten, without the asker's words in them."""
        found: Sequence[str] = self.private.get("notes") or self.entry.body["notes"]
        return found

    @property
    def private(self) -> Json:
        """What people typed; {} once it was forgotten."""
        return self.entry.private or {}


def view(
    entry: Entry, further: Sequence[Entry], findings: Sequence[Finding], versions: CitedBriefs
) -> AnswerView:
    """Return the view of an answer's record with the records that speak of it."""
    body = entry.body
    cited = {one["number"]: _cited(one, findings, versions) for one in body["citations"]}
    judgements = standing([read(one) for one in further if one.kind is Kind.JUDGEMENT])
    opinions = [{**one.body, "at": one.created_at} for one in further if one.kind is Kind.OPINION]
    return AnswerView(
        entry=entry,
        sentences=tuple(
            SentenceView(
                number=number,
                runs=text_runs(one["text"], 0, len(one["text"]), sorted(map(tuple, one["bold"]))),
                verdict=one["verdict"],
                reasons=tuple(
                    each for each in one["reasons"] if not _again(each, number, findings)
                ),
                cited=tuple(cited[mark] for mark in one["citations"] if mark in cited),
                missing=tuple(mark for mark in one["citations"] if mark not in cited),
                findings=tuple(each for each in findings if each.sentence == number),
                judgements=tuple(each for each in judgements if each.sentence == number),
                opinions=tuple(each for each in opinions if each.get("sentence") == number),
            )
            for number, one in enumerate(body["sentences"], 1)
        ),
        findings=tuple(
            each for each in findings if each.sentence is None and not _shown(each, cited)
        ),
        feedback=tuple(_feedback(one) for one in further if one.kind is Kind.FEEDBACK),
        posted=tuple(one for one in further if one.kind is Kind.POSTED),
        forgotten=entry.private is None,
    )


def _shown(finding: Finding, cited: Mapping[int, CitationView]) -> bool:
    """Whether a finding is shown with the citation that it names."""
    return finding.citation in cited


def _again(reason: Json, number: int, findings: Sequence[Finding]) -> bool:
    """Whether the last check says what was said when the sentence was written."""
    return any(
        (one.sentence, str(one.kind), one.detail) == (number, reason["kind"], reason["detail"])
        for one in findings
    )


def _cited(kept: Json, findings: Sequence[Finding], versions: CitedBriefs) -> CitationView:
    passage, brief = kept["passage"], kept["passage"]["brief"]
    offset = passage["start"]
    mark = (kept["start"] - offset, kept["end"] - offset)
    return CitationView(
        number=kept["number"],
        brief=brief,
        page=kept["page"],
        paragraph=passage["paragraph"],
        heading=tuple(passage["heading"]),
        passage=tuple(blocks(passage["text"], marks=[mark])),
        link=link_to_paragraph(
            "", brief["id"], version=brief["version"], quoted=(kept["start"], kept["end"])
        )
        + "#quote",
        today=versions.today(kept),
        findings=tuple(
            each for each in findings if each.citation == kept["number"] and each.sentence is None
        ),
    )


def _feedback(entry: Entry) -> ReaderFeedback:
    private = entry.private or {}
    return ReaderFeedback(
        good=bool(entry.body.get("good")),
        reason=entry.body.get("reason"),
        user=private.get("user"),
        note=private.get("note"),
        at=entry.created_at,
    )


AHEAD = 1_000  # records behind an answer that are looked through
MOST = 20  # later questions that are shown


@dataclass(frozen=True)
class ConversationTurn:
    """A question of the conversation; `answer_id` where it is known what it was answered with."""

    question: str
    answer_id: str | None


def earlier(entry: Entry) -> list[ConversationTurn]:
    """Return the questions before an answer, oldest first; [] once they were forgotten."""
    turns = (entry.private or {}).get("turns", ())
    return [ConversationTurn(one["question"], one.get("answer_id")) for one in turns]


def later(database: Database, entry: Entry) -> list[ConversationTurn]:
    """Return the questions after an answer in its thread or chat, oldest first."""
    return list(_later(database, entry)) if entry.private else []


def _later(database: Database, entry: Entry) -> Iterator[ConversationTurn]:
    private = entry.private or {}
    text = ledger_private.c.body
    # In canonical JSON what a person typed has its quotation marks escaped: it cannot match.
    says = [text.contains(f'"answer_id":{json.dumps(entry.answer_id)}', autoescape=True)]
    place = private.get("place") or ""
    if place.count(":") == 3:  # Slack's, with the thread
        named = json.dumps(place, ensure_ascii=False)
        says.append(text.contains(f'"place":{named}', autoescape=True))
    query = (
        select(ledger.c.answer_id, text)
        .join(ledger_private, ledger_private.c.record_id == ledger.c.record_id)
        .where(ledger.c.kind == Kind.ANSWER, or_(*says))
        .where(ledger.c.seq > entry.seq, ledger.c.seq <= entry.seq + AHEAD)
        .order_by(ledger.c.seq)
        .limit(MOST)
    )
    with database.read() as connection:
        for answer_id, body in connection.execute(query):
            yield ConversationTurn(json.loads(body)["question"], answer_id)
