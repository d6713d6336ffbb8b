"""Stand before the desk: refuse what none of our pages can have sent, and add security headers.

The Host header must name this desk, against DNS rebinding: the host of its settings, this machine,
or an address in numbers, which no name server can make up. Against forged forms, Origin and
Sec-Fetch-Site must not be another site's (forms carry a token besides). Bodies are short.
"""

import ipaddress
import socket
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web.server import contained, fault, headers_of, is_api
from index.addresses import is_loopback

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


class _Rejected(Exception):
    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Shield:
    """Wraps the desk's application.

    `local`: only this machine reaches it. `host`: the public name that people reach the desk by, if
    it is known.
    """

    def __init__(self, app: ASGIApp, *, local: bool, host: str | None, https: bool) -> None:
        self._app, self._local, self._host, self._https = app, local, host, https
        own = socket.gethostname().lower()
        self._names = {_name(host or "")} if host else {own, own.partition(".")[0]}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = list(self._headers(message.get("headers", ())))
            await send(message)

        await contained(self._serve, scope, receive, marked)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            self._check(scope["method"], scope["path"], headers_of(scope))
            receive = receive if scope["method"] in SAFE else _counted(receive)
            await self._app(scope, receive, send)
        except _Rejected as rejected:
            reply = fault(scope["path"], str(rejected), rejected.status, connection="close")
            await reply(scope, receive, send)

    def _check(self, method: str, path: str, headers: dict[bytes, list[bytes]]) -> None:
        if method not in METHODS:
            raise _Rejected(405, "method not allowed")
        hosts = headers.get(b"host", [])
        host = hosts[0].decode("latin-1").lower() if len(hosts) == 1 else ""
        if not self._is_ours(host):
            raise _Rejected(421, "this server does not answer to that host name; see [desk] url")
        if self._local and any(name in headers for name in _FORWARDED):
            raise _Rejected(403, "requests through a proxy need a login; set one up for this desk")
        if method not in SAFE:
            _check_length(headers)
        if method not in SAFE or is_api(path):  # an image's address may ask a question too
            self._check_origin(host, headers)

    def _is_ours(self, host: str) -> bool:
        name = _name(host)
        if not name:
            return False
        if is_loopback(name):
            return True
        if self._local:
            return False
        return name in self._names or _is_number(name)

    def _check_origin(self, host: str, headers: dict[bytes, list[bytes]]) -> None:
        """Reject what another site's page sends; browsers say "null" for forms of our pages."""
        site = headers.get(b"sec-fetch-site", [b"same-origin"])
        if any(one not in {b"same-origin", b"none"} for one in site):
            raise _Rejected(403, "sent by another site")
        for header in headers.get(b"origin", []):
            origin = header.decode("latin-1").lower()
            if origin != "null" and urlsplit(origin).netloc not in {host, self._host}:
                raise _Rejected(403, "sent by another site")

    def _headers(self, given: Iterable[tuple[bytes, bytes]]) -> Iterable[tuple[bytes, bytes]]:
        given = [(name.lower(), value) for name, value in given]
        named = {name for name, _ in given}
        yield from given
        yield from ((name, value) for name, value in HEADERS.items() if name not in named)
        if self._https:
            yield b"strict-transport-security", b"max-age=31536000"


def _name(host: str) -> str:
    """Return the name or address in a Host header, without its port; "" if it is none."""
    try:
        parts = urlsplit(f"//{host}")
        name, _ = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if parts.path or parts.query or parts.fragment or "@" in host:
        return ""
    return name


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _check_length(headers: dict[bytes, list[bytes]]) -> None:
    lengths = headers.get(b"content-length", [])
    if b"transfer-encoding" in headers or len(lengths) != 1 or not lengths[0].isdigit():
        raise _Rejected(411, "the request must state its length")
    if int(lengths[0][:12]) > LONGEST_BODY:
        raise _Rejected(413, "too long")


def _counted(receive: Receive) -> Receive:
    """Return a `receive` that reads no more than LONGEST_BODY, whatever length was stated."""
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > LONGEST_BODY:
            raise _Rejected(413, "too long")
        return message

    return counted
