"""When a call to Slack may be made: spaces, budgets a minute, and holds after a 429.

Knows methods and channels by name and nothing of what is sent. Three rules, all at once:
a method or channel that Slack has limited is left alone until its Retry-After has ended and a
little longer, by chance; posts to one channel are a second apart and one at a time, and changes of
one message three seconds; the methods with a budget keep to it over each minute. Numbers: Slack's
tiers (docs.slack.dev, "Rate limits"), with some room.
"""

import asyncio
import random
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.slack.delivery.faults import Crowded

Clock = Callable[[], float]
"""Seconds that never go back."""
Sleep = Callable[[float], Awaitable[object]]

POSTS = frozenset({"chat.postMessage", "chat.postEphemeral"})
READS = frozenset({"conversations.replies", "conversations.history", "auth.test"})
BETWEEN_POSTS = 1.0  # seconds, in one channel
BETWEEN_UPDATES = 3.0  # seconds, of one message
NO_TIME = 0.25  # seconds that coming to an open turn may take: a busy machine, a line of one
JITTER = 0.5  # seconds at most after a hold has ended
PER_MINUTE = {
    "chat.update": 48,
    "chat.postEphemeral": 95,
    "conversations.replies": 48,
    "conversations.history": 48,
    "agents.sessions.setStatus": 48,
    "agents.sessions.rename": 48,
}
_KEPT = 2000  # channels and messages remembered before what is over is thrown away


@dataclass(frozen=True)
class Turn:
    """Whose turn is asked for. `message` is the ts of a message that is changed."""

    method: str
    channel: str | None = None
    message: str | None = None

    @property
    def posts(self) -> bool:
        """Whether it puts a new message into a channel."""
        return self.method in POSTS and self.channel is not None


class Pacing:
    """Hands out turns, first come first served in each channel."""

    def __init__(
        self,
        *,
        clock: Clock = time.monotonic,
        sleep: Sleep = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.clock = clock
        self.sleep = sleep
        self._chance = chance
        self._held: dict[str, float] = {}  # method or channel -> when its hold ends
        self._free: dict[str, float] = {}  # channel or message -> when the next may follow
        self._past: dict[str, deque[float]] = {}  # method -> its calls in the last minute
        self._lines: dict[str, asyncio.Lock] = {}

    @asynccontextmanager
    async def turn(self, turn: Turn, until: float) -> AsyncIterator[None]:
        """Wait for a turn, at most until that time of the clock, and make the call inside.

        Posts to one channel hold the line during the call as well, so that none is on its way
        while another is being told to wait.

        Raises:
            Crowded: the turn would come too late.
        """
        apart = f"{turn.method} {turn.channel} {turn.message}"
        line = self._line(f"#{turn.channel}" if turn.posts else apart)
        async with line:
            await self._wait(turn, until)
            if turn.posts:
                yield
                return
        yield

    def limited(self, turn: Turn, seconds: float) -> None:
        """Note a 429: neither this method nor this channel for so many seconds."""
        ends = self.clock() + seconds
        for key in (turn.method, *_channel_keys(turn)):
            self._held[key] = max(ends, self._held.get(key, ends))

    def open_at(self, turn: Turn, spare: int = 0) -> float:
        """Return the time of the clock from which the call may be made, as far as is known.

        `spare` calls of the minute's budget are left to others.
        """
        opens = [self._held.get(turn.method, 0.0)]
        opens += [self._held.get(key, 0.0) for key in _channel_keys(turn)]
        if turn.posts:
            opens.append(self._free.get(f"#{turn.channel}", 0.0))
        if turn.message:
            opens.append(self._free.get(f"{turn.channel}/{turn.message}", 0.0))
        opens.append(self._budget_opens(turn.method, spare))
        return max(opens)

    def is_open(self, turn: Turn, spare: int = 0) -> bool:
        """Whether the call may be made at once."""
        return self.open_at(turn, spare) <= self.clock()

    async def pause(self, seconds: float) -> None:
        """Sleep so long and, by chance, up to half as long again."""
        await self.sleep(seconds * (1 + self._chance() / 2))

    async def _wait(self, turn: Turn, until: float) -> None:
        """Sleep until the turn is open, and take it."""
        while (wait := self.open_at(turn) - self.clock()) > 0:
            if self.clock() + wait > until:
                raise Crowded(f"{turn.method}: its turn would come too late")
            keys = (turn.method, *_channel_keys(turn))
            held = any(self._held.get(key, 0.0) > self.clock() for key in keys)
            await self.sleep(wait + (self._chance() * JITTER if held else 0.0))
        if self.clock() > until + NO_TIME:
            raise Crowded(f"{turn.method}: its turn came too late")
        self._take(turn)

    def _take(self, turn: Turn) -> None:
        """Note that the call is made now."""
        now = self.clock()
        if turn.posts:
            self._free[f"#{turn.channel}"] = now + BETWEEN_POSTS
        if turn.message:
            self._free[f"{turn.channel}/{turn.message}"] = now + BETWEEN_UPDATES
        if turn.method in PER_MINUTE:
            self._past.setdefault(turn.method, deque()).append(now)
        if max(len(self._free), len(self._held), len(self._lines)) > _KEPT:
            self._tidy(now)

    def _budget_opens(self, method: str, spare: int) -> float:
        """Return when the budget of a method has room again; 0 where it has."""
        past, budget = self._past.get(method), PER_MINUTE.get(method, 0) - spare
        if not past or budget <= 0:
            return 0.0
        while past and past[0] <= self.clock() - 60:
            past.popleft()
        return past[-budget] + 60 if len(past) >= budget else 0.0

    def _line(self, name: str) -> asyncio.Lock:
        """Return the line in which calls of that name wait."""
        return self._lines.setdefault(name, asyncio.Lock())

    def _tidy(self, now: float) -> None:
        """Forget what is over."""
        self._held = {key: ends for key, ends in self._held.items() if ends > now}
        self._free = {key: ends for key, ends in self._free.items() if ends > now}
        self._lines = {name: line for name, line in self._lines.items() if line.locked()}


def _channel_keys(turn: Turn) -> tuple[str, ...]:
    """Return the key of a channel's hold; reading a channel is not held up by posting to it."""
    if turn.channel is None or turn.method in READS:
        return ()
    return (f"#{turn.channel}",)
