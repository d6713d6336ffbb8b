"""Dialogs that were filled in: feedback, a channel's settings, a brief to add, a question.

Each is acknowledged at once, by a line in the dialog where something is to be waited for.
"""

import asyncio
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import phrases, submitted
from bot.slack.access import permissions
from bot.slack.blocks import actions
from bot.slack.blocks.dialogs import message_view
from bot.slack.events import asking, files, forms
from bot.slack.events.clicks import Where, tell, updated, where_of
from bot.slack.events.messages import Door
from bot.slack.parcels import Parcel, Tell
from bot.slack.parts import SlackServices
from bot.slack.types import ChannelSettings

Body = dict[str, Any]

# Seconds until the acknowledgement is surely with Slack: it would undo an earlier change of the
# dialog. Bolt sends it a moment after `ack` returns.
AFTER_ACK = 0.5


def register(app: AsyncApp, parts: SlackServices, door: Door) -> None:
    """Listen to submissions."""

    @app.view(actions.FEEDBACK_VIEW)
    async def feedback(ack: Any, body: Body) -> None:
        await ack(response_action="update", view=message_view("Feedback", phrases.THANKS))
        where, given = where_of(body), submitted.complaint(body["view"])
        work = asyncio.to_thread(
            parts.feedback.add, given.answer_id, parts.team, where.user, False,
            given.reason, given.note or None,
        )  # fmt: skip
        door.errands.start(work, lambda line: tell(parts, where, line))

    @app.view(actions.SETTINGS_VIEW)
    async def settings(ack: Any, body: Body, client: AsyncWebClient) -> None:
        title = "Channel settings"
        await ack(response_action="update", view=message_view(title, phrases.LOADING))
        where, view = where_of(body), str(body["view"]["id"])
        _, chosen = submitted.channel_settings(body["view"])

        async def show(line: str) -> None:
            await asyncio.sleep(AFTER_ACK)
            await updated(client, view, message_view(title, line))

        async def keep() -> None:
            await show(await _kept(parts, where, chosen))

        door.errands.start(keep(), show)

    @app.view(actions.UPLOAD_VIEW)
    async def upload(ack: Any, body: Body) -> None:
        if errors := submitted.upload_errors(body["view"]):
            await ack(response_action="errors", errors=errors)
            return
        parcel = _parcel(parts, body)
        if await asyncio.to_thread(parts.parcels.begin, parcel):
            door.errands.start(files.bring(parts, parcel))
        await ack(response_action="update", view=message_view("Add a brief", phrases.READING))

    @app.view(actions.ASK_VIEW)
    async def ask(ack: Any, body: Body) -> None:
        question, _ = submitted.question(body["view"])
        if not any(map(str.isalnum, question)):
            await ack(response_action="errors", errors={actions.QUESTION: "Type a question."})
            return
        await ack()
        where = Where(where_of(body).user)
        work = asking.ask_in_direct(parts, door, where, question)
        door.errands.start(work, lambda line: tell(parts, where, line))


async def _kept(parts: SlackServices, where: Where, chosen: ChannelSettings) -> str:
    """Keep a channel's settings; return the line that says so, or why not."""
    if not await permissions.is_admin(parts, where.user):
        return phrases.ADMINS_ONLY
    before = await asyncio.to_thread(parts.preferences.get, parts.team, where.channel)
    allowed = await forms.to_be_given(parts, where)
    if not set(chosen.collections) <= allowed | set(before.collections):
        return phrases.NOT_THESE
    await asyncio.to_thread(parts.preferences.put, parts.team, where.channel, chosen)
    return phrases.SETTINGS_KEPT


def _parcel(parts: SlackServices, body: Body) -> Parcel:
    """Return what was handed over in the dialog; its sender is told in a direct message."""
    where, given = where_of(body), submitted.upload(body["view"])
    return Parcel(
        parts.team, where.channel, str(body["view"]["id"]), where.user,
        dict.fromkeys(given.file_ids, ""), collection=given.collection, title=given.title,
        date=given.date, tell=Tell.DIRECT,
    )  # fmt: skip
