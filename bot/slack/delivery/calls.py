"""One call of Slack's Web API, made when Slack allows it: its answer or a CallFailed comes out.

Three rules, all at once, say when: a method or channel that Slack has limited is left alone until
its Retry-After has ended and a little longer, by chance; posts to one channel are a second apart
and one at a time, and changes of one message three seconds; the methods with a budget keep to it
over each minute. Numbers: Slack's tiers (docs.slack.dev, "Rate limits"), with some room. The SDK's
own retries are off, for they post twice after a dropped connection, and so is its log, which at
DEBUG holds whole messages.
"""

import asyncio
import logging
import random
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.delivery.faults import (
    RATE_LIMITED,
    SERVER_TROUBLE,
    Crowded,
    Limited,
    Refused,
    Unknown,
)
from bot.slack.setup.settings import SlackSettings
from index.errors import BriefsError

log = logging.getLogger(__name__)

SECONDS_A_CALL = 20.0
UNSAID_WAIT = 10.0  # seconds, for a 429 without a Retry-After that can be read
_PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0)  # seconds before a call that may be repeated is
SILENT = logging.Logger("bot.slack.wire", logging.CRITICAL + 1)


Clock = Callable[[], float]
"""Seconds that never go back."""
Sleep = Callable[[float], Awaitable[object]]

POSTS = frozenset({"chat.postMessage", "chat.postEphemeral"})
READS = frozenset(
    """
    conversations.replies conversations.history conversations.info conversations.members
    users.info users.list usergroups.list usergroups.users.list auth.test auth.teams.list
    """.split()
)
BETWEEN_POSTS = 1.0  # seconds, in one channel
BETWEEN_UPDATES = 3.0  # seconds, of one message
NO_TIME = 0.25  # seconds that coming to an open turn may take: a busy machine, a line of one
JITTER = 0.5  # seconds at most after a hold has ended
PER_MINUTE = {
    "chat.update": 48,
    "chat.postEphemeral": 95,
    "conversations.replies": 48,
    "conversations.history": 48,
    "users.info": 95,
    "users.list": 18,
    "usergroups.list": 18,
    "usergroups.users.list": 18,
    "agents.sessions.setStatus": 48,
    "agents.sessions.rename": 48,
}
_KEPT = 2000  # channels and messages remembered before what is over is thrown away


@dataclass(frozen=True)
class CallTarget:
    """What a call is to: its method, channel, and the ts of a message that is changed."""

    method: str
    channel: str | None = None
    message: str | None = None

    @property
    def posts(self) -> bool:
        """Whether it puts a new message into a channel."""
        return self.method in POSTS and self.channel is not None

    @property
    def held_by(self) -> list[str]:
        """What a 429 holds: reading a channel is not held up by posting to it."""
        reads = self.channel is None or self.method in READS
        return [self.method] if reads else [self.method, f"#{self.channel}"]

    @property
    def apart(self) -> dict[str, float]:
        """The channel or message whose calls keep a space, and how many seconds that is."""
        spaces = {f"#{self.channel}": BETWEEN_POSTS} if self.posts else {}
        if self.message:
            spaces[f"{self.channel}/{self.message}"] = BETWEEN_UPDATES
        return spaces


