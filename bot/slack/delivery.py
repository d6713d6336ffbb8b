"""Bring the messages of one answer into its thread, each once, and keep account of what stands.

Each message has a mark of its own: the answer's id, then the id with the message's number. Before a
post the lease is renewed. One that an earlier attempt posted is put there again as it was meant, by
a change, so that what stands is known. Knows nothing of how the answer came about.
"""

import asyncio
import logging
from collections.abc import Sequence

from bot.slack.blocks.elements import Message
from bot.slack.outbox import Undeliverable
from bot.slack.parts import SlackServices
from bot.slack.types import Claim, Posted

log = logging.getLogger(__name__)


class Delivery:
    """Delivers the answer to one claim."""

    def __init__(self, parts: SlackServices, claim: Claim) -> None:
        """Take the claim; a message that an earlier attempt left half written is made whole."""
        self._parts = parts
        self._claim = claim
        self._incoming = claim.incoming
        self.half = claim.message_ts  # of an answer that was cut while it was written
        self.posted: list[Posted] = []  # what stands of the answer, in its order

    async def hold(self) -> bool:
        """Renew the lease right before something is posted; where it is lost, nothing may be."""
        return await asyncio.to_thread(self._parts.inbox.renew, self._claim)

    async def post(self, messages: Sequence[Message], marker: str, *, look: bool) -> str | None:
        """Post the messages that do not stand yet; return the first one's ts."""
        for number, message in enumerate(messages):
            mark = _mark(marker, number)
            posted = await self._found(message, mark) if look else None
            if posted is None and number == 0 and self.half:
                posted = await self._made_whole(message, mark)
            if posted is None:
                if number and not await self._may_go_on():
                    break
                posted = await self._put(message, mark)
            self.posted.append(posted)
        return self.posted[0].ts if self.posted else None

    async def post_rest(self, messages: Sequence[Message], marker: str) -> None:
        """Post all but the first message."""
        for number, message in enumerate(messages[1:], 1):
            if not await self._may_go_on():
                break
            self.posted.append(await self._put(message, _mark(marker, number)))

    async def whisper(self, messages: Sequence[Message]) -> None:
        """Show messages to the asker alone."""
        incoming = self._incoming
        for message in messages:
            shown = await self._parts.outbox.ephemeral(
                incoming.channel, incoming.user, incoming.thread_ts, message.text,
                list(message.blocks), response_url=incoming.response_url,
            )  # fmt: skip
            self.posted.append(shown)

    async def aside(self, message: Message, thread_ts: str | None) -> None:
        """Show the asker alone a message that is none of the answer."""
        incoming = self._incoming
        await self._parts.outbox.ephemeral(
            incoming.channel, incoming.user, thread_ts, message.text, list(message.blocks),
            response_url=incoming.response_url,
        )  # fmt: skip

    async def standing(self, messages: Sequence[Message], marker: str) -> str | None:
        """Return the ts of the answer where it stands; nothing is posted."""
        for number, message in enumerate(messages):
            if posted := await self._found(message, _mark(marker, number)):
                self.posted.append(posted)
        return self.posted[0].ts if self.posted else None

    async def find_half(self) -> None:
        """Look for a message that a killed process began and could not note."""
        if self.half is None:
            incoming = self._incoming
            self.half = await self._parts.outbox.stray(incoming.channel, incoming.root, incoming.ts)

    async def remove_half(self) -> None:
        """Take away what an earlier attempt began."""
        if self.half:
            await self._parts.outbox.remove(self._incoming.channel, self.half)

    async def _may_go_on(self) -> bool:
        """Whether a further message may follow those that stand."""
        unwanted = await asyncio.to_thread(self._parts.inbox.unwanted, self._claim)
        return not unwanted and await self.hold()

    async def _found(self, message: Message, mark: str) -> Posted | None:
        """Return a message that stands, whose blocks may have been refused, or that was streamed.

        A change to what was meant makes certain what it says.
        """
        channel, outbox = self._incoming.channel, self._parts.outbox
        ts = await outbox.find(channel, self._incoming.root, mark)
        if ts is None:
            return None
        try:
            return await outbox.update(channel, ts, message.text, list(message.blocks))
        except Undeliverable as failure:
            log.warning("what a message says could not be made certain (%s)", failure.code)
            return Posted(channel, ts, text=message.text, blocks=message.blocks)

    async def _made_whole(self, message: Message, mark: str) -> Posted | None:
        """Put the message in the place of the half one; None where that is gone."""
        half, self.half = self.half or "", None
        await self._parts.outbox.end_stream(self._incoming.channel, half)
        try:
            return await self._parts.outbox.update(
                self._incoming.channel, half, message.text, list(message.blocks), mark
            )
        except Undeliverable as failure:
            if failure.code not in ("message_not_found", "cant_update_message"):
                raise
            return None

    async def _put(self, message: Message, mark: str) -> Posted:
        incoming = self._incoming
        return await self._parts.outbox.post(
            incoming.channel, incoming.root, message.text, list(message.blocks), mark
        )


def _mark(marker: str, number: int) -> str:
    return f"{marker}.{number}" if number else marker
