"""Questions that the briefs did not answer, grouped by likeness."""

import threading

from fastapi import APIRouter
from fastapi.responses import Response

from bot.audit.grouping import Group, groups
from bot.audit.unanswered import unanswered as open_questions
from bot.desk.visits import Desk, Visiting

router = APIRouter()

MOST = 200  # groups shown
_kept: tuple[tuple[int, str], tuple[Group, ...]] | None = None
_lock = threading.Lock()


@router.get("/unanswered")
def unanswered(visit: Visiting) -> Response:
    """Show the groups, the most often asked first."""
    found = _groups(visit.desk)
    return visit.page("unanswered.html", groups=found[:MOST], total=len(found))
