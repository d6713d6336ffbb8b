"""Leave a failing service alone for a while: outcomes in, whether to call out.

Knows nothing of what is called. Safe to share between threads; every process has its own.
"""

import time
from collections.abc import Callable
from threading import Lock

FAILURES = 3  # in a row, after which no call is made …
REST = 30.0  # … for so many seconds


class Breaker:
    """Opens after a run of failures; after a rest it lets one call through to see."""

    def __init__(
        self,
        failures: int = FAILURES,
        rest: float = REST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start closed."""
        self._most, self._rest, self._clock = failures, rest, clock
        self._failures, self._until = 0, float("-inf")
        self._lock = Lock()

    def allows(self) -> bool:
        """Return whether to call now; the first to ask after a rest is the one that tries."""
        with self._lock:
            if self._failures < self._most:
                return True
            now = self._clock()
            if now < self._until:
                return False
            self._until = now + self._rest
            return True

    def succeeded(self) -> None:
        """Close again."""
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        """Count a failure; the last of a run opens the breaker."""
        with self._lock:
            self._failures += 1
            if self._failures >= self._most:
                self._until = self._clock() + self._rest
