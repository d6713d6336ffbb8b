"""The Slack bot at work: connect to Slack, however long it is out of reach, and answer.

The SDK's client looks after itself once it is connected. Before that it logs a traceback at each
try and keeps to the first address that it got; so the first connection is made here.
"""

import asyncio
import logging
import os
import random
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import aiohttp
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from bot.jobs import watching
from bot.jobs.worker import Handler, Worker, repeat
from bot.slack.access.directory import Directory
from bot.slack.access.facts import error_code
from bot.slack.delivery import follows
from bot.slack.delivery.calls import quiet
from bot.slack.delivery.faults import RATE_LIMITED, SERVER_TROUBLE
from bot.slack.delivery.health import Link
from bot.slack.delivery.notifications import NOTIFICATION, Notifier
from bot.slack.delivery.outbox import Outbox
from bot.slack.delivery.questions import AT_ONCE as QUESTIONS_AT_ONCE
from bot.slack.delivery.questions import Questions
from bot.slack.delivery.records import RECORD
from bot.slack.delivery.tables import QUESTION
from bot.slack.delivery.uploads import UPLOAD
from bot.slack.events import files, sharing
from bot.slack.events.app import build
from bot.slack.events.sharing import SHARE
from bot.slack.parts import Backend, SlackServices
from bot.slack.setup.settings import SlackSettings
from index.errors import SettingsError
from index.library import Library

log = logging.getLogger(__name__)

THREADS = 32  # for blocking work; most of it waits for the database or a model
THREAD_NAME = "briefs"
PING_SECONDS = 3.0  # a cut socket is noticed at the next ping, a silent one after four
LOOK_FOR_NEWS = 30.0  # seconds between rounds
LOOK_FOR_CORRECTIONS = 30.0  # seconds between rounds
PRUNE = 3600.0  # seconds between two looks for what is too old
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds between tries, each pause twice the one before
TRY_SECONDS = 30.0  # for one try
_FOR_NOW = RATE_LIMITED | SERVER_TROUBLE  # codes after which it is tried again

Sleep = Callable[[float], Awaitable[object]]
_T = TypeVar("_T")


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


@asynccontextmanager
async def running(settings: SlackSettings, backend: Backend) -> AsyncIterator[RunningBot]:
    """Yield the bot at work; at the end it finishes or hands back what it works on."""
    executor = ThreadPoolExecutor(THREADS, thread_name_prefix=THREAD_NAME)
    asyncio.get_running_loop().set_default_executor(executor)
    client = AsyncWebClient(
        token=settings.bot_token.get_secret_value(), base_url=settings.api_url, retry_handlers=[]
    )
    team, user = await who_we_are(client)
    parts = SlackServices(
        **vars(backend),
        settings=settings,
        directory=Directory(client, settings.policy, team=team, bot_user=user),
        outbox=Outbox(client),
        team=team,
        bot_user=user,
        owner=f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}",
    )
    notifier = Notifier(parts)
    worker = Worker(parts.queue, _handlers(parts, notifier))
    working = asyncio.create_task(worker.run())
    rounds = [
        asyncio.create_task(repeat(partial(_prune, parts), PRUNE)),
        asyncio.create_task(repeat(follows.FollowedTopics(parts).round, LOOK_FOR_NEWS)),
        *watching.rounds(parts.sources, parts.queue),
    ]
    if parts.tell_askers:
        rounds.append(asyncio.create_task(repeat(notifier.round, LOOK_FOR_CORRECTIONS)))
    try:
        yield RunningBot(parts, worker, build(parts, worker, client), working)
    finally:
        for one in rounds:
            one.cancel()
        await worker.stop()
        await working
        executor.shutdown(wait=False, cancel_futures=True)


async def _prune(parts: SlackServices) -> None:
    days = parts.settings.keep_days
    if count := await asyncio.to_thread(parts.inbox.prune, days):
        log.info("%d questions older than %d days were deleted", count, days)


