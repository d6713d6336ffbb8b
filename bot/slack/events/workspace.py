"""App Home, the agent pane, the Stop button, and changes to people, channels and the app itself."""

import asyncio
import logging
import re
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import AudienceUnknown
from bot.jobs.worker import Worker
from bot.slack import phrases, text
from bot.slack.access import permissions
from bot.slack.blocks.home import HomePage, home_view
from bot.slack.blocks.notices import introduction
from bot.slack.delivery.health import Usage, usage
from bot.slack.delivery.tables import lane_of
from bot.slack.events.clicks import BackgroundWork, published
from bot.slack.parts import SlackServices

log = logging.getLogger(__name__)

_FACTS = re.compile(
    r"^(?:member_joined_channel|member_left_channel|user_change|team_join|channel_\w+|group_\w+"
    r"|subteam_\w+|shared_channel_\w+)$"
)


def register(app: AsyncApp, parts: SlackServices, worker: Worker) -> None:
    background = BackgroundWork()
    introduced: set[tuple[str, str]] = set()  # an event may be delivered twice

    @app.event("app_home_opened")
    async def open_home(event: dict[str, Any], client: AsyncWebClient) -> None:
        user = str(event.get("user") or "")
        if event.get("tab") == "home":
            background.start(show_home(parts, client, user))
        elif event.get("tab") == "messages" and event.get("channel"):
            background.start(_suggest(parts, client, user, str(event["channel"])))

    @app.event("agent_session_stopped")
    async def stopped(event: dict[str, Any]) -> None:
        channel, root = str(event.get("channel") or ""), str(event.get("thread_ts") or "")
        if channel and root:
            lane = lane_of(parts.team, channel, root)
            worker.cancel(lane)
            await asyncio.to_thread(parts.inbox.stop, parts.team, channel, root)
            worker.cancel(lane)  # one that was taken a moment before
            await parts.outbox.status(channel, root, None)

    @app.event("agent_session_title_changed")
    async def renamed() -> None:
        """Do nothing: a thread is named once, at its first question."""

    @app.event(_FACTS)
    async def changed(event: dict[str, Any]) -> None:
        forget(parts, event)
        joined = event.get("type") == "member_joined_channel"
        invitation = (str(event.get("channel")), str(event.get("event_ts")))
        if joined and event.get("user") == parts.bot_user and invitation not in introduced:
            introduced.add(invitation)
            background.start(_introduce(parts, *invitation))

    @app.event(re.compile("^(?:app_uninstalled|tokens_revoked)$"))
    async def ended(event: dict[str, Any]) -> None:
        tokens = event.get("tokens")
        if isinstance(tokens, Mapping) and not tokens.get("bot"):
            return  # a person's own token, of which the bot has none
        log.error("Slack: the app was removed from the workspace; nothing more is answered")
        await worker.stop()


async def _introduce(parts: SlackServices, channel: str, ts: str) -> None:
    """Say in a channel to which we were invited what we do there."""
    stated = parts.policy.channels.get(channel)
    preferences = await asyncio.to_thread(parts.preferences.get, parts.team, channel)
    unasked = preferences.unasked or bool(stated and stated.unasked)
    line = introduction(unasked=unasked)
    marker = f"joined-{channel}-{ts}"
    await parts.outbox.post(channel, None, line.text, list(line.blocks), marker)


async def _usage(parts: SlackServices, user: str) -> Usage | None:
    """Return how the bot was used lately, for admins alone."""
    if not await permissions.is_admin(parts, user):
        return None
    return await asyncio.to_thread(usage, parts.library.database, parts.team, time.time())


async def show_home(parts: SlackServices, client: AsyncWebClient, user: str) -> None:
    """Publish App Home to a person: only what that person may see; to admins the usage, too."""
    try:
        page = await _home(parts, user)
    except AudienceUnknown as unknown:
        page = HomePage(0, 0, None, trouble=str(unknown), may_add=False)
    await published(client, user, home_view(page))


async def _home(parts: SlackServices, user: str) -> HomePage:
    rows = await permissions.briefs_for(parts, "", user)
    dates = [row.brief.date for row in rows if row.brief.date]
    return HomePage(
        briefs=len(rows),
        passages=sum(row.passages for row in rows),
        newest=max(dates, default=None),
        latest=[row.brief for row in rows],
        recent=[
            replace(
                one, incoming=replace(one.incoming, text=await _shown(parts, one.incoming.text))
            )
            for one in await asyncio.to_thread(parts.inbox.recent, parts.team, user)
        ],
        may_add=await permissions.is_full_member(parts, user),
        usage=await _usage(parts, user),
    )


async def _shown(parts: SlackServices, asked: str) -> str:
    """Return a question as people read it: with names, without what it points at."""
    own, pointed = text.unquoted(asked)
    return await parts.directory.named(own or pointed)


async def _suggest(parts: SlackServices, client: AsyncWebClient, user: str, channel: str) -> None:
    rows = await permissions.briefs_for(parts, channel, user)
    prompts = phrases.suggested_prompts([row.brief for row in rows])
    if not prompts:
        return
    try:
        await client.assistant_threads_setSuggestedPrompts(channel_id=channel, prompts=prompts)
    except (SlackApiError, SlackClientError, OSError, TimeoutError) as error:
        log.info("no questions could be suggested: %s", type(error).__name__)


def forget(parts: SlackServices, event: Mapping[str, Any]) -> None:
    """Drop what is cached of the person, the channel or the groups that an event is about."""
    if str(event.get("type")).startswith("subteam_"):
        parts.directory.changed(groups=True)
        return
    user, channel = _id(event.get("user")), _id(event.get("channel"))
    if user is None and channel is None:
        parts.directory.changed()
    else:
        parts.directory.changed(user=user, channel=channel)


def _id(given: Any) -> str | None:
    """Return an id, which some events give within an object."""
    found = given.get("id") if isinstance(given, Mapping) else given
    return str(found) if found else None
