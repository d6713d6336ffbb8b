"""An answer that grows in Slack while it is made: sentences from the answering thread in.

The message is noted in the inbox as soon as it stands, so that whoever takes over a killed
process's question finds it. Knows nothing of how sentences are verified.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, Self, TypeVar

from bot.answering.answer import Citation, Sentence
from bot.slack import phrases
from bot.slack.answering import SlackReply
from bot.slack.blocks.answers import sentence_markdown
from bot.slack.blocks.elements import Message
from bot.slack.outbox import Stopped, Stream
from bot.slack.parts import SlackServices
from bot.slack.types import Claim, Posted
from index import failpoints

_T = TypeVar("_T")


class Growing:
    """The stream of one answer; called with each verified sentence, from any thread."""

    def __init__(self, parts: SlackServices, claim: Claim, stream: Stream) -> None:
        """Take a stream that nothing was sent to; `open` makes one."""
        self._parts = parts
        self._claim = claim
        self._stream = stream
        self._loop = asyncio.get_running_loop()
        self._sentences: asyncio.Queue[Sentence | None] = asyncio.Queue()
        self._shown: list[str] = []  # as markdown
        self._noted = False
        self._closed = False  # nothing more is shown
        self.lost = False  # the claim was lost before the message could be noted

    @classmethod
    async def open(cls, parts: SlackServices, claim: Claim, answer_id: str) -> Self | None:
        """Return one, or None where the answer is to be posted whole."""
        asked = claim.incoming
        stream = await parts.outbox.stream(
            asked.channel, asked.root, asked.user, asked.team, answer_id
        )
        return cls(parts, claim, stream) if stream else None

    @property
    def ts(self) -> str | None:
        """The message, once there is one."""
        return self._stream.ts

    def __call__(self, sentence: Sentence, citations: tuple[Citation, ...]) -> None:
        """Take a sentence that was verified and recorded; raises Stopped where none is wanted."""
        del citations
        if self._closed:
            raise Stopped(phrases.STOPPED)
        self._loop.call_soon_threadsafe(self._sentences.put_nowait, sentence)

    async def beside(self, asking: Coroutine[Any, Any, _T]) -> _T:
        """Show sentences as long as the answer is being made; return what is made.

        Raises:
            Stopped: somebody pressed Stop.
        """
        showing = asyncio.create_task(self._show())
        making = asyncio.create_task(asking)
        try:
            await asyncio.wait({showing, making}, return_when=asyncio.FIRST_COMPLETED)
            if showing.done():
                showing.result()  # raises Stopped; else the claim is lost
            made = await making
            self._sentences.put_nowait(None)
            await showing
            return made
        finally:
            self._closed = True
            showing.cancel()
            making.cancel()
            await asyncio.gather(showing, making, return_exceptions=True)

    async def end(self, reply: SlackReply) -> Posted:
        """End the message with sources and buttons; another answer than was shown replaces it.

        Raises:
            Stopped: somebody pressed Stop.
        """
        whole = reply.messages[0]
        sentences = reply.answer.sentences if reply.answer else ()
        same = [sentence_markdown(one) for one in sentences] == self._shown
        if same and len(reply.messages) == 1:
            return await self._stream.stop(whole.text, list(whole.blocks), list(reply.closing))
        return await self._stream.replace(whole.text, list(whole.blocks))

    async def replaced_by(self, message: Message) -> str:
        """Put a message in the place of what was shown."""
        return (await self._stream.replace(message.text, list(message.blocks))).ts

    async def stop_by_asker(self) -> Posted | None:
        """Leave what is shown as it is, and return it."""
        await self._stream.leave()
        return self._stream.shown

    async def remove(self) -> None:
        """Take away what was shown."""
        await self._stream.leave()
        if self.ts:
            await self._parts.outbox.remove(self._claim.incoming.channel, self.ts)

    async def _show(self) -> None:
        while (sentence := await self._sentences.get()) is not None:
            if self.lost:
                continue
            said = sentence_markdown(sentence)
            self._shown.append(said)
            await self._stream.append(f"{said} ")
            await self._note()

    async def _note(self) -> None:
        if self._noted or not self.ts:
            return
        ours = await asyncio.to_thread(self._parts.inbox.begun, self._claim, self.ts)
        self._noted, self.lost = True, not ours
        failpoints.reached("answer.after_begun")
