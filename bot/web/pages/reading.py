"""The pages to read: the queue of answers, unanswered questions, statistics, the briefs."""

import logging
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import Response

from bot.answering.answer import Outcome
from bot.answering.links import link_to_paragraph
from bot.answering.search import search
from bot.audit.findings import FindingKind, Severity
from bot.audit.statistics import statistics as counted
from bot.question.kinds import Kind
from bot.web import plots, words
from bot.web.filters import LONGEST, read_filters
from bot.web.layout import PageBlock, TextRun, blocks, laid_out, text_runs, word_spans
from bot.web.versions import brief_versions, current_briefs
from bot.web.visits import Visit, Visiting
from index.dates import first_day, last_day
from index.errors import BriefsError, NotFound
from index.passage import Brief, BriefRef, Hit, page_name
from index.words import stem, stems
from index.words import words as text_words
from ingest.readers.page_picture import PDF, page_picture

router = APIRouter()
log = logging.getLogger(__name__)

ANSWERS, BRIEFS, PASSAGES = 50, 100, 20  # on a page
ALIKE = 0.4  # least cosine similarity of a passage that has none of the words
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
        question_kinds=[(kind.value, kind.value.replace("_", " ")) for kind in Kind],
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


@dataclass(frozen=True)
class FoundPassage:
    """A passage that a search found, with the words that were looked for marked."""

    blocks: tuple[PageBlock, ...]
    page: int | None
    paragraph: int
    heading: tuple[str, ...]
    link: str


@dataclass(frozen=True)
class FoundBrief:
    """A brief with those of its passages that a search found, the best first."""

    brief: BriefRef
    title: tuple[TextRun, ...]
    passages: tuple[FoundPassage, ...]


@router.get("/briefs")
def briefs(visit: Visiting, text: str = "") -> Response:
    """Show the briefs; of a search, those whose title or number has the words, and passages."""
    page = read_filters(visit.request.query_params, may_see_askers=False).page
    text = text.strip()[:LONGEST]
    offset = BRIEFS * (page - 1)
    with visit.services.library.database.read() as connection:
        found, total = current_briefs(connection, text.split(), limit=BRIEFS, offset=offset)
    wanted = frozenset(stems(text)) or frozenset(map(stem, text_words(text)))
    within, notes = _passages(visit, text, wanted) if text and page == 1 else ((), ())
    return visit.page(
        "briefs.html",
        briefs=[(one, _marked(one.title, wanted)) for one in found],
        found=within,
        notes=notes,
        total=total,
        text=text,
        page=page,
        pages=-(-total // BRIEFS),
    )


def _passages(
    visit: Visit, text: str, wanted: frozenset[str]
) -> tuple[Sequence[FoundBrief], Sequence[str]]:
    """Return briefs with the passages that fit a search, best first, and notes on what it read."""
    if not any(char.isalnum() for char in text):
        return (), ()
    try:
        _, got = search(visit.services.library, text, limit=PASSAGES)
    except BriefsError as error:
        log.error("passages could not be searched: %s", error)
        return (), ("The passages cannot be searched now; see the server’s log.",)
    by_brief: dict[str, list[Hit]] = defaultdict(list)
    for hit in got.hits:
        if hit.bm25 > 0 or hit.cosine >= ALIKE:
            by_brief[hit.brief.id].append(hit)
    return [_found(hits, wanted) for hits in by_brief.values()], got.notes


def _found(hits: Sequence[Hit], wanted: frozenset[str]) -> FoundBrief:
    brief = hits[0].brief
    return FoundBrief(
        brief,
        _marked(brief.title, wanted),
        tuple(
            FoundPassage(
                tuple(blocks(hit.passage.text, marks=word_spans(hit.passage.text, wanted))),
                hit.passage.page,
                hit.passage.paragraph,
                hit.passage.heading,
                link_to_paragraph("", brief.id, hit.passage.paragraph, version=brief.version),
            )
            for hit in hits
        ),
    )


def _marked(text: str, wanted: frozenset[str]) -> tuple[TextRun, ...]:
    return text_runs(text, 0, len(text), word_spans(text, wanted))


@router.get("/briefs/{name}/pages/{page}.png")
def page_of_brief(visit: Visiting, name: str, page: int, quote: str = "") -> Response:
    """Show a page of a brief's PDF as a picture, with the quoted words marked."""
    found = _brief(visit, name)
    marks = _marks(quote, len(found.text))
    quoted = found.text[slice(*marks[0])] if marks else ""
    return Response(page_picture(found, page, quoted), media_type="image/png")


def _brief(visit: Visit, name: str) -> Brief:
    named = _NAME.fullmatch(name)
    if not named:
        raise NotFound("no such brief; the list of briefs shows what there is")
    version = int(named["version"]) if named["version"] else None
    return visit.services.library.brief(named["id"], version)


@router.get("/briefs/{name:path}")
def brief(visit: Visiting, name: str, quote: str = "") -> Response:
    """Show a brief, the version named or the current one, with the quoted words highlighted."""
    library = visit.services.library
    found = _brief(visit, name)
    with library.database.read() as connection:
        versions = brief_versions(connection, [found.id]).get(found.id, [])
    passages = [passage for _, passage in library.passages(found)]
    marks = _marks(quote, len(found.text))
    citing, others = _citing(visit, found.id, found.version)
    return visit.page(
        "brief.html",
        brief=found,
        page_name=page_name,
        picture=found.page_at(marks[0][0]) if marks and _has_pages(found) else None,
        mark=marks[0] if marks else None,
        this=next((one for one in versions if one.version == found.version), None),
        versions=versions,
        blocks=laid_out(found, passages, marks),
        citing={paragraph: len(ids) for paragraph, ids in citing.items()},
        answers=len(set().union(*citing.values())),
        other_answers=len(others),
    )


def _has_pages(found: Brief) -> bool:
    return any(one.media_type == PDF for one in found.renditions)


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
