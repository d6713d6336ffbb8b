"""What a person, or everyone in a channel, may see or do; audience.py has the rules.

Each raises AudienceUnknown, with words for the person, where Slack cannot be asked.
"""

import asyncio
from collections.abc import Collection

from bot.errors import AudienceUnknown
from bot.slack import phrases
from bot.slack.access.audience import Hindrance, Visible
from bot.slack.parts import SlackServices
from bot.slack.types import Member
from index.storage.catalogue import VersionRow
from index.storage.schema import CURRENT


def _known(seen: Visible, line: str = phrases.CANNOT_CHECK_PERSON) -> Visible:
    if seen.hindrance is Hindrance.UNKNOWN:
        raise AudienceUnknown(line)
    return seen


async def searchable(parts: SlackServices, channel: str, user: str) -> Visible:
    place = await parts.directory.place(channel, user, alone=True)
    present = await asyncio.to_thread(parts.library.collections)
    return _known(await parts.directory.visible(place, present))


async def seen_by(
    parts: SlackServices, channel: str, user: str, collections: Collection[str]
) -> frozenset[str]:
    """Return which of these collections one person may see alone, there, now."""
    place = await parts.directory.place(channel, user, alone=True)
    return _known(await parts.directory.seen(place, collections)).names


async def seen_by_all(
    parts: SlackServices, channel: str, user: str, collections: Collection[str]
) -> bool:
    """Return whether everyone who can read a channel may see all of these, now."""
    place = await parts.directory.place(channel, user)
    settings = await asyncio.to_thread(parts.preferences.get, parts.team, channel)
    seen = _known(await parts.directory.seen(place, collections, settings), phrases.CANNOT_CHECK)
    return seen.names >= set(collections)


async def is_full_member(parts: SlackServices, user: str) -> bool:
    """Return whether somebody is a full member of the workspace: others add nothing."""
    member = await _member(parts, user)
    return not member.guest and not member.stranger


async def is_admin(parts: SlackServices, user: str) -> bool:
    """Return whether somebody may change settings, by facts fetched now."""
    return parts.policy.is_admin(await _member(parts, user, fresh=True))


async def _member(parts: SlackServices, user: str, *, fresh: bool = False) -> Member:
    member = await parts.directory.member(user, fresh=fresh)
    if not member.known:
        raise AudienceUnknown(phrases.CANNOT_CHECK_PERSON)
    return member


async def briefs_for(parts: SlackServices, channel: str, user: str) -> list[VersionRow]:
    """Return the current briefs that one person may see alone, there, the newest first."""
    rows = await asyncio.to_thread(parts.library.versions)
    current = [row for row in rows if row.state == CURRENT]
    names = await seen_by(parts, channel, user, {row.brief.collection for row in current})
    seen = [row for row in current if row.brief.collection in names]
    return sorted(seen, key=lambda row: (row.brief.date or "", row.pk), reverse=True)
