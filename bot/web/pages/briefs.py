"""The briefs: a list, and each with anchors for its paragraphs, its versions, what rests on it."""

import re
from collections import defaultdict

from fastapi import APIRouter
from fastapi.responses import Response

from bot.web import versions as later
from bot.web.filters import LONGEST, read_filters
from bot.web.layout import laid_out
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
    with visit.desk.library.database.read() as connection:
        found, total = later.listed(connection, text.split(), limit=PAGE, offset=offset)
    return visit.page(
        "briefs.html", briefs=found, total=total, text=text, page=page, pages=-(-total // PAGE)
    )


@router.get("/briefs/{name:path}")
def brief(visit: Visiting, name: str, quote: str = "") -> Response:
    """Show a brief, the version named or the current one, with its quoted words highlighted."""
    desk = visit.desk
    named = _NAME.fullmatch(name)
    if not named:
        raise NotFound("no such brief; the list of briefs shows what there is")
    version = int(named["version"]) if named["version"] else None
    found = desk.library.brief(named["id"], version)
    desk.register.catch_up()
    with desk.library.database.read() as connection:
        versions = later.brief_versions(connection, [found.id]).get(found.id, [])
    passages = [passage for _, passage in desk.library.passages(found)]
    resting: dict[int, set[str]] = defaultdict(set)
    others: set[str] = set()
    for use in desk.register.uses(found.id):
        if use.version == found.version:
            resting[use.paragraph].add(use.answer_id)
        else:
            others.add(use.answer_id)
    marks = _marks(quote, len(found.text))
    return visit.page(
        "brief.html",
        brief=found,
        mark=marks[0] if marks else None,
        this=next((one for one in versions if one.version == found.version), None),
        versions=versions,
        blocks=laid_out(found, passages, marks),
        resting={paragraph: len(ids) for paragraph, ids in resting.items()},
        answers=len(set().union(*resting.values())) if resting else 0,
        other_answers=len(others),
    )


def _marks(quote: str, length: int) -> list[tuple[int, int]]:
    found = _QUOTE.fullmatch(quote)
    if not found:
        return []
    start, end = int(found[1]), int(found[2])
    return [(start, end)] if start < end <= length else []
