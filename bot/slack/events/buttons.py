"""Buttons of answers, dialogs and App Home, each with its handler.

A click is acknowledged before anything is done. A button carries an answer's id and no more; access
is checked again for the person who clicks.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.audit.upkeep import forget_person
from bot.ledger.ledger import By
from bot.slack import phrases
from bot.slack.blocks import actions
from bot.slack.blocks.dialogs import ask_view, feedback_view, message_view
from bot.slack.blocks.notices import asked_librarians
from bot.slack.delivery import erasing
from bot.slack.delivery.outbox import Undeliverable
from bot.slack.delivery.tables import person_of
from bot.slack.events import asking, dialogs, files, passages, sharing
from bot.slack.events.asking import question_of
from bot.slack.events.clicks import Click, opened, tell, updated, value_of, where_of
from bot.slack.events.messages import Intake
from bot.slack.events.workspace import show_home
from bot.slack.parts import SlackServices
from index.passage import split_version

log = logging.getLogger(__name__)


async def undo(click: Click) -> None:
    parts, where = click.parts, click.where
    brief_id, version = split_version(click.value)
    own = await files.removable(parts, where, brief_id, version or 1)
    if not own:
        await tell(parts, where, phrases.NOT_YOUR_BRIEF)
        return
    gone = await asyncio.to_thread(files.withdrawn, parts.library, own)
    await tell(parts, where, phrases.REMOVED if gone else phrases.REMOVED_ALREADY)


async def move(click: Click) -> None:
    await files.move(click.parts, click.where, click.value)


async def feedback(click: Click) -> None:
    """Record a good answer; ask in a dialog what is wrong with a bad one."""
    parts, where = click.parts, click.where
    answer_id, side = actions.parted(click.value)
    if side == actions.BAD:
        await opened(click.client, where, feedback_view(answer_id))
        return
    person = person_of(parts.team, where.user)
    await asyncio.to_thread(parts.feedback.add, answer_id, person, True)
    await tell(parts, where, phrases.THANKS)


async def ask_librarians(click: Click) -> None:
    """Pass a question on to the librarians, and post it in their channel where there is one."""
    parts, where, answer_id = click.parts, click.where, click.value
    question = await question_of(parts, where, answer_id)
    add = parts.requests.add
    new = await asyncio.to_thread(add, question, answer_id, parts.team, where.user)
    told = not new
    if new and parts.settings.notify:
        line = asked_librarians(question, where.user)
        marker = f"wish-{answer_id}-{where.user}"
        try:
            await parts.outbox.post(
                parts.settings.notify, None, line.text, list(line.blocks), marker
            )
            told = True
        except Undeliverable as failure:
            log.error("slack.notify: the question could not be posted there (%s)", failure.code)
    reached = told and parts.settings.notify
    await tell(parts, where, phrases.ASKED_LIBRARIANS if reached else phrases.NOTED_QUESTION)


async def delete_history(click: Click) -> None:
    """Forget all that a person typed, here and in the ledger."""
    parts, client, where = click.parts, click.client, click.where
    loading = message_view("Your history", phrases.LOADING)
    view = await opened(client, where, loading, needed=False)
    person = f"slack:{parts.team}:{where.user}"
    await asyncio.to_thread(forget_person, parts.library.database, person, [erasing], By.PERSON)
    if view:
        await updated(client, view, message_view("Your history", phrases.FORGOTTEN))
    else:
        await tell(parts, where, phrases.FORGOTTEN)
    await show_home(parts, client, where.user)


async def open_ask(click: Click) -> None:
    await opened(click.client, click.where, ask_view())


async def open_upload(click: Click) -> None:
    await dialogs.open_upload(click.parts, click.client, click.where)


HANDLERS: dict[str, Callable[[Click], Awaitable[None]]] = {
    actions.SHOW_PASSAGES: passages.show,
    actions.MORE_CONTEXT: passages.more,
    actions.TURN_PAGE: passages.turn,
    actions.TURN_BACK: passages.turn,
    actions.FEEDBACK: feedback,
    actions.ASK_PRIVATELY: asking.ask_privately,
    actions.ASK_AGAIN: asking.ask_again,
    actions.ASK_ANEW: asking.ask_anew,
    **{actions.suggestion(number): asking.ask_next for number in range(1, actions.SUGGESTIONS + 1)},
    actions.ASK_LIBRARIANS: ask_librarians,
    actions.SHARE: sharing.share,
    actions.UNDO_INGEST: undo,
    actions.MOVE_BRIEF: move,
    actions.DELETE_HISTORY: delete_history,
    actions.OPEN_ASK: open_ask,
    actions.OPEN_UPLOAD: open_upload,
}


def register(app: AsyncApp, parts: SlackServices, intake: Intake) -> None:
    def listen(name: str, handle: Callable[[Click], Awaitable[None]]) -> None:
        @app.action(name)
        async def clicked(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
            await ack()
            where, view = where_of(body), body.get("view") or {}
            click = Click(parts, intake.accept, client, where, value_of(body), view)
            intake.background.start(handle(click), lambda line: tell(parts, where, line))

    for name, handle in HANDLERS.items():
        listen(name, handle)
