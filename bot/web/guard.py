"""Let through only what Slack signed: checked over the raw bytes, before anything parses them.

https://docs.slack.dev/authentication/verifying-requests-from-slack. A request is refused unless it
says its length, is no longer than LONGEST, bears one stamp within WINDOW of our clock and one
signature, which is that of the secret, and was not taken before. Refusals are counted and logged
by their reason; nothing of a request is.
"""

import asyncio
import hashlib
import hmac
import logging
import re
import time
from collections import Counter
from collections.abc import Callable
from enum import StrEnum

from bot.web.asgi import Answer, App, Message, Receive, Scope, Send, reply

log = logging.getLogger(__name__)

LONGEST = 1 << 20  # bytes of a body
WINDOW = 300  # seconds that a stamp may be off, either way
PATIENCE = 10.0  # seconds for a body to arrive
QUIET = 60.0  # seconds between two log lines for one reason

_STAMP = re.compile(rb"[0-9]{1,12}")
_LENGTH = re.compile(rb"[0-9]{1,12}")
_VERSION = b"v0"


class RefusalReason(StrEnum):
    """Why a request is refused."""

    NO_LENGTH = "no_length"  # chunked, or simply not said
    TOO_LONG = "too_long"
    TOO_SLOW = "too_slow"
    NO_SECRET = "no_secret"  # noqa: S105
    HEADERS = "headers"  # the stamp or the signature is missing, doubled or misshapen
    STAMP = "stamp"  # too old, or of the future
    SIGNATURE = "signature"
    REPLAY = "replay"

    @property
    def status(self) -> int:
        """The HTTP status that says so."""
        if self is RefusalReason.TOO_SLOW:
            return 408
        return 413 if self in {RefusalReason.NO_LENGTH, RefusalReason.TOO_LONG} else 401


class _Refused(Exception):
    def __init__(self, reason: RefusalReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class Guard:
    """Stands before an application and hands on what is signed, its body whole."""

    def __init__(self, app: App, secret: str, clock: Callable[[], float] = time.time) -> None:
        """Remember the application and the signing secret; an empty one lets nothing through."""
        self._app, self._secret, self._clock = app, secret.encode(), clock
        self._taken: dict[bytes, float] = {}  # signature to when it may be forgotten
        self._said: dict[RefusalReason, float] = {}
        self.refused: Counter[str] = Counter()  # by reason

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on one request, or refuse it."""
        try:
            stamp, signature = self._marks(scope)
            body = await _read(receive)
            self._check(stamp, signature, body)
        except _Refused as refused:
            self._note(refused.reason)
            # What is left of the body is not read: the connection ends with this answer.
            close = (("connection", "close"),)
            await reply(send, Answer(refused.reason.status, "refused\n", headers=close))
            return
        await self._hand_on(scope, body, signature, receive, send)

    def _marks(self, scope: Scope) -> tuple[bytes, bytes]:
        """Return stamp and signature; what the headers alone rule out is never read."""
        headers: dict[bytes, list[bytes]] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name.lower(), []).append(value)
        lengths = headers.get(b"content-length", [])
        chunked = b"transfer-encoding" in headers
        if chunked or len(lengths) != 1 or not _LENGTH.fullmatch(lengths[0]):
            raise _Refused(RefusalReason.NO_LENGTH)
        if int(lengths[0]) > LONGEST:
            raise _Refused(RefusalReason.TOO_LONG)
        if not self._secret:
            raise _Refused(RefusalReason.NO_SECRET)
        stamps = headers.get(b"x-slack-request-timestamp", [])
        signatures = headers.get(b"x-slack-signature", [])
        if len(stamps) != 1 or len(signatures) != 1 or not _STAMP.fullmatch(stamps[0]):
            raise _Refused(RefusalReason.HEADERS)
        if abs(self._clock() - int(stamps[0])) > WINDOW:
            raise _Refused(RefusalReason.STAMP)
        return stamps[0], signatures[0]

    def _check(self, stamp: bytes, signature: bytes, body: bytes) -> None:
        basis = b":".join((_VERSION, stamp, body))
        right = hmac.new(self._secret, basis, hashlib.sha256).hexdigest().encode()
        if not hmac.compare_digest(_VERSION + b"=" + right, signature):
            raise _Refused(RefusalReason.SIGNATURE)
        now = self._clock()
        self._taken = {one: until for one, until in self._taken.items() if until >= now}
        if signature in self._taken:
            raise _Refused(RefusalReason.REPLAY)
        self._taken[signature] = int(stamp) + WINDOW + 1

    async def _hand_on(
        self, scope: Scope, body: bytes, signature: bytes, receive: Receive, send: Send
    ) -> None:
        """Give the application the body that was checked; what it could not do may come again."""
        status, given = 500, False

        async def whole() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def noting(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(scope, whole, noting)
        finally:
            if status >= 500:
                self._taken.pop(signature, None)

    def _note(self, reason: RefusalReason) -> None:
        self.refused[reason.value] += 1
        now = self._clock()
        if now - self._said.get(reason, 0.0) >= QUIET:
            self._said[reason] = now
            log.warning(
                "a request was refused: %s (%s so far); if it came from Slack, check "
                "SLACK_SIGNING_SECRET, the clock and the proxy",
                reason.value.replace("_", " "), self.refused[reason.value],
            )  # fmt: skip


async def _read(receive: Receive) -> bytes:
    """Return the body, counted while it comes."""
    body = bytearray()
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                message = await receive()
                if message["type"] != "http.request":  # whoever sent it has gone
                    raise _Refused(RefusalReason.TOO_SLOW)
                body += message.get("body", b"")
                if len(body) > LONGEST:
                    raise _Refused(RefusalReason.TOO_LONG)
                if not message.get("more_body", False):
                    return bytes(body)
    except TimeoutError:
        raise _Refused(RefusalReason.TOO_SLOW) from None
