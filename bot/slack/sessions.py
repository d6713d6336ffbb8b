"""The line "the bot is working …" and the title of a thread with the bot.

Both are a courtesy: a failure is swallowed, and with a limit near they are left out, so that they
never hold up an answer. The sessions of the agent view come first, the older calls of the assistant
where a workspace lacks them.
"""

import logging
from collections.abc import Mapping
from typing import Any

from bot.slack.calling import Calls, turn_of
from bot.slack.faults import UNAVAILABLE, Fault, Refused

log = logging.getLogger(__name__)

TITLE_LIMIT = 200  # characters
STATUS_LIMIT = 100  # characters; Slack names no limit
_FORGET = 600.0  # seconds after which a missing feature is tried again
MOMENT = 1.0  # seconds that such a call may wait for its turn


class Sessions:
    """Status and title of threads."""

    def __init__(self, calls: Calls) -> None:
        """Make the calls through these."""
        self._calls = calls
        self._missing: dict[str, float] = {}  # method -> until when it is not tried

    async def status(self, channel: str, thread_ts: str, text: str | None) -> None:
        """Show that the bot is at work, or with None that it no longer is."""
        session = {
            "channel_id": channel,
            "thread_ts": thread_ts,
            "status": "processing" if text else "active",
        }
        older = {
            "channel_id": channel,
            "thread_ts": thread_ts,
            "status": (text or "")[:STATUS_LIMIT],
        }
        await self._first_of(
            ("agents.sessions.setStatus", session), ("assistant.threads.setStatus", older)
        )

    async def title(self, channel: str, thread_ts: str, title: str) -> None:
        """Name the thread in the list of the agent's threads."""
        if not (title := " ".join(title.split())[:TITLE_LIMIT]):
            return
        named = {"channel_id": channel, "thread_ts": thread_ts, "title": title}
        await self._first_of(
            ("agents.sessions.rename", named), ("assistant.threads.setTitle", named)
        )

    async def _first_of(self, *choices: tuple[str, Mapping[str, Any]]) -> None:
        """Make the first of these calls that the workspace has."""
        now = self._calls.pacing.clock()
        for method, arguments in choices:
            if self._missing.get(method, now) > now:
                continue
            if not self._calls.pacing.is_open(turn_of(method, arguments)):
                return
            try:
                await self._calls.once(method, arguments, now + MOMENT)
                return
            except Refused as refused:
                log.debug("%s: %s", method, refused.code)
                if refused.code not in UNAVAILABLE:
                    return
                self._missing[method] = now + _FORGET
            except Fault:
                return
