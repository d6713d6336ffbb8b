"""Run the Slack bot as a process: library, answerer, Socket Mode and health put together.

SIGTERM and SIGINT end it in order: no new questions, what is being worked on is finished or handed
back, then the connections close.
"""

import asyncio
import logging
import os
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager

from bot.app.making import parts
from bot.audit.upkeep import load_settings as load_audit
from bot.audit.upkeep import upkeep
from bot.jobs import watching
from bot.ledger.ledger import Ledger
from bot.slack.bot import THREAD_NAME, RunningBot, connecting, running
from bot.slack.delivery import erasing
from bot.slack.delivery.health import Tallying
from bot.slack.parts import Backend
from bot.slack.setup.settings import SlackSettings
from bot.web.health import Health
from bot.web.server import address, bound, serving, site, stop_signals, until_stopped
from bot.web.settings import public_url
from index.library import Library
from index.memory import give_back_large_arrays
from index.settings import load

log = logging.getLogger(__name__)

LAST_SECONDS = 0.5  # for threads to come back once all is handed back


def run(settings: SlackSettings, health_port: int | None = None) -> None:
    """Run the bot over Socket Mode until a signal ends it; raises SettingsError, UsageError.

    With a port, /health and /metrics are served there, to this machine alone.
    """
    with ExitStack() as stack:
        listening = None
        if health_port is not None:
            listening = stack.enter_context(bound("127.0.0.1", health_port))
        library = stack.enter_context(opened())
        asyncio.run(_over_sockets(settings, library, listening))


@contextmanager
def opened() -> Iterator[Library]:
    give_back_large_arrays()
    with Library.open(load(), create=True) as library:
        library.require_fingerprint()
        library.warm_up()
        yield library


@asynccontextmanager
async def running_bot(settings: SlackSettings, library: Library) -> AsyncIterator[RunningBot]:
    """Yield the bot at work with the answerer that the settings ask for, audited every hour."""
    ledger = Ledger(library.database)
    made = parts(library, ledger)
    if problem := made.problem():
        log.warning("%s", problem)
    backend = Backend(
        library=library,
        ledger=ledger,
        answerer=made.answerer(library, ledger),
        model=made.model.name if made.model else None,
        desk=public_url(),
        tell_askers=load_audit().tell_askers,
        sources=watching.load(),
    )
    async with running(settings, backend) as bot, upkeep(library, [erasing]):
        yield bot


async def _over_sockets(
    settings: SlackSettings, library: Library, listening: socket.socket | None
) -> None:
    stop = stop_signals()
    async with AsyncExitStack() as stack:
        bot = await stack.enter_async_context(running_bot(settings, library))
        link, connection = await stack.enter_async_context(connecting(bot))
        if listening:
            health = Health(library.database, Tallying(library.database).tally, link)
            await stack.enter_async_context(serving(site(health.routes), listening))
            log.warning("listening on %s: /health, /metrics", address(listening))
        await until_stopped(stop, connection)
    leave_threads()


def leave_threads() -> None:
    """End the process if a thread still waits for a model: all is handed back, nobody wants it.

    Python would wait for it at the exit, longer than whoever sent SIGTERM waits for us.
    """
    busy = [one for one in threading.enumerate() if one.name.startswith(THREAD_NAME)]
    end = time.monotonic() + LAST_SECONDS
    for thread in busy:
        thread.join(max(0.0, end - time.monotonic()))
    if any(thread.is_alive() for thread in busy):
        log.warning("a model was still being waited for; ended without it")
        logging.shutdown()
        os._exit(0)
