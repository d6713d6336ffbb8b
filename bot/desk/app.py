"""Make the desk's application: a library and settings in, a FastAPI application out.

Its pages stand in `bot/desk/pages`. Blocking work runs in threads: the routes are plain functions.
"""

import hashlib
import logging
import secrets
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException

from bot.audit.register import Register
from bot.desk import words
from bot.desk.access import Access, ByToken, access
from bot.desk.later import Texts
from bot.desk.open_questions import OpenQuestions
from bot.desk.pages import answers, audit, briefs, entrance, queue, static, statistics
from bot.desk.pages import unanswered as open_questions
from bot.desk.runs import Runs
from bot.desk.sessions import Sessions
from bot.desk.settings import DeskSettings
from bot.desk.shield import Shield
from bot.desk.visits import Desk, Forbidden, NotSignedIn, seen, to
from bot.errors import LedgerError
from bot.ledger import Ledger
from index.errors import BriefsError, DatabaseUnavailable, NotFound, UsageError
from index.library import Library
from index.storage import catalogue

log = logging.getLogger(__name__)

_PAGES = (
    queue, answers, briefs, statistics, open_questions, audit, entrance, static,
)  # fmt: skip
_KEY = "desk_key"
# FastAPI hands spans with addresses, and so with questions, to whatever OpenTelemetry there is.
_QUIET: Any = dict.fromkeys(
    ("tracing", "metrics", "logs", "operation_spans", "auto_configure"), False
)


def create(library: Library, settings: DeskSettings, way: Access | None = None) -> FastAPI:
    """Return the application; without a `way` to tell people apart, the settings' for loopback."""
    way = way or access(settings, loopback=True, reached_by_others=False)
    assert way, "the settings want no desk"
    app = FastAPI(
        title="Editors' desk", docs_url=None, redoc_url=None, openapi_url=None, telemetry=_QUIET
    )
    ledger = Ledger(library.database)
    app.state.desk = Desk(
        library=library,
        settings=settings,
        access=way,
        sessions=Sessions(
            _key(library, settings), settings.session_hours, secure=settings.is_https
        ),
        ledger=ledger,
        register=Register(library.database),
        runs=Runs(),
        texts=Texts(library),
        open_questions=OpenQuestions(library, ledger),
        templates=environment(signs_in=isinstance(way, ByToken)),
    )
    for page in _PAGES:
        app.include_router(page.router)
    _handle(app)
    app.add_middleware(
        Shield, local=way.local, host=settings.host, https=settings.is_https
    )  # the outermost: it sees every request and every reply
    return app


def environment(*, signs_in: bool = False) -> Environment:
    """Return the templates: all that they write is escaped, and what is unseen is taken out."""
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=words.shown,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= {
        name: getattr(words, name)
        for name in (
            "asker", "counted", "danger", "day", "kind", "mode", "moment", "place", "share",
            "together", "verdict", "web_link",
        )
    }  # fmt: skip
    made.globals |= {"stamp": static.STAMP, "signs_in": signs_in}
    return made


def _key(library: Library, settings: DeskSettings) -> bytes:
    """Return the key of sessions: the same for all processes, another when tokens change."""
    with library.database.write() as connection:
        stored = catalogue.get_value(connection, _KEY)
        if stored is None:
            stored = secrets.token_hex(32)
            catalogue.set_value(connection, _KEY, stored)
    digest = hashlib.sha256(stored.encode())
    for token in settings.tokens:
        digest.update(f"\n{token.person.name}:{token.person.role}:".encode() + token.sha256)
    return digest.digest()


def _handle(app: FastAPI) -> None:
    """Have every error become a page, or one line for scripts, and say no more than is ours."""

    async def not_signed_in(request: Request, _: Any) -> Response:
        if isinstance(app.state.desk.access, ByToken) and request.method == "GET":
            return to(entrance.login_path(request))
        return _said(request, 401, "You are not signed in", "nobody has told who you are")

    async def forbidden(request: Request, error: Any) -> Response:
        return _said(request, 403, "Not allowed", str(error))

    async def ours(request: Request, error: Any) -> Response:
        if isinstance(error, NotFound):
            return _said(request, 404, "Not found", str(error))
        if isinstance(error, UsageError):
            return _said(request, 400, "That failed", str(error))
        log.error("%s could not be shown: %s", request.url.path, error)  # may name paths
        is_away = isinstance(error, (LedgerError, DatabaseUnavailable))
        line = "the database does not answer" if is_away else "it cannot be shown"
        return _said(request, 503 if is_away else 500, "That failed", f"{line}; the log says why")

    async def http(request: Request, error: Any) -> Response:
        line = {404: "there is no such page", 405: "not in this way"}.get(error.status_code)
        return _said(request, error.status_code, "Not found", line or "it cannot be served")

    async def unfit(request: Request, _: Any) -> Response:
        return _said(request, 400, "That failed", "the address or the form cannot be understood")

    app.add_exception_handler(NotSignedIn, not_signed_in)
    app.add_exception_handler(Forbidden, forbidden)
    app.add_exception_handler(BriefsError, ours)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, unfit)


def _said(request: Request, status: int, title: str, line: str) -> Response:
    if "application/json" in request.headers.get("accept", ""):
        from fastapi.responses import JSONResponse

        return JSONResponse({"error": line}, status)
    return seen(request).page("error.html", status, title=title, line=line)
