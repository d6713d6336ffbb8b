"""The queue: answers in order of risk or time, filtered."""

from fastapi import APIRouter
from fastapi.responses import Response

from bot.audit.findings import Kind, Severity
from bot.web.filters import read_filters
from bot.web.visits import Visiting

router = APIRouter()

PAGE = 50  # answers


@router.get("/")
def queue(visit: Visiting) -> Response:
    """Show a page of the queue."""
    filters = read_filters(visit.request.query_params, may_see_askers=visit.who.is_editor)
    register = visit.desk.register
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
