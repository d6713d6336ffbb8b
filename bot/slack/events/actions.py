"""Buttons: what was clicked in an answer, a dialog or App Home is handed to what does it.

Acknowledged before anything is done. A button carries an answer's id and no more; who may see what
is asked anew for whoever clicks.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.blocks import actions
from bot.slack.blocks.dialogs import ask_view
from bot.slack.events import answers, asking, briefs, forms, passages, sharing
from bot.slack.events.clicks import Where, opened, tell, value_of, where_of
from bot.slack.events.messages import Door
from bot.slack.parts import SlackServices

Body = dict[str, Any]


@dataclass(frozen=True)
class Click:
    """All that a click is about."""

    parts: SlackServices
    door: Door
    client: AsyncWebClient
    where: Where
    value: str
    body: Body


async def _ask(click: Click) -> None:
    await opened(click.client, click.where, ask_view())


_DONE: dict[str, Callable[[Click], Awaitable[None]]] = {
    actions.SHOW_PASSAGES: lambda c: passages.show(c.parts, c.client, c.where, c.value),
    actions.MORE_CONTEXT: lambda c: passages.more(c.parts, c.client, c.where, c.body),
    actions.TURN_PAGE: lambda c: passages.turn(c.parts, c.client, c.where, c.body),
    actions.TURN_BACK: lambda c: passages.turn(c.parts, c.client, c.where, c.body),
    actions.FEEDBACK: lambda c: answers.feedback(c.parts, c.client, c.where, c.value),
    actions.ASK_PRIVATELY: lambda c: asking.ask_privately(c.parts, c.door, c.where, c.value),
    actions.ASK_AGAIN: lambda c: asking.ask_again(c.parts, c.door, c.where, c.value),
    actions.ASK_ANEW: lambda c: asking.ask_anew(c.parts, c.door, c.where, c.value),
    actions.ASK_LIBRARIANS: lambda c: answers.ask_librarians(c.parts, c.where, c.value),
    actions.SHARE: lambda c: sharing.share(c.parts, c.where, c.value),
    actions.UNDO_INGEST: lambda c: briefs.undo(c.parts, c.where, c.value),
    actions.DELETE_HISTORY: lambda c: answers.delete_history(c.parts, c.client, c.where),
    actions.OPEN_ASK: _ask,
    actions.OPEN_UPLOAD: lambda c: forms.open_upload(c.parts, c.client, c.where),
}


def register(app: AsyncApp, parts: SlackServices, door: Door) -> None:
    """Listen to all buttons."""
    for name, work in _DONE.items():
        _listen(app, parts, door, name, work)


def _listen(
    app: AsyncApp,
    parts: SlackServices,
    door: Door,
    name: str,
    work: Callable[[Click], Awaitable[None]],
) -> None:
    @app.action(name)
    async def clicked(ack: Any, body: Body, client: AsyncWebClient) -> None:
        await ack()
        where = where_of(body)
        click = Click(parts, door, client, where, value_of(body), body)
        door.errands.start(work(click), lambda line: tell(parts, where, line))
