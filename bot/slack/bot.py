"""Run the Slack bot: settings in, a process that answers until it is told to stop.

Opens the library, asks Slack who we are, connects, works. SIGTERM and SIGINT end it in order: no
new questions, what is being worked on is finished or handed back, then the connections close.
"""

import asyncio
import logging
import os
import random
import secrets
import socket
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from bot.audit.hourly import upkeep
from bot.audit.settings import load as load_audit
from bot.desk.settings import public_url
from bot.ledger import Ledger
from bot.making import parts as made_of
from bot.serving.health import Health, site
from bot.serving.server import address, bound, serving
from bot.serving.signals import heard, until
from bot.slack.access.permissions.directory import Directory
from bot.slack.access.permissions.facts import error_code
from bot.slack.access.permissions.preferences import ChannelPreferences
from bot.slack.calling import quiet
from bot.slack.chores import Chores
from bot.slack.events.app import build
from bot.slack.faults import RATE_LIMITED, SERVER_TROUBLE
from bot.slack.inbox import Inbox
from bot.slack.link import Link
from bot.slack.outbox import Outbox
from bot.slack.parts import SlackServices
from bot.slack.reactions import Feedback, Requests
from bot.slack.setup.settings import SlackSettings
from bot.slack.threads import Threads
from bot.slack.worker import Worker
from index.errors import SettingsError
from index.library import Library
from index.memory import give_back_large_arrays
from index.settings import load

connecting_log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds between tries, each pause twice the one before
TRY_SECONDS = 30.0  # for one try
_FOR_NOW = RATE_LIMITED | SERVER_TROUBLE  # codes after which it is tried again

Sleep = Callable[[float], Awaitable[object]]
_T = TypeVar("_T")


async def who_we_are(client: AsyncWebClient, *, sleep: Sleep = asyncio.sleep) -> tuple[str, str]:
    """Return our team and user; raise SettingsError where Slack does not know the token."""
    quietly = quiet(client)

    async def ask() -> tuple[str, str]:
        told = await quietly.auth_test()
        return str(told["team_id"]), str(told["user_id"])

    return await _until_done(ask, "SLACK_BOT_TOKEN", sleep)


async def connect(client: SocketModeClient, *, sleep: Sleep = asyncio.sleep) -> None:
    """Return once connected; raise SettingsError where Slack does not take the app-level token."""
    web = quiet(client.web_client)

    async def ask() -> None:
        told: Any = await web.apps_connections_open(app_token=client.app_token)
        client.wss_uri = told["url"]
        await client.connect()  # type: ignore[no-untyped-call]

    await _until_done(ask, "SLACK_APP_TOKEN", sleep)


async def _until_done(ask: Callable[[], Awaitable[_T]], token: str, sleep: Sleep) -> _T:
    """Try until it is done; the first failure is a line in the log, the others are none."""
    pause = FIRST_PAUSE
    while True:
        try:
            async with asyncio.timeout(TRY_SECONDS):
                return await ask()
        except Exception as error:
            trouble = _trouble(error, token)
        if pause == FIRST_PAUSE:
            connecting_log.warning(
                "no connection to Slack yet (%s); trying on until there is", trouble
            )
        await sleep(pause * (0.5 + random.random() / 2))  # noqa: S311 - no secret
        pause = min(2 * pause, LONGEST_PAUSE)


def _trouble(error: Exception, token: str) -> str:
    """Return why Slack is out of reach for now; raise what another try would not mend."""
    if isinstance(error, SlackApiError):
        code, status = error_code(error.response), getattr(error.response, "status_code", 0) or 0
        if code in _FOR_NOW or status == 429 or status >= 500:
            return code
        raise SettingsError(f"{token}: Slack says {code}; run: briefs slack check") from None
    if isinstance(error, SlackClientError | aiohttp.ClientError | OSError | TimeoutError):
        return type(error).__name__
    if isinstance(error, AttributeError | KeyError | TypeError):  # a reply that is text, not JSON
        return "no answer that can be read"
    raise error


log = logging.getLogger(__name__)

THREADS = 32  # for blocking work; most of it waits for the database or a model
LAST_SECONDS = 0.5  # for threads to come back once all is handed back
_THREAD = "briefs"
# A cut socket is noticed at the next ping, a silent one after four without an answer (F-04).
PING_SECONDS = 3.0
LEASE_SECONDS = 15.0  # how long a killed process's questions wait for another


