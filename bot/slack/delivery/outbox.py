"""How things get to Slack: posts, changes, ephemeral posts, status and titles.

One Outbox serves the whole process, so that all calls share the limits of the workspace. A message
is posted once and found again by its mark: a post whose outcome is unknown is looked for before it
is made again.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.delivery.calls import (
    SECONDS_A_CALL,
    Calls,
    CallTarget,
    Clock,
    Pacing,
    Sleep,
    target_of,
)
from bot.slack.delivery.faults import (
    UNAVAILABLE,
    CallFailed,
    Crowded,
    Limited,
    Refused,
    Stopped,
    Undeliverable,
    Unknown,
    undeliverable,
)
from bot.slack.delivery.messages import (
    Blocks,
    EphemeralSender,
    Metadata,
    body_of,
    marked,
    plain_helps,
    standing,
)
from bot.slack.types import Posted

log = logging.getLogger(__name__)

PATIENCE = 900.0  # seconds that a message may wait, all in all
MOST_WAITING = 1000  # messages at once; more are refused
SPARE_UPDATES = 16  # of a minute's changes, which are kept for whole answers
TITLE_LIMIT = 200  # characters
STATUS_LIMIT = 100  # characters; Slack names no limit
SHOWN_A_MINUTE = 24  # half the budget: each line that is shown is cleared again
CLEARING = 15.0  # seconds that a line which has to go may wait for its turn
_FORGET = 600.0  # seconds after which a missing feature is tried again
_LOOKS = (1.0, 3.0)  # seconds before each look for a message that may have been posted
_POSTS = 6  # attempts with an unknown outcome, then it stays unknown
_PAGE = 200
_PAGES = 60  # pages of one thread that are read
_HISTORY_PAGES = 3  # pages of a channel, for messages outside threads

__all__ = ["Outbox", "Stopped", "Undeliverable"]


class Sessions:
    """Shows status and title of threads; never fails."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._missing: dict[str, float] = {}  # method -> until when it is not tried
        self._shown: deque[float] = deque(maxlen=SHOWN_A_MINUTE)

    async def status(self, channel: str, thread_ts: str, text: str | None) -> bool:
        """Show that the bot works on a thread, or with None that it does not.

        Returns whether Slack took it.
        """
        if text and not self._may_show():
            return False
        thread = {"channel_id": channel, "thread_ts": thread_ts}
        session = thread | {"status": "processing" if text else "active"}
        older = thread | {"status": (text or "")[:STATUS_LIMIT]}
        patience = 0.0 if text else CLEARING
        return await self._first_of(
            patience, ("agents.sessions.setStatus", session),
            ("assistant.threads.setStatus", older),
        )  # fmt: skip

    def _may_show(self) -> bool:
        """Whether one more line leaves room to clear all that are shown; counts it if so."""
        now = self._calls.pacing.clock()
        if len(self._shown) == SHOWN_A_MINUTE and self._shown[0] > now - 60:
            return False
        self._shown.append(now)
        return True

    async def title(self, channel: str, thread_ts: str, title: str) -> None:
        """Name the thread in the list of the agent's threads."""
        if not (title := " ".join(title.split())[:TITLE_LIMIT]):
            return
        named = {"channel_id": channel, "thread_ts": thread_ts, "title": title}
        await self._first_of(
            0.0, ("agents.sessions.rename", named), ("assistant.threads.setTitle", named)
        )

    async def _first_of(self, patience: float, *choices: tuple[str, Mapping[str, Any]]) -> bool:
        """Make the first of these calls that the workspace has, waiting so long for its turn."""
        now = self._calls.pacing.clock()
        for method, arguments in choices:
            if self._missing.get(method, now) > now:
                continue
            if not patience and not self._calls.pacing.is_open(target_of(method, arguments)):
                return False
            try:
                await self._calls.patiently(method, arguments, now + patience)
                return True
            except Refused as refused:
                log.debug("%s: %s", method, refused.code)
                if refused.code not in UNAVAILABLE:
                    return False
                self._missing[method] = now + _FORGET
            except CallFailed:
                return False
        return False


