"""What a running bot does from time to time: one round after the other, whatever fails in one.

Records posts that a killed process left, takes up files that it did not finish, lets go of what is
older than `[slack] keep_days`, and tells askers of corrected briefs where `[audit] tell_askers`
says so. Several processes may do so at once. Knows nothing of questions.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from bot.slack.events import files
from bot.slack.events.clicks import BackgroundWork
from bot.slack.parts import SlackServices
from bot.slack.telling import Teller
from index.errors import BriefsError

log = logging.getLogger(__name__)

ROUND = 30.0  # seconds between rounds
PRUNE = 3600.0  # seconds between two looks for what is too old


class Chores:
    """The rounds of one process."""

    def __init__(
        self, parts: SlackServices, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Take the parts; the clock tells when something is due again."""
        self._parts = parts
        self._clock = clock
        self._pruned: float | None = None
        self._errands = BackgroundWork()
        self._teller = Teller(parts)

    async def run(self) -> None:
        """Make rounds for ever, the first one at once."""
        while True:
            await self.round()
            await asyncio.sleep(ROUND)

    async def round(self) -> None:
        """Do all that is due."""
        for chore in (self._record, self._take_up_files, self._prune, self._tell):
            await _done(chore)

    async def finished(self) -> None:
        """Wait until what was taken up is done."""
        await self._errands.finished()

    async def _record(self) -> None:
        if count := await asyncio.to_thread(self._parts.posts.record):
            log.info("%d posts of another process were recorded", count)

    async def _take_up_files(self) -> None:
        for parcel in await asyncio.to_thread(self._parts.parcels.left):
            self._errands.start(files.bring(self._parts, parcel))

    async def _tell(self) -> None:
        if self._parts.tell_askers:
            await self._teller.round()

    async def _prune(self) -> None:
        now = self._clock()
        if self._pruned is not None and now - self._pruned < PRUNE:
            return
        days = self._parts.settings.keep_days
        if count := await asyncio.to_thread(self._parts.inbox.prune, days):
            log.info("%d questions older than %d days were deleted", count, days)
        self._pruned = now


async def _done(chore: Callable[[], Awaitable[None]]) -> None:
    """Do one; what fails is tried again in the next round."""
    try:
        await chore()
    except BriefsError as error:
        log.error("left for the next round: %s", error)
    except Exception as error:
        log.error("left for the next round: %s", type(error).__name__)