def _handlers(parts: SlackServices, notifier: Notifier) -> dict[str, Handler]:
    return {
        QUESTION: Handler(Questions(parts).handle, QUESTIONS_AT_ONCE),
        UPLOAD: Handler(partial(files.handle, parts), 4),
        SHARE: Handler(partial(sharing.handle, parts), 4),
        NOTIFICATION: Handler(notifier.handle, 1),
        RECORD: Handler(parts.records.handle, 4),
        follows.FOLLOWED: Handler(partial(follows.handle, parts), 1),
        watching.WATCHED: Handler(partial(follows.report, parts), 1),
        **watching.handlers(parts.library, parts.sources, parts.queue),
    }


@asynccontextmanager
async def connecting(bot: RunningBot) -> AsyncIterator[tuple[Link, "asyncio.Task[None]"]]:
    """Connect over Socket Mode; yield the watched connection, and a task that ends if it cannot."""
    token = bot.parts.settings.app_token
    assert token
    handler = AsyncSocketModeHandler(bot.app, token.get_secret_value(), ping_interval=PING_SECONDS)
    link = Link(handler.client.is_connected, bot.works)
    watching = asyncio.create_task(link.watch())
    connecting = asyncio.create_task(_connected(handler.client, bot.parts.library))
    try:
        yield link, connecting
    finally:
        connecting.cancel()
        watching.cancel()
        await handler.close_async()  # type: ignore[no-untyped-call]


async def _connected(client: SocketModeClient, library: Library) -> None:
    await connect(client)
    log.warning("connected to Slack; %s briefs are open to questions", len(library.briefs()))
    await asyncio.Event().wait()


async def who_we_are(client: AsyncWebClient, *, sleep: Sleep = asyncio.sleep) -> tuple[str, str]:
    """Return our team and user; raise SettingsError where Slack does not know the token.

    Installed in a whole organisation, we have none of its teams: the organisation's own id, E…,
    then stands for it everywhere.
    """
    quietly = quiet(client)

    async def ask() -> tuple[str, str]:
        response = await quietly.auth_test()
        if response.get("is_enterprise_install") and response.get("enterprise_id"):
            return str(response["enterprise_id"]), str(response["user_id"])
        return str(response["team_id"]), str(response["user_id"])

    return await _until_done(ask, "SLACK_BOT_TOKEN", sleep)


async def connect(client: SocketModeClient, *, sleep: Sleep = asyncio.sleep) -> None:
    """Return once connected; raise SettingsError where Slack does not take the app-level token."""
    web = quiet(client.web_client)

    async def ask() -> None:
        response: Any = await web.apps_connections_open(app_token=client.app_token)
        client.wss_uri = response["url"]
        await client.connect()  # type: ignore[no-untyped-call]

    await _until_done(ask, "SLACK_APP_TOKEN", sleep)


async def _until_done(ask: Callable[[], Awaitable[_T]], token: str, sleep: Sleep) -> _T:
    """Try until it is done; only the first failure is logged."""
    pause = FIRST_PAUSE
    while True:
        try:
            async with asyncio.timeout(TRY_SECONDS):
                return await ask()
        except Exception as error:
            trouble = _trouble(error, token)
        if pause == FIRST_PAUSE:
            log.warning("no connection to Slack yet (%s); retrying until there is one", trouble)
        await sleep(pause * (0.5 + random.random() / 2))  # noqa: S311 - no secret
        pause = min(2 * pause, LONGEST_PAUSE)


def _trouble(error: Exception, token: str) -> str:
    """Return why Slack is out of reach for now; raise what another try would not fix."""
    if isinstance(error, SlackApiError):
        code, status = error_code(error.response), getattr(error.response, "status_code", 0) or 0
        if code in _FOR_NOW or status == 429 or status >= 500:
            return code
        raise SettingsError(f"{token}: Slack says {code}; run: briefs slack check") from None
    if isinstance(error, SlackClientError | aiohttp.ClientError | OSError | TimeoutError):
        return type(error).__name__
    if isinstance(error, AttributeError | KeyError | TypeError):  # a reply that is text, not JSON
        return "a reply that is not JSON"
    raise error
