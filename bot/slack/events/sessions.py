"""What changes around us: the Stop button, people and channels, the end of our own welcome."""

import asyncio
import logging
import re
from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.slack.parts import SlackServices
from bot.slack.worker import Worker

log = logging.getLogger(__name__)

_FACTS = re.compile(
    r"^(?:member_joined_channel|member_left_channel|user_change|team_join|channel_\w+|group_\w+"
    r"|subteam_\w+|shared_channel_\w+)$"
)


def register(app: AsyncApp, parts: SlackServices, worker: Worker) -> None:
    """Listen to these events."""

    @app.event("agent_session_stopped")
    async def stopped(event: dict[str, Any]) -> None:
        channel, root = str(event.get("channel") or ""), str(event.get("thread_ts") or "")
        if channel and root:
            worker.cancel(channel, root)
            await asyncio.to_thread(parts.inbox.stop, parts.team, channel, root)
            worker.cancel(channel, root)  # one that was taken a moment before
            await parts.outbox.status(channel, root, None)

    @app.event("agent_session_title_changed")
    async def renamed() -> None:
        """Leave it at that: we name a thread once, at its first question."""

    @app.event(_FACTS)
    async def changed(event: dict[str, Any]) -> None:
        forget(parts, event)

    @app.event(re.compile("^(?:app_uninstalled|tokens_revoked)$"))
    async def ended(event: dict[str, Any]) -> None:
        tokens = event.get("tokens")
        if isinstance(tokens, Mapping) and not tokens.get("bot"):
            return  # somebody's own token, of which we have none
        log.error("Slack: the app was removed from the workspace; nothing more is answered")
        await worker.stop()


def forget(parts: SlackServices, event: Mapping[str, Any]) -> None:
    """Drop what is kept of the person, the channel or the groups that an event is about."""
    kind = str(event.get("type"))
    if kind.startswith("subteam_"):
        parts.directory.changed(groups=True)
        return
    user, channel = _id(event.get("user")), _id(event.get("channel"))
    if user is None and channel is None:
        parts.directory.changed()
    else:
        parts.directory.changed(user=user, channel=channel)


def _id(told: Any) -> str | None:
    """Return an id, which some events give within an object."""
    found = told.get("id") if isinstance(told, Mapping) else told
    return str(found) if found else None
