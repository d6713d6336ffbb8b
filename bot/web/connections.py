"""Connections of the HTTP server: deadlines for what is slow to come, limits by address.

A connection that waits, for a request or for the rest of one, is closed at a deadline. Where there
are too many of one address, or altogether, the one that has waited longest makes room: whoever
holds connections open loses them, and nobody else is turned away.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEADER_SECONDS = 10.0  # for a request to begin and for all its headers to come
BODY_SECONDS = 20.0  # for its body, after the headers
MOST_OF_ONE = (
    100  # connections of one address; a proxy on this machine has one for all its visitors
)
MOST = 1_000  # connections

# What is awaited from the other end, and for how long at most; else it is our turn.
_DEADLINES: dict[Any, float] = {h11.IDLE: HEADER_SECONDS, h11.SEND_BODY: BODY_SECONDS}


class Connection(H11Protocol):
    """One connection, under deadlines."""

    _awaited: object = None  # the state in which the other end is waited for
    _since = 0.0  # the loop's time
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch()
        others = [one for one in self.connections if isinstance(one, Connection)]
        same = [one for one in others if one.address == self.address]
        _make_room(same, MOST_OF_ONE)
        _make_room(others, MOST)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        super().connection_lost(exc)

    @property
    def address(self) -> str:
        return self.client[0] if self.client else ""

    @property
    def waits(self) -> bool:
        """Whether the other end is waited for: nothing is lost if it is closed now."""
        return self._awaited is not None and not self.transport.is_closing()

    @property
    def since(self) -> float:
        return self._since

    def _watch(self) -> None:
        """Start the clock when the other end's turn comes, and stop it when it is over.

        A byte now and then does not start it again.
        """
        state = self.conn.their_state
        awaited = state if state in _DEADLINES else None
        if awaited is self._awaited:
            return
        self._stop()
        self._awaited, self._since = awaited, self.loop.time()
        if awaited is not None:
            self._timer = self.loop.call_later(_DEADLINES[state], self.transport.close)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _make_room(connections: Iterable[Connection], most: int) -> None:
    """Close those that have waited longest until there are no more than `most`."""
    there = [one for one in connections if not one.transport.is_closing()]
    surplus = len(there) - most
    if surplus > 0:
        waiting = sorted((one for one in there if one.waits), key=lambda one: one.since)
        for one in waiting[:surplus]:
            one.transport.abort()
