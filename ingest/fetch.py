"""Fetch one document from the web within a deadline and a size.

A URL goes in; bytes, media type and the final URL, or a ReadError with the reason, come out.
Follows redirects by http and https only; what the bytes are is the readers' business.
"""

import asyncio
import socket
import ssl
import zlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

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
    etag: str | None = None,
    last_modified: str | None = None,
) -> Download:
    """Fetch `url` in at most `timeout` seconds and `limit` bytes; raise ReadError with the reason.

    With the `etag` or `last_modified` of an earlier answer a server may say "unchanged" instead.
    Not for a thread that runs an event loop: call it through `asyncio.to_thread` there.
    """
    import httpx

    if fault := url_fault(url):
        raise ReadError(fault)
    try:
        conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        headers = {name: value for name, value in conditions.items() if value}
        return asyncio.run(_fetch_in_time(url, limit, timeout, headers))
    except (TimeoutError, httpx.TimeoutException):
        raise ReadError(
            f"the server did not answer completely within {timeout:g} s; try again later"
        ) from None
    except (httpx.InvalidURL, ValueError) as error:  # the latter from odd host names
        what = printable(str(error))[:200]
        raise ReadError(f"is not a web address ({what}); check the address") from error
    except (httpx.HTTPError, OSError, zlib.error) as error:
        raise ReadError(_reason(error)) from error


async def _fetch_in_time(url: str, limit: int, timeout: float, headers: dict[str, str]) -> Download:
    import httpx

    # One deadline around it all: a timeout for each read never ends with a server that drips.
    client = httpx.AsyncClient(timeout=timeout, headers=_HEADERS)
    async with asyncio.timeout(timeout), client:
        request = client.build_request("GET", url, headers=headers)
        for _ in range(MAX_REDIRECTS + 1):
            response = await client.send(request, stream=True)
            try:
                if response.next_request is None:
                    return await _received(response, limit)
                request = response.next_request
            finally:
                await response.aclose()
            target = str(request.url)
            if fault := url_fault(target):
                raise ReadError(f"the server redirects to {printable(target)[:200]}, which {fault}")
    raise ReadError(f"the server redirects more than {MAX_REDIRECTS} times; check the address")


async def _received(response: "httpx.Response", limit: int) -> Download:
    status = response.status_code
    if status == HTTPStatus.NOT_MODIFIED:
        return Download(b"", None, canonical_url(str(response.url)), unchanged=True)
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
        final_url=canonical_url(str(response.url)),
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
    if any(isinstance(cause, socket.gaierror) for cause in causes):
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
    return printable(request.url.netloc.decode("ascii", "replace")) if request else "the server"


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
