"""Bring each accepted question to its one end: claims in, answers in Slack out.

A claim is answered, what will be posted is noted (the intent), then posted, then the posting is
noted. Whatever a killed process left half done is taken up where it stopped: the answer's mark is
looked for before anything is posted again. Knows nothing of how questions come in.
"""

import asyncio
import json
import logging
from contextlib import suppress
from dataclasses import dataclass

from bot.answer import Citation, Sentence
from bot.chain import new_id
from bot.errors import LedgerError
from bot.slack import answering, phrases
from bot.slack.answer_blocks import sentence_markdown
from bot.slack.answering import Reply, Setting
from bot.slack.elements import Message
from bot.slack.notice_blocks import failed, said
from bot.slack.outbox import Stopped, Stream, Undeliverable
from bot.slack.parts import Parts
from bot.slack.types import Claim, Kind, Outcome
from index import failpoints
from index.errors import BriefsError, UsageError

log = logging.getLogger(__name__)

WORKERS = 4  # claims worked on at once by one process
ATTEMPTS = 5  # after which a question that keeps killing its worker is given up
POLL = 1.0  # seconds between looks for claims that other processes left
GRACE = 10.0  # seconds that a stop waits for what is being worked on (F-54)
ANSWER_SECONDS = 120.0  # for one answer, everything included
RENEWALS = 3  # of a lease within its life


class Worker:
    """Works on claims, several at once, until it is stopped."""

    def __init__(self, parts: Parts, *, lease_seconds: float = 30, workers: int = WORKERS) -> None:
        """Take the parts; `lease_seconds` is that of the inbox."""
        self._parts = parts
        self._pause = lease_seconds / RENEWALS
        self._most = workers
        self._wake = asyncio.Event()
        self._tasks: dict[asyncio.Task[None], Claim] = {}
        self._stopping = False

    def wake(self) -> None:
        """Look for a claim now: one has just been accepted."""
        self._wake.set()

    async def run(self) -> None:
        """Take and work on claims until `stop` is called."""
        while not self._stopping:
            self._wake.clear()
            while len(self._tasks) < self._most and not self._stopping:
                claim = await self._taken()
                if claim is None:
                    break
                task = asyncio.create_task(self._bring_to_end(claim))
                self._tasks[task] = claim
                task.add_done_callback(self._done)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), POLL)

    async def stop(self) -> None:
        """Finish what is being worked on within GRACE, hand the rest back."""
        self._stopping = True
        self._wake.set()
        if self._tasks:
            await asyncio.wait(list(self._tasks), timeout=GRACE)
        left = dict(self._tasks)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        for claim in left.values():
            await asyncio.to_thread(self._parts.inbox.release, claim)

    def cancel(self, channel: str, root: str) -> None:
        """Stop the work on the questions of a thread: somebody pressed Stop."""
        for task, claim in self._tasks.items():
            if (claim.incoming.channel, claim.incoming.root) == (channel, root):
                task.cancel("stopped")

    async def _taken(self) -> Claim | None:
        try:
            return await asyncio.to_thread(self._parts.inbox.take)
        except BriefsError as error:  # the database is away: tried again at the next look
            log.error("no question could be taken: %s", error)
            return None

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.pop(task, None)
        self._wake.set()

    async def _bring_to_end(self, claim: Claim) -> None:
        renewing = asyncio.create_task(self._renew(claim, asyncio.current_task()))
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await _Work(self._parts, claim).run()
        except asyncio.CancelledError as error:
            if error.args == ("stopped",):
                await self._stopped(claim)
                return
            raise
        except _LeaseLost:
            log.warning("a question is worked on by another process now")
        except Exception as error:
            await self._failed(claim, error)
        finally:
            renewing.cancel()

    async def _renew(self, claim: Claim, work: "asyncio.Task[None] | None") -> None:
        """Keep the lease; where it is lost, stop the work: another process does it."""
        while True:
            await asyncio.sleep(self._pause)
            with suppress(BriefsError):
                if not await asyncio.to_thread(self._parts.inbox.renew, claim):
                    if work:
                        work.cancel("lost")
                    return

    async def _stopped(self, claim: Claim) -> None:
        finished = self._parts.inbox.finished
        await asyncio.to_thread(finished, claim, Outcome.FAILED, None, phrases.STOPPED)
        await self._parts.outbox.status(claim.incoming.channel, claim.incoming.root, None)

    async def _failed(self, claim: Claim, error: Exception) -> None:
        """Tell the asker why, and end the claim; only our own words reach Slack."""
        reason = reason_of(error)
        if not isinstance(error, BriefsError | TimeoutError):
            log.exception("a question failed")
        ts = None
        incoming = claim.incoming
        if not isinstance(error, Undeliverable):
            with suppress(Undeliverable):
                ts = await _told(self._parts, claim, failed(reason), f"failed-{claim.pk}")
        await self._parts.outbox.status(incoming.channel, incoming.root, None)
        with suppress(BriefsError):  # else its lease ends, and it is tried again
            await asyncio.to_thread(self._parts.inbox.finished, claim, Outcome.FAILED, ts, reason)


