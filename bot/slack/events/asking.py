"""Ask the question of an answer again: for oneself, as edited, or from newer briefs."""

import asyncio
import hashlib
import time
from dataclasses import replace

from bot.slack import phrases
from bot.slack.blocks.actions import parted_number
from bot.slack.blocks.notices import said
from bot.slack.events.clicks import Accept, Click, Where, own_ts, tell
from bot.slack.events.sharing import is_shared
from bot.slack.parts import SlackServices
from bot.slack.types import Accepted, AskedVia, InboxEntry, Incoming
from index.errors import NotFound

DOUBLE_CLICK = 60.0  # seconds within which the same click counts once


def question_at(
    parts: SlackServices, where: Where, text: str, via: AskedVia, event_id: str | None
) -> Incoming:
    """Return a question to be answered where it was asked, to its asker alone."""
    return Incoming(
        team=parts.team, channel=where.channel, ts=own_ts(), user=where.user, text=text, kind=via,
        event_id=event_id, thread_ts=where.thread_ts, private=True,
        response_url=where.response_url,
    )  # fmt: skip


async def ask_privately(click: Click) -> None:
    """Answer the same question to the person who clicked, from what that person may see."""
    where = click.where
    question = await question_of(click.parts, where, click.value)
    event_id = f"privately:{click.value}:{where.user}:{_minute()}"
    await click.accept(question_at(click.parts, where, question, AskedVia.AGAIN, event_id))


async def ask_next(click: Click) -> None:
    """Answer a question that an answer suggests, in its thread, as the person who clicked.

    The text comes from the answer's record, whatever the button carries; the same question is
    answered once in a thread and a minute, however often it is clicked.
    """
    parts, where = click.parts, click.where
    answer_id, number = parted_number(click.value)
    before = (await claim_of(parts, answer_id)).incoming
    await question_of(parts, where, answer_id)  # raises NotFound where the answer is not theirs
    entry = await asyncio.to_thread(parts.ledger.get, answer_id)
    suggested = entry.body.get("suggestions") or ()
    if not 1 <= number <= len(suggested):
        raise NotFound(click.value)
    asked = Incoming(
        team=parts.team, channel=before.channel, ts=own_ts(), user=where.user,
        text=str(suggested[number - 1]), kind=AskedVia.AGAIN,
        event_id=f"next:{answer_id}:{number}:{where.user}:{_minute()}", thread_ts=before.root,
        private=before.private, response_url=where.response_url if before.private else None,
    )  # fmt: skip
    if await click.accept(asked) is Accepted.NEW and not before.private:
        line = said(phrases.asked_next(asked.text))
        await parts.outbox.post(before.channel, before.root, line.text, list(line.blocks))


async def ask_again(click: Click) -> None:
    """Answer a question that was edited after it was answered, once for each edit."""
    claim = await claim_of(click.parts, click.value)
    before = claim.incoming
    if before.user != click.where.user:
        await tell(click.parts, click.where, phrases.NOT_YOURS)
        return
    if not claim.edited:
        raise NotFound(click.value)
    edit = hashlib.sha256(claim.edited.encode()).hexdigest()[:16]
    asked = replace(
        before, ts=own_ts(), text=claim.edited, kind=AskedVia.AGAIN, thread_ts=before.root,
        event_id=f"again:{click.value}:{edit}",
        response_url=click.where.response_url if before.private else None,
    )  # fmt: skip
    await click.accept(asked)


async def ask_anew(click: Click) -> None:
    """Answer a question from today's briefs, in its thread.

    Clicked in a direct message about a question asked elsewhere, it is answered in that message.
    """
    parts, where = click.parts, click.where
    before = (await claim_of(parts, click.value)).incoming
    elsewhere = where.channel != before.channel
    if before.user != where.user and elsewhere:
        await tell(parts, where, phrases.NOT_YOURS)
        return
    question = await question_of(parts, Where(where.user, before.channel), click.value)
    event_id = f"anew:{click.value}:{where.user}:{_minute()}"
    if elsewhere:
        await ask_in_direct(parts, click.accept, where.user, question, event_id)
        return
    asked = Incoming(
        team=parts.team, channel=before.channel, ts=own_ts(), user=where.user, text=question,
        kind=AskedVia.AGAIN, event_id=event_id, thread_ts=before.root,
    )  # fmt: skip
    await click.accept(asked)


async def ask_in_direct(
    parts: SlackServices, accept: Accept, user: str, question: str, event_id: str | None = None
) -> None:
    """Write the question into the direct message with its asker, to be answered below it."""
    line = said(phrases.asked_by_you(question))
    posted = await parts.outbox.post(user, None, line.text, list(line.blocks))
    asked = Incoming(
        team=parts.team, channel=posted.channel, ts=posted.ts, user=user, text=question,
        kind=AskedVia.DIRECT, event_id=event_id,
    )  # fmt: skip
    await accept(asked)


async def question_of(parts: SlackServices, where: Where, answer_id: str) -> str:
    """Return a question by its answer, whole and independent of its thread; raise NotFound.

    Only where it was asked. One that was asked in a direct message, or answered to one person
    alone and not shared, is that person's.
    """
    asked = (await claim_of(parts, answer_id)).incoming
    alone = asked.private or asked.channel.startswith("D")
    if alone and asked.user != where.user:
        alone = not await asyncio.to_thread(is_shared, parts, answer_id, asked.channel)
    foreign = asked.channel != where.channel or (alone and asked.user != where.user)
    entry = await asyncio.to_thread(parts.ledger.get, answer_id)
    question = str((entry.private or {}).get("standalone_question") or "")
    if not question or foreign:
        raise NotFound(answer_id)
    return question


async def claim_of(parts: SlackServices, answer_id: str) -> InboxEntry:
    """Return the question that an answer belongs to; raise NotFound."""
    claim = await asyncio.to_thread(parts.inbox.by_answer, answer_id)
    if claim is None:
        raise NotFound(answer_id)
    return claim


def _minute() -> int:
    return int(time.time() / DOUBLE_CLICK)
