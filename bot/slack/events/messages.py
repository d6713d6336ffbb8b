"""Let questions in: every event passes here before Slack hears that it was received.

As a middleware, not a listener: Bolt acknowledges an event before its listener runs, and a process
killed between the two would have lost the question. Here it is in the inbox first; where that
fails, Slack is not told, and delivers again.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncApp

from bot.slack import phrases, text
from bot.slack.answering import is_direct, is_private
from bot.slack.blocks import notices
from bot.slack.delivery.admission import Admission
from bot.slack.delivery.uploads import Tell
from bot.slack.events import files
from bot.slack.events.clicks import BackgroundWork, Where
from bot.slack.parts import SlackServices
from bot.slack.types import Accepted, AskedVia, Incoming

Event = Mapping[str, Any]

READ = frozenset(
    {None, "file_share", "thread_broadcast", "me_message"}
)  # subtypes that people write
_ASKS = re.compile(
    r"^\W*(?:who|what|when|where|which|why|how|whose|is|are|was|were|do|does|did|has|have|had|can"
    r"|could|will|would|should)\b",
    re.IGNORECASE,
)
_MUTES = re.compile(r"^\W*(?:stop|mute|be quiet|stay out)\W*$", re.IGNORECASE)


@dataclass(frozen=True)
class MessageChange:
    """A message that was edited or deleted; `text` is None where it was deleted."""

    channel: str
    ts: str
    text: str | None
    user: str | None = None
    edited_ts: str | None = None


@dataclass(frozen=True)
class WrittenMessage:
    """A message by a person, before it is decided whether it asks something of us."""

    channel: str
    ts: str
    user: str
    text: str  # readable, without our mention
    thread_ts: str | None
    direct: bool
    mentions_us: bool
    addresses_other: bool  # begins with the mention of somebody else
    event_id: str | None
    files: tuple[Mapping[str, Any], ...] = ()

    @property
    def asks(self) -> bool:
        return self.text.rstrip().endswith("?") or bool(_ASKS.match(self.text))

    @property
    def mutes(self) -> bool:
        return bool(_MUTES.match(self.text))


def change_of(body: Mapping[str, Any], bot_user: str) -> MessageChange | None:
    """Return the edit or deletion that an event tells of, None where it tells of none."""
    event = body.get("event") or {}
    channel = str(event.get("channel") or "")
    if event.get("subtype") == "message_deleted":
        ts = event.get("deleted_ts")
        return MessageChange(channel, str(ts), None) if ts else None
    if event.get("subtype") != "message_changed":
        return None
    new, old = event.get("message") or {}, event.get("previous_message") or {}
    if new.get("subtype") == "tombstone":
        return MessageChange(channel, str(new.get("ts")), None)
    if new.get("bot_id") or new.get("text") == old.get("text"):  # an unfurl changes it, too
        return None
    edited = (new.get("edited") or {}).get("ts")
    said = text.readable(str(new.get("text") or ""), bot_user)
    return MessageChange(channel, str(new.get("ts")), said, new.get("user"), edited)


def written_of(body: Mapping[str, Any], bot_user: str) -> WrittenMessage | None:
    """Return the message by a person that an event tells of; bots, and we ourselves, are none."""
    event = body.get("event") or {}
    user, ts = event.get("user"), event.get("ts")
    if event.get("subtype") not in READ or event.get("bot_id") or event.get("hidden"):
        return None
    if not user or not ts or user == bot_user:
        return None
    raw = str(event.get("text") or "")
    thread = event.get("thread_ts")
    opening = re.match(r"\s*<@([A-Z0-9]+)(?:\|[^>]*)?>", raw)
    return WrittenMessage(
        channel=str(event.get("channel")),
        ts=str(ts),
        user=str(user),
        text=text.readable(raw, bot_user),
        thread_ts=str(thread) if thread and thread != ts else None,
        direct=event.get("channel_type") == "im",
        mentions_us=event.get("type") == "app_mention" or f"<@{bot_user}" in raw,
        addresses_other=bool(opening and opening[1] != bot_user),
        event_id=body.get("event_id"),
        files=tuple(event.get("files") or ()),
    )


Next = Callable[[], Awaitable[Any]]


def register(app: AsyncApp, parts: SlackServices) -> "Intake":
    """Have all events pass through the inbox; return its intake, for questions from elsewhere."""
    intake = Intake(parts)

    @app.middleware
    async def admit(body: dict[str, Any], next: Next) -> BoltResponse | None:
        if (body.get("event") or {}).get("type") in ("message", "app_mention"):
            await intake.admit(body)
            return BoltResponse(status=200)  # no listener wants them: each would be looked at
        await next()
        return None

    return intake


class Intake:
    """Decides what of a workspace's messages is a question to us."""

    def __init__(self, parts: SlackServices) -> None:
        self._parts = parts
        self.background = BackgroundWork()
        self._admission = Admission(parts.inbox.accept_all)

    async def admit(self, body: dict[str, Any]) -> None:
        """Take in one event: a question, an edit, a deletion, a file, or nothing of ours."""
        if change := change_of(body, self._parts.bot_user):
            await self._changed(change)
        elif written := written_of(body, self._parts.bot_user):
            await self._written(written)

    async def _changed(self, change: MessageChange) -> None:
        inbox, team = self._parts.inbox, self._parts.team
        if change.text is None:
            await asyncio.to_thread(inbox.deleted, team, change.channel, change.ts)
            return
        again = await asyncio.to_thread(
            inbox.edited, team, change.channel, change.ts, change.text,
            user=change.user, edited_ts=change.edited_ts,
        )  # fmt: skip
        if again:
            self.background.start(self._offer_again(again))

    async def _offer_again(self, asked: Incoming) -> None:
        claim = await asyncio.to_thread(
            self._parts.inbox.by_question, asked.team, asked.channel, asked.ts
        )
        if claim and claim.answer_id and claim.outcome:  # else it is offered once it is answered
            offer = notices.offer_again(claim.answer_id)
            await self._parts.outbox.ephemeral(
                asked.channel, asked.user, asked.root, offer.text, list(offer.blocks)
            )

    async def _written(self, written: WrittenMessage) -> None:
        team, threads = self._parts.team, self._parts.threads
        thread = (team, written.channel, written.thread_ts or written.ts)
        if written.thread_ts and written.mutes:
            if written.mentions_us or await asyncio.to_thread(threads.joined, *thread):
                await asyncio.to_thread(threads.mute, *thread)
            return
        kind = await self._kind(written)
        if kind is None:
            return
        if written.files and kind in (AskedVia.DIRECT, AskedVia.MENTION):
            upload = files.upload_from(
                self._parts,
                Where(written.user, written.channel, written.thread_ts or written.ts),
                written.ts, written.files, Tell.THREAD,
            )  # fmt: skip
            await asyncio.to_thread(self._parts.uploads.begin, upload)
            if not written.asks:
                return
        if not any(map(str.isalnum, written.text)):
            return
        if kind is AskedVia.MENTION and written.thread_ts:
            await asyncio.to_thread(threads.unmute, *thread)
        asked = Incoming(
            team=team, channel=written.channel, ts=written.ts, user=written.user,
            text=written.text, kind=kind, event_id=written.event_id, thread_ts=written.thread_ts,
        )  # fmt: skip
        await self.accept(asked)

    async def _kind(self, written: WrittenMessage) -> AskedVia | None:
        """Return how it reaches us, by a mention or without, None where it does not."""
        team, channel, thread = self._parts.team, written.channel, written.thread_ts
        if written.direct:
            return AskedVia.DIRECT
        if written.mentions_us:
            return AskedVia.MENTION
        if written.addresses_other:
            return None
        if thread:
            joined = await asyncio.to_thread(self._parts.threads.joined, team, channel, thread)
            return AskedVia.FOLLOW_UP if joined else None
        if not written.asks:
            return None
        preferences = await asyncio.to_thread(self._parts.preferences.get, team, channel)
        stated = self._parts.policy.channels.get(channel)
        unasked = preferences.unasked or bool(stated and stated.unasked)
        return AskedVia.CHANNEL if unasked else None

    async def accept(self, incoming: Incoming) -> Accepted:
        """Take a question into the database, and tell the person where it is not taken."""
        accepted = await self._admission.accept(incoming)
        if accepted is Accepted.NEW and not (incoming.private or is_direct(incoming)):
            self.background.start(self._tell_of_waiting(incoming))
        elif accepted is Accepted.OVER_QUOTA and self._parts.pressure.refuses(incoming):
            self.background.start(self._decline(incoming))
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
        line = notices.said(phrases.many_waiting(count))
        await self._parts.outbox.post(incoming.channel, None, line.text, list(line.blocks))

    async def _decline(self, incoming: Incoming) -> None:
        line = notices.said(phrases.BUSY)
        await self._parts.outbox.ephemeral(
            incoming.channel, incoming.user, incoming.thread_ts, line.text, list(line.blocks),
            response_url=incoming.response_url,
        )  # fmt: skip
