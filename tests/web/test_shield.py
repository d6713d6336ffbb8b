"""What no page of ours can have sent is refused; every reply says how to treat it."""

import asyncio
import socket
from typing import Any

import pytest

from bot.web.shield import LONGEST_BODY, POLICY, Shield

OURS = {"host": "127.0.0.1:8080", "content-length": "3"}


def knock(
    method: str = "POST",
    headers: dict[str, str] | None = None,
    *,
    local: bool = True,
    host: str | None = None,
    pieces: tuple[bytes, ...] = (b"a=b",),
    app: Any = None,
) -> tuple[int, dict[str, str]]:
    """Return status and headers of the reply to one request."""
    sent: list[Any] = []
    left = list(pieces)

    async def page(scope: Any, receive: Any, send: Any) -> None:
        while (await receive())["more_body"]:
            pass
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"fine"})

    async def receive() -> Any:
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    async def send(message: Any) -> None:
        sent.append(message)

    given = OURS if headers is None else headers
    scope = {
        "type": "http", "method": method, "path": "/x",
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
    }  # fmt: skip
    shield = Shield(app or page, local=local, host=host, https=host is not None)
    asyncio.run(shield(scope, receive, send))
    return sent[0]["status"], {name.decode(): value.decode() for name, value in sent[0]["headers"]}


def test_a_form_of_ours_passes() -> None:
    """Browsers say "null" for Origin where the referrer is kept back."""
    assert knock()[0] == 200
    for origin in ("null", "http://127.0.0.1:8080"):
        headers = OURS | {"origin": origin, "sec-fetch-site": "same-origin"}
        assert knock(headers=headers)[0] == 200


def test_on_this_machine_only_its_names_are_answered() -> None:
    """Against DNS rebinding: whatever name leads here, pages of others may not read ours."""
    for host in ("evil.example", "127.0.0.1.evil.example", "10.0.0.1", "", "a@::1"):
        assert knock("GET", {"host": host})[0] == 421, host
    assert knock("GET", {})[0] == 421
    for host in ("127.0.0.1", "localhost:80", "[::1]:8080", "127.1.2.3:1"):
        assert knock("GET", {"host": host})[0] == 200, host


def test_a_foreign_host_is_refused_with_a_login_too() -> None:
    """Names that are not in the settings; numbers cannot be made up, and proxies may use ours."""
    ours = (
        "b.example",
        "B.example:443",
        "127.0.0.1:8080",
        "localhost",
        "10.0.0.1:8080",
        "[fd00::1]",
    )
    for host in ours:
        assert knock("GET", {"host": host}, local=False, host="b.example")[0] == 200, host
    for host in ("evil.example", "b.example.evil.example", "x.b.example", "", "a@b.example"):
        assert knock("GET", {"host": host}, local=False, host="b.example")[0] == 421, host
        assert knock("GET", {"host": host}, local=False)[0] == 421, host
    own = socket.gethostname()
    assert knock("GET", {"host": f"{own}:8080"}, local=False)[0] == 200


def test_on_this_machine_nothing_is_taken_from_a_proxy() -> None:
    """It would open the desk to whoever reaches the proxy."""
    for header in ("x-forwarded-for", "forwarded", "x-real-ip", "via"):
        assert knock("GET", {"host": "localhost", header: "1.2.3.4"})[0] == 403, header
        assert knock("GET", {"host": "10.0.0.1", header: "1.2.3.4"}, local=False)[0] == 200, header


def test_forms_of_other_sites_are_refused() -> None:
    """Before anything of them is read; so are those of other ports."""
    for more in (
        {"origin": "https://evil.example"},
        {"origin": "http://127.0.0.1:9090"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ):
        assert knock(headers=OURS | more)[0] == 403, more
        assert knock("GET", OURS | more)[0] == 200, more


def test_behind_a_proxy_the_public_address_is_an_origin_of_ours() -> None:
    """Also where the proxy names another host to us."""
    headers = {"host": "127.0.0.1:8080", "content-length": "3", "origin": "https://b.example"}
    assert knock(headers=headers, local=False, host="b.example")[0] == 200
    assert knock(headers=headers, local=False)[0] == 403


def test_bodies_are_short_and_say_how_long_they_are() -> None:
    host = {"host": "localhost"}
    assert knock(headers=host)[0] == 411
    assert knock(headers=host | {"content-length": "x"})[0] == 411
    assert knock(headers=host | {"content-length": "3", "transfer-encoding": "chunked"})[0] == 411
    assert knock(headers=host | {"content-length": str(LONGEST_BODY + 1)})[0] == 413
    many = (b"x" * 40_000, b"x" * 40_000)
    assert knock(headers=host | {"content-length": "3"}, pieces=many)[0] == 413


def test_other_methods_are_refused() -> None:
    for method in ("PUT", "DELETE", "TRACE", "OPTIONS", "CONNECT"):
        assert knock(method)[0] == 405, method


def test_every_reply_has_the_headers() -> None:
    """Refusals too; over https also the one that keeps browsers to it."""
    for status, headers in (knock(), knock("PUT"), knock("GET", {"host": "evil.example"})):
        assert headers["content-security-policy"] == POLICY, status
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert "strict-transport-security" not in headers
    assert "unsafe" not in POLICY
    assert "strict-transport-security" in knock(host="b.example")[1]


def test_what_goes_wrong_is_told_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    """They may hold what was sent; the log has kind and line."""

    async def broken(*_: Any) -> None:
        raise ValueError("secret")

    caplog.set_level("ERROR", logger="bot")
    assert knock(app=broken)[0] == 500
    assert "ValueError in test_shield.py" in caplog.text
    assert "secret" not in caplog.text
