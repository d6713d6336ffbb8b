"""Socket Mode: several sockets at once, envelopes, acknowledgements, redelivery and cuts."""

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from tests.slack.fake.world import APP

if TYPE_CHECKING:
    from tests.slack.fake.server import FakeSlack


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
        if self._request.transport:
            self._request.transport.abort()


class Sockets:
    """All sockets that are open, in order of arrival, and what was sent over them."""

    def __init__(self, fake: "FakeSlack") -> None:
        self._fake = fake
        self.open: list[Socket] = []
        self.opened = 0  # how many there ever were
        self.acks: list[Ack] = []
        self.waiting: dict[str, Envelope] = {}  # sent or to be sent, not acknowledged
        self.lost: list[Envelope] = []  # given up after all retries
        self._held: list[Envelope] | None = None
        self._turn = 0
        self._change = asyncio.Condition()
        self._tickets: set[str] = set()
        self._tasks: set[asyncio.Task[Any]] = set()

    def ticket(self) -> str:
        ticket = self._fake.world.number("ticket")
        self._tickets.add(ticket)
        return self._fake.base.replace("http", "ws", 1) + f"/link?ticket={ticket}"

    async def connected(self, count: int = 1, seconds: float = 120.0) -> None:
        async with self._change, asyncio.timeout(seconds):
            await self._change.wait_for(lambda: len(self.open) >= count)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        if request.query.get("ticket") not in self._tickets:
            return web.Response(status=404, text="this ticket was used or never given")
        self._tickets.discard(request.query["ticket"])
        ws = web.WebSocketResponse(autoping=False, autoclose=False)
        await ws.prepare(request)
        self.opened += 1
        socket = Socket(self.opened, ws, request)
        await ws.send_json({
            "type": "hello", "num_connections": len(self.open) + 1,
            "connection_info": {"app_id": APP},
            "debug_info": {"host": "fake", "approximate_connection_time": 18060},
        })  # fmt: skip
        await self._set(socket, there=True)
        try:
            await self._listen(socket)
        finally:
            await self._set(socket, there=False)
        return ws

    async def _set(self, socket: Socket, *, there: bool) -> None:
        async with self._change:
            if there:
                self.open.append(socket)
            elif socket in self.open:
                self.open.remove(socket)
            self._change.notify_all()
        if there:
            for envelope in list(self.waiting.values()):
                if envelope.sent is None and not self._is_held(envelope):
                    await self._send(envelope)

    async def _listen(self, socket: Socket) -> None:
        async for said in socket.ws:
            if said.type == WSMsgType.CLOSE:
                if not socket.silent:
                    await socket.ws.close()
                return
            if socket.silent:
                continue
            if said.type == WSMsgType.PING:
                await socket.ws.pong(said.data)
            elif said.type == WSMsgType.TEXT:
                self._acknowledged(json.loads(said.data))

    def _acknowledged(self, said: dict[str, Any]) -> None:
        envelope = self.waiting.pop(str(said.get("envelope_id")), None)
        if envelope is None:
            return  # a late one, after it was sent again: harmless
        delay = time.monotonic() - (envelope.sent or envelope.born)
        payload = said.get("payload")
        if payload and envelope.type == "events_api":
            self._fake.violate("an event was acknowledged with a payload")
        self.acks.append(
            Ack(envelope.id, envelope.type, envelope.event_id, delay, payload, envelope.attempt)
        )
        if envelope.then:
            envelope.then(payload)
        if not envelope.acked.done():
            envelope.acked.set_result(payload)

    async def deliver(
        self, type_: str, payload: dict[str, Any], *, copies: int = 1,
        then: Callable[[Any], None] | None = None,
    ) -> Envelope:  # fmt: skip
        """Send an envelope over the next socket in turn.

        Further copies carry the same event in envelopes of their own, marked as retries.
        """
        made = [
            Envelope(self._fake.world.number("env"), type_, payload, attempt, then=then)
            for attempt in range(copies)
        ]
        for envelope in made:
            self.waiting[envelope.id] = envelope
            if self._held is not None:
                self._held.append(envelope)
            else:
                await self._send(envelope)
        return made[0]

    async def _send(self, envelope: Envelope) -> None:
        if not self.open:
            return  # goes out when a socket opens
        self._turn += 1
        socket = self.open[self._turn % len(self.open)]
        first = envelope.sent is None
        envelope.sent = envelope.sent or time.monotonic()
        if not socket.silent:
            with suppress(ConnectionError, RuntimeError):
                await socket.ws.send_json(envelope.wire())
        if first or envelope.type == "events_api":
            self._later(envelope)

    def _later(self, envelope: Envelope) -> None:
        task = asyncio.ensure_future(self._watch(envelope))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _watch(self, envelope: Envelope) -> None:
        rules = self._fake.rules
        event = envelope.type == "events_api"
        await asyncio.sleep(rules.redeliver_seconds if event else rules.ack_seconds)
        if envelope.id not in self.waiting:
            return
        if event:
            await self._again(envelope)
            return
        self.waiting.pop(envelope.id)
        self._fake.violate(f"{envelope.type} was not acknowledged in {rules.ack_seconds} s")
        if not envelope.acked.done():
            envelope.acked.set_result(None)

    async def _again(self, envelope: Envelope) -> None:
        """Send an event again in a new envelope with the same event_id."""
        if self.waiting.pop(envelope.id, None) is None:
            return
        if envelope.attempt >= self._fake.rules.retries:
            self.lost.append(envelope)
            self._fake.violate(f"event {envelope.event_id} was never acknowledged")
            return
        again = Envelope(
            self._fake.world.number("env"), envelope.type, envelope.payload,
            envelope.attempt + 1, acked=envelope.acked,
        )  # fmt: skip
        self.waiting[again.id] = again
        await self._send(again)

    def _is_held(self, envelope: Envelope) -> bool:
        return self._held is not None and envelope in self._held

    # -- faults ------------------------------------------------------------------------------

    def cut(self, number: int | None = None) -> None:
        for socket in list(self.open) if number is None else [self.open[number]]:
            socket.cut()

    def silence(self, number: int | None = None) -> None:
        for socket in self.open if number is None else [self.open[number]]:
            socket.silent = True

    @asynccontextmanager
    async def shuffled(self, seed: int = 0) -> AsyncIterator[None]:
        """Hold back all that is delivered inside, then send it in another order."""
        self._held = []
        try:
            yield
        finally:
            held, self._held = self._held, None
            random.Random(seed).shuffle(held)
            for envelope in held:
                await self._send(envelope)

    async def settled(self, seconds: float = 120.0) -> None:
        async with asyncio.timeout(seconds):
            while self.waiting:
                await asyncio.sleep(0.01)

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        for socket in list(self.open):
            socket.cut()
