"""Ask the question of an answer again: for oneself, with its newer text, of newer briefs."""

import asyncio
import hashlib
import time
from dataclasses import replace

from bot.slack import phrases
from bot.slack.blocks.notices import said
from bot.slack.events.clicks import Where, own_ts, tell
from bot.slack.events.messages import Door
from bot.slack.parts import SlackServices
from bot.slack.types import AskedVia, Claim, Incoming
from index.errors import NotFound

DOUBLE_CLICK = 60.0  # seconds within which the same wish is one


async def ask_privately(parts: SlackServices, door: Door, where: Where, answer_id: str) -> None:
    """Answer the same question to the one who clicked, from what that person may see."""
    question = await question_of(parts, where, answer_id)
    lately = int(time.time() / DOUBLE_CLICK)
    asked = Incoming(
        team=parts.team, channel=where.channel, ts=own_ts(), user=where.user, text=question,
        kind=AskedVia.AGAIN, event_id=f"privately:{answer_id}:{where.user}:{lately}",
        thread_ts=where.thread_ts, private=True,
        response_url=where.response_url,
    )  # fmt: skip
    await door.accept(asked)


async def ask_again(parts: SlackServices, door: Door, where: Where, answer_id: str) -> None:
    """Answer a question that was edited after it was answered, once for each edit."""
    claim = await claim_of(parts, answer_id)
    if claim.incoming.user != where.user:
        await tell(parts, where, phrases.NOT_YOURS)
        return
    if not claim.edited:
        raise NotFound(answer_id)
    edit = hashlib.sha256(claim.edited.encode()).hexdigest()[:16]
    before = claim.incoming
    asked = Incoming(
        team=parts.team, channel=before.channel, ts=own_ts(), user=where.user, text=claim.edited,
        kind=AskedVia.AGAIN, event_id=f"again:{answer_id}:{edit}", thread_ts=before.root,
        private=before.private, zone=before.zone,
        response_url=where.response_url if before.private else None,
    )  # fmt: skip
    await door.accept(asked)


async def ask_anew(parts: SlackServices, door: Door, where: Where, answer_id: str) -> None:
    """Answer a question by the briefs of today: in its thread, or to its asker where it was one's.

    From a notice in a direct message, it is answered there if it was asked there or privately.
    """
    claim = await claim_of(parts, answer_id)
    before = claim.incoming
    if before.user != where.user and where.channel != before.channel:
        await tell(parts, where, phrases.NOT_YOURS)
        return
    there = where if where.channel == before.channel else replace(where, channel=before.channel)
    question = await question_of(parts, there, answer_id)
    lately = int(time.time() / DOUBLE_CLICK)
    event_id = f"anew:{answer_id}:{where.user}:{lately}"
    if where.channel != before.channel:
        await ask_in_direct(parts, door, where, question, event_id)
        return
    asked = Incoming(
        team=parts.team, channel=before.channel, ts=own_ts(), user=where.user, text=question,
        kind=AskedVia.AGAIN, event_id=event_id, thread_ts=before.root,
    )  # fmt: skip
    await door.accept(asked)


async def ask_in_direct(
    parts: SlackServices, door: Door, where: Where, question: str, event_id: str | None = None
) -> None:
    """Write the question into the direct message with its asker, to be answered below it."""
    line = said(phrases.asked_by_you(question))
    posted = await parts.outbox.post(where.user, None, line.text, list(line.blocks))
    asked = Incoming(
        team=parts.team, channel=posted.channel, ts=posted.ts, user=where.user, text=question,
        kind=AskedVia.DIRECT, event_id=event_id,
    )  # fmt: skip
    await door.accept(asked)


async def question_of(parts: SlackServices, where: Where, answer_id: str) -> str:
    """Return a question by its answer, whole and independent of its thread; raise NotFound.

    Only where it was asked. One that was asked in a direct message, or answered to one person
    alone and not shared, is that person's.
    """
    claim = await claim_of(parts, answer_id)
    asked = claim.incoming
    alone = asked.private or asked.channel.startswith("D")
    if alone and asked.user != where.user:
        stands = parts.shares.stands
        alone = not await asyncio.to_thread(stands, answer_id, parts.team, asked.channel)
    foreign = asked.channel != where.channel or (alone and asked.user != where.user)
    entry = await asyncio.to_thread(parts.ledger.get, answer_id)
    question = str((entry.private or {}).get("standalone_question") or "")
    if not question or foreign:
        raise NotFound(answer_id)
    return question


async def claim_of(parts: SlackServices, answer_id: str) -> Claim:
    claim = await asyncio.to_thread(parts.inbox.by_answer, answer_id)
    if claim is None:
        raise NotFound(answer_id)
    return claim
