"""Open the dialogs that need to be looked something up for: first a line, then the dialog itself.

The three seconds that Slack gives for opening one do not depend on what is looked up.
"""

import asyncio

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import access, phrases
from bot.slack.audience import place_collection
from bot.slack.listeners.clicks import Where, opened, tell, updated
from bot.slack.listeners.files import DEFAULT, collection_of
from bot.slack.parts import Parts
from bot.slack.views import message_view, settings_view, upload_view
from ingest.document import is_place


async def open_upload(parts: Parts, client: AsyncWebClient, where: Where) -> None:
    """Open the dialog to add a brief; only full members may."""
    title = "Add a brief"
    view = await opened(client, where, message_view(title, phrases.LOADING))
    if not await access.is_full_member(parts, where.user):
        await updated(client, view, message_view(title, phrases.MEMBERS_ONLY))
        return
    present = await asyncio.to_thread(parts.library.collections)
    first = await collection_of(parts, where) if where.channel else DEFAULT
    own = place_collection(parts.team, where.user)
    seen = await access.seen_by(parts, where.channel, where.user, present | {DEFAULT, first, own})
    if first not in seen:  # a private channel of which we are told nothing
        first = own
    if not seen:
        await updated(client, view, message_view(title, phrases.NOT_TO_BE_ADDED))
        return
    names = sorted(seen, key=lambda name: (name != first, name != DEFAULT, name))
    await updated(client, view, upload_view(names, where.channel))


async def open_settings(parts: Parts, client: AsyncWebClient, where: Where) -> None:
    """Open the dialog of a channel's settings; only admins may."""
    if where.direct:
        await tell(parts, where, phrases.CHANNELS_ONLY)
        return
    title = "Channel settings"
    view = await opened(client, where, message_view(title, phrases.LOADING))
    if not await access.is_admin(parts, where.user):
        await updated(client, view, message_view(title, phrases.ADMINS_ONLY))
        return
    offered = await to_be_given(parts, where)
    current = await asyncio.to_thread(parts.preferences.get, parts.team, where.channel)
    await updated(client, view, settings_view(where.channel, sorted(offered), current))


async def to_be_given(parts: Parts, where: Where) -> frozenset[str]:
    """Return the collections that a channel may be given: those that all its readers may see."""
    present = await asyncio.to_thread(parts.library.collections)
    place = await parts.directory.place(where.channel, where.user)
    viewers = await parts.directory.viewers(place, fresh=True)
    names = parts.policy.for_place(place, viewers, present).names
    return frozenset(name for name in names if not is_place(name))
