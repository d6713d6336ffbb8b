"""Let questions in: every event passes here before Slack hears that it was received.

As a middleware, not a listener: Bolt acknowledges an event before its listener runs, and a process
killed between the two would have lost the question. Here it is in the inbox first; where that
fails, Slack is not told, and delivers again.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncApp

from bot.slack import notice_blocks, phrases
from bot.slack.answering import is_direct, is_private
from bot.slack.delivery.admission import Admission
from bot.slack.incoming import Change, Written, change_of, written_of
from bot.slack.listeners import files
from bot.slack.listeners.errands import Errands
from bot.slack.parts import Parts
from bot.slack.types import Accepted, Incoming, Kind

Next = Callable[[], Awaitable[Any]]


def register(app: AsyncApp, parts: Parts) -> "Door":
    """Have all events pass through the inbox; return its door, for questions from elsewhere."""
    door = Door(parts)

    @app.middleware
    async def admit(body: dict[str, Any], next: Next) -> BoltResponse | None:
        if (body.get("event") or {}).get("type") in ("message", "app_mention"):
            await door.admit(body)
            return BoltResponse(status=200)  # no listener wants them: each would be looked at
        await next()
        return None

    return door


class Door:
    """Decides what of a workspace's messages is a question to us."""

    def __init__(self, parts: Parts) -> None:
        """Take the parts."""
        self._parts = parts
        self.errands = Errands()
        self._entrance = Admission(parts.inbox)

    async def admit(self, body: dict[str, Any]) -> None:
        """Take in one event: a question, an edit, a deletion, a file, or nothing of ours."""
        team, us = self._parts.team, self._parts.bot_user
        if change := change_of(body, team, us):
            await self._changed(change)
        elif written := written_of(body, team, us):
            await self._written(written)

    async def _changed(self, change: Change) -> None:
        inbox = self._parts.inbox
        if change.text is None:
            await asyncio.to_thread(inbox.deleted, change.team, change.channel, change.ts)
            return
        again = await asyncio.to_thread(
            inbox.edited, change.team, change.channel, change.ts, change.text,
            user=change.user, edited_ts=change.edited_ts,
        )  # fmt: skip
        if again:
            self.errands.start(self._offer_again(again))

    async def _offer_again(self, asked: Incoming) -> None:
        claim = await asyncio.to_thread(
            self._parts.inbox.by_question, asked.team, asked.channel, asked.ts
        )
        if claim and claim.answer_id and claim.outcome:  # else it is offered once it is answered
            offer = notice_blocks.offer_again(claim.answer_id)
            await self._parts.outbox.ephemeral(
                asked.channel, asked.user, asked.root, offer.text, list(offer.blocks)
            )

    async def _written(self, written: Written) -> None:
        threads = self._parts.threads
        thread = (written.team, written.channel, written.thread_ts or written.ts)
        if written.thread_ts and written.mutes:
            if written.mentions_us or await asyncio.to_thread(threads.joined, *thread):
                await asyncio.to_thread(threads.mute, *thread)
            return
        kind = await self._kind(written)
        if kind is None:
            return
        if written.files and kind in (Kind.DIRECT, Kind.MENTION):
            upload = files.written_upload(written)
            await asyncio.to_thread(self._parts.uploads.begin, upload)
            if not written.asks:
                return
        if not any(map(str.isalnum, written.text)):
            return
        if kind is Kind.MENTION and written.thread_ts:
            await asyncio.to_thread(threads.unmute, *thread)
        await self.accept(written.incoming(kind))

    async def _kind(self, written: Written) -> Kind | None:
        if written.direct or written.mentions_us:  # nothing needs to be looked up
            return written.kind(joined=False, unasked=False)
        joined = bool(written.thread_ts) and await asyncio.to_thread(
            self._parts.threads.joined, written.team, written.channel, written.thread_ts or ""
        )
        preferences = await asyncio.to_thread(
            self._parts.preferences.get, written.team, written.channel
        )
        stated = self._parts.policy.channels.get(written.channel)
        unasked = preferences.unasked or bool(stated and stated.unasked)
        return written.kind(joined=joined, unasked=unasked)

    async def accept(self, incoming: Incoming) -> Accepted:
        """Take a question into the database, and tell where it is not taken."""
        accepted = await self._entrance.accept(incoming)
        if accepted is Accepted.NEW and not (incoming.private or is_direct(incoming)):
            self.errands.start(self._tell_of_waiting(incoming))
        elif accepted is Accepted.OVER_QUOTA and self._parts.pressure.refuses(incoming):
            self.errands.start(self._decline(incoming))
        return accepted

    async def _tell_of_waiting(self, incoming: Incoming) -> None:
        """Tell a channel once that many wait, in place of a line to each of them."""
        count = await asyncio.to_thread(self._parts.pressure.waiting, incoming)
        if not count:
            return
        get = self._parts.preferences.get
        preferences = await asyncio.to_thread(get, incoming.team, incoming.channel)
        if is_private(self._parts, incoming, preferences):
            return
        line = notice_blocks.said(phrases.many_waiting(count))
        await self._parts.outbox.post(incoming.channel, None, line.text, list(line.blocks))

    async def _decline(self, incoming: Incoming) -> None:
        line = notice_blocks.said(phrases.BUSY)
        await self._parts.outbox.ephemeral(
            incoming.channel, incoming.user, incoming.thread_ts, line.text, list(line.blocks),
            response_url=incoming.response_url,
        )  # fmt: skip
