"""What a person, or everyone in a channel, may see or do; audience.py has the rules."""

import asyncio
from collections.abc import Collection

from bot.slack.access.audience import Visible
from bot.slack.parts import SlackServices
from index.storage.catalogue import VersionRow
from index.storage.schema import CURRENT


async def searchable(parts: SlackServices, channel: str, user: str) -> Visible:
    place = await parts.directory.place(channel, user, alone=True)
    present = await asyncio.to_thread(parts.library.collections)
    return await parts.directory.visible(place, present)


async def seen_by(
    parts: SlackServices, channel: str, user: str, collections: Collection[str]
) -> frozenset[str]:
    """Return which of these collections one person may see alone, there, now."""
    place = await parts.directory.place(channel, user, alone=True)
    return (await parts.directory.seen(place, collections)).names


async def seen_by_all(
    parts: SlackServices, channel: str, user: str, collections: Collection[str]
) -> bool:
    """Return whether everyone who can read a channel may see all of these, now."""
    place = await parts.directory.place(channel, user)
    settings = await asyncio.to_thread(parts.preferences.get, parts.team, channel)
    seen = await parts.directory.seen(place, collections, settings)
    return seen.names >= set(collections)


async def is_full_member(parts: SlackServices, user: str) -> bool:
    """Return whether somebody is a full member of the workspace: others add nothing."""
    member = await parts.directory.member(user)
    return not member.guest and not member.stranger


async def is_admin(parts: SlackServices, user: str) -> bool:
    """Return whether somebody may change settings, by facts fetched now."""
    return parts.policy.is_admin(await parts.directory.member(user, fresh=True))


async def briefs_for(parts: SlackServices, channel: str, user: str) -> list[VersionRow]:
    """Return the current briefs that one person may see alone, there, the newest first."""
    rows = await asyncio.to_thread(parts.library.versions)
    current = [row for row in rows if row.state == CURRENT]
    names = await seen_by(parts, channel, user, {row.brief.collection for row in current})
    seen = [row for row in current if row.brief.collection in names]
    return sorted(seen, key=lambda row: (row.brief.date or "", row.pk), reverse=True)
