"""Open the dialogs that need to be looked something up for: first a line, then the dialog itself.

The three seconds that Slack gives for opening one do not depend on what is looked up.
"""

import asyncio

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import phrases
from bot.slack.access import permissions
from bot.slack.blocks.dialogs import message_view, settings_view, upload_view
from bot.slack.events.clicks import Where, opened, tell, updated
from bot.slack.events.files import DEFAULT
from bot.slack.parts import SlackServices


async def open_upload(parts: SlackServices, client: AsyncWebClient, where: Where) -> None:
    """Open the dialog to add a brief; only full members may."""
    title = "Add a brief"
    view = await opened(client, where, message_view(title, phrases.LOADING))
    if not await permissions.is_full_member(parts, where.user):
        await updated(client, view, message_view(title, phrases.MEMBERS_ONLY))
        return
    present = await asyncio.to_thread(parts.library.collections)
    seen = await permissions.seen_by(parts, where.channel, where.user, present | {DEFAULT})
    if not seen:
        await updated(client, view, message_view(title, phrases.NOT_TO_BE_ADDED))
        return
    names = sorted(seen, key=lambda name: (name != DEFAULT, name))
    await updated(client, view, upload_view(names, where.channel))


async def open_settings(parts: SlackServices, client: AsyncWebClient, where: Where) -> None:
    """Open the dialog of a channel's settings; only admins may."""
    if where.direct:
        await tell(parts, where, phrases.CHANNELS_ONLY)
        return
    title = "Channel settings"
    view = await opened(client, where, message_view(title, phrases.LOADING))
    if not await permissions.is_admin(parts, where.user):
        await updated(client, view, message_view(title, phrases.ADMINS_ONLY))
        return
    offered = await to_be_given(parts, where)
    current = await asyncio.to_thread(parts.preferences.get, parts.team, where.channel)
    await updated(client, view, settings_view(where.channel, sorted(offered), current))


async def to_be_given(parts: SlackServices, where: Where) -> frozenset[str]:
    """Return the collections that a channel may be given: those that all its readers may see."""
    present = await asyncio.to_thread(parts.library.collections)
    place = await parts.directory.place(where.channel, where.user)
    viewers = await parts.directory.viewers(place, fresh=True)
    return parts.policy.for_place(place, viewers, present).names
