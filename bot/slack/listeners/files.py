"""Bring files that people hand over into the library: a message with files in, a report out.

By a file dropped in a direct message or with a mention, a shortcut on a message, or the dialog.
Only full members add, and only to a collection that they may see. One file that fails stops no
other. Files are read from a folder of ours that is gone afterwards; what goes on record is where
they came from: slack:TEAM/CHANNEL/FILE/NAME.
"""

import asyncio
import logging
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bot.slack import access, phrases
from bot.slack.elements import Message
from bot.slack.fetching import Fetched, fetch
from bot.slack.handed import Added
from bot.slack.incoming import Written
from bot.slack.listeners.clicks import Where, tell
from bot.slack.listeners.errands import done
from bot.slack.notice_blocks import ingested, said
from bot.slack.parts import Parts
from index.errors import BriefsError, ReadError
from ingest.document import Metadata
from ingest.pipeline import Options, ingest
from ingest.report import Item, Result

log = logging.getLogger(__name__)

MOST_FILES = 10  # of one message
DEFAULT = "default"  # the collection where none is chosen
_ADDED = frozenset({Result.NEW, Result.VERSION, Result.OLDER, Result.RENDITION})


@dataclass(frozen=True)
class Parcel:
    """Files to be added, who hands them over, and what is said of them."""

    where: Where
    file_ids: tuple[str, ...]
    names: Mapping[str, str] = field(default_factory=dict)  # by id, for people
    collection: str | None = None  # None: that of the channel
    given: Metadata = field(default_factory=Metadata)


async def take(parts: Parts, written: Written) -> None:
    """Add the files of a message, once, and say in its thread what became of them."""
    where = Where(written.user, written.channel, written.thread_ts or written.ts)
    handed = parts.handed
    if not await asyncio.to_thread(handed.first, written.team, written.channel, written.ts):
        return
    parcel = parcel_of(where, written.files)
    await done(_taken(parts, parcel, written.ts), lambda line: tell(parts, where, line))


def parcel_of(where: Where, files: Sequence[Mapping[str, Any]]) -> Parcel:
    """Return the files that Slack's objects name."""
    names = {str(one["id"]): str(one.get("name") or "") for one in files if one.get("id")}
    return Parcel(where, tuple(names), names)


async def _taken(parts: Parts, parcel: Parcel, ts: str) -> None:
    where = parcel.where
    message, collection = await add(parts, parcel)
    for_all = bool(collection) and await access.seen_by_all(
        parts, where.channel, where.user, {collection}
    )
    if not (where.direct or for_all):
        await tell(parts, where, message)
        return
    marker = f"files-{where.channel}-{ts}"
    await parts.outbox.post(
        where.channel, where.thread_ts, message.text, list(message.blocks), marker
    )


async def add(parts: Parts, parcel: Parcel) -> tuple[Message, str]:
    """Add files; return what to say, and the collection, "" where nothing may be added."""
    where = parcel.where
    if not await access.is_full_member(parts, where.user):
        return said(phrases.MEMBERS_ONLY), ""
    collection = parcel.collection or await _collection_of(parts, where.channel)
    if collection not in await access.seen_by(parts, where.channel, where.user, {collection}):
        return said(phrases.NOT_TO_BE_ADDED), ""
    items = list[Item]()
    for file_id in parcel.file_ids[:MOST_FILES]:
        items += await _one(parts, parcel, file_id, collection)
    too_many = f"only {MOST_FILES} files of one message are taken; send the rest in another"
    items += [_failed(parcel, one, too_many) for one in parcel.file_ids[MOST_FILES:]]
    return ingested(items, collection), collection


async def _collection_of(parts: Parts, channel: str) -> str:
    """Return the collection of a channel that is set to a single one."""
    if not channel:
        return DEFAULT
    chosen = (await asyncio.to_thread(parts.preferences.get, parts.team, channel)).collections
    stated = parts.policy.channels.get(channel)
    names = chosen or (stated.collections if stated else ())
    return names[0] if len(names) == 1 else DEFAULT


async def _one(parts: Parts, parcel: Parcel, file_id: str, collection: str) -> Sequence[Item]:
    """Add one file; whatever is wrong with it is a line of the report."""
    try:
        return await _added(parts, parcel, file_id, collection)
    except ReadError as error:
        return [_failed(parcel, file_id, str(error))]
    except BriefsError as error:
        log.error("a file could not be added: %s", error)
    except Exception as error:
        where = "".join(traceback.format_tb(error.__traceback__))
        log.error("a file could not be added: %s\n%s", type(error).__name__, where)
    return [_failed(parcel, file_id, phrases.BROKEN)]


def _failed(parcel: Parcel, file_id: str, reason: str) -> Item:
    return Item(parcel.names.get(file_id) or "the file", Result.FAILED, reason=reason)


async def _added(parts: Parts, parcel: Parcel, file_id: str, collection: str) -> list[Item]:
    limit = parts.library.settings.max_file_megabytes << 20
    fetched = await fetch(parts.settings, file_id, limit)
    where = parcel.where
    location = f"slack:{parts.team}/{where.channel or where.user}/{file_id}/{fetched.name}"
    options = Options(collection=collection, given=parcel.given)
    items = await asyncio.to_thread(_ingested, parts, fetched, location, options)
    for item in items:
        if item.result in _ADDED and item.brief_id and item.version:
            added = Added(
                item.brief_id, item.version, item.location, collection, parts.team, where.user
            )
            await asyncio.to_thread(parts.handed.note, added)
    return items


def _ingested(parts: Parts, fetched: Fetched, location: str, options: Options) -> list[Item]:
    """Ingest one file from a folder that only this user may look into."""
    with tempfile.TemporaryDirectory(prefix="briefs-slack-") as folder:
        path = Path(folder).resolve() / fetched.name
        path.write_bytes(fetched.data)
        recorded = replace(options, recorded_as={str(path): location})
        return ingest(parts.library, [str(path)], recorded).items
