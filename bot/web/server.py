"""Run an ASGI application with uvicorn inside our own event loop, until its block ends.

We open the socket and catch the signals, not uvicorn: a port that is taken becomes one clear line,
and a signal ends the bot in order.
"""

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Iterator

import uvicorn
from starlette.types import ASGIApp

from index.errors import UsageError

LEAVING = 2  # seconds that requests under way have to finish
MOST = 200  # requests at once; more are answered with 503


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
        app, http="h11", ws="none", lifespan="off", interface="asgi3", log_config=None,
        access_log=False, server_header=False, proxy_headers=False,
        limit_concurrency=MOST, timeout_graceful_shutdown=LEAVING,
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
