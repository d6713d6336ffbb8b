"""Signing in and out, and the pages shown in place of one that cannot be served."""

import asyncio
import logging
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from bot.errors import LedgerError
from bot.web.api import fault_line
from bot.web.asked_questions import TooMany
from bot.web.authentication import LocalLogin, TokenLogin
from bot.web.server import is_api
from bot.web.sessions import WebSession
from bot.web.visits import (
    Anyone,
    Filled,
    Forbidden,
    NotSignedIn,
    TooManyTries,
    Visit,
    anyone,
    redirect,
)
from index.errors import BriefsError, DatabaseUnavailable, NotFound, UsageError

log = logging.getLogger(__name__)

router = APIRouter()

LOGIN = "/login"


@router.get(LOGIN)
async def login(visit: Anyone, next: str = "/", token: str = "") -> Response:
    """Show the form, or go on where somebody is signed in.

    The link that was printed on this machine has the token; tokens of people are not taken from
    addresses, which stay in logs and histories.
    """
    if visit.person:
        return redirect(_inside(next))
    local = visit.services.authentication
    if token and isinstance(local, LocalLogin):
        return _signed_in(visit, local, token, next)
    return _form(visit, next)


@router.post(LOGIN)
async def sign_in(form: Filled) -> Response:
    """Take a token; the session that follows is a new one."""
    visit, login = form.visit, form.visit.services.authentication
    if not isinstance(login, TokenLogin):
        return redirect("/")
    return _signed_in(visit, login, form["secret"].strip(), form["next"])


def _signed_in(visit: Visit, login: TokenLogin, token: str, next: str) -> Response:
    """Return the way on for a right token; for a wrong one the form, after a wait."""
    failed = visit.services.failed_logins
    if wait := failed.wait(visit.address):
        line = f"Too many wrong tokens; try again in {wait:.0f} seconds."
        response = _form(visit, next, line, 429)
        response.headers["retry-after"] = str(max(1, round(wait)))
        return response
    person = login.owner(token)
    if person is None:
        failed.failed(visit.address)
        return _form(visit, next, "Unknown token.", 403)
    failed.passed(visit.address)
    return visit.with_session(redirect(_inside(next)), WebSession.fresh(person.name))


@router.post("/logout")
async def sign_out(form: Filled) -> Response:
    """End the session, copies of its cookie too, and begin one of nobody."""
    await asyncio.to_thread(form.visit.services.ended.end, form.visit.session)
    return form.visit.with_session(redirect(LOGIN), WebSession.fresh())


def handle_errors(app: FastAPI) -> None:
    """Turn every error into a page, or into JSON for scripts, that shows only words of ours."""

    async def failed(request: Request, error: Exception) -> Response:
        visit = await anyone(request)
        signs_in = visit.services.authentication.signs_in
        leads_to_login = signs_in and request.method == "GET" and not is_api(request.url.path)
        if isinstance(error, NotSignedIn) and leads_to_login:
            return redirect(_login_path(request))
        status, title, line = _explained(error, request.url.path)
        if status >= 500:
            log.error("%s could not be shown: %s", request.url.path, error)  # may name paths
        if visit.wants_json:
            return JSONResponse({"error": line}, status, _headers(error))
        return visit.page("error.html", status, title=title, line=line)

    kinds = (
        NotSignedIn, TooManyTries, Forbidden, BriefsError, HTTPException, RequestValidationError,
    )  # fmt: skip
    for kind in kinds:
        app.add_exception_handler(kind, failed)


def _headers(error: Exception) -> dict[str, str]:
    """Return the headers that tell a program what to do about an error."""
    match error:
        case NotSignedIn():
            return {"www-authenticate": "Bearer"}
        case TooManyTries():
            return {"retry-after": str(max(1, round(error.seconds)))}
        case TooMany():
            return {"retry-after": "1"}
    return {}


def _explained(error: Exception, path: str) -> tuple[int, str, str]:
    failed = "That did not work"
    match error:
        case NotSignedIn():
            return 401, "You are not signed in", "sign in first"
        case TooManyTries() | TooMany():
            return 429, failed, str(error)
        case Forbidden():
            return 403, "Not allowed", str(error)
        case NotFound():
            return 404, "Not found", str(error)
        case UsageError():
            return 400, failed, str(error)
        case LedgerError() | DatabaseUnavailable():
            return 503, failed, "the database does not answer; see the server's log"
        case BriefsError():
            return 500, failed, "this page cannot be shown; see the server's log"
        case HTTPException(status_code=404):
            return 404, "Not found", "there is no such page"
        case HTTPException():
            return error.status_code, failed, "this request cannot be served"
        case RequestValidationError() if is_api(path):
            return 400, failed, fault_line(error.errors())
        case _:
            return 400, failed, "the address or the form is not valid"


def _login_path(request: Request) -> str:
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return LOGIN if wanted == "/" else f"{LOGIN}?next={quote(wanted, safe='')}"


def _form(visit: Visit, next: str, line: str = "", status: int = 200) -> Response:
    return visit.page("login.html", status, next=_inside(next), line=line)


def _inside(path: str) -> str:
    """Return a path on this desk; "/" for anything that leads elsewhere."""
    try:
        parts = urlsplit(path)
    except ValueError:
        return "/"
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\"))
    if not is_ours or parts.scheme or parts.netloc or not path.isprintable() or "\\" in path:
        return "/"
    return path
