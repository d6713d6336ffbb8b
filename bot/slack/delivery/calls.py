"""One call of Slack's Web API: method and arguments in, its answer or a Fault out.

Waits for its turn (pacing) and tells apart what happened: done, limited, refused, unknown. Knows
nothing of messages. The SDK's own retries are off, for they post twice after a dropped connection,
and so is its log, which at DEBUG holds whole messages.
"""

import asyncio
import logging
import re
from collections.abc import Mapping
from typing import Any

import aiohttp
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.delivery.faults import RATE_LIMITED, SERVER_TROUBLE, Limited, Refused, Unknown
from bot.slack.delivery.pacing import READS, Pacing, Turn
from bot.slack.setup.settings import SlackSettings
from index.errors import BriefsError

log = logging.getLogger(__name__)

SECONDS_A_CALL = 20.0
UNSAID_WAIT = 10.0  # seconds, for a 429 without a Retry-After that can be read
_PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0)  # seconds before a call that may be repeated is
SILENT = logging.Logger("bot.slack.wire", logging.CRITICAL + 1)


class Calls:
    """Calls the Web API through one client, at the pace that Slack allows."""

    def __init__(
        self, client: AsyncWebClient, pacing: Pacing, *, seconds_a_call: float = SECONDS_A_CALL
    ) -> None:
        """Use a client's token, address and session."""
        self._client = quiet(client)
        self.pacing = pacing
        self._seconds = seconds_a_call

    @property
    def session(self) -> aiohttp.ClientSession | None:
        """The client's session, where it keeps one open."""
        return self._client.session

    async def once(self, method: str, arguments: Mapping[str, Any], until: float) -> dict[str, Any]:
        """Make a call once, in its turn.

        Raises:
            Crowded, Limited, Refused, Unknown: see bot.slack.delivery.faults.
        """
        turn = turn_of(method, arguments)
        async with self.pacing.turn(turn, until):
            try:
                return await self._call(method, arguments)
            except Limited as limited:
                self.pacing.limited(turn, limited.seconds)
                log.info("%s: to be left alone for %g s", method, limited.seconds)
                raise
            except Unknown as unknown:
                log.warning("%s: %s", method, unknown)
                raise

    async def patiently(
        self, method: str, arguments: Mapping[str, Any], until: float
    ) -> dict[str, Any]:
        """Make a call, again after each 429, until it is done or the time is up."""
        while True:
            try:
                return await self.once(method, arguments, until)
            except Limited:
                continue

    async def repeatedly(
        self, method: str, arguments: Mapping[str, Any], until: float
    ) -> dict[str, Any]:
        """Make a call that does no harm when done twice, also again after unknown outcomes."""
        for pause in (*_PAUSES, None):
            try:
                return await self.patiently(method, arguments, until)
            except Unknown:
                if pause is None or self.pacing.clock() + pause > until:
                    raise
                await self.pacing.pause(pause)
        raise AssertionError("the last pass returns or raises")

    async def _call(self, method: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Make the call now. What others said in their exceptions goes no further."""
        given = {name: value for name, value in arguments.items() if value is not None}
        try:
            async with asyncio.timeout(self._seconds):
                if method in READS:
                    verb = "POST" if method == "auth.test" else "GET"
                    answer = await self._client.api_call(method, http_verb=verb, params=given)
                else:
                    answer = await self._client.api_call(method, json=given)
        except SlackApiError as error:
            raise fault(error) from None
        except (aiohttp.ClientError, OSError, AttributeError, UnicodeError) as error:
            # AttributeError: the SDK's own, for a reply that is text and not JSON.
            raise Unknown(f"no answer that tells the outcome ({type(error).__name__})") from None
        return dict(answer.data) if isinstance(answer.data, dict) else {}


def quiet(client: AsyncWebClient) -> AsyncWebClient:
    """Copy a client without retries of its own and without its log."""
    return AsyncWebClient(
        token=client.token,
        base_url=client.base_url,
        timeout=client.timeout,
        ssl=client.ssl,
        proxy=client.proxy,
        session=client.session,
        trust_env_in_session=client.trust_env_in_session,
        headers={name: text for name, text in client.headers.items() if name != "User-Agent"},
        logger=SILENT,
        retry_handlers=[],
    )


def turn_of(method: str, arguments: Mapping[str, Any]) -> Turn:
    """Return the turn that a call needs."""
    channel = arguments.get("channel") or arguments.get("channel_id")
    return Turn(method, channel, arguments.get("ts") if method == "chat.update" else None)


def fault(error: SlackApiError) -> Limited | Refused | Unknown:
    """Tell what an error of the SDK means. Its response may be the SDK's or aiohttp's own."""
    response: Any = error.response
    status = int(getattr(response, "status_code", None) or getattr(response, "status", None) or 0)
    data = getattr(response, "data", None)
    code = str(data.get("error") or "") if isinstance(data, dict) else ""
    if status == 429 or code in RATE_LIMITED:
        return Limited(retry_after(getattr(response, "headers", None) or {}))
    if status >= 500 or code in SERVER_TROUBLE or not code:
        return Unknown(f"no answer that tells the outcome (HTTP {status})")
    return Refused(code if code.isascii() and code.replace("_", "").isalnum() else "unreadable")


def retry_after(headers: Mapping[str, str]) -> float:
    """Return the seconds of Retry-After, whatever the case of its name."""
    for name, value in headers.items():
        if name.lower() == "retry-after":
            try:
                return max(1.0, float(value if isinstance(value, str) else value[0]))
            except (ValueError, IndexError):
                break
    return UNSAID_WAIT


_SECONDS = 20
_CODE = re.compile("[a-z_]{1,60}")


def post_line(settings: SlackSettings, channel: str, summary: str, line: str) -> str:
    """Post a summary and the line that vouches for it; return the message's ts.

    Raises BriefsError where Slack refuses it or cannot be reached, without what a server said.
    """
    client = WebClient(
        token=settings.bot_token.get_secret_value(),
        base_url=settings.api_url,
        timeout=_SECONDS,
        logger=SILENT,
    )
    try:
        told = client.chat_postMessage(
            channel=channel,
            text=f"{summary}\n```{line.strip()}```",
            unfurl_links=False,
            unfurl_media=False,
        )
    except SlackApiError as error:
        said = str(error.response.get("error"))
        code = said if _CODE.fullmatch(said) else "no"
        raise BriefsError(
            f"{channel}: Slack says {code}; invite the bot to the channel, or run: "
            "briefs slack check"
        ) from None
    except (SlackClientError, OSError) as error:
        raise BriefsError(
            f"{channel}: Slack cannot be reached ({type(error).__name__}); check the network"
        ) from None
    return str(told["ts"])
