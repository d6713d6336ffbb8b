"""Plain replies, and one site of several ASGI applications that hides their errors' texts."""

import logging
import traceback
from collections.abc import Sequence
from pathlib import Path

from starlette.responses import Response
from starlette.routing import BaseRoute, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)


def plain(text: str, status: int = 200, media_type: str = "text/plain", **headers: str) -> Response:
    """Return a reply that nobody caches and whose type no browser guesses."""
    fixed = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
    return Response(text, status, fixed | headers, media_type)


def headers_of(scope: Scope) -> dict[bytes, list[bytes]]:
    """Return all values of each header, by its name in lower case."""
    found: dict[bytes, list[bytes]] = {}
    for name, value in scope["headers"]:
        found.setdefault(name.lower(), []).append(value)
    return found


def site(routes: Sequence[BaseRoute], rest: ASGIApp | None = None) -> ASGIApp:
    """Return an application of these routes; `rest` takes all other paths, by default with 404."""
    router = Router(routes, redirect_slashes=False, default=rest)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        await contained(router, scope, receive, send)

    return serve


async def contained(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one request; log an error by its kind and line only, as its text may hold user data."""
    begun = False

    async def noting(message: Message) -> None:
        nonlocal begun
        begun = True
        await send(message)

    try:
        await app(scope, receive, noting)
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(last.filename).name}:{last.lineno}"
        log.error("%s failed: %s in %s", scope["path"], type(error).__name__, where)
        if begun:
            raise
        await plain("Internal error; see the log.\n", 500)(scope, receive, send)
