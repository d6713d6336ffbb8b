"""Ask who may see what, for a click or a command: facts about people in, collections out.

What restricted collections hold is shown on facts fetched anew. Settings of a channel bind what is
shown to the channel, not what one person sees alone (bot/slack/audience.py has the rules).
"""

import asyncio
from collections.abc import Collection

from bot.slack.audience import Visible
from bot.slack.directory import may_see, visible
from bot.slack.parts import Parts
from index.storage.catalogue import VersionRow
from index.storage.schema import CURRENT


async def searchable(parts: Parts, channel: str, user: str) -> Visible:
    """Return which of the library's collections one person may see alone, there."""
    place = await parts.directory.place(channel, user, alone=True)
    present = await asyncio.to_thread(parts.library.collections)
    return await visible(parts.policy, parts.directory, place, present)


async def seen_by(
    parts: Parts, channel: str, user: str, collections: Collection[str]
) -> frozenset[str]:
    """Return which of these collections one person may see alone, there, now."""
    place = await parts.directory.place(channel, user, alone=True)
    fresh = bool(parts.policy.restricted(collections))
    viewers = await parts.directory.viewers(place, fresh=fresh)
    return parts.policy.for_place(place, viewers, collections).names


async def seen_by_all(parts: Parts, channel: str, user: str, collections: Collection[str]) -> bool:
    """Return whether everyone who can read a channel may see all of these, now."""
    place = await parts.directory.place(channel, user)
    settings = await asyncio.to_thread(parts.preferences.get, parts.team, channel)
    return await may_see(parts.policy, parts.directory, place, collections, settings)


async def is_full_member(parts: Parts, user: str) -> bool:
    """Return whether somebody is a full member of the workspace: others add nothing."""
    member = await parts.directory.member(user)
    return not member.guest and not member.stranger


async def is_admin(parts: Parts, user: str) -> bool:
    """Return whether somebody may change settings, by facts fetched anew."""
    return parts.policy.is_admin(await parts.directory.member(user, fresh=True))


async def briefs_for(parts: Parts, channel: str, user: str) -> list[VersionRow]:
    """Return the current briefs that one person may see alone, there, the newest first."""
    rows = await asyncio.to_thread(parts.library.versions)
    current = [row for row in rows if row.state == CURRENT]
    names = await seen_by(parts, channel, user, {row.brief.collection for row in current})
    seen = [row for row in current if row.brief.collection in names]
    return sorted(seen, key=lambda row: (row.brief.date or "", row.pk), reverse=True)
