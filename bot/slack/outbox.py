"""How things get to Slack: posts, changes, streams, ephemeral posts, status and titles.

One Outbox serves the whole process, so that all calls share the limits of the workspace. The parts:
pacing (when a call may be made), calling (one call), sending (whole messages), streams
(with stubs and wholes), ephemeral, sessions. Knows nothing of questions and answers but the id by
which an answer is found again.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.calling import SECONDS_A_CALL, Calls
from bot.slack.ephemeral import Whisperer
from bot.slack.faults import UNAVAILABLE, Fault, Stopped, Undeliverable, undeliverable
from bot.slack.pacing import Clock, Pacing, Sleep, Turn
from bot.slack.sending import PATIENCE, Blocks, Sender, alarm
from bot.slack.sessions import Sessions
from bot.slack.streams import Stream
from bot.slack.stubs import find_stray
from bot.slack.types import Posted
from bot.slack.wholes import Berth

MOST_WAITING = 1000  # messages at once; more are refused
_NO_STREAMS = 600.0  # seconds without streams after Slack said that the workspace has none

__all__ = ["Outbox", "Stopped", "Stream", "Undeliverable"]


class Outbox:
    """Sends everything that goes to Slack, at the pace Slack allows and no message twice."""

    def __init__(
        self,
        client: AsyncWebClient,
        *,
        clock: Clock = time.monotonic,
        sleep: Sleep = asyncio.sleep,
        patience: float = PATIENCE,
        most_waiting: int = MOST_WAITING,
        seconds_a_call: float = SECONDS_A_CALL,
    ) -> None:
        """Use the client's token, address and session, but neither its retries nor its log.

        `patience` is how many seconds a message may wait in all, `most_waiting` how many may.
        """
        self._pacing = Pacing(clock=clock, sleep=sleep)
        self._calls = Calls(client, self._pacing, seconds_a_call=seconds_a_call)
        self._sender = Sender(self._calls, patience=patience)
        self._whisperer = Whisperer(self._calls, patience=patience)
        self._sessions = Sessions(self._calls)
        self._most = most_waiting
        self._waiting = 0
        self._no_streams_until = float("-inf")
        self._streams: set[str] = set()  # messages that are being streamed now

    @property
    def waiting(self) -> int:
        """How many messages are on their way."""
        return self._waiting

    async def post(
        self,
        channel: str,
        thread_ts: str | None,
        text: str,
        blocks: Blocks | None = None,
        marker: str | None = None,
    ) -> Posted:
        """Post a message exactly once; `marker` is the answer id by which it is found again.

        Raises:
            Undeliverable: Slack refuses it, too many wait, or its time is up.
        """
        with self._place(), alarm():
            return await self._sender.post(channel, thread_ts, text, blocks, marker)

    async def find(self, channel: str, thread_ts: str | None, marker: str) -> str | None:
        """Return the ts of the answer with that id in a thread, or None where it is not there.

        Raises:
            Undeliverable: Slack does not let us look (`unknown_outcome`).
        """
        with alarm():
            return await self._sender.find(channel, thread_ts, marker)

    async def update(
        self,
        channel: str,
        ts: str,
        text: str,
        blocks: Blocks | None = None,
        marker: str | None = None,
    ) -> Posted:
        """Change a message of ours; its mark stays unless another is given.

        Raises:
            Undeliverable: as for post.
        """
        with self._place(), alarm():
            return await self._sender.update(channel, ts, text, blocks, marker)

    async def end_stream(self, channel: str, ts: str) -> None:
        """End a stream that a killed process left, as far as that can be done."""
        await self._sender.end_stream(channel, ts)

    async def remove(self, channel: str, ts: str) -> None:
        """Take away a message of ours, as far as that can be done."""
        until = self._pacing.clock() + 60
        with suppress(Fault):
            await self._calls.repeatedly("chat.delete", {"channel": channel, "ts": ts}, until)

    async def stray(self, channel: str, thread_ts: str, after: str) -> str | None:
        """Return the message in a thread that a killed process began to stream, or None.

        It is ours, later than the message `after`, and has no mark, which all others have.
        """
        with alarm():
            return await find_stray(self._sender, (channel, thread_ts), after, self._streams)

    async def ephemeral(
        self,
        channel: str,
        user: str,
        thread_ts: str | None,
        text: str,
        blocks: Blocks | None = None,
        *,
        response_url: str | None = None,
    ) -> Posted:
        """Show a message to one person, through the response_url where that is still good.

        Such messages cannot be looked for: after an unknown outcome (5xx, time-out, dropped
        connection) it is sent once more at most, so that the person may see it twice.

        Raises:
            Undeliverable: as for post.
        """
        with self._place(), alarm():
            return await self._whisperer.ephemeral(
                channel, user, thread_ts, text, blocks, response_url
            )

    async def status(self, channel: str, thread_ts: str, text: str | None) -> bool:
        """Show that the bot works on a thread, or with None that it does not; never fails.

        Returns whether Slack took it.
        """
        return await self._sessions.status(channel, thread_ts, text)

    async def title(self, channel: str, thread_ts: str, title: str) -> None:
        """Name a thread; never fails."""
        await self._sessions.title(channel, thread_ts, title)

    async def stream(
        self, channel: str, thread_ts: str, user: str | None, team: str | None, marker: str
    ) -> Stream | None:
        """Return a stream for an answer, or None where it is to be posted whole.

        None where the workspace has no streams, or has started as many in the last minute as it
        may. Nothing is sent before the first sentence.
        """
        turn = Turn("chat.startStream")
        if self._pacing.clock() < self._no_streams_until or not self._pacing.is_open(turn):
            return None
        berth = Berth(channel, thread_ts, user, team, marker)
        return Stream(berth, self._calls, self._sender, self._refused, self._streams)

    def _refused(self, code: str) -> None:
        """Note that a start was refused; where the whole workspace lacks it, rest for a while."""
        if code in UNAVAILABLE and "channel_type" not in code:
            self._no_streams_until = self._pacing.clock() + _NO_STREAMS

    @contextmanager
    def _place(self) -> Iterator[None]:
        """Take a place among the messages on their way, where there is one."""
        if self._waiting >= self._most:
            raise undeliverable("queue_full")
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1
