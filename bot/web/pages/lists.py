"""The queue of answers, the unanswered questions, and the statistics."""

from fastapi import APIRouter
from fastapi.responses import Response

from bot.audit.findings import Kind, Severity
from bot.audit.statistics import statistics as counted
from bot.web import plots, words
from bot.web.filters import read_filters
from bot.web.visits import Visiting
from index.dates import first_day, last_day

router = APIRouter()

PAGE = 50  # answers
MOST_GROUPS = 200


@router.get("/")
def queue(visit: Visiting) -> Response:
    """Show a page of the queue, filtered, in order of risk or time."""
    filters = read_filters(visit.request.query_params, may_see_askers=visit.who.is_editor)
    register = visit.services.register
    register.catch_up()
    total = register.count(filters.selection)
    offset = PAGE * (filters.page - 1)
    rows = register.answers(filters.selection, filters.order, limit=PAGE, offset=offset)
    return visit.page(
        "queue.html",
        filters=filters,
        rows=rows,
        total=total,
        offset=offset,
        pages=-(-total // PAGE),
        kinds=list(Kind),
        severities=list(Severity),
    )


@router.get("/unanswered")
def unanswered(visit: Visiting) -> Response:
    """Show questions that the briefs did not answer, similar ones grouped, most asked first."""
    found = visit.services.open_questions.groups()
    return visit.page("unanswered.html", groups=found[:MOST_GROUPS], total=len(found))


@router.get("/statistics")
def statistics(visit: Visiting) -> Response:
    """Show the plots of a period, each with its numbers as a table."""
    filters = read_filters(visit.request.query_params, may_see_askers=False)
    since, until = filters.selection.since, filters.selection.until
    visit.services.register.catch_up()
    found = counted(
        visit.services.library.database, since and first_day(since), until and last_day(until)
    )
    kinds = {words.in_words(kind): count for kind, count in found.findings.items()}
    return visit.page(
        "statistics.html",
        found=found,
        filters=filters,
        plots=(
            (plots.days(found.days), "No questions in this period."),
            (plots.kinds(kinds), "No check has found anything."),
            (plots.agreement(found.agreement), "No judgements in this period."),
        ),
    )
