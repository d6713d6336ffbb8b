"""The command /briefs and the shortcuts; only the person who uses them sees the reply.

Acknowledged before anything is done. A brief that the person may not see does not exist for them.
"""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import NothingVisible
from bot.question.question import LONGEST_QUESTION
from bot.slack import phrases, text
from bot.slack.access import permissions
from bot.slack.blocks import briefs as brief_blocks
from bot.slack.blocks import notices
from bot.slack.blocks.dialogs import ask_view
from bot.slack.delivery.follows import LONGEST_TOPIC, FollowedTopics
from bot.slack.delivery.uploads import Tell
from bot.slack.events import dialogs, files
from bot.slack.events.asking import question_at
from bot.slack.events.clicks import Where, opened, own_ts, tell, where_of
from bot.slack.events.messages import Intake
from bot.slack.parts import SlackServices
from bot.slack.setup.manifest import ADD_SHORTCUT, ASK_SHORTCUT, COMMAND, OPEN_SHORTCUT
from bot.slack.types import AskedVia
from index.errors import UsageError
from index.passage import Hit, split_version
from index.search import Query

HITS = 10

Body = dict[str, Any]
Reply = Callable[[SlackServices, Where, str], Coroutine[Any, Any, None]]


def register(app: AsyncApp, parts: SlackServices, intake: Intake) -> None:
    def start(where: Where, work: Coroutine[Any, Any, object]) -> None:
        intake.background.start(work, lambda line: tell(parts, where, line))

    @app.command(COMMAND)
    async def briefs(ack: Any, body: Body, client: AsyncWebClient) -> None:
        await ack()
        where = where_of(body)
        word, said = command_of(text.readable(str(body.get("text") or ""), parts.bot_user))
        if word == "ask":
            start(where, _ask(parts, intake, where, said, AskedVia.COMMAND))
        elif word == "add":
            start(where, dialogs.open_upload(parts, client, where))
        elif word == "settings":
            start(where, dialogs.open_settings(parts, client, where))
        else:
            start(where, _REPLIES[word](parts, where, said))

    @app.shortcut(ASK_SHORTCUT)
    async def ask(ack: Any, body: Body) -> None:
        await ack()
        where, message = where_of(body), body.get("message") or {}
        said = text.readable(str(message.get("text") or ""), parts.bot_user).strip()
        start(where, _ask(parts, intake, where, said, AskedVia.SHORTCUT))

    @app.shortcut(ADD_SHORTCUT)
    async def add(ack: Any, body: Body) -> None:
        where, given = where_of(body), (body.get("message") or {}).get("files") or ()
        upload = files.upload_from(parts, where, own_ts(), given, Tell.ASIDE)
        if upload.files:
            await asyncio.to_thread(parts.uploads.begin, upload)
        else:
            intake.background.start(tell(parts, where, phrases.NO_FILES))
        await ack()

    @app.shortcut(OPEN_SHORTCUT)
    async def ask_anywhere(ack: Any, body: Body, client: AsyncWebClient) -> None:
        await ack()
        where = where_of(body)
        start(where, opened(client, where, ask_view()))


def command_of(typed: str) -> tuple[str, str]:
    """Return the word of a command and what follows; what is no command is a question.

    "latest developments in Sudan" and "brief me on Sudan" are questions, for "latest" takes
    nothing, and "brief" an id.
    """
    word, _, rest = typed.strip().partition(" ")
    name, rest = word.lower(), rest.strip()
    takes_rest = name in {"ask", "search", "follow", "unfollow"} or (
        name == "brief" and " " not in rest
    )
    if takes_rest or (not rest and name in {"add", "settings", *_REPLIES}):
        return name, rest
    return ("ask", typed.strip()) if typed.strip() else ("help", "")


async def _ask(
    parts: SlackServices, intake: Intake, where: Where, question: str, via: AskedVia
) -> None:
    if not any(map(str.isalnum, question)):
        raise UsageError(phrases.NO_QUESTION if via is AskedVia.COMMAND else phrases.NOTHING_TO_ASK)
    asked = question_at(parts, where, question, via, where.trigger or None)
    await intake.accept(asked)


async def _search(parts: SlackServices, where: Where, words: str) -> None:
    if not any(map(str.isalnum, words)):
        raise UsageError(phrases.NO_WORDS)
    hits = await _hits(parts, where, words)
    await tell(parts, where, brief_blocks.search(words, hits, parts.desk))


async def _hits(parts: SlackServices, where: Where, words: str) -> list[Hit]:
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


async def _follow(parts: SlackServices, where: Where, topic: str) -> None:
    """Follow a topic, list those that are followed, or have them told weekly or at once."""
    followed = FollowedTopics(parts)
    if topic.lower() in phrases.DIGESTS:
        weekly = phrases.DIGESTS[topic.lower()]
        told = await asyncio.to_thread(partial(followed.digest, where.user, weekly=weekly))
        line = phrases.told_when(weekly=weekly) if told else phrases.FOLLOWS_NOTHING
        await tell(parts, where, line)
        return
    if not topic:
        topics, weekly = await asyncio.to_thread(followed.of, where.user)
        await tell(parts, where, phrases.following(topics, weekly=weekly))
        return
    if not any(map(str.isalnum, topic)) or len(topic) > LONGEST_TOPIC:
        raise UsageError(phrases.NO_TOPIC)
    new = await asyncio.to_thread(followed.add, where.user, " ".join(topic.split()))
    await tell(parts, where, phrases.now_following(topic) if new else phrases.FOLLOWED_ALREADY)


async def _unfollow(parts: SlackServices, where: Where, topic: str) -> None:
    if not topic:
        raise UsageError(phrases.NO_TOPIC)
    gone = await asyncio.to_thread(FollowedTopics(parts).remove, where.user, topic)
    await tell(parts, where, phrases.UNFOLLOWED if gone else phrases.not_followed(topic))


_REPLIES: dict[str, Reply] = {
    "search": _search, "latest": _latest, "brief": _brief, "help": _help,
    "follow": _follow, "unfollow": _unfollow,
}  # fmt: skip
