"""Let questions in: every event passes here before Slack hears that it was received.

As a middleware, not a listener: Bolt acknowledges an event before its listener runs, and a process
killed between the two would have lost the question. Here it is in the inbox first; where that
fails, Slack is not told, and delivers again.

Whoever addresses us gets a reply, be it one line. What is not addressed to us is taken only where
it asks what briefs may answer, and answered only where they do (bot/slack/delivery/questions.py).
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncApp

from bot.question.utterance import questions
from bot.slack import phrases, text
from bot.slack.answering import is_direct, is_private
from bot.slack.blocks import notices
from bot.slack.blocks.elements import Message
from bot.slack.delivery.admission import Admission
from bot.slack.delivery.uploads import Tell
from bot.slack.events import files
from bot.slack.events.clicks import BackgroundWork, Where
from bot.slack.events.written import MessageChange, WrittenMessage, change_of, written_of
from bot.slack.parts import SlackServices
from bot.slack.types import UNPROMPTED, Accepted, AskedVia, Incoming

MOST_SIGNS = 1_000  # messages remembered that got a line
MOST_QUESTIONS = 5  # of one message that are answered, each by itself; the others are named

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
        self._signed: dict[str, None] = {}  # messages that got a line, the newest last

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
            shown_aside = claim.incoming.private
            await self._parts.outbox.ephemeral(
                asked.channel, asked.user, asked.thread_ts if shown_aside else asked.root,
                offer.text, list(offer.blocks),
            )  # fmt: skip

    async def _written(self, written: WrittenMessage) -> None:
        kind = await self._kind(written)
        if written.stops and (kind or written.mentions_us or await self._takes_part(written)):
            await self._stop(written)
            return
        if kind is None:
            return
        if written.files and kind not in UNPROMPTED:
            await self._take_files(written, kind)
        elif self._asks_nothing(written):
            self.background.start(self._sign(written))
        else:
            await self.ask(_asked(self._parts.team, written, kind))

    def _asks_nothing(self, written: WrittenMessage) -> bool:
        """Whether there is neither text nor anything else that a message could mean."""
        points = written.text != written.typed or (written.mentions_us and written.thread_ts)
        return not (written.says_something or points)

    async def ask(self, asked: Incoming) -> None:
        """Take in what a message asks: each of its questions is answered by itself."""
        typed, pointed = text.unquoted(asked.text)
        found = tuple(f"{one}\n{text.quoted(pointed)}".strip() for one in questions(typed))
        if asked.kind is AskedVia.MENTION and asked.thread_ts:
            thread = (asked.team, asked.channel, asked.thread_ts)
            await asyncio.to_thread(self._parts.threads.unmute, *thread)
        taken = [
            await self.accept(_part(asked, number, one) if len(found) > 1 else asked)
            for number, one in enumerate(found[:MOST_QUESTIONS])
        ]
        rest = found[MOST_QUESTIONS:]
        if rest and taken[0] is Accepted.NEW:
            line = notices.said(phrases.too_many_questions(MOST_QUESTIONS, rest))
            self.background.start(
                self._parts.outbox.post(asked.channel, asked.root, line.text, list(line.blocks))
            )

    async def _take_files(self, written: WrittenMessage, kind: AskedVia) -> None:
        """Have files added; what is asked with them is asked once they are there."""
        parts = self._parts
        where = Where(written.user, written.channel, written.thread)
        asked = _asked(parts.team, written, kind) if written.asks else None
        if asked and not any(map(files.is_readable, written.files)):
            await self.ask(asked)
            self.background.start(self._say(written, notices.said(phrases.PICTURES)))
            return
        upload = files.upload_from(parts, where, written.ts, written.files, Tell.THREAD)
        if asked:
            upload = replace(upload, question=files.kept_question(asked))
        await asyncio.to_thread(parts.uploads.begin, upload)

    async def _stop(self, written: WrittenMessage) -> None:
        """Stay out of a thread, or out of a channel that is answered unasked, and say so."""
        parts, key = self._parts, (self._parts.team, written.channel)
        line = phrases.STOPPED_HERE
        await asyncio.to_thread(parts.inbox.stop, *key, written.thread)
        if written.thread_ts:
            await asyncio.to_thread(parts.threads.mute, *key, written.thread_ts)
        elif written.direct:
            line = phrases.STOPPED
        else:
            preferences = await asyncio.to_thread(parts.preferences.get, *key)
            stated = parts.policy.channels.get(written.channel)
            if preferences.unasked:
                quiet = replace(preferences, unasked=False)
                await asyncio.to_thread(parts.preferences.put, *key, quiet)
            line = phrases.SET_BY_ADMIN if stated and stated.unasked else phrases.ONLY_MENTIONS
        self.background.start(self._say(written, notices.said(line)))

    async def _sign(self, written: WrittenMessage) -> None:
        await self._say(written, notices.said(phrases.ASK_ME))

    async def _say(self, written: WrittenMessage, line: Message) -> None:
        """Reply below a message; once, by its mark, though two events may tell of it."""
        marker = f"sign-{written.channel}-{written.ts}"
        if marker not in self._signed:
            self._signed[marker] = None
            for old in list(self._signed)[:-MOST_SIGNS]:
                del self._signed[old]
            await self._parts.outbox.post(
                written.channel, written.thread, line.text, list(line.blocks), marker
            )

    async def _takes_part(self, written: WrittenMessage) -> bool:
        key = (self._parts.team, written.channel, written.thread_ts)
        return bool(key[2]) and await asyncio.to_thread(self._parts.threads.joined, *key)  # type: ignore[arg-type]

    async def _kind(self, written: WrittenMessage) -> AskedVia | None:
        """Return how it reaches us, by a mention or without, None where it does not."""
        team, channel = self._parts.team, written.channel
        if written.direct:
            return AskedVia.DIRECT
        if written.mentions_us:
            return AskedVia.MENTION
        if written.thread_ts:
            listens = await self._takes_part(written)
        else:
            preferences = await asyncio.to_thread(self._parts.preferences.get, team, channel)
            stated = self._parts.policy.channels.get(channel)
            listens = preferences.unasked or bool(stated and stated.unasked)
        if not listens or not await asyncio.to_thread(written.asks_the_briefs):
            return None
        return AskedVia.FOLLOW_UP if written.thread_ts else AskedVia.CHANNEL

    async def accept(self, incoming: Incoming) -> Accepted:
        """Take a question into the database, and tell the person where it is not taken."""
        accepted = await self._admission.accept(incoming)
        if accepted is Accepted.NEW and not (incoming.private or is_direct(incoming)):
            self.background.start(self._tell_of_waiting(incoming))
        elif incoming.kind in UNPROMPTED:
            pass  # nobody waits for a reply
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


def _asked(team: str, written: WrittenMessage, kind: AskedVia) -> Incoming:
    return Incoming(
        team=team, channel=written.channel, ts=written.ts, user=written.user,
        text=written.text or "?", kind=kind, event_id=written.event_id,
        thread_ts=written.thread_ts,
    )  # fmt: skip


def _part(asked: Incoming, number: int, question: str) -> Incoming:
    """Return one of several questions of a message: the first goes by the message's own ts."""
    if not number:
        return replace(asked, text=question)
    event_id = asked.event_id and f"{asked.event_id}:{number}"
    ts = f"{asked.ts}{number:08d}"
    return replace(asked, ts=ts, text=question, event_id=event_id, thread_ts=asked.root)
