"""Bring files that people hand over into the library: a message with files in, a report out.

By a file dropped in a direct message or with a mention, a shortcut on a message, or the dialog; in
each case the upload is a job before Slack hears that it was received.
Only full members add, and only to a collection that they may see; what is added in a private place
is seen there alone, and the reply says who can read it. One file that fails stops no
other. Files are read from a folder of ours that is gone afterwards; what goes on record is where
they came from: slack:TEAM/CHANNEL/FILE/NAME.
"""

import asyncio
import logging
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from bot.errors import AudienceUnknown
from bot.jobs.worker import Lease
from bot.question.question import LONGEST_QUESTION
from bot.question.utterance import about
from bot.slack import phrases, text
from bot.slack.access import permissions
from bot.slack.access.audience import Rule, place_collection
from bot.slack.blocks.elements import Message
from bot.slack.blocks.notices import ingested, said
from bot.slack.delivery.uploads import ATTEMPTS, Added, Tell, Upload, upload_of
from bot.slack.events.clicks import Where, done, tell
from bot.slack.events.download import DownloadedFile, fetch
from bot.slack.parts import SlackServices
from bot.slack.types import AskedVia, Incoming, PlaceKind
from index.errors import BriefsError, ReadError, UsageError
from index.library import Library
from index.passage import split_version
from index.storage.schema import WITHDRAWN
from ingest.document import Metadata, is_place
from ingest.pipeline import Options, ingest
from ingest.readers import SUPPORTED_SUFFIXES
from ingest.report import DocumentResult, ReportItem
from ingest.scratch import ScratchFolder

log = logging.getLogger(__name__)

MOVED_BY = "move"  # begins the key of an upload that moves a brief
MOST_FILES = 10  # of one message
DEFAULT = "default"  # the collection where none is chosen
_ADDED = frozenset(
    {DocumentResult.NEW, DocumentResult.VERSION, DocumentResult.OLDER, DocumentResult.RENDITION}
)


def is_readable(file: Mapping[str, Any]) -> bool:
    """Return whether a file is of a kind that can be read, as far as its name tells."""
    suffix = PurePosixPath(str(file.get("name") or "")).suffix.lower().removeprefix(".")
    kinds = {suffix, str(file.get("filetype") or "").lower()}
    unknown = not any(kinds)  # Slack tells more of it when it is fetched
    return unknown or bool(kinds & SUPPORTED_SUFFIXES)


def kept_question(asked: Incoming) -> dict[str, Any]:
    """Return a question as it is kept with the files that it came with."""
    return {**vars(asked), "kind": asked.kind.value}


def _about(kept: Mapping[str, Any], items: Sequence[ReportItem]) -> Incoming:
    """Return the question that came with files; one about "this" names what was read of them."""
    asked = Incoming(**{**kept, "kind": AskedVia(kept["kind"])})
    titles = [one.title for one in items if one.result is not DocumentResult.FAILED and one.title]
    if not titles:
        return asked
    named = f"“{text.one_line(titles[0], 200)}”"
    return replace(asked, text=about(asked.text, named)[:LONGEST_QUESTION])


def upload_from(
    parts: SlackServices, where: Where, ts: str, files: Sequence[Mapping[str, Any]], tell: Tell
) -> Upload:
    return Upload(
        parts.team, where.channel, ts, where.user, _names(files), where.thread_ts, tell=tell,
        response_url=where.response_url,
    )  # fmt: skip


