"""Serve an ASGI application with uvicorn inside a loop that is ours, until its block ends.

uvicorn is not to catch signals, log or open sockets: that is settled here, so that a port that
cannot be had is one clear line and a signal ends the bot in order.
"""

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Iterator

import uvicorn

from bot.web.asgi import App
from index.errors import UsageError

LEAVING = 2  # seconds for requests under way to end
MOST = 200  # requests at once; more are answered with 503


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to whoever runs us."""
        yield


def bound(host: str, port: int) -> socket.socket:
    """Return a socket that listens; UsageError where it cannot be had. Port 0: any free one."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        made = socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UsageError(
            f"{host} port {port} cannot be had ({reason}); choose others with --host and --port"
        ) from None
    # asyncio has replies sent at once (TCP_NODELAY) only on sockets that name their protocol;
    # without it every reply on a kept connection waits 40 ms for the other end's acknowledgement.
    return socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, made.detach())


def address(listening: socket.socket) -> str:
    """Return where a socket is reached, as a URL."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextlib.asynccontextmanager
async def serving(app: App, listening: socket.socket) -> AsyncIterator[asyncio.Task[None]]:
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
    """Have signals heard from now on, and return what is set when the process is told to end.

    Called before anything is begun: what is begun by then is ended in order.
    """
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, told.set)
    return told


async def until_stopped(told: asyncio.Event, *tasks: asyncio.Task[None]) -> None:
    """Return when the process is told to end; raise what ended one of the tasks before that."""
    waiting = asyncio.create_task(told.wait())
    await asyncio.wait({waiting, *tasks}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    for task in tasks:
        if task.done():
            task.result()
