"""An answer that appears sentence by sentence: whole sentences in, one whole message out.

Raw chat.startStream/appendStream/stopStream, always in `chunks` mode, never the SDK's helper: that
one sends its buffer again after a lost response, and keeps no account of what has been seen. The
stream opens with the first sentence and is closed before Slack drops it (about five minutes).
Whatever goes wrong afterwards, the message ends as the whole answer: by chat.update, else as a new
post, with the half one deleted.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from bot.slack.calling import Calls
from bot.slack.faults import (
    Crowded,
    Fault,
    Limited,
    Refused,
    Stopped,
    Unknown,
)
from bot.slack.pacing import Turn
from bot.slack.sending import Blocks, Sender, alarm, marked
from bot.slack.stubs import find_stub
from bot.slack.text import composed
from bot.slack.types import Posted
from bot.slack.wholes import Berth, make_whole

log = logging.getLogger(__name__)

LIFE = 220.0  # seconds from start to close; Slack drops a stream at about 300
BETWEEN_APPENDS = 1.0  # seconds, of one stream; those of a workspace share a budget (pacing)
CHUNK = 8000  # characters in one call; Slack takes 12,000
START_WAIT = 3.0  # seconds that a start may wait for its turn before the answer goes on unshown
OVER = frozenset({"message_not_in_streaming_state", "message_not_found", "stopped_by_user"})


class Stream:
    """One streamed answer. Nothing is sent before the first `append`.

    One of `stop`, `replace` and `leave` has to be called in the end, also after an error; until
    then the message is unfinished. `ts` is the message, once there is one.
    """

    def __init__(
        self,
        berth: Berth,
        calls: Calls,
        sender: Sender,
        on_refused: Callable[[str], None],
        others: set[str],
    ) -> None:
        """Take where it goes.

        `on_refused` hears the code with which Slack refused the start. `others` are the messages
        being streamed by this process, and this one joins them.
        """
        self.ts: str | None = None
        self._berth = berth
        self._calls = calls
        self._sender = sender
        self._on_refused = on_refused
        self._others = others
        self._waiting = ""  # not sent yet
        self._first = ""  # the text the start was made with
        self._sent = ""  # what Slack took
        self._dead = False  # nothing more is added
        self._live = False  # as far as we know, Slack takes the message for unfinished
        self._stopped = False  # by a person
        self._start_lost = False  # the start may have made a message that we do not know
        self._appended = 0.0
        self._lock = asyncio.Lock()
        self._watch: asyncio.Task[None] | None = None

    @property
    def shown(self) -> Posted | None:
        """What stands of it, as far as it was sent; None where there is no message."""
        if self.ts is None:
            return None
        return Posted(self._berth.channel, self.ts, text=self._sent, streamed=True)

    async def append(self, markdown: str) -> None:
        """Show one or more whole sentences, now or with later ones; never fails but for Stop.

        Raises:
            Stopped: somebody pressed Stop.
        """
        async with self._lock:
            self._waiting += composed(markdown)
            if self._dead or not self._waiting:
                return
            if self.ts is None:
                await self._start()
            elif self._may_append():
                await self._flush()

    async def stop(self, text: str, blocks: Blocks | None, footer: Blocks | None) -> Posted:
        """End the stream with `footer` below it, and see to it that the whole answer stands.

        Args:
            text: the whole answer as plain text, for when it has to be posted or changed as one.
            blocks: the whole answer as blocks, for the same.
            footer: blocks below the streamed sentences (sources, buttons).

        Raises:
            Stopped: somebody pressed Stop, and the message stays as it is.
            Undeliverable: no way to Slack is left.
        """
        async with self._lock:
            self._unwatch()
            self._others.discard(self.ts or "")
            if self._stopped:
                raise Stopped("Stopped.")
            below = composed(list(footer or ()))
            if self.ts and not self._dead and len(self._waiting) <= CHUNK:
                try:
                    await self._close(below)
                    channel = self._berth.channel
                    return Posted(channel, self.ts, False, self._sent, tuple(below), True)
                except Fault as fault:
                    log.warning("a stream could not be ended: %s", fault)
                    self._ended(fault)
            with alarm():
                return await self._stand(text, blocks)

    async def replace(self, text: str, blocks: Blocks | None) -> Posted:
        """End the stream and put this in the place of all that it showed, or post it.

        Raises:
            Undeliverable: no way to Slack is left.
        """
        async with self._lock:
            self._unwatch()
            self._others.discard(self.ts or "")
            with alarm():
                return await self._stand(text, blocks)

    async def leave(self) -> None:
        """End the stream as it is; what it showed stays."""
        async with self._lock:
            self._unwatch()
            self._others.discard(self.ts or "")
            self._dead = True
            if self.ts and self._live:
                await self._sender.end_stream(self._berth.channel, self.ts)
                self._live = False

    async def _start(self) -> None:
        """Open the stream with what is waiting; without luck the answer will be posted whole."""
        text = self._waiting[:CHUNK]
        place = self._berth
        arguments = {
            "channel": place.channel,
            "thread_ts": place.thread_ts,
            "recipient_user_id": place.user,
            "recipient_team_id": place.team,
            "chunks": _chunks(text),
        }
        self._first = text
        try:
            until = self._calls.pacing.clock() + START_WAIT
            answer = await self._calls.once("chat.startStream", arguments, until)
            self.ts = answer.get("ts")
            if self.ts is None:
                raise Unknown("a start without a ts")
        except Unknown:
            self._start_lost = True
            self.ts = await self._stub()
        except Crowded:
            return  # tried again with the next sentence
        except (Limited, Refused) as fault:
            self._dead = True
            if isinstance(fault, Refused):
                log.info("no stream: %s", fault.code)
                self._on_refused(fault.code)
            return
        if self.ts is None:
            self._dead = True
            return
        self._take(text)
        self._start_lost, self._live, self._appended = False, True, self._calls.pacing.clock()
        self._others.add(self.ts)
        self._watch = asyncio.create_task(self._close_in_time())

    async def _stub(self) -> str | None:
        """Look for the message that a start with a lost response may have made."""
        place = self._berth
        return await find_stub(
            self._sender,
            self._calls.pacing,
            (place.channel, place.thread_ts),
            self._first,
            self._others,
        )

    def _may_append(self) -> bool:
        """Whether a call is due and the workspace's budget has room for it."""
        due = (
            self._calls.pacing.clock() - self._appended >= BETWEEN_APPENDS
            or len(self._waiting) > CHUNK
        )
        return due and self._calls.pacing.is_open(Turn("chat.appendStream", self._berth.channel))

    async def _flush(self) -> None:
        """Send what is waiting. After a 429 it waits on; after an unknown outcome no more comes."""
        text = self._waiting[:CHUNK]
        arguments = {"channel": self._berth.channel, "ts": self.ts, "chunks": _chunks(text)}
        try:
            await self._calls.once("chat.appendStream", arguments, self._calls.pacing.clock())
        except (Limited, Crowded):
            return
        except (Unknown, Refused) as fault:
            self._ended(fault)
            return
        self._take(text)
        self._appended = self._calls.pacing.clock()

    async def _close(self, footer: list[dict[str, Any]]) -> None:
        """End the stream with what is waiting, the blocks below and the answer's mark."""
        arguments = {
            "channel": self._berth.channel,
            "ts": self.ts,
            "chunks": _chunks(self._waiting) if self._waiting else None,
            "blocks": footer or None,
            "metadata": marked(self._berth.marker),
        }
        await self._calls.patiently("chat.stopStream", arguments, self._sender.until)
        self._take(self._waiting)
        self._dead, self._live = True, False

    def _take(self, text: str) -> None:
        """Note that this much of what was waiting is shown."""
        self._sent += text
        self._waiting = self._waiting[len(text) :]

    def _ended(self, fault: Fault) -> None:
        """Note that the stream is of no more use.

        Raises:
            Stopped: somebody pressed Stop.
        """
        self._dead = True
        self._unwatch()
        if not isinstance(fault, Refused):
            return
        self._live = self._live and fault.code not in OVER
        if fault.code == "stopped_by_user":
            self._stopped = True
            raise Stopped("Stopped.") from None

    async def _close_in_time(self) -> None:
        """End a stream whose answer takes too long; the whole answer replaces it later."""
        await self._calls.pacing.sleep(LIFE)
        async with self._lock:
            if not self._dead:
                self._watch = None
                self._dead = True
                await self._sender.end_stream(self._berth.channel, self.ts or "")
                self._live = False

    async def _stand(self, text: str, blocks: Blocks | None) -> Posted:
        """Make the whole answer stand, in the stream's message or in a new one."""
        place = self._berth
        self._dead, self._waiting = True, ""
        if self.ts is None and self._start_lost:
            self.ts = await self._stub()
            self._live = self.ts is not None
        if self.ts is None:
            return await self._sender.post(
                place.channel, place.thread_ts, text, blocks, place.marker
            )
        if self._live:
            await self._sender.end_stream(place.channel, self.ts)
        return await make_whole(self._calls, self._sender, place, self.ts, (text, blocks))

    def _unwatch(self) -> None:
        """Let the clock go that closes the stream in time."""
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None


def _chunks(text: str) -> list[dict[str, Any]]:
    return [{"type": "markdown_text", "text": text}]
