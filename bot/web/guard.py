"""Let through only what Slack signed, checked over the raw body before anything parses it.

https://docs.slack.dev/authentication/verifying-requests-from-slack. A request must state its
length, be no longer than LONGEST, carry one timestamp within WINDOW of our clock and one valid
signature, and not be a replay. Refusals are counted and logged by reason; nothing else of a
refused request is.
"""

import asyncio
import logging
import re
import time
from collections import Counter
from collections.abc import Callable

from slack_sdk.signature import Clock, SignatureVerifier
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web.server import headers_of, plain

log = logging.getLogger(__name__)

LONGEST = 1 << 20  # bytes of a body
WINDOW = 300  # seconds that a timestamp may be off, either way; the verifier has the same
PATIENCE = 10.0  # seconds for a body to arrive
QUIET = 60.0  # seconds between two log lines for one reason

_NUMBER = re.compile(rb"[0-9]{1,12}")


class _RefusedRequest(Exception):
    def __init__(self, reason: str, status: int = 401) -> None:
        super().__init__(reason)
        self.reason, self.status = reason, status


class _GivenClock(Clock):
    def __init__(self, time_of: Callable[[], float]) -> None:
        self._time_of = time_of

    def now(self) -> float:
        return self._time_of()


class Guard:
    """Stands before an application and hands on what is signed, its body in one piece."""

    def __init__(self, app: ASGIApp, secret: str, clock: Callable[[], float] = time.time) -> None:
        """Take the application and the signing secret; an empty one lets nothing through."""
        self._app, self._clock = app, clock
        self._verifier = SignatureVerifier(secret, _GivenClock(clock)) if secret.strip() else None
        self._taken: dict[bytes, float] = {}  # signature to when it may be forgotten
        self._logged: dict[str, float] = {}
        self.refused: Counter[str] = Counter()  # by reason

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            stamp, signature = self._headers(scope)
            body = await _read(receive)
            self._check(stamp, signature, body)
        except _RefusedRequest as refused:
            self._note(refused.reason)
            # The rest of the body is not read: the connection ends with this reply.
            reply = plain("refused\n", refused.status, connection="close")
            await reply(scope, receive, send)
            return
        await self._hand_on(scope, body, signature, receive, send)

    def _headers(self, scope: Scope) -> tuple[bytes, bytes]:
        """Return timestamp and signature; what the headers alone rule out is never read."""
        headers = headers_of(scope)
        lengths = headers.get(b"content-length", [])
        chunked = b"transfer-encoding" in headers
        if chunked or len(lengths) != 1 or not _NUMBER.fullmatch(lengths[0]):
            raise _RefusedRequest("no_length", 413)
        if int(lengths[0]) > LONGEST:
            raise _RefusedRequest("too_long", 413)
        if self._verifier is None:
            raise _RefusedRequest("no_secret")
        stamps = headers.get(b"x-slack-request-timestamp", [])
        signatures = headers.get(b"x-slack-signature", [])
        if len(stamps) != 1 or len(signatures) != 1 or not _NUMBER.fullmatch(stamps[0]):
            raise _RefusedRequest("headers")
        if abs(self._clock() - int(stamps[0])) > WINDOW:
            raise _RefusedRequest("stamp")
        return stamps[0], signatures[0]

    def _check(self, stamp: bytes, signature: bytes, body: bytes) -> None:
        assert self._verifier
        try:  # the verifier decodes the body: what is no UTF-8 was not signed by Slack
            signed = self._verifier.is_valid(body, stamp.decode(), signature.decode("ascii"))
        except UnicodeDecodeError:
            signed = False
        if not signed:
            raise _RefusedRequest("signature")
        now = self._clock()
        self._taken = {one: until for one, until in self._taken.items() if until >= now}
        if signature in self._taken:
            raise _RefusedRequest("replay")
        self._taken[signature] = int(stamp) + WINDOW + 1

    async def _hand_on(
        self, scope: Scope, body: bytes, signature: bytes, receive: Receive, send: Send
    ) -> None:
        """Give the application the body that was checked; after a 5xx, Slack may send it again."""
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

    def _note(self, reason: str) -> None:
        self.refused[reason] += 1
        now = self._clock()
        if now - self._logged.get(reason, 0.0) >= QUIET:
            self._logged[reason] = now
            log.warning(
                "refused a request: %s (%s so far); if it came from Slack, check "
                "SLACK_SIGNING_SECRET, the clock and the proxy",
                reason.replace("_", " "), self.refused[reason],
            )  # fmt: skip


async def _read(receive: Receive) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                message = await receive()
                if message["type"] != "http.request":  # the sender has gone
                    raise _RefusedRequest("too_slow", 408)
                body += message.get("body", b"")
                if len(body) > LONGEST:
                    raise _RefusedRequest("too_long", 413)
                if not message.get("more_body", False):
                    return bytes(body)
    except TimeoutError:
        raise _RefusedRequest("too_slow", 408) from None
