"""Slow down whoever guesses tokens: after each wrong one from an address, a longer wait.

Knows addresses and times, nothing of tokens. Remembers a bounded number of addresses.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

FREE = 3  # wrong tokens without a wait
LONGEST = 60.0  # seconds
FORGOTTEN = 900.0  # seconds after the last wrong token
MOST = 1_000  # addresses remembered


class Attempts:
    """Wrong tokens by address."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start with none."""
        self._clock = clock
        self._failed: OrderedDict[str, tuple[int, float]] = OrderedDict()  # count, time of the last
        self._lock = threading.Lock()

    def wait(self, address: str) -> float:
        """Return for how many more seconds nothing is taken from an address."""
        with self._lock:
            count, last = self._failed.get(address, (0, 0.0))
            pause = min(LONGEST, 2.0 ** (count - FREE)) if count >= FREE else 0.0
            return max(0.0, last + pause - self._clock())

    def failed(self, address: str) -> None:
        """Note a wrong token."""
        with self._lock:
            now = self._clock()
            count, last = self._failed.pop(address, (0, now))
            self._failed[address] = (1 if now - last > FORGOTTEN else count + 1, now)
            while len(self._failed) > MOST:
                self._failed.popitem(last=False)

    def passed(self, address: str) -> None:
        """Forget what was wrong before a right one."""
        with self._lock:
            self._failed.pop(address, None)
