"""Stand before the desk: refuse what no page of ours can have sent, and say how to treat replies.

Where there is no login, the Host header must name this machine, against DNS rebinding. Against
forged forms Origin and Sec-Fetch-Site must not be another's (forms carry a token besides). Bodies
are short. Knows nothing of people.
"""

import logging
import traceback
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from bot.web.asgi import Answer, App, Message, Receive, Scope, Send, reply
from bot.web.settings import is_loopback

log = logging.getLogger(__name__)

LONGEST_BODY = 64 * 1024  # bytes
SAFE = frozenset({"GET", "HEAD"})
METHODS = SAFE | {"POST"}
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    b"content-security-policy": POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"cross-origin-embedder-policy": b"require-corp",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=()",
    b"cache-control": b"no-store",
}
_FORWARDED = (b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-real-ip", b"via")


class Refused(Exception):
    """A request that is not handed on."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.answer = Answer(status, f"{reason}\n", headers=(("connection", "close"),))


class Shield:
    """Wraps the desk's application."""

    def __init__(self, app: App, *, local: bool, host: str | None, https: bool) -> None:
        """Remember whether nobody signs in, and under which host we are reached, if it is known."""
        self._app, self._local, self._host, self._https = app, local, host, https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""

        begun = False

        async def marked(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                message["headers"] = list(self._headers(message.get("headers", ())))
            await send(message)

        try:
            headers = _by_name(scope["headers"])
            self._check(scope["method"], headers)
            receive = _counted(receive) if scope["method"] not in SAFE else receive
            await self._app(scope, receive, marked)
        except Refused as refused:
            await reply(marked, refused.answer)
        except Exception as error:  # its text may hold what was sent
            log.error("%s could not be shown: %s", scope["path"], _where(error))
            if begun:
                raise
            await reply(marked, Answer(500, "it went wrong; the log says where\n"))

    def _check(self, method: str, headers: dict[bytes, list[bytes]]) -> None:
        if method not in METHODS:
            raise Refused(405, "not in this way")
        hosts = headers.get(b"host", [])
        host = hosts[0].decode("latin-1").lower() if len(hosts) == 1 else ""
        if not host or (self._local and not is_loopback_host(host)):
            raise Refused(421, "this address is not served here")
        if self._local and any(name in headers for name in _FORWARDED):
            raise Refused(403, "handed on by a proxy, and this desk has no login; set one up")
        if method in SAFE:
            return
        _check_length(headers)
        self._check_origin(host, headers)

    def _check_origin(self, host: str, headers: dict[bytes, list[bytes]]) -> None:
        """Refuse what another site's page sends; browsers say "null" for forms of our pages."""
        site = headers.get(b"sec-fetch-site", [b"same-origin"])
        if any(one not in {b"same-origin", b"none"} for one in site):
            raise Refused(403, "sent by another site")
        for origin in headers.get(b"origin", []):
            told = origin.decode("latin-1").lower()
            if told != "null" and urlsplit(told).netloc not in {host, self._host}:
                raise Refused(403, "sent by another site")

    def _headers(self, given: Iterable[tuple[bytes, bytes]]) -> Iterable[tuple[bytes, bytes]]:
        given = [(name.lower(), value) for name, value in given]
        named = {name for name, _ in given}
        yield from given
        yield from ((name, value) for name, value in HEADERS.items() if name not in named)
        if self._https:
            yield b"strict-transport-security", b"max-age=31536000"


def is_loopback_host(host: str) -> bool:
    """Whether a Host header names this machine: an address of its own, or localhost."""
    try:
        parts = urlsplit(f"//{host}")
        name, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if parts.path or parts.query or parts.fragment or "@" in host:
        return False
    return is_loopback(name)


def _where(error: Exception) -> str:
    """Return the kind of an error and the line that raised it, without its words."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(last.filename).name}:{last.lineno}"


def _by_name(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, list[bytes]]:
    found: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        found.setdefault(name.lower(), []).append(value)
    return found


def _check_length(headers: dict[bytes, list[bytes]]) -> None:
    lengths = headers.get(b"content-length", [])
    if b"transfer-encoding" in headers or len(lengths) != 1 or not lengths[0].isdigit():
        raise Refused(411, "the length is not told")
    if int(lengths[0][:12]) > LONGEST_BODY:
        raise Refused(413, "too long")


def _counted(receive: Receive) -> Receive:
    """Return what reads no more than a body may hold, whatever its length was said to be."""
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > LONGEST_BODY:
            raise Refused(413, "too long")
        return message

    return counted
