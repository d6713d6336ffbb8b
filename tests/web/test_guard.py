"""Over HTTP only what Slack signed is parsed."""

import hashlib
import hmac
import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.web.guard import LONGEST, Guard
from tests.web.conftest import Clock

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

        scope = {"type": "http", "method": "POST", "path": "/slack/events", "headers": case.headers}
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
    "a body that is not UTF-8": (
        Case(body=b"\xff" + BODY, signature=signature(b"\xff" + BODY)), 401,
    ),
    "a signature that is not ASCII": (Case(signature="v0=\u00e9"), 401),
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
    "reformatted JSON": (Case(body=json.dumps(json.loads(BODY), indent=1).encode()), 401),
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
    for pieces in (1, 3):
        door = Door()
        assert await door.knock(Case(pieces=pieces)) == 200
        assert door.parsed == [BODY]


async def test_anything_else_is_refused_before_a_parser_runs() -> None:
    for name, (case, status) in BAD.items():
        door = Door()
        assert await door.knock(case) == status, name
        assert door.parsed == [], name


async def test_a_stamp_may_be_five_minutes_off() -> None:
    """Clocks differ."""
    for stamp in (str(NOW - 300), str(NOW + 300)):
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
