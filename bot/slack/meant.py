"""Tell what a question means in its conversation: the text to ask, and the turns before it.

Earlier questions of its thread that have answers are its turns; in a direct message, the last
question. A mention that points at something, the message above it or one that was forwarded, reads
what it points at: asked itself where nothing else was typed, a turn where it only leans.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.question.conversation import leans
from bot.question.question import LONGEST_QUESTION, Turn
from bot.question.utterance import asks, only_points, questions
from bot.slack import phrases, text
from bot.slack.events.written import said_in
from bot.slack.parts import SlackServices
from bot.slack.types import AskedVia, Incoming
from index.errors import UsageError


@dataclass(frozen=True)
class Meant:
    """What is asked, with people's names, and what was said before; the oldest turn first."""

    text: str
    turns: tuple[Turn, ...] = ()
    pointed: bool = False  # the text is what the question points at


async def meant_by(parts: SlackServices, incoming: Incoming, *, alone: bool) -> Meant:
    """Return what a question means; raise UsageError where it means something we cannot read.

    `alone`: the answer is for its asker alone, who may follow up on answers of the same kind.
    """
    named = await parts.directory.named(incoming.text)
    typed, pointed = text.unquoted(named)
    turns = await _turns(parts, incoming, alone=alone)
    in_thread = incoming.kind is AskedVia.MENTION and incoming.thread_ts
    if in_thread and not pointed and not turns and (only_points(typed) or leans(typed)):
        pointed = await _above(parts, incoming)
    if not only_points(typed):
        return Meant(typed, (*([Turn(pointed)] if pointed else []), *turns))
    if pointed:
        return Meant(_question_in(pointed), turns, pointed=True)
    if any(map(str.isalnum, typed)):
        return Meant(typed, turns)
    raise UsageError(phrases.CANNOT_READ_THREAD if incoming.thread_ts else phrases.ASK_ME)


async def _turns(parts: SlackServices, incoming: Incoming, *, alone: bool) -> tuple[Turn, ...]:
    team, channel, ts = incoming.team, incoming.channel, incoming.ts
    turns = await asyncio.to_thread(
        parts.threads.turns, team, channel, incoming.root, ts,
        user=incoming.user if alone else None,
    )  # fmt: skip
    if turns or incoming.kind is not AskedVia.DIRECT or incoming.thread_ts:
        return turns
    latest = parts.threads.latest
    return await asyncio.to_thread(latest, team, channel, ts, user=incoming.user)


async def _above(parts: SlackServices, incoming: Incoming) -> str:
    """Return what stands above a mention in a thread of others: the last question, else the last.

    What the bot or another program wrote is left out.
    """
    assert incoming.thread_ts
    found = await parts.outbox.written_before(incoming.channel, incoming.thread_ts, incoming.ts)
    said = [await _read(parts, one) for one in found if not one.get("bot_id")]
    said = [one for one in said if one]
    asked = [one for one in said if asks(one)]
    return next(reversed(asked or said), "")


async def _read(parts: SlackServices, message: Mapping[str, Any]) -> str:
    own, forwarded = text.unquoted(said_in(message, parts.bot_user))
    return (await parts.directory.named(own or forwarded)).strip()


def _question_in(pointed: str) -> str:
    """Return the question that a message asks, else the message."""
    asked = [one for one in questions(pointed) if asks(one)]
    return (asked[0] if asked else pointed)[:LONGEST_QUESTION]
