"""Watch the way to Slack: whether questions can come in now, and since when they cannot.

In: a function that tells whether the connection stands. Out: seconds without one.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

log = logging.getLogger(__name__)

LOOK = 1.0  # seconds between looks
TOO_LONG = 60.0  # seconds without a connection after which the health check turns red (F-04)


class Link:
    """One connection; until the first look it counts as down since it was made."""

    mode = "socket"

    def __init__(
        self,
        is_connected: Callable[[], Awaitable[bool]],
        working: Callable[[], bool] = lambda: True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Remember whom to ask; `working` tells whether the worker still takes questions."""
        self._is_connected, self.working, self._clock = is_connected, working, clock
        self._down_since: float | None = clock()

    @property
    def down_for(self) -> float:
        """Seconds without a connection, 0 while there is one."""
        return 0.0 if self._down_since is None else self._clock() - self._down_since

    async def look(self) -> None:
        """Ask now."""
        connected = False
        with suppress(Exception):  # whatever the client raises, there is no connection
            connected = await self._is_connected()
        if connected:
            self._down_since = None
        elif self._down_since is None:
            self._down_since = self._clock()

    async def watch(self) -> None:
        """Look for ever, and say once when it has been down for too long and when it is back."""
        told = False
        while True:
            await self.look()
            if self.down_for > TOO_LONG and not told:
                log.warning("no connection to Slack for %.0f s; trying on", self.down_for)
            elif told and not self.down_for:
                log.warning("connected to Slack again")
            told = self.down_for > TOO_LONG
            await asyncio.sleep(LOOK)


class Listening(Link):
    """HTTP: Slack comes to us, nothing can be down."""

    mode = "http"

    def __init__(self, working: Callable[[], bool] = lambda: True) -> None:
        """Count as connected."""
        super().__init__(_always, working)
        self._down_since = None


async def _always() -> bool:
    return True