def _names(files: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    return {str(one["id"]): str(one.get("name") or "") for one in files if one.get("id")}


async def handle(parts: SlackServices, lease: Lease) -> None:
    upload = upload_of(lease.job)
    if upload is None:
        return  # its sender was forgotten
    where = Where(upload.user, upload.channel, upload.thread_ts, response_url=upload.response_url)
    at = Where(upload.user) if upload.tell is Tell.DIRECT else where
    await done(_brought(parts, upload, at, lease), lambda line: tell(parts, at, line))


async def _brought(parts: SlackServices, upload: Upload, at: Where, lease: Lease) -> None:
    if lease.job.attempts > ATTEMPTS:
        raise UsageError(phrases.FILES_GIVEN_UP)
    message, collection, items = await add(parts, upload, again=lease.job.again)
    await _told(parts, upload, at, lease, message, collection)
    if upload.question:
        await asyncio.to_thread(parts.inbox.accept, _about(upload.question, items))


async def _told(
    parts: SlackServices, upload: Upload, at: Where, lease: Lease, message: Message,
    collection: str,
) -> None:  # fmt: skip
    if upload.tell is not Tell.THREAD:
        await tell(parts, at, message)
        return
    if not (at.direct or await _may_all_know(parts, at, collection)):
        await tell(parts, at, message)
        return
    marker = f"files-{at.channel}-{upload.ts}"
    if lease.job.again and await parts.outbox.find(at.channel, at.thread_ts, marker):
        return
    await lease.hold()
    await parts.outbox.post(at.channel, at.thread_ts, message.text, list(message.blocks), marker)


async def _may_all_know(parts: SlackServices, at: Where, collection: str) -> bool:
    """Return whether everyone in the channel may know what was added to a collection."""
    with suppress(AudienceUnknown):
        return bool(collection) and await permissions.seen_by_all(
            parts, at.channel, at.user, {collection}
        )
    return False


async def add(
    parts: SlackServices, upload: Upload, *, again: bool = False
) -> tuple[Message, str, list[ReportItem]]:
    """Add files; return what to say, the collection, "" where nothing may be added, and the report.

    Where a place's own collection takes them, the message has a button to move them to all.
    """
    where = Where(upload.user, upload.channel)
    if not await permissions.is_full_member(parts, where.user):
        return said(phrases.MEMBERS_ONLY), "", []
    collection = upload.collection or await collection_of(parts, where)
    if collection not in await permissions.seen_by(parts, where.channel, where.user, {collection}):
        return said(phrases.NOT_TO_BE_ADDED), "", []
    items = list[ReportItem]()
    file_ids = list(upload.files)
    for file_id in file_ids[:MOST_FILES]:
        items += await _one(parts, upload, file_id, collection, again=again)
    too_many = f"only {MOST_FILES} files of one message are taken; send the rest in another"
    items += [_failed(upload, one, too_many) for one in file_ids[MOST_FILES:]]
    readers = phrases.readers(parts.policy.rule(collection))
    if upload.moves and any(item.result is not DocumentResult.FAILED for item in items):
        await asyncio.to_thread(take_out, parts, upload.moves, collection)
    message = ingested(items, collection, readers, movable=is_place(collection))
    return message, collection, items


async def move(parts: SlackServices, where: Where, value: str) -> None:
    """Have a brief of one place read by all full members, at the wish of who added it.

    It is added again from Slack, and then taken out of the place's collection.
    """
    brief_id, version = split_version(value)
    own = await removable(parts, where, brief_id, version or 1)
    if not own:
        await tell(parts, where, phrases.NOT_YOUR_BRIEF)
        return
    kept = [one for one in own if is_place(one.collection)]
    if not kept:
        await tell(parts, where, phrases.READ_BY_ALL)
        return
    _, channel, file_id, name = kept[0].location.removeprefix("slack:").split("/", 3)
    upload = Upload(
        parts.team, channel, f"{MOVED_BY}-{value}", where.user, {file_id: name},
        collection=DEFAULT, tell=Tell.DIRECT, moves=value,
    )  # fmt: skip
    new = await asyncio.to_thread(parts.uploads.begin, upload)
    await tell(parts, where, phrases.MOVING if new else phrases.READ_BY_ALL)


async def removable(parts: SlackServices, where: Where, brief_id: str, version: int) -> list[Added]:
    """Return the documents of a version that a person may remove or move: their own; admins all."""
    added = await asyncio.to_thread(parts.uploads.of, brief_id, version)
    own = [one for one in added if (one.team, one.user) == (parts.team, where.user)]
    if not own and added and await permissions.is_admin(parts, where.user):
        return added
    return own


def take_out(parts: SlackServices, value: str, but: str) -> None:
    """Remove a brief from the collections of places, once it is in another."""
    brief_id, version = split_version(value)
    added = parts.uploads.of(brief_id, version or 1)
    withdrawn(parts.library, [one for one in added if is_place(one.collection)
                              and one.collection != but])  # fmt: skip


def withdrawn(library: Library, added: Sequence[Added]) -> bool:
    """Remove documents from the library; return whether any was there."""
    found = [library.rendition(one.location, one.collection) for one in added]
    dropped = [row for row in found if row is not None and row.state != WITHDRAWN]
    if dropped:
        library.publish((), dropped)
    return bool(dropped)


async def collection_of(parts: SlackServices, where: Where) -> str:
    """Return where files go for which no collection is chosen.

    What is added in a direct message or a private place stays there, unless the channel is set to
    one collection that it alone sees. Of a public channel it is the single one set, or the default.
    """
    if where.direct:
        return place_collection(parts.team, where.user)
    channel = where.channel
    facts = await parts.directory.channel(channel, fresh=True)
    public = facts.known and facts.kind is PlaceKind.PUBLIC
    chosen = (await asyncio.to_thread(parts.preferences.get, parts.team, channel)).collections
    stated = parts.policy.channels.get(channel)
    names = chosen or (stated.collections if stated else ())
    single = names[0] if len(names) == 1 else DEFAULT
    if public or parts.policy.rule(single) == Rule(channels=frozenset({channel})):
        return single
    return place_collection(parts.team, channel)


async def _one(
    parts: SlackServices, upload: Upload, file_id: str, collection: str, *, again: bool
) -> Sequence[ReportItem]:
    try:
        return await _added(parts, upload, file_id, collection, again=again)
    except ReadError as error:
        return [_failed(upload, file_id, str(error))]
    except BriefsError as error:
        log.error("a file could not be added: %s", error)
    except Exception as error:
        where = "".join(traceback.format_tb(error.__traceback__))
        log.error("a file could not be added: %s\n%s", type(error).__name__, where)
    return [_failed(upload, file_id, phrases.BROKEN)]


def _failed(upload: Upload, file_id: str, reason: str) -> ReportItem:
    return ReportItem(upload.files.get(file_id) or "the file", DocumentResult.FAILED, reason=reason)


async def _added(
    parts: SlackServices, upload: Upload, file_id: str, collection: str, *, again: bool
) -> list[ReportItem]:
    limit = parts.library.settings.max_file_megabytes << 20
    fetched = await fetch(parts.settings, file_id, limit)
    location = f"slack:{parts.team}/{upload.channel or upload.user}/{file_id}/{fetched.name}"
    given = Metadata(title=upload.title, date=upload.date, source_url=fetched.page)
    options = Options(collection=collection, given=given)
    items = await asyncio.to_thread(_ingested, parts, fetched, location, options)
    if again:
        items = await asyncio.to_thread(_as_added, parts.library, items)
    for item in items:
        if item.result in _ADDED and item.brief_id and item.version:
            added = Added(
                item.brief_id, item.version, item.location, collection, parts.team, upload.user
            )
            await asyncio.to_thread(parts.uploads.note, added)
    return items


def _ingested(
    parts: SlackServices, fetched: DownloadedFile, location: str, options: Options
) -> list[ReportItem]:
    """Ingest one file from a folder that only this user may look into."""
    with ScratchFolder("slack") as folder:
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
