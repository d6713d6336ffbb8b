"""Sign in with a token, and sign out."""

from urllib.parse import quote, urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.web.authentication import TokenLogin
from bot.web.sessions import WebSession
from bot.web.visits import Anyone, Filled, Visit, to

router = APIRouter()

LOGIN = "/login"
_UNKNOWN = "This token is not known here."


def login_path(request: Request) -> str:
    """Return where to sign in, to come back to the page asked for."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return LOGIN if wanted == "/" else f"{LOGIN}?next={quote(wanted, safe='')}"


@router.get(LOGIN)
async def login(visit: Anyone, next: str = "/") -> Response:
    """Show the form, or go on where somebody is known."""
    return to(_inside(next)) if visit.person else _form(visit, next)


@router.post(LOGIN)
async def sign_in(form: Filled) -> Response:
    """Take a token; the session that follows has nothing of the one before."""
    visit, way = form.visit, form.visit.desk.access
    if not isinstance(way, TokenLogin):
        return to("/")
    attempts = visit.desk.attempts
    if wait := attempts.wait(visit.address):
        line = f"Too many wrong tokens; try again in {wait:.0f} seconds."
        response = _form(visit, form["next"], line, 429)
        response.headers["retry-after"] = str(max(1, round(wait)))
        return response
    person = way.owner(form["secret"].strip())
    if person is None:
        attempts.failed(visit.address)
        return _form(visit, form["next"], _UNKNOWN, 403)
    attempts.passed(visit.address)
    return visit.kept(to(_inside(form["next"])), WebSession.fresh(person.name))


@router.post("/logout")
async def sign_out(form: Filled) -> Response:
    """Begin a session of nobody."""
    return form.visit.kept(to(LOGIN), WebSession.fresh())


def _form(visit: Visit, next: str, line: str = "", status: int = 200) -> Response:
    return visit.page("login.html", status, next=_inside(next), line=line)


def _inside(path: str) -> str:
    """Return the path of a page of ours; "/" for anything that leads elsewhere."""
    try:
        parts = urlsplit(path)
    except ValueError:
        return "/"
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\"))
    if not is_ours or parts.scheme or parts.netloc or not path.isprintable() or "\\" in path:
        return "/"
    return path