@dataclass(frozen=True)
class RunningBot:
    """The bot while it runs; `app` takes what Slack sends, by whatever way it comes."""

    parts: SlackServices
    worker: Worker
    app: AsyncApp
    working: "asyncio.Task[None]"

    def works(self) -> bool:
        """Whether questions are still taken from the inbox."""
        return not self.working.done()


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


def leave_threads() -> None:
    """End the process if a thread still waits for a model: all is handed back, nobody wants it.

    Python would wait for it at the exit, longer than whoever sent SIGTERM waits for us.
    """
    busy = [one for one in threading.enumerate() if one.name.startswith(_THREAD)]
    end = time.monotonic() + LAST_SECONDS
    for thread in busy:
        thread.join(max(0.0, end - time.monotonic()))
    if any(thread.is_alive() for thread in busy):
        log.warning("a model was still being waited for; ended without it")
        logging.shutdown()
        os._exit(0)


@contextmanager
def opened() -> Iterator[Library]:
    """Open the library with the model of the settings, loaded."""
    give_back_large_arrays()
    with Library.open(load(), create=True) as library:
        library.require_fingerprint()
        library.warm_up()
        yield library


@asynccontextmanager
async def running(settings: SlackSettings, library: Library) -> AsyncIterator[RunningBot]:
    """Yield the bot at work; at the end it finishes or hands back what it works on."""
    executor = ThreadPoolExecutor(THREADS, thread_name_prefix=_THREAD)
    asyncio.get_running_loop().set_default_executor(executor)
    client = AsyncWebClient(
        token=settings.bot_token.get_secret_value(), base_url=settings.api_url, retry_handlers=[]
    )
    team, user = await who_we_are(client)
    parts = _parts(settings, library, client, (team, user))
    worker = Worker(parts, lease_seconds=LEASE_SECONDS)
    working = asyncio.create_task(worker.run())
    rounds = asyncio.create_task(Chores(parts).run())
    try:
        async with upkeep(library):
            yield RunningBot(parts, worker, build(parts, worker, client), working)
    finally:
        rounds.cancel()
        await worker.stop()
        await working
        executor.shutdown(wait=False, cancel_futures=True)


async def _over_sockets(
    settings: SlackSettings, library: Library, listening: socket.socket | None
) -> None:
    from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler

    assert settings.app_token
    told = heard()
    async with AsyncExitStack() as stack:
        bot = await stack.enter_async_context(running(settings, library))
        handler = AsyncSocketModeHandler(
            bot.app, settings.app_token.get_secret_value(), ping_interval=PING_SECONDS
        )
        stack.push_async_callback(handler.close_async)
        link = Link(handler.client.is_connected, bot.works)
        watching = asyncio.create_task(link.watch())
        stack.callback(watching.cancel)
        if listening:
            await stack.enter_async_context(
                serving(site(Health(library.database, link)), listening)
            )
            log.warning("listening on %s: /health, /metrics", address(listening))
        connecting = asyncio.create_task(_connected(handler.client, library))
        stack.callback(connecting.cancel)
        await until(told, connecting)
    leave_threads()


async def _connected(client: SocketModeClient, library: Library) -> None:
    """Connect, say so, and end only where that cannot be."""
    await connect(client)
    log.warning("connected to Slack; %s briefs are open to questions", len(library.dates()))
    await asyncio.Event().wait()


def _parts(
    settings: SlackSettings, library: Library, client: AsyncWebClient, us: tuple[str, str]
) -> SlackServices:
    team, user = us
    ledger = Ledger(library.database)
    made = made_of(library, ledger)
    if problem := made.problem():
        log.warning("%s", problem)
    policy = settings.policy
    owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    return SlackServices(
        settings=settings,
        library=library,
        ledger=ledger,
        answerer=made.answerer(library, ledger),
        inbox=Inbox(library.database, owner, lease_seconds=LEASE_SECONDS),
        threads=Threads(library.database),
        preferences=ChannelPreferences(library.database),
        feedback=Feedback(ledger),
        requests=Requests(library.database),
        policy=policy,
        directory=Directory.serving(policy, client, team=team, bot_user=user),
        outbox=Outbox(client),
        team=team,
        bot_user=user,
        model=made.model.name if made.model else None,
        desk=public_url(),
        tell_askers=load_audit().tell_askers,
    )
