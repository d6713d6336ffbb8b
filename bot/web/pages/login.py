"""Signing in and out, and the pages shown in place of one that cannot be served."""

import logging
from typing import Any
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from bot.errors import LedgerError
from bot.web.authentication import TokenLogin
from bot.web.sessions import WebSession
from bot.web.visits import Anyone, Filled, Forbidden, NotSignedIn, Visit, anyone, redirect
from index.errors import BriefsError, DatabaseUnavailable, NotFound, UsageError

log = logging.getLogger(__name__)

router = APIRouter()

LOGIN = "/login"


@router.get(LOGIN)
async def login(visit: Anyone, next: str = "/") -> Response:
    """Show the form, or go on where somebody is signed in."""
    return redirect(_inside(next)) if visit.person else _form(visit, next)


@router.post(LOGIN)
async def sign_in(form: Filled) -> Response:
    """Take a token; the session that follows is a new one."""
    visit, login = form.visit, form.visit.services.authentication
    if not isinstance(login, TokenLogin):
        return redirect("/")
    failed = visit.services.failed_logins
    if wait := failed.wait(visit.address):
        line = f"Too many wrong tokens; try again in {wait:.0f} seconds."
        response = _form(visit, form["next"], line, 429)
        response.headers["retry-after"] = str(max(1, round(wait)))
        return response
    person = login.owner(form["secret"].strip())
    if person is None:
        failed.failed(visit.address)
        return _form(visit, form["next"], "Unknown token.", 403)
    failed.passed(visit.address)
    return visit.with_session(redirect(_inside(form["next"])), WebSession.fresh(person.name))


@router.post("/logout")
async def sign_out(form: Filled) -> Response:
    """Begin a session of nobody."""
    return form.visit.with_session(redirect(LOGIN), WebSession.fresh())


def handle_errors(app: FastAPI) -> None:
    """Turn every error into a page, or into JSON for scripts, that shows only words of ours."""

    async def not_signed_in(request: Request, _: Any) -> Response:
        visit = await anyone(request)
        if visit.services.authentication.signs_in and request.method == "GET":
            return redirect(_login_path(request))
        return _error(visit, 401, "You are not signed in", "sign in first")

    async def forbidden(request: Request, error: Any) -> Response:
        return _error(await anyone(request), 403, "Not allowed", str(error))

    async def ours(request: Request, error: Any) -> Response:
        visit = await anyone(request)
        if isinstance(error, NotFound):
            return _error(visit, 404, "Not found", str(error))
        if isinstance(error, UsageError):
            return _error(visit, 400, "That did not work", str(error))
        log.error("%s could not be shown: %s", request.url.path, error)  # may name paths
        is_away = isinstance(error, (LedgerError, DatabaseUnavailable))
        line = "the database does not answer" if is_away else "this page cannot be shown"
        return _error(
            visit, 503 if is_away else 500, "That did not work", f"{line}; see the server's log"
        )

    async def http(request: Request, error: Any) -> Response:
        line = {404: "there is no such page", 405: "this address does not take such requests"}
        words = line.get(error.status_code, "this request cannot be served")
        return _error(await anyone(request), error.status_code, "Not found", words)

    async def invalid(request: Request, _: Any) -> Response:
        line = "the address or the form is not valid"
        return _error(await anyone(request), 400, "That did not work", line)

    app.add_exception_handler(NotSignedIn, not_signed_in)
    app.add_exception_handler(Forbidden, forbidden)
    app.add_exception_handler(BriefsError, ours)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)


def _error(visit: Visit, status: int, title: str, line: str) -> Response:
    if visit.wants_json:
        return JSONResponse({"error": line}, status)
    return visit.page("error.html", status, title=title, line=line)


def _login_path(request: Request) -> str:
    """Return where to sign in, to come back to the page asked for."""
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
