"""An answer that grows in Slack while it is written: posted with its first sentence, then updated.

Every change shows the whole text so far, so that a lost response or a repeated call does no harm,
and the message carries a mark from the start: whoever takes over a killed process's question finds
it and changes it into the whole answer (docs/decisions/0028-growing-answers.md).
"""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from bot.answering.answer import Citation, Sentence
from bot.jobs.worker import Lease, LeaseLost
from bot.slack import phrases
from bot.slack.blocks.answers import growing_message
from bot.slack.blocks.elements import Message
from bot.slack.delivery.outbox import Stopped, Undeliverable
from bot.slack.parts import SlackServices
from bot.slack.types import InboxEntry, Posted

_T = TypeVar("_T")
_UNSURE = frozenset({"unknown_outcome", "too_busy"})  # the message may stand all the same


def growing_mark(entry: InboxEntry) -> str:
    """Return the mark of a question's unfinished answer."""
    return f"growing-{entry.pk}"


class GrowingAnswer:
    """What is shown of one answer; called with each verified sentence, from any thread."""

    def __init__(self, parts: SlackServices, entry: InboxEntry, lease: Lease) -> None:
        self.shown: Posted | None = None  # the message, once it stands
        self.begun = False  # a message may stand
        self._parts, self._entry, self._lease = parts, entry, lease
        self._loop = asyncio.get_running_loop()
        self._arriving: asyncio.Queue[Sentence | None] = asyncio.Queue()
        self._sentences: list[Sentence] = []
        self._over = False  # nothing more is shown until the end
        self._closed = False  # nothing more is taken

    def __call__(self, sentence: Sentence, citations: tuple[Citation, ...]) -> None:
        """Take a sentence that was verified and recorded; raises Stopped where none is wanted."""
        del citations
        if self._closed:
            raise Stopped(phrases.STOPPED)
        self._loop.call_soon_threadsafe(self._arriving.put_nowait, sentence)

    async def beside(self, asking: Coroutine[Any, Any, _T]) -> _T:
        """Show sentences as long as the answer is being made; return what is made.

        Raises:
            LeaseLost: the question is another process's; what is shown is for that one to change.
            Stopped: somebody pressed Stop, and another process heard of it.
        """
        showing = asyncio.create_task(self._show())
        making = asyncio.create_task(asking)
        try:
            await asyncio.wait({showing, making}, return_when=asyncio.FIRST_COMPLETED)
            if showing.done():
                showing.result()
            made = await making
            self._arriving.put_nowait(None)
            await showing
            return made
        finally:
            self._closed = True
            showing.cancel()
            making.cancel()
            await asyncio.gather(showing, making, return_exceptions=True)

    async def stopped(self) -> Posted | None:
        """Leave what is shown, without the word that more will come; return it."""
        if self.shown:
            with suppress(Undeliverable):
                self.shown = await self._parts.outbox.update(
                    self.shown.channel, self.shown.ts, self.shown.text, self.shown.blocks[:-1]
                )
        return self.shown

    async def _show(self) -> None:
        while (sentence := await self._arriving.get()) is not None:
            self._sentences.append(sentence)
            if not self._over:
                await self._grow(growing_message(self._sentences))

    async def _grow(self, message: Message) -> None:
        channel, outbox = self._entry.incoming.channel, self._parts.outbox
        text, blocks = message.text, list(message.blocks)
        if self.shown:
            await self._lease.hold()
            if await asyncio.to_thread(self._parts.inbox.stopped, self._entry):
                raise Stopped(phrases.STOPPED)
            self._over = not await outbox.try_update(channel, self.shown.ts, text, blocks)
            self.shown = Posted(channel, self.shown.ts, text=text, blocks=message.blocks)
        elif outbox.may_post(channel):
            await self._begin()
            try:
                root, mark = self._entry.incoming.root, growing_mark(self._entry)
                self.shown = await outbox.post(channel, root, text, blocks, mark)
            except Undeliverable as failure:
                self._over = True
                self.begun = failure.code in _UNSURE

    async def _begin(self) -> None:
        """Note that a message may stand, before it does."""
        if not await asyncio.to_thread(self._parts.inbox.begun, self._entry):
            raise LeaseLost
        self.begun = True
