"""Statistics: questions over time, findings by kind, how machine and editors agree."""

from fastapi import APIRouter
from fastapi.responses import Response

from bot.audit.statistics import statistics as counted
from bot.web import plots, words
from bot.web.filters import read_filters
from bot.web.visits import Visiting
from index.dates import first_day, last_day

router = APIRouter()


@router.get("/statistics")
def statistics(visit: Visiting) -> Response:
    """Show the plots of a period, each with its numbers as a table."""
    filters = read_filters(visit.request.query_params, may_see_askers=False)
    since, until = filters.selection.since, filters.selection.until
    visit.desk.register.catch_up()
    found = counted(
        visit.desk.library.database, since and first_day(since), until and last_day(until)
    )
    kinds = {words.kind(kind): count for kind, count in found.findings.items()}
    return visit.page(
        "statistics.html",
        found=found,
        filters=filters,
        plots=(
            ("Questions over time", plots.days(found.days), "Nobody asked anything then."),
            ("Findings by kind", plots.kinds(kinds), "No check has found anything."),
            ("Agreement of machine and editors", plots.agreement(found.agreement),
             "Nothing was judged then."),
        ),
    )  # fmt: skip
