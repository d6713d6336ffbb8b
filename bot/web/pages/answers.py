"""An answer beside its sources, and what editors do with it: judge it, delete its question.

What was recorded is shown as it was recorded.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from sqlalchemy import or_, select

from bot.answering.links import link_to_answer, link_to_paragraph
from bot.answering.render import message
from bot.audit.findings import Finding
from bot.audit.judgements import Judged, Judgement, judge, read, standing
from bot.audit.register import Register
from bot.ledger.ledger import LedgerEntry, RecordKind
from bot.ledger.record import rebuilt
from bot.ledger.tables import ledger, ledger_private
from bot.web.filters import QueueFilters, read_filters
from bot.web.layout import PageBlock, TextRun, blocks, text_runs
from bot.web.versions import CitedBriefs, CitedToday
from bot.web.visits import Administered, Edited, Visiting, redirect
from bot.web.words import moment
from index.errors import UsageError
from index.storage.database import Database

router = APIRouter()

_DIGITS = 7  # of a place in the queue
AHEAD = 1_000  # records after an answer that are searched for later questions
MOST = 20  # later questions that are shown

Json = Mapping[str, Any]


@dataclass(frozen=True)
class CitationView:
    """A citation: its record, the passage as it was shown, and what became of it."""

    record: Json
    passage: tuple[PageBlock, ...]
    link: str
    today: CitedToday
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class SentenceView:
    """A sentence with all that speaks for and against it."""

    number: int
    record: Json
    runs: tuple[TextRun, ...]
    reasons: tuple[Json, ...]  # those that the last check does not repeat
    citations: tuple[CitationView, ...]
    missing: tuple[int, ...]  # markers that point at no citation
    findings: tuple[Finding, ...]
    judgements: tuple[Judgement, ...]
    opinions: tuple[Json, ...]

    def by(self, editor: str) -> Judgement | None:
        return next((one for one in self.judgements if one.editor == editor), None)


@dataclass(frozen=True)
class AnswerView:
    """All of an answer that its page shows."""

    entry: LedgerEntry
    sentences: tuple[SentenceView, ...]
    findings: tuple[Finding, ...]  # of the answer as a whole
    feedback: tuple[LedgerEntry, ...]
    posted: tuple[LedgerEntry, ...]

    @property
    def message(self) -> str:
        """The line that was shown where there are no sentences."""
        return message(rebuilt(self.entry.body, self.entry.private))

    @property
    def private(self) -> Json:
        """What people typed; {} once it was deleted."""
        return self.entry.private or {}

    @property
    def notes(self) -> Sequence[str]:
        """The notes that were shown; once the question was deleted, without its words."""
        found: Sequence[str] = self.private.get("notes") or self.entry.body["notes"]
        return found


@dataclass(frozen=True)
class ConversationTurn:
    """A question of the conversation; `answer_id` where its answer is known."""

    question: str
    answer_id: str | None


def view(
    entry: LedgerEntry,
    further: Sequence[LedgerEntry],
    findings: Sequence[Finding],
    cited: CitedBriefs,
) -> AnswerView:
    """Return the view of an answer's record; `further` are the later records about it."""
    body = entry.body
    citations = {one["number"]: _citation(one, findings, cited) for one in body["citations"]}
    return AnswerView(
        entry=entry,
        sentences=tuple(
            _sentence(number, one, citations, further, findings)
            for number, one in enumerate(body["sentences"], 1)
        ),
        findings=tuple(
            one for one in findings if one.sentence is None and one.citation not in citations
        ),
        feedback=tuple(one for one in further if one.kind is RecordKind.FEEDBACK),
        posted=tuple(one for one in further if one.kind is RecordKind.POSTED),
    )


def _sentence(
    number: int,
    sentence: Json,
    citations: Mapping[int, CitationView],
    further: Sequence[LedgerEntry],
    findings: Sequence[Finding],
) -> SentenceView:
    judgements = standing([read(one) for one in further if one.kind is RecordKind.JUDGEMENT])
    opinions = [
        {**one.body, "at": one.created_at} for one in further if one.kind is RecordKind.OPINION
    ]
    text, marks = sentence["text"], sentence["citations"]
    return SentenceView(
        number=number,
        record=sentence,
        runs=text_runs(text, 0, len(text), sorted(map(tuple, sentence["bold"]))),
        reasons=tuple(one for one in sentence["reasons"] if not _again(one, number, findings)),
        citations=tuple(citations[mark] for mark in marks if mark in citations),
        missing=tuple(mark for mark in marks if mark not in citations),
        findings=tuple(one for one in findings if one.sentence == number),
        judgements=tuple(one for one in judgements if one.sentence == number),
        opinions=tuple(one for one in opinions if one.get("sentence") == number),
    )


def _again(reason: Json, number: int, findings: Sequence[Finding]) -> bool:
    return any(
        (one.sentence, str(one.kind), one.detail) == (number, reason["kind"], reason["detail"])
        for one in findings
    )


def _citation(citation: Json, findings: Sequence[Finding], cited: CitedBriefs) -> CitationView:
    passage, brief = citation["passage"], citation["passage"]["brief"]
    quoted = citation["start"], citation["end"]
    mark = (quoted[0] - passage["start"], quoted[1] - passage["start"])
    link = link_to_paragraph("", brief["id"], version=brief["version"], quoted=quoted)
    return CitationView(
        record=citation,
        passage=tuple(blocks(passage["text"], marks=[mark])),
        link=f"{link}#quote",
        today=cited.today(citation),
        findings=tuple(
            one for one in findings if one.citation == citation["number"] and one.sentence is None
        ),
    )


