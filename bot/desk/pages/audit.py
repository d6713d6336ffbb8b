"""Checks run again, and reports taken away: for editors."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from bot.audit.register import EVERYTHING
from bot.audit.report import Scope, report
from bot.audit.report_csv import report_csv
from bot.audit.report_html import report_html
from bot.audit.selection import Selection
from bot.desk.filters import Filters, read
from bot.desk.runs import Tick
from bot.desk.visits import Desk, Edited, Editing, to
from bot.desk.words import counted
from bot.ledger.canonical import canonical
from index.errors import UsageError

router = APIRouter()
log = logging.getLogger(__name__)

_FORMS: Mapping[str, tuple[str, Callable[[Any], str]]] = {
    "html": ("text/html; charset=utf-8", report_html),
    "csv": ("text/csv; charset=utf-8", lambda found: report_csv(found, bom=True)),
    "json": ("application/json", lambda found: canonical(found) + "\n"),
}
# The report is a page of its own: wherever it is opened, nothing of it is ours.
_ALONE = "sandbox; default-src 'none'; style-src 'unsafe-inline'"


@router.get("/audit")
def audit(visit: Editing) -> Response:
    """Show how far a run is, and the forms for another one and for a report."""
    filters = read(visit.request.query_params, may_see_askers=True)
    visit.desk.register.catch_up()
    return visit.page(
        "audit.html",
        run=visit.desk.runs.last,
        filters=filters,
        total=visit.desk.register.count(filters.selection),
    )


@router.post("/audit/run")
def run(form: Edited) -> Response:
    """Begin to check answers again, all or those of a filter."""
    desk = form.visit.desk
    filters = read(form.fields, may_see_askers=True)
    _refuse_faults(filters)
    chosen = filters.selection
    total = desk.register.count(chosen)
    what = ", ".join(text for _, text, _ in filters.given) or "all answers"
    began = desk.runs.start(
        form.visit.who.name, what, total, lambda tick: _checked(desk, chosen, tick)
    )
    if not began:
        raise UsageError("a run is on already; wait for its end")
    return to("/audit")


@router.get("/report")
def taken(visit: Editing) -> Response:
    """Return a report to take away; who took it is noted in the log."""
    query = visit.request.query_params
    form = query.get("form", "html")
    if form not in _FORMS:
        raise UsageError("report: no such form; choose html, csv or json")
    kind, write = _FORMS[form]
    filters = read(query, may_see_askers=True)
    _refuse_faults(filters)
    found = report(visit.desk.library.database, _scope(filters, query.get("askers") == "yes"))
    log.warning("a report was taken away by %s", visit.who.name)
    name = f"briefs-report-{datetime.now(UTC):%Y-%m-%d}.{form}"
    return Response(
        write(found),
        media_type=kind,
        headers={
            "content-disposition": f'attachment; filename="{name}"',
            "content-security-policy": _ALONE,
        },
    )


def _scope(filters: Filters, with_askers: bool) -> Scope:
    """Return what a report is about: a sample is for its error rates, not for its findings."""
    chosen = filters.selection
    if chosen.sample is None:
        return Scope(chosen, with_askers=with_askers)
    whole = replace(chosen, sample=None, seed=0, answered=None)
    return Scope(whole, chosen.sample, chosen.seed, with_askers)


def _refuse_faults(filters: Filters) -> None:
    if filters.faults:
        raise UsageError("; ".join(filters.faults))


def _checked(desk: Desk, chosen: Selection, tick: Tick) -> str:
    from bot.audit.running import run as check

    done = 0

    def further(count: int) -> None:
        nonlocal done
        done += count
        tick(done)

    tally = check(desk.library.database, chosen or EVERYTHING, tick=further)
    return f"{counted(tally.checked, 'answer')} checked, {tally.flagged:,} with findings"
