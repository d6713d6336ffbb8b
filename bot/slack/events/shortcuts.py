"""Shortcuts: ask about a message, add a message's files, ask from anywhere."""

import asyncio
from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.chain import LONGEST_QUESTION
from bot.slack import phrases, text
from bot.slack.blocks.dialogs import ask_view
from bot.slack.events import files
from bot.slack.events.clicks import Where, opened, own_ts, tell, where_of
from bot.slack.events.messages import Door
from bot.slack.parcels import Tell
from bot.slack.parts import SlackServices
from bot.slack.setup.manifest import ADD_SHORTCUT, ASK_SHORTCUT, OPEN_SHORTCUT
from bot.slack.types import AskedVia, Incoming

Body = dict[str, Any]


def register(app: AsyncApp, parts: SlackServices, door: Door) -> None:
    """Listen to shortcuts."""

    @app.shortcut(ASK_SHORTCUT)
    async def ask(ack: Any, body: Body) -> None:
        await ack()
        where = where_of(body)
        work = _ask(parts, door, where, body.get("message") or {})
        door.errands.start(work, lambda line: tell(parts, where, line))

    @app.shortcut(ADD_SHORTCUT)
    async def add(ack: Any, body: Body) -> None:
        where, handed = where_of(body), (body.get("message") or {}).get("files") or ()
        parcel = files.parcel_of(parts, where, own_ts(), handed, Tell.ASIDE)
        if not parcel.files:
            door.errands.start(tell(parts, where, phrases.NO_FILES))
        elif await asyncio.to_thread(parts.parcels.begin, parcel):
            door.errands.start(files.bring(parts, parcel, where))
        await ack()

    @app.shortcut(OPEN_SHORTCUT)
    async def ask_anywhere(ack: Any, body: Body, client: AsyncWebClient) -> None:
        await ack()
        await opened(client, where_of(body), ask_view())


async def _ask(parts: SlackServices, door: Door, where: Where, message: Mapping[str, Any]) -> None:
    """Take a message as a question of the one who clicked, to be answered to them alone."""
    question = text.readable(str(message.get("text") or ""), parts.bot_user).strip()
    if not any(map(str.isalnum, question)):
        await tell(parts, where, phrases.NOTHING_TO_ASK)
        return
    asked = Incoming(
        team=parts.team, channel=where.channel, ts=own_ts(), user=where.user,
        text=question[:LONGEST_QUESTION], kind=AskedVia.SHORTCUT, event_id=where.trigger or None,
        thread_ts=where.thread_ts, private=True,
        response_url=where.response_url,
    )  # fmt: skip
    await door.accept(asked)
