"""What goes over Socket Mode: envelopes, their acknowledgements, and one connection."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass
class Ack:
    """An envelope that was acknowledged: how soon after it was (first) sent, and with what."""

    envelope: str
    type: str
    event_id: str | None
    delay: float
    payload: Any = None
    attempt: int = 0


@dataclass
class Envelope:
    """Something on its way to the bot."""

    id: str
    type: str
    payload: dict[str, Any]
    attempt: int = 0
    born: float = field(default_factory=time.monotonic)
    sent: float | None = None
    acked: asyncio.Future[Any] = field(default_factory=lambda: asyncio.Future())
    then: Callable[[Any], None] | None = None  # called with what it is acknowledged with

    @property
    def event_id(self) -> str | None:
        return self.payload.get("event_id")

    def wire(self) -> dict[str, Any]:
        out: dict[str, Any] = {"type": self.type, "envelope_id": self.id, "payload": self.payload}
        out["accepts_response_payload"] = self.type != "events_api"
        if self.type == "events_api":
            reason = "timeout" if self.attempt else ""
            out |= {"retry_attempt": self.attempt, "retry_reason": reason}
        return out


class Socket:
    """One connection of a bot."""

    def __init__(self, number: int, ws: web.WebSocketResponse, request: web.Request) -> None:
        self.number, self.ws, self._request = number, ws, request
        self.silent = False  # half open: neither speaks nor answers pings
        self.since = time.monotonic()

    def cut(self) -> None:
        """Break it off, without a word."""
        if self._request.transport:
            self._request.transport.abort()