class Outbox(Sessions):
    """Sends everything that goes to Slack, at the pace Slack allows and no message twice.

    Whatever sends raises Undeliverable: at once where Slack refuses it or too many wait, or when
    its time is up.
    """

    def __init__(
        self, client: AsyncWebClient, *, clock: Clock = time.monotonic,
        sleep: Sleep = asyncio.sleep, patience: float = PATIENCE,
        most_waiting: int = MOST_WAITING, seconds_a_call: float = SECONDS_A_CALL,
    ) -> None:  # fmt: skip
        """Use the client's token, address and session, but neither its retries nor its log.

        `patience` is how many seconds a message may wait in all, `most_waiting` how many may.
        """
        self._pacing = Pacing(clock=clock, sleep=sleep)
        super().__init__(Calls(client, self._pacing, seconds_a_call=seconds_a_call))
        self._ephemeral_sender = EphemeralSender(self._calls)
        self._patience, self._most = patience, most_waiting
        self._waiting = 0
        self._self: tuple[str, str] | None = None

    async def post(
        self, channel: str, thread_ts: str | None, text: str, blocks: Blocks | None = None,
        marker: str | None = None,
    ) -> Posted:  # fmt: skip
        """Post a message once, however often Slack fails; by `marker` it is found again."""
        mark, plain = marked(marker), not blocks
        body = body_of(channel, text, blocks) | {"thread_ts": thread_ts, "metadata": mark}
        with self._sending() as until:
            for _ in range(_POSTS):
                try:
                    answer = await self._calls.patiently("chat.postMessage", body, until)
                    if ts := answer.get("ts"):
                        return standing(answer.get("channel") or channel, ts, body, blocks)
                except Refused as refused:
                    if plain or not plain_helps(refused, "chat.postMessage"):
                        raise undeliverable(refused.code) from None
                    body, plain = {**body, "blocks": None}, True
                    continue
                except Unknown:
                    pass
                if ts := await self._settled(channel, thread_ts, mark, until):
                    log.info("a post without a confirmed outcome was found in its thread")
                    return standing(channel, ts, body, blocks)
            raise undeliverable("unknown_outcome")

    async def update(
        self, channel: str, ts: str, text: str, blocks: Blocks | None = None,
        marker: str | None = None,
    ) -> Posted:  # fmt: skip
        """Change a message of ours; twice does no harm. Without a marker its mark stays."""
        body = _change(channel, ts, text, blocks, marker)
        with self._sending() as until:
            while True:
                try:
                    await self._calls.repeatedly("chat.update", body, until)
                    return standing(channel, ts, body, blocks)
                except Refused as refused:
                    if not body["blocks"] or not plain_helps(refused, "chat.update"):
                        raise undeliverable(refused.code) from None
                    body["blocks"] = []
                except Unknown:
                    raise undeliverable("unknown_outcome") from None

    async def try_update(self, channel: str, ts: str, text: str, blocks: Blocks) -> bool:
        """Change a message if its turn is open, leaving room for whole answers.

        False where the message may no longer be changed so: the call failed, or its outcome is
        unknown, and it might still overtake a later one.
        """
        target = CallTarget("chat.update", channel, ts)
        if not self._pacing.is_open(target, spare=SPARE_UPDATES):
            return True
        try:
            body = _change(channel, ts, text, blocks, None)
            await self._calls.once("chat.update", body, self._pacing.clock())
        except (Limited, Crowded):
            return True
        except CallFailed:
            return False
        return True

    def may_post(self, channel: str) -> bool:
        """Whether a post to a channel would go out at once."""
        return self._pacing.is_open(CallTarget("chat.postMessage", channel))

    async def remove(self, channel: str, ts: str) -> None:
        """Take away a message of ours, as far as that can be done."""
        until = self._pacing.clock() + 60
        with suppress(CallFailed):
            await self._calls.repeatedly("chat.delete", {"channel": channel, "ts": ts}, until)

    async def find(self, channel: str, thread_ts: str | None, marker: str) -> str | None:
        """Return the ts of our message with that mark, or None where it is not there."""
        with self._alarm():
            until = self._pacing.clock() + self._patience
            return await self._find(channel, thread_ts, marked(marker), until)

    async def written_before(
        self, channel: str, thread_ts: str, ts: str, most: int = 15
    ) -> list[dict[str, Any]]:
        """Return the first message of a thread and the last ones before a moment, oldest first.

        [] where Slack does not let us read them; one call, for it allows few.
        """
        asked = {"channel": channel, "ts": thread_ts, "latest": ts, "limit": most}
        try:
            until = self._pacing.clock() + CLEARING
            page = await self._calls.patiently("conversations.replies", asked, until)
        except CallFailed as fault:
            log.info("the thread cannot be read: %s", fault)
            return []
        found = page.get("messages") or ()
        return [one for one in found if isinstance(one, dict) and str(one.get("ts")) < ts]

    async def ephemeral(
        self, channel: str, user: str, thread_ts: str | None, text: str,
        blocks: Blocks | None = None, *, response_url: str | None = None,
    ) -> Posted:  # fmt: skip
        """Show a message to one person, through the response_url where that is still good.

        After an unknown outcome it is sent once more at most: the person may see it twice.
        """
        with self._sending() as until:
            return await self._ephemeral_sender.send(
                channel, user, thread_ts, text, blocks, response_url, until
            )

    async def _settled(
        self, channel: str, thread_ts: str | None, mark: Metadata, until: float
    ) -> str | None:
        """Look twice, a moment apart: a post may show a little after its connection broke."""
        for pause in _LOOKS:
            await self._pacing.pause(pause)
            if ts := await self._find(channel, thread_ts, mark, until):
                return ts
        return None

    async def _find(
        self, channel: str, thread_ts: str | None, mark: Metadata, until: float
    ) -> str | None:
        try:
            async for message in self._own_messages(channel, thread_ts, until):
                meta = message.get("metadata") or {}
                if all(meta.get(name) == value for name, value in mark.items()):
                    return str(message["ts"])
        except (Refused, Unknown, Crowded) as fault:
            if isinstance(fault, Refused) and undeliverable(fault.code).everywhere:
                raise undeliverable(fault.code) from None
            log.warning("the thread cannot be searched for a message of ours: %s", fault)
            raise undeliverable("unknown_outcome") from None
        return None

    async def _own_messages(
        self, channel: str, thread_ts: str | None, until: float
    ) -> AsyncIterator[dict[str, Any]]:
        """Yield our own messages of a thread, or of the newest pages of a channel."""
        user, bot = await self._who(until)
        method = "conversations.replies" if thread_ts else "conversations.history"
        asked = {"channel": channel, "ts": thread_ts, "include_all_metadata": True, "limit": _PAGE}
        for _ in range(_PAGES if thread_ts else _HISTORY_PAGES):
            page = await self._calls.repeatedly(method, asked, until)
            for message in page.get("messages") or ():
                if (bot and message.get("bot_id") == bot) or message.get("user") == user:
                    yield message
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return
            asked["cursor"] = cursor

    async def _who(self, until: float) -> tuple[str, str]:
        if self._self is None:
            answer = await self._calls.repeatedly("auth.test", {}, until)
            self._self = (str(answer.get("user_id") or ""), str(answer.get("bot_id") or ""))
        return self._self

    @contextmanager
    def _sending(self) -> Iterator[float]:
        """Take a place among the messages on their way; yield until when this one may wait."""
        with self._alarm():
            if self._waiting >= self._most:
                raise undeliverable("queue_full")
            self._waiting += 1
            try:
                yield self._pacing.clock() + self._patience
            except Crowded:
                raise undeliverable("too_busy") from None
            finally:
                self._waiting -= 1

    @contextmanager
    def _alarm(self) -> Iterator[None]:
        """Log by its code what cannot be delivered; loudly where nothing else will be either."""
        try:
            yield
        except Undeliverable as failure:
            level = logging.ERROR if failure.everywhere else logging.WARNING
            log.log(level, "a message could not be delivered: %s", failure.code)
            raise


def _change(
    channel: str, ts: str, text: str, blocks: Blocks | None, marker: str | None
) -> dict[str, Any]:
    body = body_of(channel, text, blocks or []) | {"ts": ts}
    for name in ("unfurl_links", "unfurl_media"):  # no arguments of chat.update
        body.pop(name)
    return body if marker is None else {**body, "metadata": marked(marker)}
