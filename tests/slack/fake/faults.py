"""Scripted faults of the Web API: which call of a method goes wrong, and how.

    fake.faults.script("chat.postMessage", [None, rate_limited(1), lost_response()])
    fake.faults.script("chat.postMessage", lambda n, args: cut() if n % 7 == 0 else None)

Calls are numbered from 1. A list ends; a callable goes on. "*" stands for every method.
"""

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong."""

    kind: str  # refused | rate_limited | status | delayed | hang | cut | lost
    seconds: float = 0.0
    status: int = 200
    error: str = ""


Script = Callable[[int, dict[str, Any]], Fault | None]


def refused(error: str) -> Fault:
    return Fault("refused", error=error)


def rate_limited(after: int = 1) -> Fault:
    return Fault("rate_limited", seconds=math.ceil(after), status=429, error="ratelimited")


def server_error(status: int = 503) -> Fault:
    return Fault("status", status=status)


def delayed(seconds: float) -> Fault:
    return Fault("delayed", seconds=seconds)


def hang(seconds: float = 60.0) -> Fault:
    """No answer for so long that the client gives up; nothing is done."""
    return Fault("hang", seconds=seconds)


def cut() -> Fault:
    return Fault("cut")


def lost_response() -> Fault:
    """The call is done and the connection breaks before its answer."""
    return Fault("lost")


class Faults:
    """What is scripted, and how long callers were told to stay away."""

    def __init__(self) -> None:
        self._scripts: dict[str, Script] = {}
        self._counts: dict[str, int] = {}
        self._until: dict[tuple[str, str], tuple[float, float]] = {}

    def script(self, method: str, plan: Script | Iterable[Fault | None] | Fault) -> None:
        """Set what happens to a method's calls from now on, numbered from 1 anew."""
        self._counts[method] = 0
        self._scripts[method] = plan if callable(plan) else _listed(plan)

    def clear(self) -> None:
        self._scripts.clear()

    def next(self, method: str, args: dict[str, Any]) -> Fault | None:
        for name in (method, "*"):
            if name in self._scripts:
                self._counts[name] += 1
                fault = self._scripts[name](self._counts[name], args)
                if fault:
                    return fault
        return None

    def told_to_wait(self, method: str, channel: str, seconds: float) -> None:
        now = time.monotonic()
        self._until[_key(method, channel)] = (now, now + seconds)

    def early(self, method: str, channel: str, crossing: float) -> float:
        """By how many seconds a call comes before its Retry-After ended; 0 when it may come."""
        said, until = self._until.get(_key(method, channel), (0.0, 0.0))
        now = time.monotonic()
        return until - now if now < until - 0.001 and now - said > crossing else 0.0


def _key(method: str, channel: str) -> tuple[str, str]:
    return method, channel if method in {"chat.postMessage", "chat.postEphemeral"} else ""


def _listed(plan: Iterable[Fault | None] | Fault) -> Script:
    rest = iter([plan] if isinstance(plan, Fault) else plan)
    return lambda number, args: next(rest, None)
