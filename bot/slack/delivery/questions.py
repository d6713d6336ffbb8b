"""The work on one question: answered, noted, posted, noted again; or failed, and its asker told.

What a killed process left half done is taken up where it stopped: each message of an answer has a
mark of its own (the answer's id, then the id with the message's number), which is looked for before
anything is posted again. One that stands is changed to what was meant, so that it surely says it.
"""

import asyncio
import json
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from bot.jobs.worker import Lease, LeaseLost
from bot.ledger.record import outcome_of
from bot.ledger.recording import new_id
from bot.slack import answering, phrases, text
from bot.slack.answering import AnswerContext, SlackReply
from bot.slack.blocks.elements import Message
from bot.slack.blocks.notices import failed, not_posted, offer_again
from bot.slack.delivery.faults import log_failure, reason_of
from bot.slack.delivery.outbox import Stopped, Undeliverable
from bot.slack.delivery.records import noted
from bot.slack.delivery.streams import GrowingAnswer, growing_mark
from bot.slack.parts import SlackServices
from bot.slack.types import REPLIED, UNPROMPTED, AskedVia, InboxEntry, Posted, QuestionOutcome
from index.errors import BriefsError, DatabaseUnavailable, UsageError

log = logging.getLogger(__name__)

AT_ONCE = 16  # questions in work at once by one process; most of the time they wait for Slack
QUOTING = 2  # answers made at once from the briefs' own words: that is all processor
WRITING = 8  # by a model, which is mostly waited for
ATTEMPTS = 5  # after which a question that keeps killing its worker is given up
NO_ANSWER = "none-"  # begins the mark of a reply that is no answer
ANSWER_SECONDS = 120.0  # for making one answer; how long a post may wait is the outbox's business
_UNCHANGEABLE = frozenset(
    """
    message_not_found cant_update_message edit_window_closed update_failed streaming_state_conflict
    """.split()
)


class Questions:
    """Handles the jobs of questions."""

    def __init__(self, parts: SlackServices) -> None:
        self._parts = parts
        self._turns = asyncio.Semaphore(WRITING if parts.model else QUOTING)

    async def handle(self, lease: Lease) -> None:
        """Bring a question to its one end."""
        entry = await asyncio.to_thread(self._parts.inbox.entry_of, lease.job)
        work = Work(self._parts, entry, lease, self._turns)
        try:
            await work.run()
        except asyncio.CancelledError:
            if lease.stopped:
                await self._stopped(work)
                return
            if lease.lost:
                await work.clear_status()
            raise
        except Stopped:
            await self._stopped(work)
        except LeaseLost:
            await work.clear_status()
            raise
        except DatabaseUnavailable:  # nothing can be noted: tried again after the lease
            raise
        except Exception as error:
            log_failure(entry.pk, error)
            await work.fail(error)

    async def _stopped(self, work: "Work") -> None:
        with suppress(BriefsError, LeaseLost):
            await work.stopped()