class Pacing:
    """Hands out turns, first come first served in each channel."""

    def __init__(
        self, *, clock: Clock = time.monotonic, sleep: Sleep = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:  # fmt: skip
        self.clock, self.sleep, self._chance = clock, sleep, chance
        self._held: dict[str, float] = {}  # method or channel -> when its hold ends
        self._free: dict[str, float] = {}  # channel or message -> when the next may follow
        self._past: dict[str, deque[float]] = {}  # method -> its calls in the last minute
        self._lines: dict[str, asyncio.Lock] = {}

    @asynccontextmanager
    async def turn(self, target: CallTarget, until: float) -> AsyncIterator[None]:
        """Wait for a turn, at most until that time of the clock, and make the call inside.

        Posts to one channel hold the line during the call as well, so that none is on its way
        while another is being told to wait.

        Raises:
            Crowded: the turn would come too late.
        """
        apart = f"{target.method} {target.channel} {target.message}"
        name = f"#{target.channel}" if target.posts else apart
        async with self._lines.setdefault(name, asyncio.Lock()):
            await self._wait(target, until)
            if target.posts:
                yield
                return
        yield

    def limited(self, target: CallTarget, seconds: float) -> None:
        """Note a 429: neither this method nor this channel for so many seconds."""
        ends = self.clock() + seconds
        for key in target.held_by:
            self._held[key] = max(ends, self._held.get(key, ends))

    def open_at(self, target: CallTarget, spare: int = 0) -> float:
        """Return the time of the clock from which the call may be made, as far as is known.

        `spare` calls of the minute's budget are left to others.
        """
        held = [self._held.get(key, 0.0) for key in target.held_by]
        apart = [self._free.get(key, 0.0) for key in target.apart]
        return max(*held, *apart, self._budget_opens(target.method, spare))

    def is_open(self, target: CallTarget, spare: int = 0) -> bool:
        """Whether the call may be made at once."""
        return self.open_at(target, spare) <= self.clock()

    async def pause(self, seconds: float) -> None:
        """Sleep so long and, by chance, up to half as long again."""
        await self.sleep(seconds * (1 + self._chance() / 2))

    async def _wait(self, target: CallTarget, until: float) -> None:
        while (wait := self.open_at(target) - self.clock()) > 0:
            if self.clock() + wait > until:
                raise Crowded(f"{target.method}: its turn would come too late")
            held = any(self._held.get(key, 0.0) > self.clock() for key in target.held_by)
            await self.sleep(wait + (self._chance() * JITTER if held else 0.0))
        if self.clock() > until + NO_TIME:
            raise Crowded(f"{target.method}: its turn came too late")
        self._take(target)

    def _take(self, target: CallTarget) -> None:
        now = self.clock()
        self._free |= {key: now + seconds for key, seconds in target.apart.items()}
        if target.method in PER_MINUTE:
            self._past.setdefault(target.method, deque()).append(now)
        if max(len(self._free), len(self._held), len(self._lines)) > _KEPT:
            self._tidy(now)

    def _budget_opens(self, method: str, spare: int) -> float:
        """Return when the budget of a method has room again; 0 where it has."""
        past, budget = self._past.get(method), PER_MINUTE.get(method, 0) - spare
        if not past or budget <= 0:
            return 0.0
        while past and past[0] <= self.clock() - 60:
            past.popleft()
        return past[-budget] + 60 if len(past) >= budget else 0.0

    def _tidy(self, now: float) -> None:
        self._held = {key: ends for key, ends in self._held.items() if ends > now}
        self._free = {key: ends for key, ends in self._free.items() if ends > now}
        self._lines = {name: line for name, line in self._lines.items() if line.locked()}


class Calls:
    """Calls the Web API through one client, at the pace that Slack allows."""

    def __init__(
        self, client: AsyncWebClient, pacing: Pacing, *, seconds_a_call: float = SECONDS_A_CALL
    ) -> None:
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
        target = target_of(method, arguments)
        async with self.pacing.turn(target, until):
            try:
                return await self._call(method, arguments)
            except Limited as limited:
                self.pacing.limited(target, limited.seconds)
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
        token=client.token, base_url=client.base_url, timeout=client.timeout, ssl=client.ssl,
        proxy=client.proxy, session=client.session, logger=SILENT, retry_handlers=[],
        trust_env_in_session=client.trust_env_in_session,
        headers={name: text for name, text in client.headers.items() if name != "User-Agent"},
    )  # fmt: skip


def target_of(method: str, arguments: Mapping[str, Any]) -> CallTarget:
    """Return what a call is to."""
    channel = arguments.get("channel") or arguments.get("channel_id")
    return CallTarget(method, channel, arguments.get("ts") if method == "chat.update" else None)


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
    return Refused(code if _is_code(code) else "unreadable")


def _is_code(code: str) -> bool:
    return code.isascii() and code.replace("_", "").isalnum()


def retry_after(headers: Mapping[str, str]) -> float:
    """Return the seconds of Retry-After, whatever the case of its name."""
    for name, value in headers.items():
        if name.lower() == "retry-after":
            try:
                return max(1.0, float(value if isinstance(value, str) else value[0]))
            except (ValueError, IndexError):
                break
    return UNSAID_WAIT


def post_line(settings: SlackSettings, channel: str, summary: str, line: str) -> str:
    """Post a summary and the line that vouches for it; return the message's ts.

    Raises BriefsError where Slack refuses it or cannot be reached, without what a server said.
    """
    token, seconds = settings.bot_token.get_secret_value(), int(SECONDS_A_CALL)
    client = WebClient(token, base_url=settings.api_url, timeout=seconds, logger=SILENT)
    text = f"{summary}\n```{line.strip()}```"
    try:
        told = client.chat_postMessage(
            channel=channel, text=text, unfurl_links=False, unfurl_media=False
        )
    except SlackApiError as error:
        code = str(error.response.get("error"))
        code = code if _is_code(code) else "no"
        raise BriefsError(
            f"{channel}: Slack says {code}; invite the bot to the channel, or run: "
            "briefs slack check"
        ) from None
    except (SlackClientError, OSError) as error:
        raise BriefsError(
            f"{channel}: Slack cannot be reached ({type(error).__name__}); check the network"
        ) from None
    return str(told["ts"])
