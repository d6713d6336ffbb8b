"""The server and its site: each place takes its methods, and errors keep their words."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.web import connections
from bot.web.guard import Guard
from bot.web.server import address, bound, plain, serving, site
from index.errors import UsageError

pytestmark = pytest.mark.anyio


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


async def test_each_place_takes_its_methods(serve: Callable[..., Any]) -> None:
    """Other places are not there; an error is logged without its words."""

    async def fine(_: Request) -> Response:
        return plain("fine\n")

    async def broken(_: Request) -> Response:
        raise ValueError("xoxb-secret")

    base = await serve(site([Route("/a", fine), Route("/b", broken)]))
    async with aiohttp.ClientSession() as session:
        found = []
        for method, path in (("GET", "/a"), ("POST", "/a"), ("GET", "/c"), ("GET", "/b")):
            async with session.request(method, base + path) as response:
                found.append((response.status, await response.text()))
                assert "server" not in response.headers
    assert [status for status, _ in found] == [200, 405, 404, 500]
    assert "xoxb" not in str(found)


async def test_another_application_has_all_other_paths(serve: Callable[..., Any]) -> None:
    async def rest(scope: Any, receive: Any, send: Any) -> None:
        await plain(scope["path"], 203)(scope, receive, send)

    base = await serve(site([Route("/a", lambda _: plain("a"))], rest))
    async with aiohttp.ClientSession() as session:
        for path, status in (("/a", 200), ("/a/", 203), ("/b/c", 203)):
            async with session.get(base + path) as response:
                assert response.status == status, path


async def test_a_chunked_request_is_refused_on_the_wire(serve: Callable[..., Any]) -> None:
    guard = Guard(plain("ok"), "secret")
    url = await serve(site([Route("/x", guard, methods=["POST"])])) + "/x"

    async def pieces() -> AsyncIterator[bytes]:
        yield b"one"
        yield b"two"

    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=pieces()) as response,
    ):
        assert response.status == 413
    assert guard.refused == {"no_length": 1}


async def test_a_port_that_is_taken_is_one_clear_line() -> None:
    refused = pytest.raises(UsageError, match=r"cannot listen on .* port \d+ \(.*--port")
    with socket.create_server(("127.0.0.1", 0)) as taken, refused:
        bound("127.0.0.1", taken.getsockname()[1])


def test_replies_are_sent_at_once() -> None:
    """On kept connections too: asyncio does so only on sockets that name their protocol."""
    with bound("127.0.0.1", 0) as listening:
        assert listening.proto == socket.IPPROTO_TCP


async def opened(base: str, sent: bytes = b"") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, port = base.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(sent)
    return reader, writer


async def status_of(base: str, path: str) -> int:
    async with aiohttp.ClientSession() as session, session.get(base + path) as response:
        return response.status


async def fine(_: Request) -> Response:
    return plain("fine\n")


@pytest.mark.parametrize("sent", [b"", b"GET /a HTTP/1.1\r\nX: ", b"POST /b HTTP/1.1\r\n"])
async def test_idle_connections_close_nothing(serve: Callable[..., Any], sent: bytes) -> None:
    """Three hundred of one address, idle or with half a request: those make room, nobody else."""
    base = await serve(site([Route("/a", fine)], plain("page")))
    held = [await opened(base, sent) for _ in range(300)]
    assert [await status_of(base, path) for path in ("/a", "/page")] == [200, 200]
    assert await held[0][0].read() == b""  # the oldest ones were closed
    for _, writer in held:
        writer.close()


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET /a HTTP/1.1\r\nHost: x\r\nX-Long: ",
        b"POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf",
    ],
)
async def test_what_is_slow_to_come_is_left(
    serve: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    """No request, half its headers, half its body: closed at the deadline, drips or not."""
    for state in list(connections._DEADLINES):
        monkeypatch.setitem(connections._DEADLINES, state, 0.3)
    ended: list[str] = []

    async def rest(scope: Any, receive: Any, send: Any) -> None:
        del scope, send
        while (message := await receive())["type"] == "http.request" and message["more_body"]:
            pass
        ended.append(message["type"])

    base = await serve(site([Route("/a", fine)], rest))
    reader, writer = await opened(base, sent)
    async with asyncio.timeout(60):
        assert await reader.read() == b""
    writer.close()
    assert ended == (["http.disconnect"] if b"POST" in sent else [])


async def test_busy_pages_leave_the_other_places_open(
    serve: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many pages as are served at once are waited for; Slack's endpoint and health answer."""
    monkeypatch.setattr("bot.web.server.MOST", 2)
    free = asyncio.Event()

    async def rest(scope: Any, receive: Any, send: Any) -> None:
        await free.wait()
        await plain("page")(scope, receive, send)

    base = await serve(site([Route("/a", fine)], rest))
    waiting = [asyncio.create_task(status_of(base, "/page")) for _ in range(3)]
    done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    assert [task.result() for task in done] == [503]
    assert await status_of(base, "/a") == 200
    free.set()
    assert sorted([await task for task in waiting]) == [200, 200, 503]
