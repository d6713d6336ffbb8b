"""A clock for tests of waiting: a sleep takes no time, yet all see the same time go by.

async with FastClock() as clock:  # goes on by itself, sleeper by sleeper
    outbox = Outbox(client, clock=clock, sleep=clock.sleep)
"""

import asyncio
import heapq
import itertools
from typing import Self


class FastClock:
    """Seconds that pass when everybody sleeps."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now
        self.slept: list[float] = []
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()
        self._driver: asyncio.Task[None] | None = None

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.now + seconds, next(self._numbers), woken))
        await woken

    def _wake_next(self) -> None:
        at, _, woken = heapq.heappop(self._sleepers)
        if not woken.done():
            self.now = max(self.now, at)
            woken.set_result(None)

    async def _drive(self) -> None:
        while True:
            await asyncio.sleep(0.003)
            if self._sleepers:
                self._wake_next()

    async def __aenter__(self) -> Self:
        self._driver = asyncio.create_task(self._drive())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._driver
        self._driver.cancel()
