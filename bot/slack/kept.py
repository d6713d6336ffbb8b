"""Facts that are asked for and kept for a while, each asked for by one caller at a time.

Knows nothing of Slack: who asks brings the asking, and what to take for a fact when it fails.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar, cast

KEPT_SECONDS = 300.0  # F-48: no fact on which a refusal depends is older
UNKNOWN_SECONDS = 5.0  # a failure, so that a Slack that is down is not asked by each question

_log = logging.getLogger(__name__)
_Fact = TypeVar("_Fact")


class Unknown(Exception):
    """Slack did not say. The message is ours, and fit for a log."""


class Facts:
    """Values kept for a while, each asked for by one caller at a time.

    A fact's age is counted from before it was asked for. One that was dropped while it was being
    asked for is handed to whoever waits, and not kept.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._kept: dict[Hashable, tuple[int, float, Any]] = {}  # which asking, until when, what
        self._asking: dict[Hashable, asyncio.Lock] = {}
        self._askings = 0
        self._drops = 0

    async def get(
        self, key: Hashable, ask: Callable[[], Awaitable[_Fact]], unknown: _Fact, fresh: bool
    ) -> _Fact:
        """Return the fact; `unknown` if asking fails. `fresh`: asked for after this call began."""
        before = self._askings if fresh else -1
        async with self._asking.setdefault(key, asyncio.Lock()):
            number, until, value = self._kept.get(key, (-1, float("-inf"), unknown))
            if number > before and self._clock() < until:
                return cast(_Fact, value)
            return await self._asked(key, ask, unknown)

    async def _asked(
        self, key: Hashable, ask: Callable[[], Awaitable[_Fact]], unknown: _Fact
    ) -> _Fact:
        self._askings += 1
        number, drops, began = self._askings, self._drops, self._clock()
        try:
            value, seconds = await ask(), KEPT_SECONDS
        except Exception as error:  # an answer of another shape than any we know, too
            reason = error if isinstance(error, Unknown) else f"{key}: {type(error).__name__}"
            _log.warning("who may see what: %s", reason)
            value, seconds = unknown, UNKNOWN_SECONDS
        self._prune()
        if drops == self._drops:
            self._kept[key] = (number, began + seconds, value)
        return value

    def drop(self, *keys: Hashable) -> None:
        """Forget these, or, without any, everything."""
        self._drops += 1
        for key in keys or tuple(self._kept):
            self._kept.pop(key, None)

    def _prune(self) -> None:
        now = self._clock()
        for key in [key for key, (_, until, _) in self._kept.items() if until <= now]:
            del self._kept[key]
        for key in [key for key, lock in self._asking.items() if not lock.locked()]:
            if key not in self._kept:
                del self._asking[key]
