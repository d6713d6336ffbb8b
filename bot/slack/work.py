"""The work on one question: answered, noted, posted, noted again; or failed and told.

What a killed process left half done is taken up where it stopped: the answer's mark is looked for
before anything is posted again. Knows nothing of other questions: bot/slack/worker.py.
"""

import asyncio
import json
import logging
from contextlib import suppress

from bot.answering.chain import new_id
from bot.slack import answering, phrases
from bot.slack.answering import AnswerContext, SlackReply
from bot.slack.blocks.elements import Message
from bot.slack.blocks.notices import failed, offer_again
from bot.slack.delivery import Delivery
from bot.slack.growing import Growing
from bot.slack.outbox import Undeliverable
from bot.slack.parts import SlackServices
from bot.slack.posts import Noted, noted
from bot.slack.reasons import reason_of
from bot.slack.types import AskedVia, Claim, QuestionOutcome
from index import failpoints
from index.errors import BriefsError, UsageError

log = logging.getLogger(__name__)

ATTEMPTS = 5  # after which a question that keeps killing its worker is given up
NO_ANSWER = "none-"  # begins the mark of a reply that is no answer
ANSWER_SECONDS = 120.0  # for making one answer; how long a post may wait is the outbox's business


class LeaseLost(Exception):
    """The claim is no longer ours: another process works on it, or it was withdrawn."""


