"""Checking answers again, and downloading reports: for editors."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from bot.audit.check_run import run as check
from bot.audit.report import ReportScope, report
from bot.audit.report_formats import report_csv, report_html
from bot.audit.selection import Selection
from bot.ledger.rows import canonical
from bot.web.filters import QueueFilters, read_filters
from bot.web.services import Tick
from bot.web.visits import Edited, Editing, redirect
from bot.web.words import counted
from index.errors import UsageError
from index.storage.database import Database

router = APIRouter()
log = logging.getLogger(__name__)

_FORMATS: Mapping[str, tuple[str, Callable[[Any], str]]] = {
    "html": ("text/html; charset=utf-8", report_html),
    "csv": ("text/csv; charset=utf-8", lambda found: report_csv(found, bom=True)),
    "json": ("application/json", lambda found: canonical(found) + "\n"),
}
# A report is a page of its own: wherever it is opened, nothing in it may act for the desk.
_SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'"


@router.get("/audit")
def checks(visit: Editing) -> Response:
    """Show how far a run is, and the forms for another run and for a report."""
    filters = read_filters(visit.request.query_params, may_see_askers=True)
    return visit.page("audit.html", run=visit.services.runs.last, filters=filters)


@router.post("/audit/run")
def start_checks(form: Edited) -> Response:
    """Begin to check answers again, all or those of a filter."""
    services = form.visit.services
    filters = _sound_filters(form.fields)
    chosen = filters.selection
    services.register.catch_up()
    total = services.register.count(chosen)
    what = ", ".join(text for _, text, _ in filters.given) or "all answers"
    database = services.library.database
    began = services.runs.start(
        form.visit.who.name, what, total, lambda tick: _checked(database, chosen, tick)
    )
    if not began:
        raise UsageError("another run is still going; wait until it has finished")
    return redirect("/audit")


@router.get("/report")
def download_report(visit: Editing) -> Response:
    """Return a report as a file; the log says who downloaded it."""
    query = visit.request.query_params
    form = query.get("form", "html")
    if form not in _FORMATS:
        raise UsageError("report: no such format; choose html, csv or json")
    media_type, write = _FORMATS[form]
    filters = _sound_filters(query)
    scope = _scope(filters.selection, with_askers=query.get("askers") == "yes")
    found = report(visit.services.library.database, scope)
    log.warning("%s downloaded a report", visit.who.name)
    name = f"briefs-report-{datetime.now(UTC):%Y-%m-%d}.{form}"
    return Response(
        write(found),
        media_type=media_type,
        headers={
            "content-disposition": f'attachment; filename="{name}"',
            "content-security-policy": _SANDBOX,
        },
    )


def _scope(chosen: Selection, *, with_askers: bool) -> ReportScope:
    """Return what a report is about: a sample gives error rates, findings come from all replies."""
    if chosen.sample is None:
        return ReportScope(chosen, with_askers=with_askers)
    whole = replace(chosen, sample=None, seed=0, small_talk=None)
    return ReportScope(whole, chosen.sample, chosen.seed, with_askers)


def _sound_filters(query: Mapping[str, str]) -> QueueFilters:
    filters = read_filters(query, may_see_askers=True)
    if filters.faults:
        raise UsageError("; ".join(filters.faults))
    return filters


def _checked(database: Database, chosen: Selection, tick: Tick) -> str:
    done = 0

    def further(count: int) -> None:
        nonlocal done
        done += count
        tick(done)

    tally = check(database, chosen, tick=further)
    return f"{counted(tally.checked, 'answer')} checked, {tally.flagged:,} with findings"