class _LeaseLost(Exception):
    """Another process works on the claim."""


def reason_of(error: Exception) -> str:
    """Return why a question failed, in words for its asker."""
    if isinstance(error, LedgerError):
        return phrases.NOT_RECORDED
    if isinstance(error, UsageError | Undeliverable):
        return str(error)
    if isinstance(error, TimeoutError):
        return phrases.TOO_SLOW
    return phrases.BROKEN


async def _told(parts: Parts, claim: Claim, message: Message, marker: str) -> str | None:
    """Post a message where the claim's answer belongs; None where only its asker sees it."""
    incoming = claim.incoming
    blocks = list(message.blocks)
    if incoming.private or incoming.response_url:
        await parts.outbox.ephemeral(
            incoming.channel, incoming.user, incoming.thread_ts, message.text, blocks,
            response_url=incoming.response_url,
        )  # fmt: skip
        return None
    posted = await parts.outbox.post(incoming.channel, incoming.root, message.text, blocks, marker)
    return posted.ts


@dataclass
class _Shower:
    """Hands sentences from the thread that makes the answer to the stream of its message."""

    loop: asyncio.AbstractEventLoop
    sentences: "asyncio.Queue[str | None]"

    def __call__(self, sentence: Sentence, citations: tuple[Citation, ...]) -> None:
        """Take a sentence that was verified and recorded."""
        del citations
        self.loop.call_soon_threadsafe(self.sentences.put_nowait, f"{sentence_markdown(sentence)} ")


