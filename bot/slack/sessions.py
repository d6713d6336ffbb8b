"""The line "the bot is working …" and the title of a thread with the bot.

Both are a courtesy: a failure is swallowed, and with a limit near they are left out, so that they
never hold up an answer. The sessions of the agent view come first, the older calls of the assistant
where a workspace lacks them.
"""

import logging
from collections import deque
from collections.abc import Mapping
from typing import Any

from bot.slack.calling import Calls, turn_of
from bot.slack.faults import UNAVAILABLE, Fault, Refused

log = logging.getLogger(__name__)

TITLE_LIMIT = 200  # characters
STATUS_LIMIT = 100  # characters; Slack names no limit
SHOWN_A_MINUTE = 24  # half the budget: each line that is shown is cleared again
CLEARING = 15.0  # seconds that a line which has to go may wait for its turn
_FORGET = 600.0  # seconds after which a missing feature is tried again


class Sessions:
    """Status and title of threads."""

    def __init__(self, calls: Calls) -> None:
        """Make the calls through these."""
        self._calls = calls
        self._missing: dict[str, float] = {}  # method -> until when it is not tried
        self._shown: deque[float] = deque(maxlen=SHOWN_A_MINUTE)

    async def status(self, channel: str, thread_ts: str, text: str | None) -> bool:
        """Show that the bot is at work, or with None that it no longer is; return if it shows."""
        if text and not self._may_show():
            return False
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
        patience = 0.0 if text else CLEARING
        return await self._first_of(
            patience, ("agents.sessions.setStatus", session),
            ("assistant.threads.setStatus", older),
        )  # fmt: skip

    def _may_show(self) -> bool:
        """Whether one more line leaves room to clear all that are shown; counts it if so."""
        now = self._calls.pacing.clock()
        if len(self._shown) == SHOWN_A_MINUTE and self._shown[0] > now - 60:
            return False
        self._shown.append(now)
        return True

    async def title(self, channel: str, thread_ts: str, title: str) -> None:
        """Name the thread in the list of the agent's threads."""
        if not (title := " ".join(title.split())[:TITLE_LIMIT]):
            return
        named = {"channel_id": channel, "thread_ts": thread_ts, "title": title}
        await self._first_of(
            0.0, ("agents.sessions.rename", named), ("assistant.threads.setTitle", named)
        )

    async def _first_of(self, patience: float, *choices: tuple[str, Mapping[str, Any]]) -> bool:
        """Make the first of these calls that the workspace has, waiting so long for its turn."""
        now = self._calls.pacing.clock()
        for method, arguments in choices:
            if self._missing.get(method, now) > now:
                continue
            if not patience and not self._calls.pacing.is_open(turn_of(method, arguments)):
                return False
            try:
                await self._calls.patiently(method, arguments, now + patience)
                return True
            except Refused as refused:
                log.debug("%s: %s", method, refused.code)
                if refused.code not in UNAVAILABLE:
                    return False
                self._missing[method] = now + _FORGET
            except Fault:
                return False
        return False
