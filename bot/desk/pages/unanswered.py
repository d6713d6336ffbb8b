"""Questions that the briefs did not answer, grouped by likeness."""

from fastapi import APIRouter
from fastapi.responses import Response

from bot.desk.visits import Visiting

router = APIRouter()

MOST = 200  # groups shown


@router.get("/unanswered")
def unanswered(visit: Visiting) -> Response:
    """Show the groups, the most often asked first."""
    found = visit.desk.open_questions.groups()
    return visit.page("unanswered.html", groups=found[:MOST], total=len(found))