class _Work:
    """The work on one claim."""

    def __init__(self, parts: Parts, claim: Claim) -> None:
        self._parts = parts
        self._claim = claim
        self._incoming = claim.incoming
        self._stream: Stream | None = None
        self._answer_id = new_id()

    async def run(self) -> None:
        """Answer, note, post, note."""
        if await asyncio.to_thread(self._parts.inbox.unwanted, self._claim):
            await self._withdraw()
            return
        if self._claim.attempts > ATTEMPTS:
            raise UsageError(phrases.GIVEN_UP)
        if self._claim.answer_id and self._claim.blocks is not None:
            await self._resume()
            return
        setting = await answering.setting_of(self._parts, self._incoming)
        await self._status(phrases.searching(len(self._parts.library.dates())))
        reply = await self._asked(setting)
        failpoints.reached("answer.after_intent")
        await self._deliver(reply, alone=setting.alone)

    async def _asked(self, setting: Setting) -> Reply:
        """Return the reply, its sentences shown meanwhile where a model writes, and note it."""
        on_sentence, showing = None, None
        if self._parts.model and not setting.alone:
            self._stream = await self._open_stream()
        if self._stream:
            on_sentence = _Shower(asyncio.get_running_loop(), asyncio.Queue())
            showing = asyncio.create_task(self._show(on_sentence.sentences))
        try:
            reply = await answering.reply_to(
                self._parts, self._incoming, setting, on_sentence, self._answer_id
            )
        except BaseException as error:
            if showing:
                showing.cancel()
                stopped = isinstance(error, asyncio.CancelledError) and error.args == ("stopped",)
                await self._abandon(phrases.STOPPED if stopped else phrases.BROKEN)
            raise
        if on_sentence and showing:
            on_sentence.sentences.put_nowait(None)
            await showing
        await self._note(reply)
        return reply

    async def _note(self, reply: Reply) -> None:
        """Note what will be posted before it is; what was deleted meanwhile is not posted."""
        blocks = json.dumps([{"text": one.text, "blocks": one.blocks} for one in reply.messages])
        noted = await asyncio.to_thread(
            self._parts.inbox.recorded, self._claim, self._marker(reply), reply.text, blocks
        )
        if not noted:
            raise _LeaseLost

    async def _deliver(self, reply: Reply, *, alone: bool) -> None:
        await self._hold()
        if await asyncio.to_thread(self._parts.inbox.unwanted, self._claim):
            await self._abandon()
            await self._withdraw()
            return
        if alone or self._incoming.response_url:
            await self._whisper(reply)
            ts = None
        elif self._stream:
            ts = (await self._end_stream(reply)).ts
        else:
            ts = await self._post(reply.messages, self._marker(reply))
        failpoints.reached("answer.after_post")
        await self._status(None)
        await self._finish(reply.outcome, ts)

    async def _hold(self) -> None:
        """Renew the lease right before something is posted; where it is lost, nothing is."""
        if not await asyncio.to_thread(self._parts.inbox.renew, self._claim):
            raise _LeaseLost

    async def _withdraw(self) -> None:
        """End a question that was deleted; an answer that stands already is its end."""
        claim, ts = self._claim, None
        if claim.answer_id:
            ts = claim.message_ts or await self._parts.outbox.find(
                self._incoming.channel, self._incoming.root, claim.answer_id
            )
        if ts:
            outcome = await asyncio.to_thread(self._outcome_of, claim.answer_id or "")
            await self._finish(outcome, ts)
        else:
            await self._finish(Outcome.WITHDRAWN, None)
        await self._status(None)

    async def _post(self, messages: tuple[Message, ...], marker: str) -> str:
        """Post the messages of an answer one after the other; return the first one's ts."""
        first = None
        for number, message in enumerate(messages):
            part = marker if number == 0 else f"{marker}.{number}"
            posted = await self._parts.outbox.post(
                self._incoming.channel, self._incoming.root, message.text,
                list(message.blocks), part,
            )  # fmt: skip
            first = first or posted.ts
        assert first
        return first

    async def _whisper(self, reply: Reply) -> None:
        for message in reply.messages:
            await self._parts.outbox.ephemeral(
                self._incoming.channel, self._incoming.user, self._incoming.thread_ts,
                message.text, list(message.blocks), response_url=self._incoming.response_url,
            )  # fmt: skip

    async def _resume(self) -> None:
        """Take up an answer that was recorded: it may have been posted, whole or in part."""
        claim, incoming = self._claim, self._incoming
        outcome = await asyncio.to_thread(self._outcome_of, claim.answer_id or "")
        stored = json.loads(claim.blocks or "[]")
        messages = tuple(Message(one["text"], tuple(one["blocks"])) for one in stored)
        marker = claim.answer_id or ""
        setting = await answering.setting_of(self._parts, incoming)
        if setting.alone or incoming.response_url:
            await self._whisper(Reply(outcome, messages))
            await self._finish(outcome, None)
            return
        missing = []
        ts = None
        for number, message in enumerate(messages):
            part = marker if number == 0 else f"{marker}.{number}"
            found = await self._parts.outbox.find(incoming.channel, incoming.root, part)
            if found is None and number == 0 and claim.message_ts:  # a stream cut in its midst
                posted = await self._parts.outbox.update(
                    incoming.channel, claim.message_ts, message.text, list(message.blocks), part
                )
                found = posted.ts
            if found is None:
                missing.append((part, message))
            ts = ts or found
        for part, message in missing:
            await self._hold()
            posted = await self._parts.outbox.post(
                incoming.channel, incoming.root, message.text, list(message.blocks), part
            )
            ts = ts or posted.ts
        await self._status(None)
        await self._finish(outcome, ts)

    def _outcome_of(self, answer_id: str) -> Outcome:
        if answer_id.startswith("none-"):
            return Outcome.DECLINED
        answered = self._parts.ledger.get(answer_id).body["answered"]
        return Outcome.ANSWERED if answered else Outcome.DECLINED

    async def _open_stream(self) -> Stream | None:
        incoming = self._incoming
        return await self._parts.outbox.stream(
            incoming.channel, incoming.root, incoming.user, incoming.team, self._answer_id
        )

    async def _show(self, sentences: "asyncio.Queue[str | None]") -> None:
        """Append sentences as they come; the message is noted as soon as it stands."""
        stream, noted = self._stream, False
        assert stream
        while (sentence := await sentences.get()) is not None:
            try:
                await stream.append(sentence)
            except Stopped:
                return
            if stream.ts and not noted:
                noted = await asyncio.to_thread(self._parts.inbox.begun, self._claim, stream.ts)

    async def _end_stream(self, reply: Reply):  # type: ignore[no-untyped-def]
        """End the message with sources and buttons; another answer than was shown replaces it."""
        stream = self._stream
        assert stream
        whole = reply.messages[0]
        written = reply.answer is not None and reply.answer.draft.mode == "generative"
        if written and len(reply.messages) == 1:
            return await stream.stop(whole.text, list(whole.blocks), list(reply.closing))
        posted = await stream.replace(whole.text, list(whole.blocks))
        for number, message in enumerate(reply.messages[1:], 1):
            await self._parts.outbox.post(
                self._incoming.channel, self._incoming.root, message.text, list(message.blocks),
                f"{self._marker(reply)}.{number}",
            )  # fmt: skip
        return posted

    async def _abandon(self, why: str = phrases.BROKEN) -> None:
        """Put a line in the place of a stream that will not be finished."""
        if self._stream and self._stream.ts:
            line = said(why)
            with suppress(Undeliverable, Stopped):
                await self._stream.replace(line.text, list(line.blocks))

    def _marker(self, reply: Reply) -> str:
        return reply.answer.answer_id if reply.answer else f"none-{self._claim.pk}"

    async def _status(self, line: str | None) -> None:
        """Show in a thread that all can see that its question is worked on, or no longer."""
        incoming = self._incoming
        if incoming.private or incoming.response_url:
            return
        await self._parts.outbox.status(incoming.channel, incoming.root, line)
        if line is None and incoming.kind is Kind.DIRECT and incoming.thread_ts is None:
            await self._parts.outbox.title(incoming.channel, incoming.root, incoming.text)

    async def _finish(self, outcome: Outcome, ts: str | None) -> None:
        done = await asyncio.to_thread(self._parts.inbox.finished, self._claim, outcome, ts)
        if not done:
            raise _LeaseLost
