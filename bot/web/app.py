"""The desk's FastAPI application: a library and settings in, pages out, and JSON for programs.

The pages are in `bot/web/pages`, what programs call in `bot/web/api.py`; most routes are plain
functions, which FastAPI runs in threads.
"""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.audit.register import Register
from bot.ledger.ledger import Ledger
from bot.ledger.recording import Answerer
from bot.web import api, words
from bot.web.asked_questions import AskedQuestions
from bot.web.authentication import Authentication
from bot.web.pages import answers, asking, checks, login, reading
from bot.web.services import OpenQuestions, WebServices
from bot.web.sessions import EndedSessions, WebSessions
from bot.web.settings import SignInToken, WebSettings
from bot.web.shield import Shield
from bot.web.versions import VersionTexts
from index.library import Library
from index.storage import values

_HERE = Path(__file__).parent
_KEY = "desk_key"
# FastAPI hands spans with addresses, and so with questions, to whatever OpenTelemetry there is.
_QUIET: Any = dict.fromkeys(
    ("tracing", "metrics", "logs", "operation_spans", "auto_configure"), False
)


class _CachedFiles(StaticFiles):
    """Files that browsers keep for good: pages name them with a stamp of their contents."""

    def file_response(self, *args: Any, **options: Any) -> Response:
        response = super().file_response(*args, **options)
        response.headers["cache-control"] = "max-age=31536000, immutable"
        return response


def create(
    library: Library,
    settings: WebSettings,
    authentication: Authentication,
    forget: Callable[[str], object],
    answerer: Callable[[], Answerer],
) -> FastAPI:
    """Return the application.

    `forget` deletes what people typed for an answer; `answerer` makes what answers questions, when
    it is first needed.
    """
    app = FastAPI(
        title="Brief Bot", docs_url=None, redoc_url=None, openapi_url=None, telemetry=_QUIET
    )
    ledger = Ledger(library.database)
    app.state.services = WebServices(
        library=library,
        settings=settings,
        authentication=authentication,
        sessions=WebSessions(
            _session_key(library, authentication.tokens),
            settings.session_hours,
            secure=settings.is_https,
        ),
        ended=EndedSessions(library.database, settings.session_hours * 3600),
        ledger=ledger,
        register=Register(library.database),
        open_questions=OpenQuestions(library, ledger),
        texts=VersionTexts(library),
        templates=environment(signs_in=authentication.signs_in),
        asked=AskedQuestions(answerer, library.warm_up),
        forget=forget,
    )
    for part in (asking, reading, answers, checks, login, api):
        app.include_router(part.router)
    app.mount("/static", _CachedFiles(directory=_HERE / "static"))
    login.handle_errors(app)
    app.add_middleware(
        Shield, local=authentication.local, host=settings.host, https=settings.is_https
    )  # the outermost: it sees every request and every reply
    return app


def environment(*, signs_in: bool = False) -> Environment:
    """Return the templates: they escape all values and remove invisible characters."""
    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
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
            "asker", "counted", "danger", "day", "in_words", "moment", "place", "share",
            "together", "web_link",
        )
    }  # fmt: skip
    made.globals |= {"stamp": _stamp(), "signs_in": signs_in}
    return made


def _stamp() -> str:
    files = sorted((_HERE / "static").iterdir())
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]


def _session_key(library: Library, tokens: Sequence[SignInToken]) -> bytes:
    """Return the key of sessions: the same for all processes, another when tokens change."""
    with library.database.write() as connection:
        stored = values.get(connection, _KEY)
        if stored is None:
            stored = secrets.token_hex(32)
            values.put(connection, _KEY, stored)
    digest = hashlib.sha256(stored.encode())
    for token in tokens:
        digest.update(f"\n{token.person.name}:{token.person.role}:".encode() + token.sha256)
    return digest.digest()
