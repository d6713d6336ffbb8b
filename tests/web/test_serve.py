"""`briefs serve` has the desk beside health, metrics and Slack's door."""

import http.client
import signal
import socket
from pathlib import Path

import pytest

from bot.web.server import bound
from bot.web.settings import Role
from index.library import Library
from tests.commands import briefs
from tests.web.material import TOKENS, answer
from tests.web.test_health import get, started

LOGIN = {"BRIEFS_DESK_TOKENS": f"ilse:editor:{TOKENS[Role.EDITOR]}"}


@pytest.fixture
def home(filled: Library, settings: object) -> Path:
    """A home whose library has an answer."""
    answer(filled, "a1", question="what of the port?")
    return filled.home


def ask(port: int, path: str, host: str = "127.0.0.1") -> tuple[int, dict[str, str], str]:
    """Return status, headers and text of a page asked for under a name."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path, headers={"host": host})
    reply = connection.getresponse()
    text = reply.read().decode()
    connection.close()
    return reply.status, {name.lower(): value for name, value in reply.getheaders()}, text


def test_on_this_machine_the_desk_is_open(home: Path) -> None:
    """To its own names alone; health and metrics stay as they are, and SIGTERM ends it."""
    with started(home, "serve", "--port", "0") as (process, port):
        status, headers, text = ask(port, "/")
        assert status == 200
        assert "what of the port?" in text
        assert "default-src 'none'" in headers["content-security-policy"]
        assert ask(port, "/", "evil.example")[0] == 421
        assert get(port, "/health")[0] in {200, 503}
        assert "briefs_passages " in get(port, "/metrics")[1]
        assert ask(port, "/slack/events")[0] == 404
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_replies_are_sent_at_once() -> None:
    """On kept connections too: asyncio does so on sockets that name their protocol alone."""
    with bound("127.0.0.1", 0) as listening:
        assert listening.proto == socket.IPPROTO_TCP


def test_elsewhere_it_demands_a_login(home: Path) -> None:
    """Else it does not start, and says in one line how to mend that."""
    refused = briefs(home, "serve", "--port", "0", "--host", "0.0.0.0")
    assert refused.returncode == 2
    assert refused.stderr.strip().splitlines()[-1].startswith("briefs: BRIEFS_DESK_TOKENS: missing")
    with started(home, "serve", "--port", "0", **LOGIN) as (_, port):
        status, headers, _ = ask(port, "/answers/a1", "briefs.example.org")
        assert (status, headers["location"]) == (303, "/login?next=%2Fanswers%2Fa1")
        assert TOKENS[Role.EDITOR] not in ask(port, "/login")[2]


def test_without_a_desk_there_is_none(home: Path, tmp_path: Path) -> None:
    """As the settings wish, on any address."""
    Path("briefs.toml").write_text("[desk]\nenabled = false\n")
    with started(home, "serve", "--port", "0") as (_, port):
        assert ask(port, "/")[0] == 404
        assert get(port, "/metrics")[0] == 200


def test_faulty_settings_end_it_at_once(home: Path) -> None:
    """Exit code 2, one line, no value."""
    Path("briefs.toml").write_text('[desk]\nurl = "ftp://inner.example"\n')
    done = briefs(home, "serve", "--port", "0")
    assert done.returncode == 2
    assert "desk.url: no address" in done.stderr
    assert "inner.example" not in done.stderr
