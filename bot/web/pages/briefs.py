"""The briefs: a list, and each one with its versions and the answers that cite it."""

import re
from collections import defaultdict

from fastapi import APIRouter
from fastapi.responses import Response

from bot.web.filters import LONGEST, read_filters
from bot.web.layout import laid_out
from bot.web.versions import brief_versions, current_briefs
from bot.web.visits import Visiting
from index.errors import NotFound

router = APIRouter()

PAGE = 100  # briefs
_NAME = re.compile(r"(?P<id>.+?)(?:@(?P<version>\d{1,9}))?")
_QUOTE = re.compile(r"(\d{1,9})-(\d{1,9})")


@router.get("/briefs")
def briefs(visit: Visiting, text: str = "") -> Response:
    """List the current briefs."""
    page = read_filters(visit.request.query_params, may_see_askers=False).page
    text = text.strip()[:LONGEST]
    offset = PAGE * (page - 1)
    with visit.services.library.database.read() as connection:
        found, total = current_briefs(connection, text.split(), limit=PAGE, offset=offset)
    return visit.page(
        "briefs.html", briefs=found, total=total, text=text, page=page, pages=-(-total // PAGE)
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
    """Return the answers that cite each paragraph of a version, and those citing other versions."""
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
