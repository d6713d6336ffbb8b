"""Over HTTP only what Slack signed is parsed (F-07); what runs beside it is served whole."""

import asyncio
import hashlib
import hmac
import json
import logging
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.serving.asgi import Answer, Site, page
from bot.serving.guard import LONGEST, Guard
from bot.serving.server import address, bound, serving
from bot.slack.events.app import PATH, asgi_app
from index.errors import UsageError
from tests.slack.conftest import Clock
from tests.slack.fake import FakeSlack

pytestmark = pytest.mark.anyio

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
BODY = json.dumps({"type": "url_verification", "challenge": "zebra", "n": 1}).encode()
NOW = 1_800_000_000


def signature(body: bytes, stamp: str = str(NOW), secret: str = SECRET, version: str = "v0") -> str:
    """What Slack puts into X-Slack-Signature, worked out apart from the code under test."""
    basis = f"{version}:{stamp}:".encode() + body
    return f"{version}=" + hmac.new(secret.encode(), basis, hashlib.sha256).hexdigest()


@dataclass
class Case:
    """A request as the server hands it on; good unless something is changed."""

    body: bytes = BODY
    stamp: str | None = str(NOW)
    signature: str | None = field(default_factory=lambda: signature(BODY))
    length: str | None = "given"
    more: tuple[tuple[str, str], ...] = ()
    pieces: int = 1

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        length = str(len(self.body)) if self.length == "given" else self.length
        lines = [
            ("x-slack-request-timestamp", self.stamp), ("x-slack-signature", self.signature),
            ("content-length", length), ("content-type", "application/json"), *self.more,
        ]  # fmt: skip
        return [(name.encode(), value.encode()) for name, value in lines if value is not None]

    def messages(self) -> Iterable[dict[str, Any]]:
        size = max(1, -(-len(self.body) // self.pieces))
        parts = [self.body[at : at + size] for at in range(0, len(self.body), size)] or [b""]
        for number, part in enumerate(parts, 1):
            yield {"type": "http.request", "body": part, "more_body": number < len(parts)}


@dataclass
class Door:
    """A guard before an application that keeps what it gets to parse."""

    secret: str = SECRET
    status: int = 200
    parsed: list[bytes] = field(default_factory=list)
    clock: Clock = field(default_factory=Clock)
    read: int = 0  # bytes of the last body that were asked for

    def __post_init__(self) -> None:
        self.guard = Guard(self._app, self.secret, self.clock)

    async def _app(self, scope: Any, receive: Any, send: Any) -> None:
        body = await receive()
        assert body["more_body"] is False
        self.parsed.append(body["body"])
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def knock(self, case: Case) -> int:
        """Return the status of the answer."""
        messages, sent, self.read = iter(case.messages()), [], 0

        async def receive() -> dict[str, Any]:
            message = next(messages)
            self.read += len(message["body"])
            return message

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": PATH, "headers": case.headers}
        await self.guard(scope, receive, send)
        return int(sent[0]["status"])


def flipped(data: bytes, bit: int = 77) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


GIANT = b"x" * (LONGEST + 1)
BAD: dict[str, tuple[Case, int]] = {
    "a flipped bit in the body": (Case(body=flipped(BODY)), 401),
    "a flipped bit in the signature": (
        Case(signature=flipped(signature(BODY).encode(), 100).decode("latin-1")), 401,
    ),
    "no signature": (Case(signature=None), 401),
    "no stamp": (Case(stamp=None), 401),
    "two signatures": (Case(more=(("X-Slack-Signature", signature(BODY)),)), 401),
    "two stamps": (Case(more=(("x-slack-request-timestamp", str(NOW)),)), 401),
    "signed with an empty secret": (Case(signature=signature(BODY, secret="")), 401),
    "a stamp 301 s old": (
        Case(stamp=str(NOW - 301), signature=signature(BODY, str(NOW - 301))), 401,
    ),
    "a stamp 301 s ahead": (
        Case(stamp=str(NOW + 301), signature=signature(BODY, str(NOW + 301))), 401,
    ),
    "JSON written anew": (Case(body=json.dumps(json.loads(BODY), indent=1).encode()), 401),
    "another version": (Case(signature=signature(BODY, version="v1")), 401),
    "the right digest under another version": (
        Case(signature=signature(BODY).replace("v0=", "v1=")), 401,
    ),
    "no version": (Case(signature=signature(BODY).removeprefix("v0=")), 401),
    "a giant body": (Case(body=GIANT, signature=signature(GIANT)), 413),
    "a giant body that says it is small": (
        Case(body=GIANT, signature=signature(GIANT), length="9", pieces=4), 413,
    ),
    "a chunked body": (Case(length=None, more=(("transfer-encoding", "chunked"),), pieces=3), 413),
    "chunked, and a length": (Case(more=(("transfer-encoding", "chunked"),)), 413),
    "no length": (Case(length=None), 413),
    "a length that is no number": (Case(length="+9"), 413),
} | {
    f"the stamp {stamp!r}": (Case(stamp=stamp, signature=signature(BODY, stamp)), 401)
    for stamp in ("", "soon", "1.8e9", f" {NOW}", f"+{NOW}", f"{NOW}.0", "-1", "1_800_000_000",
                  "9" * 400)
}  # fmt: skip


async def test_what_slack_signed_is_handed_on_as_it_came() -> None:
    """In one piece, however many it came in."""
    for pieces in (1, 3):
        door = Door()
        assert await door.knock(Case(pieces=pieces)) == 200
        assert door.parsed == [BODY]


@pytest.mark.parametrize("name", BAD)
async def test_anything_else_is_refused_before_a_parser_runs(name: str) -> None:
    """F-07."""
    case, status = BAD[name]
    door = Door()
    assert await door.knock(case) == status
    assert door.parsed == []


@pytest.mark.parametrize("off", [-300, 300])
async def test_a_stamp_may_be_five_minutes_off(off: int) -> None:
    """Clocks differ."""
    stamp = str(NOW + off)
    assert await Door().knock(Case(stamp=stamp, signature=signature(BODY, stamp))) == 200


async def test_without_a_secret_nothing_passes() -> None:
    """Not even what is signed with the empty one."""
    door = Door(secret="")
    assert await door.knock(Case(signature=signature(BODY, secret=""))) == 401
    assert await door.knock(Case()) == 401
    assert door.parsed == []


async def test_a_replay_is_refused() -> None:
    """Within the window a signature passes once, for as long as its stamp is good."""
    door = Door()
    ahead = str(NOW + 300)
    case = Case(stamp=ahead, signature=signature(BODY, ahead))
    assert await door.knock(case) == 200
    for _ in range(3):
        assert await door.knock(case) == 401
        door.clock.now += 200
    assert door.parsed == [BODY]


async def test_what_we_could_not_serve_may_come_again() -> None:
    """Slack's retry is the only copy then."""
    door = Door(status=503)
    assert await door.knock(Case()) == 503
    door.status = 200
    assert await door.knock(Case()) == 200


async def test_a_giant_body_is_not_read_to_its_end() -> None:
    """Not at all where its length is told, else up to the limit."""
    door = Door()
    await door.knock(Case(body=GIANT * 3, pieces=30))
    assert door.read == 0
    await door.knock(Case(body=GIANT * 3, length="9", pieces=30))
    assert door.read < 2 * LONGEST


async def test_a_refusal_is_logged_by_its_reason_alone(caplog: pytest.LogCaptureFixture) -> None:
    """Once a minute, however many come; nothing of the request is in it."""
    door = Door()
    with caplog.at_level(logging.DEBUG):
        for _ in range(50):
            await door.knock(Case(body=flipped(BODY)))
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "signature" in caplog.text
    for secret in (SECRET, "zebra", signature(BODY)[3:], str(NOW)):
        assert secret not in caplog.text
    assert door.guard.refused == {"signature": 50}


# -- the server ------------------------------------------------------------------------------


@pytest.fixture
async def serve() -> AsyncIterator[Callable[..., Any]]:
    """Serve an application on a free port; returns its address."""
    open_now: list[Any] = []

    async def start(app: Any) -> str:
        listening = bound("127.0.0.1", 0)
        server = serving(app, listening)
        await server.__aenter__()
        open_now.append(server)
        return address(listening)

    yield start
    for server in open_now:
        await server.__aexit__(None, None, None)


async def ok() -> Answer:
    return Answer(200, "fine\n")


async def test_the_real_app_takes_what_the_fake_slack_signs(
    slack: FakeSlack, serve: Callable[..., Any]
) -> None:
    """Events, clicks and commands through uvicorn, guard and Bolt; forged ones not."""
    app = AsyncApp(
        client=AsyncWebClient(token=slack.bot_token, base_url=slack.api, retry_handlers=[]),
        signing_secret=slack.signing_secret,
    )
    seen: list[str] = []

    @app.event("app_mention")
    async def mentioned(event: dict[str, Any]) -> None:
        seen.append(event["text"])

    @app.event("message")
    async def said() -> None:
        pass

    @app.command("/briefs")
    async def command(ack: Any, command: dict[str, Any]) -> None:
        seen.append(command["text"])
        await ack("understood")

    guard = Guard(asgi_app(app), slack.signing_secret)
    url = await serve(Site({PATH: (("POST",), guard)})) + PATH
    assert await slack.post_signed(url, {"type": "url_verification", "challenge": "c1"}) == (
        200, '{"challenge": "c1"}',
    )  # fmt: skip
    slack.request_url = url
    await slack.mention("general", "alice", "When?")
    said_back = await slack.command("/briefs", "help", "alice", "general")
    assert said_back == "understood"
    deadline = time.monotonic() + 5
    while len(seen) < 2 and time.monotonic() < deadline:
        await asyncio.sleep(0.02)
    assert seen[1:] == ["help"]
    assert "When?" in seen[0]
    forged = [
        {"secret": "another-signing-secret"}, {"stamp": "soon"},
        {"stamp": int(time.time()) - 301}, {"stamp": int(time.time()) + 302},
        {"headers": {"x-slack-signature": "v0=0"}},
    ]  # fmt: skip
    for change in forged:
        status, text = await slack.post_signed(url, {"type": "url_verification"}, **change)
        assert (status, text) == (401, "refused\n"), change
    assert (await slack.post_signed(url, "x" * (LONGEST + 1)))[0] == 413


async def test_a_chunked_request_is_refused_on_the_wire(serve: Callable[..., Any]) -> None:
    """Signed or not: its length is not told."""
    door = Door(clock=time.time)  # type: ignore[arg-type]
    url = await serve(Site({PATH: (("POST",), door.guard)})) + PATH

    async def pieces() -> AsyncIterator[bytes]:
        yield BODY[:9]
        yield BODY[9:]

    stamp = str(int(time.time()))
    headers = {
        "x-slack-request-timestamp": stamp, "x-slack-signature": signature(BODY, stamp),
    }  # fmt: skip
    async with aiohttp.ClientSession() as session:
        async with session.post(url, data=pieces(), headers=headers) as response:
            assert response.status == 413
        async with session.post(url, data=BODY, headers=headers) as response:
            assert response.status == 200
    assert door.parsed == [BODY]


async def test_each_place_takes_its_methods(serve: Callable[..., Any]) -> None:
    """Other places are not there; what goes wrong is told without its words."""

    async def broken() -> Answer:
        raise ValueError("xoxb-secret")

    base = await serve(Site({"/a": (("GET",), page(ok)), "/b": (("GET",), page(broken))}))
    async with aiohttp.ClientSession() as session:
        found = []
        for method, path in (("GET", "/a"), ("POST", "/a"), ("GET", "/c"), ("GET", "/b")):
            async with session.request(method, base + path) as response:
                found.append((response.status, await response.text()))
                assert "server" not in response.headers
    assert [status for status, _ in found] == [200, 405, 404, 500]
    assert "xoxb" not in str(found)


async def test_a_port_that_is_taken_is_one_clear_line() -> None:
    """Exit code 2, by UsageError."""
    refused = pytest.raises(UsageError, match=r"port \d+ cannot be had \(.*--port")
    with socket.create_server(("127.0.0.1", 0)) as taken, refused:
        bound("127.0.0.1", taken.getsockname()[1])
