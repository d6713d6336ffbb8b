"""Bring files that people hand over into the library: a message with files in, a report out.

By a file dropped in a direct message or with a mention, a shortcut on a message, or the dialog; in
each case the parcel is kept before Slack hears that it was received (bot/slack/parcels.py).
Only full members add, and only to a collection that they may see. One file that fails stops no
other. Files are read from a folder of ours that is gone afterwards; what goes on record is where
they came from: slack:TEAM/CHANNEL/FILE/NAME.
"""

import asyncio
import logging
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import replace
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
from bot.slack.parcels import ATTEMPTS, LEASE_SECONDS, Parcel, Tell
from bot.slack.parts import Parts
from index.errors import BriefsError, ReadError, UsageError
from index.library import Library
from ingest.document import Metadata
from ingest.pipeline import Options, ingest
from ingest.report import DocumentResult, ReportItem

log = logging.getLogger(__name__)

MOST_FILES = 10  # of one message
DEFAULT = "default"  # the collection where none is chosen
_ADDED = frozenset(
    {DocumentResult.NEW, DocumentResult.VERSION, DocumentResult.OLDER, DocumentResult.RENDITION}
)


def parcel_of(
    parts: Parts, where: Where, ts: str, files: Sequence[Mapping[str, Any]], tell: Tell
) -> Parcel:
    """Return the files that Slack's objects name."""
    return Parcel(
        parts.team, where.channel, ts, where.user, _names(files), where.thread_ts, tell=tell
    )


def written_parcel(written: Written) -> Parcel:
    """Return the files of a message; what becomes of them is said in its thread."""
    thread_ts = written.thread_ts or written.ts
    return Parcel(
        written.team, written.channel, written.ts, written.user, _names(written.files), thread_ts
    )


def _names(files: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the names of files for people, by Slack's ids."""
    return {str(one["id"]): str(one.get("name") or "") for one in files if one.get("id")}


async def bring(parts: Parts, parcel: Parcel, where: Where | None = None) -> None:
    """Add the files of a parcel that is kept, and say what became of them; never fails.

    `where` is the click that it came by, through which its sender can be told.
    """
    at = where or Where(parcel.user, parcel.channel, parcel.thread_ts)
    at = Where(parcel.user) if parcel.tell is Tell.DIRECT else at
    keeping = asyncio.create_task(_keep(parts, parcel))
    try:
        await done(_brought(parts, parcel, at), lambda line: tell(parts, at, line))
        await done(asyncio.to_thread(parts.parcels.done, parcel))
    finally:
        keeping.cancel()


async def _keep(parts: Parts, parcel: Parcel) -> None:
    """Keep the lease as long as the files are worked on."""
    while True:
        await asyncio.sleep(LEASE_SECONDS / 3)
        await done(asyncio.to_thread(parts.parcels.keep, parcel))


async def _brought(parts: Parts, parcel: Parcel, at: Where) -> None:
    if parcel.attempts > ATTEMPTS:
        raise UsageError(phrases.FILES_GIVEN_UP)
    message, collection = await add(parts, parcel)
    if parcel.tell is not Tell.THREAD:
        await tell(parts, at, message)
        return
    for_all = bool(collection) and await access.seen_by_all(
        parts, at.channel, at.user, {collection}
    )
    if not (at.direct or for_all):
        await tell(parts, at, message)
        return
    marker = f"files-{at.channel}-{parcel.ts}"
    if parcel.again and await parts.outbox.find(at.channel, at.thread_ts, marker):
        return
    await parts.outbox.post(at.channel, at.thread_ts, message.text, list(message.blocks), marker)


async def add(parts: Parts, parcel: Parcel) -> tuple[Message, str]:
    """Add files; return what to say, and the collection, "" where nothing may be added."""
    where = Where(parcel.user, parcel.channel)
    if not await access.is_full_member(parts, where.user):
        return said(phrases.MEMBERS_ONLY), ""
    collection = parcel.collection or await _collection_of(parts, where.channel)
    if collection not in await access.seen_by(parts, where.channel, where.user, {collection}):
        return said(phrases.NOT_TO_BE_ADDED), ""
    items = list[ReportItem]()
    file_ids = list(parcel.files)
    for file_id in file_ids[:MOST_FILES]:
        items += await _one(parts, parcel, file_id, collection)
    too_many = f"only {MOST_FILES} files of one message are taken; send the rest in another"
    items += [_failed(parcel, one, too_many) for one in file_ids[MOST_FILES:]]
    return ingested(items, collection), collection


async def _collection_of(parts: Parts, channel: str) -> str:
    """Return the collection of a channel that is set to a single one."""
    if not channel:
        return DEFAULT
    chosen = (await asyncio.to_thread(parts.preferences.get, parts.team, channel)).collections
    stated = parts.policy.channels.get(channel)
    names = chosen or (stated.collections if stated else ())
    return names[0] if len(names) == 1 else DEFAULT


async def _one(parts: Parts, parcel: Parcel, file_id: str, collection: str) -> Sequence[ReportItem]:
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


def _failed(parcel: Parcel, file_id: str, reason: str) -> ReportItem:
    return ReportItem(parcel.files.get(file_id) or "the file", DocumentResult.FAILED, reason=reason)


async def _added(parts: Parts, parcel: Parcel, file_id: str, collection: str) -> list[ReportItem]:
    limit = parts.library.settings.max_file_megabytes << 20
    fetched = await fetch(parts.settings, file_id, limit)
    location = f"slack:{parts.team}/{parcel.channel or parcel.user}/{file_id}/{fetched.name}"
    options = Options(collection=collection, given=Metadata(title=parcel.title, date=parcel.date))
    items = await asyncio.to_thread(_ingested, parts, fetched, location, options)
    if parcel.again:
        items = await asyncio.to_thread(_as_added, parts.library, items)
    for item in items:
        if item.result in _ADDED and item.brief_id and item.version:
            added = Added(
                item.brief_id, item.version, item.location, collection, parts.team, parcel.user
            )
            await asyncio.to_thread(parts.handed.note, added)
    return items


def _ingested(parts: Parts, fetched: Fetched, location: str, options: Options) -> list[ReportItem]:
    """Ingest one file from a folder that only this user may look into."""
    with tempfile.TemporaryDirectory(prefix="briefs-slack-") as folder:
        path = Path(folder).resolve() / fetched.name
        path.write_bytes(fetched.data)
        recorded = replace(options, recorded_as={str(path): location})
        return ingest(parts.library, [str(path)], recorded).items


def _as_added(library: Library, items: Sequence[ReportItem]) -> list[ReportItem]:
    """Tell of what was added before its process died as of what is added now."""
    known = {row.brief.source: row for row in library.versions()}
    told = []
    for item in items:
        row = known.get(item.location) if item.result is DocumentResult.UNCHANGED else None
        if row is not None:
            brief = row.brief
            item = ReportItem(
                item.location, DocumentResult.NEW, brief.id, brief.version, brief.title, brief.date,
                row.passages,
            )  # fmt: skip
        told.append(item)
    return told