def earlier_turns(entry: LedgerEntry) -> list[ConversationTurn]:
    """Return the questions before an answer, oldest first; [] once they were deleted."""
    turns = (entry.private or {}).get("turns", ())
    return [ConversationTurn(one["question"], one.get("answer_id")) for one in turns]


def later_turns(database: Database, entry: LedgerEntry) -> list[ConversationTurn]:
    """Return the questions after an answer in its thread or chat, oldest first."""
    if not entry.private:
        return []
    text = ledger_private.c.body
    # In canonical JSON, quotation marks that people typed are escaped: they cannot match.
    conditions = [text.contains(f'"answer_id":{json.dumps(entry.answer_id)}', autoescape=True)]
    place = entry.private.get("place") or ""
    if place.count(":") == 3:  # Slack's, with the thread
        named = json.dumps(place, ensure_ascii=False)
        conditions.append(text.contains(f'"place":{named}', autoescape=True))
    query = (
        select(ledger.c.answer_id, text)
        .join(ledger_private, ledger_private.c.record_id == ledger.c.record_id)
        .where(ledger.c.kind == RecordKind.ANSWER, or_(*conditions))
        .where(ledger.c.seq > entry.seq, ledger.c.seq <= entry.seq + AHEAD)
        .order_by(ledger.c.seq)
        .limit(MOST)
    )
    with database.read() as connection:
        return [
            ConversationTurn(json.loads(body)["question"], answer_id)
            for answer_id, body in connection.execute(query)
        ]


# The routes


@dataclass(frozen=True)
class Neighbours:
    """Where an answer stands in a queue: links to the one before and the one after."""

    before: str | None = None
    after: str | None = None
    query: str = ""  # leads back to this page


@router.get("/answers/{answer_id}")
def answer(visit: Visiting, answer_id: str) -> Response:
    """Show an answer: its sentences with their citations, its conversation, its judgements."""
    services = visit.services
    services.register.catch_up()
    entry = services.ledger.get(answer_id)
    briefs = [one["passage"]["brief"]["id"] for one in entry.body["citations"]]
    shown = view(
        entry,
        services.ledger.further(answer_id),
        services.register.findings(answer_id),
        CitedBriefs(services.library, services.texts, briefs),
    )
    query = visit.request.query_params
    filters = read_filters(query, may_see_askers=visit.who.is_editor)
    return visit.page(
        "answer.html",
        answer=shown,
        row=services.register.get(answer_id),
        filters=filters,
        beside=_neighbours(services.register, filters, answer_id, query.get("at", "")),
        earlier=earlier_turns(entry),
        later=later_turns(services.library.database, entry),
        judged=list(Judged),
    )


@router.post("/answers/{answer_id}/judgements")
def judged(form: Edited, answer_id: str) -> Response:
    """Record an editor's judgement of a sentence; scripts get it back as JSON."""
    sentence, word = form["sentence"], form["judged"]
    if not sentence.isdecimal() or word not in list(Judged):
        raise UsageError("judgement: no such sentence or judgement; choose one of the four")
    visit = form.visit
    made = judge(
        visit.services.ledger, answer_id, int(sentence), Judged(word), visit.who.name, form["note"]
    )
    if not visit.wants_json:
        return redirect(f"{_back(answer_id, form['back'])}#s{made.sentence}")
    return JSONResponse(
        {
            "sentence": made.sentence,
            "judged": made.judged,
            "editor": made.editor,
            "note": made.note,
            "at": moment(made.at),
        }
    )


@router.post("/answers/{answer_id}/forget")
def forgotten(form: Administered, answer_id: str) -> Response:
    """Delete what people typed for an answer; the record of the answer stays."""
    if form["sure"] != "yes":
        raise UsageError("nothing was deleted: tick the box to confirm")
    form.visit.services.forget(answer_id)
    return redirect(_back(answer_id, form["back"]))


def _back(answer_id: str, query: str) -> str:
    """Return the answer's page in the same queue; the query is rebuilt, whatever was sent."""
    kept = urlencode(parse_qsl(query[:2_000]))
    return link_to_answer("", answer_id) + (f"?{kept}" if kept else "")


def _neighbours(
    register: Register, filters: QueueFilters, answer_id: str, place: str
) -> Neighbours:
    """Return the neighbours; if the answer has left the queue, the next one has its place."""
    if not (place.isascii() and place.isdigit() and len(place) <= _DIGITS):
        return Neighbours(query=filters.query())
    at = int(place)
    first = max(0, at - 1)
    rows = register.answers(filters.selection, filters.order, limit=3, offset=first)
    ids = [row.answer_id for row in rows]
    here = ids.index(answer_id) if answer_id in ids else at - first
    after = here + 1 if answer_id in ids else here

    def link(index: int) -> str | None:
        if not 0 <= index < len(ids):
            return None
        query = filters.query(at=first + index or "0")
        return f"{link_to_answer('', ids[index])}?{query}"

    return Neighbours(link(here - 1), link(after), filters.query(at=at or "0"))
