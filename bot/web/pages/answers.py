"""An answer beside its sources, and what editors do with it: judge it, delete its question."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from bot.answering.links import link_to_answer
from bot.audit.judgements import Judged, judge
from bot.audit.register import Register
from bot.web.answer_view import earlier_turns, later_turns, view
from bot.web.filters import QueueFilters, read_filters
from bot.web.versions import CitedBriefs
from bot.web.visits import Administered, Edited, Visiting, redirect
from bot.web.words import moment
from index.errors import UsageError

router = APIRouter()

_DIGITS = 7  # of a place in the queue


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
