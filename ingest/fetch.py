"""Fetch one document from the web within a deadline and a size.

A URL goes in; bytes, media type and the final URL, or a ReadError with the reason, come out.
Follows redirects by http and https only, and only to hosts that were named: a server may not choose
what is fetched from inside our network. A host is looked up once, its addresses are checked, and
one of these is connected to, so that a second look-up cannot lead elsewhere. Behind a proxy, the
proxy looks it up. What the bytes are is the readers' business.
"""

import asyncio
import ipaddress
import socket
import ssl
import zlib
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from index.addresses import Address, is_internal, is_internal_name, without_secrets
from index.errors import ReadError
from ingest.files import FILE_LIMIT, canonical_url, printable, url_fault

if TYPE_CHECKING:
    import httpx

DEADLINE = 30.0  # seconds from the first look-up to the last byte
MAX_REDIRECTS = 5

_HEADERS = {"User-Agent": "brief-bot", "Accept": "*/*", "Accept-Encoding": "gzip"}
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_PIECE = 1 << 16
_FIXES = {
    401: "download the file and ingest that",
    403: "download the file and ingest that",
    404: "check the address",
    410: "check the address",
    429: "try again later",
}


@dataclass(frozen=True)
class Download:
    """What a server sent, decompressed."""

    data: bytes
    media_type: str | None  # in lower case without parameters, such as "text/html"
    final_url: str  # after redirects
    charset: str | None = None  # as the server states it
    unchanged: bool = False  # since what the conditions name; there are no bytes then
    etag: str | None = None
    last_modified: str | None = None


def fetch(
    url: str,
    *,
    limit: int = FILE_LIMIT,
    timeout: float = DEADLINE,
    named: Collection[str] = (),
    internal: Collection[str] = (),
    etag: str | None = None,
    last_modified: str | None = None,
) -> Download:
    """Fetch `url` in at most `timeout` seconds and `limit` bytes; raise ReadError with the reason.

    Redirects lead only to its host and to those of the `named` URLs. `internal`: hosts that may
    have addresses of a private network. With the `etag` or `last_modified` of an earlier answer a
    server may say "unchanged" instead. Not for a thread that runs an event loop: call it through
    `asyncio.to_thread` there.
    """
    import httpx

    if fault := url_fault(url):
        raise ReadError(fault)
    conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    visit = _Visit(
        frozenset(map(_place, (url, *named))),
        frozenset(map(str.lower, internal)),
        {name: value for name, value in conditions.items() if value},
    )
    try:
        return asyncio.run(_fetch_in_time(url, limit, timeout, visit))
    except (TimeoutError, httpx.TimeoutException):
        raise ReadError(
            f"the server did not answer completely within {timeout:g} s; try again later"
        ) from None
    except (httpx.InvalidURL, ValueError) as error:  # the latter from odd host names
        what = printable(str(error))[:200]
        raise ReadError(f"is not a web address ({what}); check the address") from error
    except (httpx.HTTPError, OSError, zlib.error) as error:
        raise ReadError(_reason(error)) from error


@dataclass(frozen=True)
class _Visit:
    """Where one fetch may go: (host, port) as named, and hosts inside our own network."""

    places: frozenset[tuple[str, int]]
    internal: frozenset[str]
    conditions: Mapping[str, str]  # headers under which the server need not send it again

    def refuse_redirect(self, url: str) -> None:
        """Raise ReadError if a server leads us to what nobody named."""
        shown = printable(without_secrets(url))[:200]
        if fault := url_fault(url):
            raise ReadError(f"the server redirects to {shown}, which {fault}")
        host, port = _place(url)
        to_tls = port == 443 and (host, 80) in self.places
        if not to_tls and (host, port) not in self.places:
            raise ReadError(
                f"the server redirects to another host, {shown}; if you want what is there, "
                "ingest that address"
            )

    def refuse_internal(self, host: str, address: Address) -> None:
        """Raise ReadError for an address of a private network that nobody named."""
        if not is_internal(address) or host in self.internal or _number(host) == address:
            return
        if address.is_loopback and (host == "localhost" or host.endswith(".localhost")):
            return
        # Link-local ones lead to the machine's own services, as in clouds: by number only.
        if is_internal_name(host) and not (address.is_link_local or address.is_loopback):
            return
        raise ReadError(
            f"the host {printable(host)} has the internal address {address}; if it is yours, add "
            "it to BRIEFS_INTERNAL_HOSTS"
        )


def _number(host: str) -> Address | None:
    """Return the address that a host is in numbers, None for a name."""
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None


