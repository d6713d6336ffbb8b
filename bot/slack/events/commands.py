"""The command /briefs: words in, something only the person who typed them sees out.

Acknowledged before anything is done. What may not be seen is as if it were not there.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.chain import LONGEST_QUESTION
from bot.errors import NothingVisible
from bot.slack import phrases, text
from bot.slack.access.permissions import permissions
from bot.slack.blocks import briefs as brief_blocks
from bot.slack.blocks import notices
from bot.slack.blocks.dialogs import ask_view
from bot.slack.events import dialogs, files
from bot.slack.events.clicks import Where, opened, own_ts, tell, where_of
from bot.slack.events.messages import Door
from bot.slack.parcels import Tell
from bot.slack.parts import SlackServices
from bot.slack.setup.manifest import ADD_SHORTCUT, ASK_SHORTCUT, COMMAND, OPEN_SHORTCUT
from bot.slack.types import AskedVia, Incoming
from index.errors import UsageError
from index.passage import Hit
from index.search import Query
from ingest.cli import split_version

HITS = 10

Said = Callable[[SlackServices, Where, str], Coroutine[Any, Any, None]]


def register(app: AsyncApp, parts: SlackServices, door: Door) -> None:
    """Listen to the command."""

    @app.command(COMMAND)
    async def briefs(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        where = where_of(body)
        word, _, rest = str(body.get("text") or "").strip().partition(" ")
        said = text.readable(rest, parts.bot_user).strip()
        if word.lower() == "ask":
            work = _ask(parts, door, where, said)
        elif word.lower() == "add":
            work = dialogs.open_upload(parts, client, where)
        elif word.lower() == "settings":
            work = dialogs.open_settings(parts, client, where)
        else:
            work = _SAID.get(word.lower(), _help)(parts, where, said)
        door.errands.start(work, lambda line: tell(parts, where, line))


async def _ask(parts: SlackServices, door: Door, where: Where, question: str) -> None:
    """Take in a question, to be answered to its asker alone."""
    if not any(map(str.isalnum, question)):
        await tell(parts, where, phrases.NO_QUESTION)
        return
    asked = Incoming(
        team=parts.team, channel=where.channel, ts=own_ts(), user=where.user, text=question,
        kind=AskedVia.COMMAND, event_id=where.trigger or None, private=True,
        response_url=where.response_url,
    )  # fmt: skip
    await door.accept(asked)


async def _search(parts: SlackServices, where: Where, words: str) -> None:
    if not any(map(str.isalnum, words)):
        raise UsageError(phrases.NO_WORDS)
    hits = await _hits(parts, where, words)
    await tell(parts, where, brief_blocks.search(words, hits, parts.desk))


async def _hits(parts: SlackServices, where: Where, words: str) -> list[Hit]:
    """Return the passages found in what the person may see."""
    seen = await permissions.searchable(parts, where.channel, where.user)
    try:
        query = Query(words[:LONGEST_QUESTION], filters=seen.filters)
    except NothingVisible:
        return []
    hits = await asyncio.to_thread(parts.library.search, query, HITS)
    collections = {hit.brief.collection for hit in hits}
    names = await permissions.seen_by(parts, where.channel, where.user, collections)
    return [hit for hit in hits if hit.brief.collection in names]


async def _latest(parts: SlackServices, where: Where, _: str) -> None:
    rows = await permissions.briefs_for(parts, where.channel, where.user)
    await tell(parts, where, brief_blocks.latest([row.brief for row in rows]))


async def _brief(parts: SlackServices, where: Where, name: str) -> None:
    """Tell of a brief; of one that may not be seen as of one that is not there."""
    if not name:
        raise UsageError(phrases.NO_ID)
    wanted, version = split_version(name.split()[0])
    for row in await permissions.briefs_for(parts, where.channel, where.user):
        found = row.brief
        if wanted in (found.id, found.number) and version in (None, found.version):
            brief = await asyncio.to_thread(parts.library.brief, found.id, found.version)
            await tell(parts, where, brief_blocks.one_brief(brief, row.passages))
            return
    await tell(parts, where, phrases.no_such_brief(name))


async def _help(parts: SlackServices, where: Where, _: str) -> None:
    await tell(parts, where, notices.help_message())


_SAID: dict[str, Said] = {"search": _search, "latest": _latest, "brief": _brief, "help": _help}


_Body = dict[str, Any]


def register_shortcuts(app: AsyncApp, parts: SlackServices, door: Door) -> None:
    """Listen to shortcuts."""

    @app.shortcut(ASK_SHORTCUT)
    async def ask(ack: Any, body: _Body) -> None:
        await ack()
        where = where_of(body)
        work = _ask_about(parts, door, where, body.get("message") or {})
        door.errands.start(work, lambda line: tell(parts, where, line))

    @app.shortcut(ADD_SHORTCUT)
    async def add(ack: Any, body: _Body) -> None:
        where, handed = where_of(body), (body.get("message") or {}).get("files") or ()
        parcel = files.parcel_of(parts, where, own_ts(), handed, Tell.ASIDE)
        if not parcel.files:
            door.errands.start(tell(parts, where, phrases.NO_FILES))
        elif await asyncio.to_thread(parts.parcels.begin, parcel):
            door.errands.start(files.bring(parts, parcel, where))
        await ack()

    @app.shortcut(OPEN_SHORTCUT)
    async def ask_anywhere(ack: Any, body: _Body, client: AsyncWebClient) -> None:
        await ack()
        await opened(client, where_of(body), ask_view())


async def _ask_about(
    parts: SlackServices, door: Door, where: Where, message: Mapping[str, Any]
) -> None:
    """Take a message as a question of the one who clicked, to be answered to them alone."""
    question = text.readable(str(message.get("text") or ""), parts.bot_user).strip()
    if not any(map(str.isalnum, question)):
        await tell(parts, where, phrases.NOTHING_TO_ASK)
        return
    asked = Incoming(
        team=parts.team, channel=where.channel, ts=own_ts(), user=where.user,
        text=question[:LONGEST_QUESTION], kind=AskedVia.SHORTCUT, event_id=where.trigger or None,
        thread_ts=where.thread_ts, private=True,
        response_url=where.response_url,
    )  # fmt: skip
    await door.accept(asked)
