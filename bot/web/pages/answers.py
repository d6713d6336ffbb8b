"""An answer beside what it rests on, and what editors do with it: judge, forget."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from bot.audit.forgetting import forget_answers
from bot.audit.judgements import Judged, judge
from bot.audit.register import Row
from bot.links import link_to_answer
from bot.web import answer_view
from bot.web.answer_view import view
from bot.web.filters import QueueFilters, read_filters
from bot.web.versions import CitedBriefs
from bot.web.visits import Administered, Edited, Visiting, WebServices, to
from bot.web.words import moment
from index.errors import UsageError

router = APIRouter()

_LAST = 10_000_000  # place in the queue


@dataclass(frozen=True)
class Neighbours:
    """Where an answer stands in a queue: links to the one before and the one after."""

    before: str | None = None
    after: str | None = None
    query: str = ""  # with which one comes back to this page


@router.get("/answers/{answer_id}")
def answer(visit: Visiting, answer_id: str) -> Response:
    """Show an answer: each sentence with its citations, the conversation, what was said of it."""
    desk = visit.desk
    desk.register.catch_up()
    entry = desk.ledger.get(answer_id)
    briefs = [one["passage"]["brief"]["id"] for one in entry.body["citations"]]
    shown = view(
        entry,
        desk.ledger.further(answer_id),
        desk.register.findings(answer_id),
        CitedBriefs(desk.library, desk.texts, briefs),
    )
    filters = read_filters(visit.request.query_params, may_see_askers=visit.who.is_editor)
    return visit.page(
        "answer.html",
        answer=shown,
        row=desk.register.get(answer_id),
        filters=filters,
        beside=_beside(desk, filters, answer_id, visit.request.query_params.get("at", "")),
        earlier=answer_view.earlier(entry),
        later=answer_view.later(desk.library.database, entry),
        judged=list(Judged),
    )


@router.post("/answers/{answer_id}/judgements")
def judged(form: Edited, answer_id: str) -> Response:
    """Record what an editor says of a sentence; scripts get it back as JSON."""
    sentence, said = form["sentence"], form["judged"]
    if not sentence.isdigit() or said not in list(Judged):
        raise UsageError("judgement: no sentence or no such judgement; choose one of the four")
    visit = form.visit
    made = judge(
        visit.desk.ledger, answer_id, int(sentence), Judged(said), visit.who.name, form["note"]
    )
    if "application/json" in visit.request.headers.get("accept", ""):
        return JSONResponse(
            {
                "sentence": made.sentence,
                "judged": made.judged,
                "editor": made.editor,
                "note": made.note,
                "at": moment(made.at),
            }
        )
    return to(f"{_back(answer_id, form['back'])}#s{made.sentence}")


@router.post("/answers/{answer_id}/forget")
def forgotten(form: Administered, answer_id: str) -> Response:
    """Delete what was typed for an answer; the record of what was answered stays."""
    if form["sure"] != "yes":
        raise UsageError("not forgotten: tick the box to say that you are sure")
    forget_answers(form.visit.desk.library.database, [answer_id])
    return to(_back(answer_id, form["back"]))


def _back(answer_id: str, query: str) -> str:
    """Return the answer's page in the same queue; the query is written anew, whatever it was."""
    kept = urlencode(parse_qsl(query[:2_000]))
    return link_to_answer("", answer_id) + (f"?{kept}" if kept else "")


def _beside(desk: WebServices, filters: QueueFilters, answer_id: str, at: str) -> Neighbours:
    """Return the neighbours; an answer that has left the queue since leaves its place to others."""
    if not (at.isascii() and at.isdigit() and int(at[:9]) < _LAST):
        return Neighbours(query=filters.query())
    place = int(at)
    first = max(0, place - 1)
    rows = desk.register.answers(filters.selection, filters.order, limit=3, offset=first)
    here = next((n for n, row in enumerate(rows) if row.answer_id == answer_id), None)
    if here is None:
        index = place - first
        before, after = rows[:index][-1:], rows[index : index + 1]
        places = place - 1, place
    else:
        before, after = rows[:here][-1:], rows[here + 1 : here + 2]
        places = first + here - 1, first + here + 1

    def link(found: list[Row], at: int) -> str | None:
        return (
            f"{link_to_answer('', found[0].answer_id)}?{filters.query(at=at or '0')}"
            if found
            else None
        )

    return Neighbours(
        link(before, places[0]), link(after, places[1]), filters.query(at=place or "0")
    )
