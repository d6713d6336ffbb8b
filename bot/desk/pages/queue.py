"""The queue: answers in order of risk or time, filtered."""

from fastapi import APIRouter
from fastapi.responses import Response

from bot.audit.findings import FindingKind, Severity
from bot.desk.filters import read
from bot.desk.visits import Visiting

router = APIRouter()

PAGE = 50  # answers


@router.get("/")
def queue(visit: Visiting) -> Response:
    """Show a page of the queue."""
    filters = read(visit.request.query_params, may_see_askers=visit.who.is_editor)
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
        kinds=list(FindingKind),
        severities=list(Severity),
    )
