"""Take a brief out of the library again, for whoever added it, or an admin."""

import asyncio

from bot.slack import phrases
from bot.slack.access import permissions
from bot.slack.events.clicks import Where, tell
from bot.slack.handed import Added
from bot.slack.parts import SlackServices
from index.library import Library
from ingest.cli import split_version


async def undo(parts: SlackServices, where: Where, value: str) -> None:
    """Withdraw what was read from the file that somebody handed over."""
    brief_id, version = split_version(value)
    added = await asyncio.to_thread(parts.handed.of, brief_id, version or 1)
    own = [one for one in added if (one.team, one.user) == (parts.team, where.user)]
    if not own and added and await permissions.is_admin(parts, where.user):
        own = added
    if not own:
        await tell(parts, where, phrases.NOT_YOUR_BRIEF)
        return
    gone = await asyncio.to_thread(_withdrawn, parts.library, own)
    await tell(parts, where, phrases.TAKEN_OUT if gone else phrases.OUT_ALREADY)


def _withdrawn(library: Library, added: list[Added]) -> bool:
    """Drop these documents; False where none of them is in the library any more."""
    found = [library.rendition(one.location, one.collection) for one in added]
    dropped = [row for row in found if row is not None and row.state != "withdrawn"]
    if dropped:
        library.publish((), dropped)
    return bool(dropped)