class Work:
    """The work on one entry; `run` ends it or raises, then `stopped` or `fail` ends it."""

    def __init__(
        self, parts: SlackServices, entry: InboxEntry, lease: Lease, turns: asyncio.Semaphore
    ) -> None:
        """`turns` bounds how many answers are made."""
        self._parts, self._entry, self._lease, self._turns = parts, entry, lease, turns
        self._incoming = entry.incoming
        self._answer_id = new_id()
        self._growing: GrowingAnswer | None = None
        self._status: asyncio.Task[bool] | None = None
        self._posted: list[Posted] = []  # what stands of the answer, in its order
        self._alone: bool | None = None  # whether its asker alone sees the answer
        self._unprompted = entry.incoming.kind in UNPROMPTED  # answered, or nothing is said
        self._marker: str | None = None  # the answer's id, once it is on its way
        self._outcome: QuestionOutcome | None = None  # that of the answer, once it is on its way

    async def run(self) -> None:
        """Answer, note, post, note.

        Raises:
            LeaseLost: nothing more may be done.
            Exception: nothing of the answer stands, or it was cut; `fail` tells the asker.
        """
        if await self._is_unwanted():
            await self._withdraw(self._entry.answer_id)
            return
        if self._entry.attempts > 2 * ATTEMPTS:
            raise UsageError(phrases.GIVEN_UP)
        setting = await answering.setting_of(self._parts, self._incoming)
        self._alone = setting.alone
        if self._entry.answer_id and self._entry.blocks is not None:
            await self._resume(self._entry.answer_id)
            return
        if self._entry.attempts > ATTEMPTS:
            raise UsageError(phrases.GIVEN_UP)
        self._show_status(setting)
        reply = await self._asked(setting)
        await self._deliver(reply, self._answer_of(reply), look=False)

    async def stopped(self) -> None:
        """End a question whose asker pressed Stop: what is shown stays."""
        shown = await self._growing.stopped() if self._growing else None
        if shown is None:
            await self._remove_half()
        await self._finish(QuestionOutcome.FAILED, shown.ts if shown else None, phrases.STOPPED)

    async def fail(self, error: Exception) -> None:
        """Tell the asker why, and end the question; only our own words reach Slack."""
        if self._outcome and self._posted:  # a part of the answer stands
            await self._finish(self._outcome, self._posted[0].ts or None)
            return
        self._marker = None  # what is told now is no answer
        reason, ts = reason_of(error), None
        if self._unprompted:
            await self._remove_half()
        elif isinstance(error, Undeliverable):
            await self._remove_half()
            await self._tell_elsewhere(error)
        else:
            try:
                ts = await self._tell(failed(reason))
            except Undeliverable as undeliverable:
                await self._tell_elsewhere(undeliverable)
        await self._finish(QuestionOutcome.FAILED, ts, reason)

    async def clear_status(self) -> None:
        """Take away the line that says that we work."""
        shown = self._status is not None and await asyncio.shield(self._status)
        if shown or self._entry.attempts > 1:
            await self._parts.outbox.status(self._incoming.channel, self._incoming.root, None)

    # -- the answer ---------------------------------------------------------------------------

    async def _asked(self, setting: AnswerContext) -> SlackReply:
        """Return the reply, noted; its sentences are shown meanwhile where a model writes."""
        aside = setting.alone or self._unprompted
        shows = self._parts.model and setting.visible and not aside
        if shows and self._entry.message_ts is None:  # nothing was begun before
            self._growing = GrowingAnswer(self._parts, self._entry, self._lease)
        asking = answering.reply_to(
            self._parts, self._incoming, setting, self._growing, self._answer_id
        )
        async with self._turns, asyncio.timeout(ANSWER_SECONDS):
            reply = await (self._growing.beside(asking) if self._growing else asking)
        if self._unprompted and not _is_answered(reply):
            reply = replace(reply, messages=(), text="")
        blocks = json.dumps([{"text": one.text, "blocks": one.blocks} for one in reply.messages])
        recorded = self._parts.inbox.recorded
        self._ours(
            await asyncio.to_thread(
                recorded, self._entry, self._answer_of(reply), reply.text, blocks,
                alone=setting.alone,
            )
        )  # fmt: skip
        return reply

    def _answer_of(self, reply: SlackReply) -> str:
        return reply.answer.answer_id if reply.answer else f"{NO_ANSWER}{self._entry.pk}"

    async def _resume(self, answer_id: str) -> None:
        """Take up an answer that was recorded: it may have been posted, whole or in part."""
        outcome = await asyncio.to_thread(self._outcome_of, answer_id)
        await self._deliver(SlackReply(outcome, self._intended()), answer_id, look=True)

    def _intended(self) -> tuple[Message, ...]:
        """Return the messages that an earlier attempt was to post."""
        stored = json.loads(self._entry.blocks or "[]")
        return tuple(Message(one["text"], tuple(one["blocks"])) for one in stored)

    def _outcome_of(self, answer_id: str) -> QuestionOutcome:
        if answer_id.startswith(NO_ANSWER):
            return QuestionOutcome.DECLINED
        return QuestionOutcome(outcome_of(self._parts.ledger.get(answer_id).body).value)

    # -- its messages -------------------------------------------------------------------------

    async def _deliver(self, reply: SlackReply, marker: str, *, look: bool) -> None:
        await self._lease.hold()
        if await self._is_unwanted():
            stopped = await asyncio.to_thread(self._parts.inbox.stopped, self._entry)
            if self._growing and stopped:
                raise Stopped(phrases.STOPPED)
            await self._withdraw(marker if look else None)
            return
        self._lease.committed = True
        self._outcome, self._marker = reply.outcome, marker
        if self._alone or self._incoming.response_url:
            self._alone = True
            await self._remove_half()
            for message in reply.messages:
                self._posted.append(await self._aside(message, self._incoming.thread_ts))
        else:
            await self._post(reply.messages, marker, look=look)
        if self._incoming.kind is AskedVia.DIRECT and self._incoming.thread_ts is None:
            named = await self._parts.directory.named(text.unquoted(self._incoming.text)[0])
            await self._parts.outbox.title(self._incoming.channel, self._incoming.root, named)
        await self._finish(reply.outcome, self._posted[0].ts or None if self._posted else None)

    async def _post(self, messages: Sequence[Message], marker: str, *, look: bool) -> None:
        """Post the messages that do not stand yet; an unfinished one becomes the first."""
        for number, message in enumerate(messages):
            mark = _mark(marker, number)
            posted = await self._standing(message, mark) if look else None
            if posted is None and number == 0 and (half := await self._half()):
                posted = await self._completed(half, message, mark)
            if posted is None:
                if number and not await self._may_go_on():
                    break
                posted = await self._new(message, mark)
            self._posted.append(posted)

    async def _standing(self, message: Message, mark: str) -> Posted | None:
        """Return a message that stands; its blocks may have been refused when it was posted."""
        incoming, outbox = self._incoming, self._parts.outbox
        ts = await outbox.find(incoming.channel, incoming.root, mark)
        if ts is None:
            return None
        try:
            return await outbox.update(incoming.channel, ts, message.text, list(message.blocks))
        except Undeliverable as failure:
            log.warning("what a message says could not be made certain (%s)", failure.code)
            return Posted(incoming.channel, ts, text=message.text, blocks=message.blocks)

    async def _half(self) -> str | None:
        """Return the answer's unfinished message, of this attempt or an earlier one."""
        if self._growing and self._growing.shown:
            return self._growing.shown.ts
        if self._entry.message_ts is None and not (self._growing and self._growing.begun):
            return None
        mark = growing_mark(self._entry)
        ts = await self._parts.outbox.find(self._incoming.channel, self._incoming.root, mark)
        return ts or self._entry.message_ts or None

    async def _completed(self, half: str, message: Message, mark: str) -> Posted:
        """Put the whole in the place of the half; where it cannot be changed, post it."""
        incoming, outbox = self._incoming, self._parts.outbox
        try:
            changed = await outbox.update(
                incoming.channel, half, message.text, list(message.blocks), mark
            )
            return replace(changed, streamed=True)
        except Undeliverable as failure:
            if failure.code not in _UNCHANGEABLE:
                raise
            log.warning("an unfinished message could not be changed: %s", failure.code)
        try:
            return await self._new(message, mark)
        finally:
            await outbox.remove(incoming.channel, half)

    async def _new(self, message: Message, mark: str) -> Posted:
        incoming = self._incoming
        return await self._parts.outbox.post(
            incoming.channel, incoming.root, message.text, list(message.blocks), mark
        )

    async def _may_go_on(self) -> bool:
        """Whether a further message may follow those that stand."""
        if await self._is_unwanted():
            return False
        with suppress(LeaseLost):
            await self._lease.hold()
            return True
        return False

    async def _aside(self, message: Message, thread_ts: str | None) -> Posted:
        """Show a message to the asker alone: there, else in the direct message with the bot."""
        incoming, outbox, blocks = self._incoming, self._parts.outbox, list(message.blocks)
        try:
            return await outbox.ephemeral(
                incoming.channel, incoming.user, thread_ts, message.text, blocks,
                response_url=incoming.response_url,
            )  # fmt: skip
        except Undeliverable as failure:
            if failure.everywhere:
                raise
            log.info("sent as a direct message instead (%s)", failure.code)
        return await outbox.post(incoming.user, None, message.text, blocks)

    async def _tell_elsewhere(self, failure: Undeliverable) -> None:
        """Tell the asker in a direct message that the channel takes no post of ours, and why."""
        incoming = self._incoming
        if failure.everywhere or answering.is_direct(incoming):
            return
        line = not_posted(failure.reason, incoming.channel)
        with suppress(Undeliverable):
            marker = f"elsewhere-{self._entry.pk}"
            await self._parts.outbox.post(incoming.user, None, line.text, list(line.blocks), marker)

    async def _tell(self, message: Message) -> str | None:
        """Say that it failed, in the place of what was begun."""
        if self._is_private():
            await self._remove_half()
            await self._aside(message, self._incoming.thread_ts)
            return None
        await self._post([message], f"failed-{self._entry.pk}", look=self._entry.attempts > 1)
        return self._posted.pop().ts

    def _is_private(self) -> bool:
        """Whether a failure is told to the asker alone: also where it is not known."""
        asked = self._incoming
        if asked.private or asked.response_url:
            return True
        return not answering.is_direct(asked) and self._alone is not False

    # -- the end ------------------------------------------------------------------------------

    async def _withdraw(self, marker: str | None) -> None:
        """End a question that was deleted; an answer that stands already is its end."""
        for number, message in enumerate(self._intended() if marker else ()):
            if posted := await self._standing(message, _mark(marker or "", number)):
                self._posted.append(posted)
        if self._posted and marker:
            self._marker = marker
            outcome = await asyncio.to_thread(self._outcome_of, marker)
            await self._finish(outcome, self._posted[0].ts)
        else:
            await self._remove_half()
            await self._finish(QuestionOutcome.WITHDRAWN, None)

    async def _remove_half(self) -> None:
        with suppress(Undeliverable):
            if half := await self._half():
                await self._parts.outbox.remove(self._incoming.channel, half)

    async def _finish(
        self, outcome: QuestionOutcome, ts: str | None, reason: str | None = None
    ) -> None:
        await self.clear_status()
        posted = []
        if self._marker and not self._marker.startswith(NO_ANSWER):
            posted = noted(
                self._marker, "answer", self._posted, self._incoming, alone=bool(self._alone)
            )
        finished = self._parts.inbox.finished
        self._lease.finished = True  # a renewal that comes after it is no loss
        self._ours(await asyncio.to_thread(finished, self._entry, outcome, ts, reason, posted))
        if posted:
            try:
                await asyncio.to_thread(self._parts.records.record, self._marker)
            except BriefsError as error:
                log.error("what was posted is recorded later: %s", error)
        if outcome in REPLIED:
            await self._offer_again()

    async def _offer_again(self) -> None:
        """Offer to answer again what was edited while it was being answered."""
        key = (self._incoming.team, self._incoming.channel, self._incoming.ts)
        entry = await asyncio.to_thread(self._parts.inbox.by_question, *key)
        if entry and entry.edited is not None and entry.answer_id:
            with suppress(BriefsError):
                thread = self._incoming.thread_ts if self._alone else self._incoming.root
                await self._aside(offer_again(entry.answer_id), thread)

    async def _is_unwanted(self) -> bool:
        return await asyncio.to_thread(self._parts.inbox.unwanted, self._entry)

    def _ours(self, ours: bool) -> None:
        if not ours:
            raise LeaseLost

    def _show_status(self, setting: AnswerContext) -> None:
        """Show that we search, beside the searching; only what may be seen there is counted."""
        if setting.alone or self._unprompted or not setting.visible:
            return
        count = len(self._parts.library.briefs(setting.visible.filters))
        show, asked, line = self._parts.outbox.status, self._incoming, phrases.searching(count)
        self._status = asyncio.create_task(show(asked.channel, asked.root, line))


def _is_answered(reply: SlackReply) -> bool:
    """Whether there is an answer from the briefs, and not a line of help."""
    helps = reply.answer is not None and reply.answer.draft.helps
    return reply.outcome is QuestionOutcome.ANSWERED and not helps


def _mark(marker: str, number: int) -> str:
    return f"{marker}.{number}" if number else marker