def _place(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return (parts.hostname or "").lower(), parts.port or {"https": 443}.get(parts.scheme, 80)


async def _fetch_in_time(url: str, limit: int, timeout: float, visit: _Visit) -> Download:
    import httpx

    # Before the clock starts: it takes a while to read all certificates that are trusted.
    context = httpx.create_ssl_context()
    direct = httpx.AsyncClient(
        timeout=timeout, headers=_HEADERS, transport=httpx.AsyncHTTPTransport(verify=context)
    )
    proxied = httpx.AsyncClient(timeout=timeout, headers=_HEADERS, verify=context)
    # One deadline around it all: a timeout for each read never ends with a server that drips.
    async with asyncio.timeout(timeout), direct, proxied:
        for _ in range(MAX_REDIRECTS + 1):
            if _has_proxy(url):
                request = proxied.build_request("GET", url, headers=visit.conditions)
                response = await proxied.send(request, stream=True)
            else:
                response = await _sent(direct, url, visit)
            try:
                if not response.has_redirect_location:
                    if visit.conditions and response.status_code == HTTPStatus.NOT_MODIFIED:
                        return Download(b"", None, canonical_url(url), unchanged=True)
                    return await _received(response, url, limit)
                url = str(httpx.URL(url).join(response.headers["location"]))
            finally:
                await response.aclose()
            visit.refuse_redirect(url)
    raise ReadError(f"the server redirects more than {MAX_REDIRECTS} times; check the address")


def _has_proxy(url: str) -> bool:
    from urllib.request import getproxies, proxy_bypass

    parts, proxies = urlsplit(url), getproxies()
    found = proxies.get(parts.scheme) or proxies.get("all")
    return bool(found) and not proxy_bypass(parts.hostname or "")


async def _sent(client: "httpx.AsyncClient", url: str, visit: _Visit) -> "httpx.Response":
    """Send the request to an address of the host that was checked."""
    import httpx

    request = client.build_request("GET", url)
    host = request.url.host
    addresses = await _addresses(host, request.url.port or (443 if "https" in url[:5] else 80))
    for address in addresses:
        visit.refuse_internal(host, address)
    for left, address in enumerate(addresses, 1 - len(addresses)):
        pinned = client.build_request(
            "GET",
            request.url.copy_with(host=str(address)),
            headers={"Host": request.headers["host"], **visit.conditions},
            extensions=request.extensions | {"sni_hostname": request.url.raw_host.decode("ascii")},
        )
        try:
            return await client.send(pinned, stream=True)
        except httpx.ConnectError:
            if not left:  # the last one
                raise
    raise ReadError(f"the host {printable(host)} has no address; check the address")


async def _addresses(host: str, port: int) -> list[Address]:
    if number := _number(host):
        return [number]
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise ReadError(
            f"the host {printable(host)} is not known; check the address and the network"
        ) from error
    texts = [str(one[4][0]).partition("%")[0] for one in found]
    return [ipaddress.ip_address(text) for text in dict.fromkeys(texts)]


async def _received(response: "httpx.Response", url: str, limit: int) -> Download:
    status = response.status_code
    if not 200 <= status < 300:
        raise ReadError(_status_reason(status))
    data = bytearray()
    async for piece in _decoded(response):
        data += piece
        if len(data) > limit:
            raise ReadError(f"is larger than {limit / 1e6:,.0f} MB, which is the limit; split it")
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    return Download(
        data=bytes(data),
        media_type=media_type or None,
        final_url=canonical_url(url),
        charset=response.charset_encoding or None,
        etag=response.headers.get("etag"),
        last_modified=response.headers.get("last-modified"),
    )


async def _decoded(response: "httpx.Response") -> AsyncIterator[bytes]:
    """Yield the body in pieces of bounded size, which httpx's own decoders do not promise."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("identity", ""):
        async for piece in response.aiter_raw(_PIECE):
            yield piece
    elif encoding in ("gzip", "x-gzip", "deflate"):
        decoder = zlib.decompressobj(_GZIP_OR_ZLIB)
        async for packed in response.aiter_raw(_PIECE):
            while packed and not decoder.eof:
                yield decoder.decompress(packed, _PIECE)
                packed = decoder.unconsumed_tail
        if not decoder.eof:
            raise zlib.error("incomplete")
    else:
        raise ReadError(
            f"the server packed it as {printable(encoding)[:50]!r} unasked; "
            "download the file and ingest that"
        )


def _status_reason(status: int) -> str:
    try:
        phrase = f" ({HTTPStatus(status).phrase})"
    except ValueError:
        phrase = ""
    fix = _FIXES.get(status, "try again later" if status >= 500 else "check the address")
    return f"the server answered {status}{phrase}; {fix}"


def _reason(error: Exception) -> str:
    """Say in one line of our own what went wrong on the way, from the error's inmost causes."""
    causes = list(_causes(error))
    host = _host(error)
    if any(isinstance(cause, socket.gaierror) for cause in causes):  # the proxy's
        return f"the host {host} is not known; check the address and the network"
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return (
                f"the certificate of {host} cannot be trusted ({cause.verify_message}); "
                "download the file and ingest that"
            )
        if isinstance(cause, ssl.SSLError):
            return f"no secure connection to {host} comes about; check the address"
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return f"{host} refuses the connection; check the address or try again later"
    if any(isinstance(cause, zlib.error) for cause in causes):
        return "the server's compressed answer is damaged; try again later"
    return f"the connection to {host} broke ({type(error).__name__}); try again later"


def _host(error: Exception) -> str:
    request = getattr(error, "_request", None)
    return printable(request.headers["host"]) if request else "the server"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error with all that led to it, also inside groups."""
    pending = [error]
    seen: set[int] = set()
    while pending:
        cause = pending.pop()
        if cause is None or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        pending += [cause.__cause__, cause.__context__]
        if isinstance(cause, BaseExceptionGroup):
            pending += cause.exceptions
