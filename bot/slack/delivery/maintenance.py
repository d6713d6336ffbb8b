"""What a running bot does from time to time: one round after the other, whatever fails in one.

Lets go of what is older than `[slack] keep_days`, and has askers told of corrected briefs where
`[audit] tell_askers` says so. Several processes may do so at once.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from bot.slack.delivery.notifications import Notifier
from bot.slack.parts import Parts
from index.errors import BriefsError

log = logging.getLogger(__name__)

ROUND = 30.0  # seconds between rounds
PRUNE = 3600.0  # seconds between two looks for what is too old


class Maintenance:
    """The rounds of one process."""

    def __init__(
        self, parts: Parts, notifier: Notifier, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """The clock tells when something is due again."""
        self._parts, self._notifier, self._clock = parts, notifier, clock
        self._pruned: float | None = None

    async def run(self) -> None:
        """Make rounds for ever, the first one at once."""
        while True:
            await self.round()
            await asyncio.sleep(ROUND)

    async def round(self) -> None:
        """Do all that is due."""
        await _done(self._prune)
        if self._parts.tell_askers:
            await _done(self._notifier.round)

    async def _prune(self) -> None:
        now = self._clock()
        if self._pruned is not None and now - self._pruned < PRUNE:
            return
        days = self._parts.settings.keep_days
        if count := await asyncio.to_thread(self._parts.inbox.prune, days):
            log.info("%d questions older than %d days were deleted", count, days)
        self._pruned = now


async def _done(task: Callable[[], Awaitable[None]]) -> None:
    """Do one; what fails is tried again in the next round."""
    try:
        await task()
    except BriefsError as error:
        log.error("left for the next round: %s", error)
    except Exception as error:
        log.error("left for the next round: %s", type(error).__name__)
