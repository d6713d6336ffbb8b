"""What people do with an answer beside reading it: judge it, ask on, have it forgotten."""

import asyncio
import logging

from slack_sdk.web.async_client import AsyncWebClient

from bot.audit.forgetting import forget_person
from bot.ledger import By
from bot.slack import phrases
from bot.slack.blocks import actions
from bot.slack.blocks.dialogs import feedback_view, message_view
from bot.slack.blocks.notices import asked_librarians
from bot.slack.events import home
from bot.slack.events.asking import question_of
from bot.slack.events.clicks import Where, opened, tell, updated
from bot.slack.outbox import Undeliverable
from bot.slack.parts import SlackServices

log = logging.getLogger(__name__)


async def feedback(parts: SlackServices, client: AsyncWebClient, where: Where, value: str) -> None:
    """Keep praise; ask in a dialog what is wrong."""
    answer_id, side = actions.parted(value)
    if side == actions.BAD:
        await opened(client, where, feedback_view(answer_id))
        return
    await asyncio.to_thread(parts.feedback.add, answer_id, parts.team, where.user, True)
    await tell(parts, where, phrases.THANKS)


async def ask_librarians(parts: SlackServices, where: Where, answer_id: str) -> None:
    """Hand a question on to those who keep the library; Slack has asked before we are told."""
    question = await question_of(parts, where, answer_id)
    add = parts.requests.add
    if await asyncio.to_thread(add, question, answer_id, parts.team, where.user):
        await _notify(parts, where, answer_id, question)
    await tell(parts, where, phrases.ASKED_LIBRARIANS)


async def delete_history(parts: SlackServices, client: AsyncWebClient, where: Where) -> None:
    """Forget all that a person typed, here and in the ledger."""
    view = await opened(client, where, message_view("Your history", phrases.LOADING))
    person = f"slack:{parts.team}:{where.user}"
    await asyncio.to_thread(forget_person, parts.library.database, person, By.PERSON)
    await updated(client, view, message_view("Your history", phrases.FORGOTTEN))
    await home.show(parts, client, where.user)


async def _notify(parts: SlackServices, where: Where, answer_id: str, question: str) -> None:
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