class Work:
    """The work on one claim; `run` ends it or raises, then `stopped` or `fail` ends it."""

    def __init__(self, parts: SlackServices, claim: Claim, turns: asyncio.Semaphore) -> None:
        """Take the parts, a claim that is ours, and what bounds how many answers are made."""
        self.claim = claim
        self.incoming = claim.incoming
        self._parts = parts
        self._turns = turns
        self._answer_id = new_id()
        self._delivery = Delivery(parts, claim)
        self._growing: Growing | None = None
        self._status: asyncio.Task[bool] | None = None
        self._alone: bool | None = None  # whether its asker alone sees the answer
        self._marker: str | None = None  # the answer's id, once it is on its way
        self._outcome: QuestionOutcome | None = None  # that of the answer, once it is on its way
        self.delivering = False  # too late to stop it

    async def run(self) -> None:
        """Answer, note, post, note.

        Raises:
            LeaseLost: nothing more may be done.
            Exception: nothing of the answer stands, or it was cut; `fail` tells the asker.
        """
        if await self._is_unwanted():
            await self._withdraw(self.claim.answer_id)
            return
        if self.claim.attempts > 2 * ATTEMPTS:
            raise UsageError(phrases.GIVEN_UP)
        setting = await answering.setting_of(self._parts, self.incoming)
        self._alone = setting.alone
        if self.claim.answer_id and self.claim.blocks is not None:
            await self._resume()
            return
        if self.claim.attempts > ATTEMPTS:
            raise UsageError(phrases.GIVEN_UP)
        self._show_status(setting)
        reply = await self._asked(setting)
        failpoints.reached("answer.after_intent")
        await self._deliver(reply, self._answer_of(reply))

    async def stopped(self) -> None:
        """End a question whose asker pressed Stop: what is shown stays."""
        shown = await self._growing.stop_by_asker() if self._growing else None
        if shown:
            self._delivery.posted.append(shown)
        await self._finish(QuestionOutcome.FAILED, shown.ts if shown else None, phrases.STOPPED)

    async def let_go(self) -> None:
        """Leave a question that is no longer ours, or was withdrawn: no line says that we work."""
        await self._clear_status()

    async def fail(self, error: Exception) -> None:
        """Tell the asker why, and end the claim; only our own words reach Slack."""
        posted = self._delivery.posted
        if self._outcome and posted:  # a part of the answer stands
            await self._finish(self._outcome, posted[0].ts or None)
            return
        self._marker = None  # what is told now is no answer
        reason, ts = reason_of(error), None
        if not isinstance(error, Undeliverable):
            with suppress(Undeliverable):
                ts = await self._tell(failed(reason))
        elif self._growing:
            await self._growing.remove()
        await self._finish(QuestionOutcome.FAILED, ts, reason)

    async def _tell(self, message: Message) -> str | None:
        """Say that it failed, in the place of what was begun."""
        if self._growing and self._growing.ts:
            return await self._growing.replaced_by(message)
        if self._is_private():
            await self._delivery.aside(message, self.incoming.thread_ts)
            return None
        marker = f"failed-{self.claim.pk}"
        return await self._delivery.post([message], marker, look=self.claim.attempts > 1)

    def _is_private(self) -> bool:
        """Whether a failure is told to the asker alone: also where it is not known."""
        asked = self.incoming
        if asked.private or asked.response_url:
            return True
        return not answering.is_direct(asked) and self._alone is not False

    async def _asked(self, setting: AnswerContext) -> SlackReply:
        """Return the reply, noted; its sentences are shown meanwhile where a model writes."""
        if self._parts.model and setting.visible and not setting.alone:
            if self.claim.attempts > 1:
                await self._delivery.find_half()
            if self._delivery.half is None:
                self._growing = await Growing.open(self._parts, self.claim, self._answer_id)
        asking = answering.reply_to(
            self._parts, self.incoming, setting, self._growing, self._answer_id
        )
        async with self._turns, asyncio.timeout(ANSWER_SECONDS):
            reply = await (self._growing.beside(asking) if self._growing else asking)
        if self._growing and self._growing.lost:
            await self._growing.remove()
            raise LeaseLost
        await self._note(reply)
        return reply

    async def _note(self, reply: SlackReply) -> None:
        """Note what will be posted before it is."""
        blocks = json.dumps([{"text": one.text, "blocks": one.blocks} for one in reply.messages])
        self._held(
            await asyncio.to_thread(
                self._parts.inbox.recorded, self.claim, self._answer_of(reply), reply.text, blocks,
                alone=bool(self._alone),
            )
        )  # fmt: skip

    def _answer_of(self, reply: SlackReply) -> str:
        return reply.answer.answer_id if reply.answer else f"{NO_ANSWER}{self.claim.pk}"

    async def _deliver(self, reply: SlackReply, marker: str, *, look: bool = False) -> None:
        self._held(await self._delivery.hold())
        if await self._is_unwanted():
            if self._growing:
                await self._growing.remove()
            await self._withdraw(marker if look else None)
            return
        self.delivering = True
        self._outcome, self._marker = reply.outcome, marker
        await self._bring(reply, marker, look=look)
        failpoints.reached("answer.after_post")
        if self.incoming.kind is AskedVia.DIRECT and self.incoming.thread_ts is None:
            await self._parts.outbox.title(
                self.incoming.channel, self.incoming.root, self.incoming.text
            )
        posted = self._delivery.posted
        await self._finish(reply.outcome, posted[0].ts or None if posted else None)

    async def _bring(self, reply: SlackReply, marker: str, *, look: bool) -> None:
        """Bring the messages to where they belong."""
        if self._alone or self.incoming.response_url:
            self._alone = True
            await self._delivery.whisper(reply.messages)
        elif self._growing:
            self._delivery.posted.append(await self._growing.end(reply))
            await self._delivery.post_rest(reply.messages, marker)
        else:
            look = look or self._delivery.half is not None
            await self._delivery.post(reply.messages, marker, look=look)

    async def _resume(self) -> None:
        """Take up an answer that was recorded: it may have been posted, whole or in part."""
        answer_id = self.claim.answer_id or ""
        outcome = await asyncio.to_thread(self._outcome_of, answer_id)
        await self._deliver(SlackReply(outcome, self._intended()), answer_id, look=True)

    def _intended(self) -> tuple[Message, ...]:
        """Return the messages that an earlier attempt was to post."""
        stored = json.loads(self.claim.blocks or "[]")
        return tuple(Message(one["text"], tuple(one["blocks"])) for one in stored)

    async def _withdraw(self, marker: str | None) -> None:
        """End a question that was deleted; an answer that stands already is its end."""
        ts = await self._delivery.standing(self._intended(), marker) if marker else None
        if ts and marker:
            self._marker = marker
            await self._finish(await asyncio.to_thread(self._outcome_of, marker), ts)
        else:
            await self._delivery.remove_half()
            await self._finish(QuestionOutcome.WITHDRAWN, None)

    def _outcome_of(self, answer_id: str) -> QuestionOutcome:
        if answer_id.startswith(NO_ANSWER):
            return QuestionOutcome.DECLINED
        answered = self._parts.ledger.get(answer_id).body["answered"]
        return QuestionOutcome.ANSWERED if answered else QuestionOutcome.DECLINED

    async def _is_unwanted(self) -> bool:
        return await asyncio.to_thread(self._parts.inbox.unwanted, self.claim)

    def _held(self, ours: bool) -> None:
        if not ours:
            raise LeaseLost

    def _show_status(self, setting: AnswerContext) -> None:
        """Show that we search, beside the searching; only what may be seen there is counted."""
        if setting.alone or not setting.visible:
            return
        count = self._parts.library.brief_count(setting.visible.names)
        self._status = asyncio.create_task(
            self._parts.outbox.status(
                self.incoming.channel, self.incoming.root, phrases.searching(count)
            )
        )

    async def _clear_status(self) -> None:
        shown = self._status is not None and await asyncio.shield(self._status)
        if shown or self._growing or self.claim.attempts > 1:
            await self._parts.outbox.status(self.incoming.channel, self.incoming.root, None)

    async def _finish(
        self, outcome: QuestionOutcome, ts: str | None, reason: str | None = None
    ) -> None:
        await self._clear_status()
        finished, posted = self._parts.inbox.finished, self._noted()
        self._held(await asyncio.to_thread(finished, self.claim, outcome, ts, reason, posted))
        if posted:
            await self._record()
        if outcome in (QuestionOutcome.ANSWERED, QuestionOutcome.DECLINED):
            await self._offer_again()

    def _noted(self) -> list[Noted]:
        """Return what was posted of the answer, where one is on record."""
        if not self._marker or self._marker.startswith(NO_ANSWER):
            return []
        return noted(self._marker, "answer", self._delivery.posted, alone=bool(self._alone))

    async def _record(self) -> None:
        """Bring what was posted into the ledger; what fails is done by the chores."""
        try:
            await asyncio.to_thread(self._parts.posts.record, self._marker)
        except BriefsError as error:
            log.error("what was posted is recorded later: %s", error)

    async def _offer_again(self) -> None:
        """Offer to answer anew what was edited while it was being answered."""
        key = (self.incoming.team, self.incoming.channel, self.incoming.ts)
        claim = await asyncio.to_thread(self._parts.inbox.by_question, *key)
        if claim and claim.edited is not None and claim.answer_id:
            offer = offer_again(claim.answer_id)
            with suppress(BriefsError):
                await self._delivery.aside(offer, self.incoming.root)
