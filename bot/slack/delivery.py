"""Bring the messages of one answer into its thread, each once: messages in, the first one's ts out.

Each message has a mark of its own: the answer's id, then the id with the message's number. Before a
post the lease is renewed. Knows nothing of how the answer came about.
"""

import asyncio
from collections.abc import Sequence

from bot.slack.elements import Message
from bot.slack.outbox import Undeliverable
from bot.slack.parts import Parts
from bot.slack.types import Claim


class Delivery:
    """Delivers the answer to one claim."""

    def __init__(self, parts: Parts, claim: Claim) -> None:
        """Take the claim; a message that an earlier attempt left half written is made whole."""
        self._parts = parts
        self._claim = claim
        self._incoming = claim.incoming
        self.half = claim.message_ts  # of an answer that was cut while it was written

    async def hold(self) -> bool:
        """Renew the lease right before something is posted; where it is lost, nothing may be."""
        return await asyncio.to_thread(self._parts.inbox.renew, self._claim)

    async def post(self, messages: Sequence[Message], marker: str, *, look: bool) -> str | None:
        """Post the messages that do not stand yet; return the first one's ts."""
        first = None
        for number, message in enumerate(messages):
            mark = _mark(marker, number)
            ts = await self._find(mark) if look else None
            if ts is None and number == 0 and self.half:
                ts = await self._made_whole(message, mark)
            if ts is None:
                if number and not await self._may_go_on():
                    break
                ts = await self._posted(message, mark)
            first = first or ts
        return first

    async def post_rest(self, messages: Sequence[Message], marker: str) -> None:
        """Post all but the first message."""
        for number, message in enumerate(messages[1:], 1):
            if not await self._may_go_on():
                break
            await self._posted(message, _mark(marker, number))

    async def whisper(self, messages: Sequence[Message]) -> None:
        """Show messages to the asker alone."""
        incoming = self._incoming
        for message in messages:
            await self._parts.outbox.ephemeral(
                incoming.channel, incoming.user, incoming.thread_ts, message.text,
                list(message.blocks), response_url=incoming.response_url,
            )  # fmt: skip

    async def aside(self, message: Message) -> None:
        """Show a message to the asker alone, in the thread of the answer."""
        incoming = self._incoming
        await self._parts.outbox.ephemeral(
            incoming.channel, incoming.user, incoming.root, message.text, list(message.blocks)
        )

    async def standing(self, marker: str) -> str | None:
        """Return the ts of the answer where it stands."""
        return await self._find(marker)

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

    async def _find(self, mark: str) -> str | None:
        return await self._parts.outbox.find(self._incoming.channel, self._incoming.root, mark)

    async def _made_whole(self, message: Message, mark: str) -> str | None:
        """Put the message in the place of the half one; None where that is gone."""
        half, self.half = self.half or "", None
        await self._parts.outbox.end_stream(self._incoming.channel, half)
        try:
            posted = await self._parts.outbox.update(
                self._incoming.channel, half, message.text, list(message.blocks), mark
            )
        except Undeliverable as failure:
            if failure.code not in ("message_not_found", "cant_update_message"):
                raise
            return None
        return posted.ts

    async def _posted(self, message: Message, mark: str) -> str:
        incoming = self._incoming
        posted = await self._parts.outbox.post(
            incoming.channel, incoming.root, message.text, list(message.blocks), mark
        )
        return posted.ts


def _mark(marker: str, number: int) -> str:
    return f"{marker}.{number}" if number else marker
