"""The pages to read: the queue of answers, unanswered questions, statistics, the briefs."""

import re
from collections import defaultdict

from fastapi import APIRouter
from fastapi.responses import Response

from bot.answering.answer import Outcome
from bot.audit.findings import FindingKind, Severity
from bot.audit.statistics import statistics as counted
from bot.web import plots, words
from bot.web.filters import LONGEST, read_filters
from bot.web.layout import laid_out
from bot.web.versions import brief_versions, current_briefs
from bot.web.visits import Visiting
from index.dates import first_day, last_day
from index.errors import NotFound

router = APIRouter()

ANSWERS, BRIEFS = 50, 100  # on a page
MOST_GROUPS = 200
_NAME = re.compile(r"(?P<id>.+?)(?:@(?P<version>\d{1,9}))?")
_QUOTE = re.compile(r"(\d{1,9})-(\d{1,9})")


@router.get("/")
def queue(visit: Visiting) -> Response:
    """Show a page of the queue, filtered, in order of risk or time."""
    filters = read_filters(visit.request.query_params, may_see_askers=visit.who.is_editor)
    register = visit.services.register
    register.catch_up()
    total = register.count(filters.selection)
    offset = ANSWERS * (filters.page - 1)
    rows = register.answers(filters.selection, filters.order, limit=ANSWERS, offset=offset)
    return visit.page(
        "queue.html",
        filters=filters,
        rows=rows,
        total=total,
        offset=offset,
        pages=-(-total // ANSWERS),
        kinds=list(FindingKind),
        severities=list(Severity),
    )


@router.get("/unanswered")
def unanswered(visit: Visiting) -> Response:
    """Show questions without an answer, similar ones grouped; unsure ones apart."""
    found = visit.services.open_questions.groups()
    parts = [
        (outcome, [one for one in found if one.outcome is outcome])
        for outcome in (Outcome.DECLINED, Outcome.UNSURE)
    ]
    shown = [(outcome, groups[:MOST_GROUPS], len(groups)) for outcome, groups in parts if groups]
    return visit.page("unanswered.html", parts=shown, total=len(found))


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


@router.get("/briefs")
def briefs(visit: Visiting, text: str = "") -> Response:
    page = read_filters(visit.request.query_params, may_see_askers=False).page
    text = text.strip()[:LONGEST]
    offset = BRIEFS * (page - 1)
    with visit.services.library.database.read() as connection:
        found, total = current_briefs(connection, text.split(), limit=BRIEFS, offset=offset)
    return visit.page(
        "briefs.html", briefs=found, total=total, text=text, page=page, pages=-(-total // BRIEFS)
    )


@router.get("/briefs/{name:path}")
def brief(visit: Visiting, name: str, quote: str = "") -> Response:
    """Show a brief, the version named or the current one, with the quoted words highlighted."""
    library = visit.services.library
    named = _NAME.fullmatch(name)
    if not named:
        raise NotFound("no such brief; the list of briefs shows what there is")
    version = int(named["version"]) if named["version"] else None
    found = library.brief(named["id"], version)
    with library.database.read() as connection:
        versions = brief_versions(connection, [found.id]).get(found.id, [])
    passages = [passage for _, passage in library.passages(found)]
    marks = _marks(quote, len(found.text))
    citing, others = _citing(visit, found.id, found.version)
    return visit.page(
        "brief.html",
        brief=found,
        mark=marks[0] if marks else None,
        this=next((one for one in versions if one.version == found.version), None),
        versions=versions,
        blocks=laid_out(found, passages, marks),
        citing={paragraph: len(ids) for paragraph, ids in citing.items()},
        answers=len(set().union(*citing.values())),
        other_answers=len(others),
    )


def _citing(visit: Visiting, brief_id: str, version: int) -> tuple[dict[int, set[str]], set[str]]:
    visit.services.register.catch_up()
    citing: dict[int, set[str]] = defaultdict(set)
    others: set[str] = set()
    for use in visit.services.register.uses(brief_id):
        if use.version == version:
            citing[use.paragraph].add(use.answer_id)
        else:
            others.add(use.answer_id)
    return citing, others


def _marks(quote: str, length: int) -> list[tuple[int, int]]:
    found = _QUOTE.fullmatch(quote)
    if not found:
        return []
    start, end = int(found[1]), int(found[2])
    return [(start, end)] if start < end <= length else []
