"""What people do with an answer beside reading it: judge it, ask on, have it forgotten."""

import asyncio
import hashlib
import logging
import time

from slack_sdk.web.async_client import AsyncWebClient

from bot.audit.forgetting import forget_person
from bot.ledger import By
from bot.slack import actions, phrases
from bot.slack.listeners import home
from bot.slack.listeners.clicks import Where, opened, own_ts, tell, updated
from bot.slack.listeners.messages import Door
from bot.slack.notice_blocks import asked_librarians
from bot.slack.outbox import Undeliverable
from bot.slack.parts import Parts
from bot.slack.types import Claim, Incoming, Kind
from bot.slack.views import feedback_view, message_view
from index.errors import NotFound

log = logging.getLogger(__name__)

DOUBLE_CLICK = 60.0  # seconds within which the same wish is one


async def feedback(parts: Parts, client: AsyncWebClient, where: Where, value: str) -> None:
    """Keep praise; ask in a dialog what is wrong."""
    answer_id, side = actions.parted(value)
    if side == actions.BAD:
        await opened(client, where, feedback_view(answer_id))
        return
    await asyncio.to_thread(parts.feedback.add, answer_id, parts.team, where.user, True)
    await tell(parts, where, phrases.THANKS)


async def ask_privately(parts: Parts, door: Door, where: Where, answer_id: str) -> None:
    """Answer the same question to the one who clicked, from what that person may see."""
    question = await question_of(parts, where, answer_id)
    lately = int(time.time() / DOUBLE_CLICK)
    asked = Incoming(
        team=parts.team, channel=where.channel, ts=own_ts(), user=where.user, text=question,
        kind=Kind.AGAIN, event_id=f"privately:{answer_id}:{where.user}:{lately}",
        thread_ts=where.thread_ts, private=True,
        response_url=where.response_url,
    )  # fmt: skip
    await door.accept(asked)


async def ask_again(parts: Parts, door: Door, where: Where, answer_id: str) -> None:
    """Answer a question that was edited after it was answered, once for each edit."""
    claim = await _claim(parts, answer_id)
    if claim.incoming.user != where.user:
        await tell(parts, where, phrases.NOT_YOURS)
        return
    if not claim.edited:
        raise NotFound(answer_id)
    edit = hashlib.sha256(claim.edited.encode()).hexdigest()[:16]
    before = claim.incoming
    asked = Incoming(
        team=parts.team, channel=before.channel, ts=own_ts(), user=where.user, text=claim.edited,
        kind=Kind.AGAIN, event_id=f"again:{answer_id}:{edit}", thread_ts=before.root,
        private=before.private, zone=before.zone,
        response_url=where.response_url if before.private else None,
    )  # fmt: skip
    await door.accept(asked)


async def ask_librarians(parts: Parts, where: Where, answer_id: str) -> None:
    """Hand a question on to those who keep the library; Slack has asked before we are told."""
    question = await question_of(parts, where, answer_id)
    add = parts.requests.add
    if await asyncio.to_thread(add, question, answer_id, parts.team, where.user):
        await _notify(parts, where, answer_id, question)
    await tell(parts, where, phrases.ASKED_LIBRARIANS)


async def delete_history(parts: Parts, client: AsyncWebClient, where: Where) -> None:
    """Forget all that a person typed, here and in the ledger."""
    view = await opened(client, where, message_view("Your history", phrases.LOADING))
    person = f"slack:{parts.team}:{where.user}"
    await asyncio.to_thread(forget_person, parts.library.database, person, By.PERSON)
    await updated(client, view, message_view("Your history", phrases.FORGOTTEN))
    await home.show(parts, client, where.user)


async def question_of(parts: Parts, where: Where, answer_id: str) -> str:
    """Return a question by its answer, whole and independent of its thread; raise NotFound.

    Only where it was asked. One that was asked in a direct message, or answered to one person
    alone and not shared, is that person's.
    """
    claim = await _claim(parts, answer_id)
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


async def _claim(parts: Parts, answer_id: str) -> Claim:
    claim = await asyncio.to_thread(parts.inbox.by_answer, answer_id)
    if claim is None:
        raise NotFound(answer_id)
    return claim


async def _notify(parts: Parts, where: Where, answer_id: str, question: str) -> None:
    """Tell the librarians' channel, where there is one."""
    channel = parts.settings.notify
    if not channel:
        return
    told = asked_librarians(question, where.user)
    marker = f"wish-{answer_id}-{where.user}"
    try:
        await parts.outbox.post(channel, None, told.text, list(told.blocks), marker)
    except Undeliverable as failure:
        log.error("slack.notify: the librarians could not be told (%s)", failure.code)
