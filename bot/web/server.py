"""Plain replies, one site of several ASGI applications, and uvicorn inside our own event loop.

We open the socket and catch the signals, not uvicorn: a port that is taken becomes one clear line,
and a signal ends the bot in order.
"""

import asyncio
import contextlib
import json
import logging
import signal
import socket
import traceback
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import uvicorn
from starlette.responses import Response
from starlette.routing import BaseRoute, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web.connections import Connection
from index.errors import UsageError

log = logging.getLogger(__name__)

API = "/api/"  # what programs ask for
LEAVING = 2  # seconds that requests under way have to finish
MOST = 200  # requests for pages at once; more are answered with 503


def plain(text: str, status: int = 200, media_type: str = "text/plain", **headers: str) -> Response:
    """Return a reply that nobody caches and whose type no browser guesses."""
    fixed = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
    return Response(text, status, fixed | headers, media_type)


def is_api(path: str) -> bool:
    """Whether programs ask for a path: they get JSON, errors too."""
    return path.startswith(API)


def fault(path: str, line: str, status: int, **headers: str) -> Response:
    """Return a line that says what is wrong: as JSON for programs, else as plain text."""
    if is_api(path):
        return plain(json.dumps({"error": line}), status, "application/json", **headers)
    return plain(f"{line}\n", status, **headers)


def headers_of(scope: Scope) -> dict[bytes, list[bytes]]:
    """Return all values of each header, by its name in lower case."""
    found: dict[bytes, list[bytes]] = {}
    for name, value in scope["headers"]:
        found.setdefault(name.lower(), []).append(value)
    return found


def site(routes: Sequence[BaseRoute], rest: ASGIApp | None = None) -> ASGIApp:
    """Return an application of these routes; `rest` takes all other paths, by default with 404.

    However many requests `rest` is busy with, the routes are served.
    """
    router = Router(routes, redirect_slashes=False, default=rest and _limited(rest))

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        await contained(router, scope, receive, send)

    return serve


def _limited(app: ASGIApp) -> ASGIApp:
    """Return an application that takes MOST requests at once and refuses others."""
    running = 0

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal running
        if running >= MOST:
            await plain("busy; try again\n", 503, connection="close")(scope, receive, send)
            return
        running += 1
        try:
            await app(scope, receive, send)
        finally:
            running -= 1

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
        await fault(scope["path"], "Internal error; see the log.", 500)(scope, receive, send)


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def bound(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 takes any free one. Raises UsageError."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        made = socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UsageError(
            f"cannot listen on {host} port {port} ({reason}); "
            "choose another address with --host and --port"
        ) from None
    # asyncio has replies sent at once (TCP_NODELAY) only on sockets that name their protocol;
    # without it every reply on a kept connection waits 40 ms for the other end's acknowledgement.
    return socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, made.detach())


def address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextlib.asynccontextmanager
async def serving(app: ASGIApp, listening: socket.socket) -> AsyncIterator[asyncio.Task[None]]:
    """Serve while the block lasts; yields the task, which ends early only if serving fails."""
    config = uvicorn.Config(
        app, http=Connection, ws="none", lifespan="off", interface="asgi3", log_config=None,
        access_log=False, server_header=False, proxy_headers=False,
        timeout_graceful_shutdown=LEAVING,
    )  # fmt: skip
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield task
    finally:
        server.should_exit = True
        await asyncio.wait({task}, timeout=LEAVING + 2)
        task.cancel()
        listening.close()


def stop_signals() -> asyncio.Event:
    """Return an event that SIGTERM and SIGINT set from now on.

    Call it before anything starts, so that whatever has started by then is ended in order.
    """
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stopping.set)
    return stopping


async def until_stopped(stopping: asyncio.Event, *tasks: asyncio.Task[None]) -> None:
    """Return once the process is told to stop; raise what ended one of the tasks before that."""
    waiting = asyncio.create_task(stopping.wait())
    await asyncio.wait({waiting, *tasks}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    for task in tasks:
        if task.done():
            task.result()
