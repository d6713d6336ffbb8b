"""Reach Slack for the first time, however long it is out of reach: who we are, and Socket Mode.

The SDK's client looks after itself once it stands. Before that it logs a traceback at each try and
keeps to the address that it got first; so the address is asked for here. Knows nothing of events.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.access.facts import error_code
from bot.slack.calling import quiet
from bot.slack.faults import RATE_LIMITED, SERVER_TROUBLE
from index.errors import SettingsError

log = logging.getLogger(__name__)

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
            log.warning("no connection to Slack yet (%s); trying on until there is", trouble)
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
