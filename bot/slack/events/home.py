"""App Home and the agent pane: what is there for the person who opens them."""

import asyncio
import logging
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import phrases
from bot.slack.access import permissions
from bot.slack.blocks.home import HomePage, home_view
from bot.slack.events.clicks import published
from bot.slack.events.errands import Errands
from bot.slack.parts import SlackServices

log = logging.getLogger(__name__)


def register(app: AsyncApp, parts: SlackServices) -> None:
    """Listen to openings."""
    errands = Errands()

    @app.event("app_home_opened")
    async def open_home(event: dict[str, Any], client: AsyncWebClient) -> None:
        user = str(event.get("user") or "")
        if event.get("tab") == "home":
            errands.start(show(parts, client, user))
        elif event.get("tab") == "messages" and event.get("channel"):
            errands.start(_suggest(parts, client, user, str(event["channel"])))


async def show(parts: SlackServices, client: AsyncWebClient, user: str) -> None:
    """Publish App Home to a person: only what that person may see."""
    rows = await permissions.briefs_for(parts, "", user)
    recent = await asyncio.to_thread(parts.inbox.recent, parts.team, user)
    dates = [row.brief.date for row in rows if row.brief.date]
    page = HomePage(
        briefs=len(rows),
        passages=sum(row.passages for row in rows),
        newest=max(dates, default=None),
        latest=[row.brief for row in rows],
        recent=recent,
        may_add=await permissions.is_full_member(parts, user),
    )
    await published(client, user, home_view(page))


async def _suggest(parts: SlackServices, client: AsyncWebClient, user: str, channel: str) -> None:
    """Suggest questions on the newest briefs; where that does not work, there are none."""
    rows = await permissions.briefs_for(parts, channel, user)
    prompts = phrases.suggested_prompts([row.brief for row in rows])
    if not prompts:
        return
    try:
        await client.assistant_threads_setSuggestedPrompts(channel_id=channel, prompts=prompts)
    except (SlackApiError, SlackClientError, OSError, TimeoutError) as error:
        log.info("no questions could be suggested: %s", type(error).__name__)
