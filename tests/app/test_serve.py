"""`briefs serve`: the desk beside health, metrics and Slack's door."""

import asyncio
import http.client
import json
import signal
from pathlib import Path

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from starlette.routing import Route

from bot.slack.events.app import PATH, asgi_app
from bot.web.guard import LONGEST, Guard
from bot.web.server import address, bound, serving, site
from bot.web.settings import Role
from index.library import Library
from tests.commands import briefs
from tests.slack.conftest import _no_proxy, anyio_backend, slack  # noqa: F401 - fixtures
from tests.slack.fake import FakeSlack
from tests.web.conftest import filled  # noqa: F401 - a fixture
from tests.web.material import TOKENS, answer
from tests.web.serving import PATIENCE, started

LOGIN = {"BRIEFS_DESK_TOKENS": f"ilse:editor:{TOKENS[Role.EDITOR]}"}


@pytest.fixture
def home(filled: Library, settings: object) -> Path:  # noqa: F811
    """A home whose library has an answer."""
    answer(filled, "a1", question="what of the port?")
    return filled.home


def ask(
    port: int, path: str, host: str = "127.0.0.1", **headers: str
) -> tuple[int, dict[str, str], str]:
    """Return status, headers and text of a page asked for under a name."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", path, headers={"host": host} | headers)
    reply = connection.getresponse()
    text = reply.read().decode()
    connection.close()
    return reply.status, {name.lower(): value for name, value in reply.getheaders()}, text


def test_on_this_machine_the_desk_opens_by_the_printed_link(home: Path) -> None:
    """To its own names only; health and metrics are beside it, and SIGTERM ends it in order."""
    with started(home, "serve", "--port", "0") as (process, port):
        assert ask(port, "/")[0] == 303
        assert ask(port, "/login?token=wrong")[0] == 403
        status, opened, _ = ask(port, process.link)
        assert (status, opened["location"]) == (303, "/")
        cookie = opened["set-cookie"].partition(";")[0]
        status, headers, text = ask(port, "/", cookie=cookie)
        assert status == 200
        assert "what of the port?" in text
        assert "default-src 'none'" in headers["content-security-policy"]
        assert ask(port, "/", "evil.example")[0] == 421
        status, _, health = ask(port, "/health")
        assert (status, json.loads(health)["slack"]["mode"]) == (200, "off")
        assert "briefs_passages " in ask(port, "/metrics")[2]
        assert ask(port, "/slack/events")[0] == 404
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0


def test_elsewhere_it_demands_a_login(home: Path) -> None:
    """Else it does not start, and says in one line how to fix that."""
    refused = briefs(home, "serve", "--port", "0", "--host", "0.0.0.0")
    assert refused.returncode == 2
    assert refused.stderr.strip().splitlines()[-1].startswith("briefs: BRIEFS_DESK_TOKENS: missing")
    with started(home, "serve", "--port", "0", "--host", "0.0.0.0", **LOGIN) as (_, port):
        assert ask(port, "/answers/a1", "briefs.example.org")[0] == 421
        status, headers, _ = ask(port, "/answers/a1", "10.0.0.1:8080")
        assert (status, headers["location"]) == (303, "/login?next=%2Fanswers%2Fa1")
        assert TOKENS[Role.EDITOR] not in ask(port, "/login")[2]


def test_the_desk_can_be_switched_off(home: Path) -> None:
    Path("briefs.toml").write_text("[desk]\nenabled = false\n")
    with started(home, "serve", "--port", "0") as (_, port):
        assert ask(port, "/")[0] == 404
        assert ask(port, "/metrics")[0] == 200


@pytest.mark.parametrize(
    ("arguments", "env", "words"),
    [
        ((), {"SLACK_BOT_TOKEN": "xoxb-1-a"}, "SLACK_SIGNING_SECRET: missing"),
        ((), {"SLACK_SIGNING_SECRET": "8f742231b10e8888"}, "SLACK_BOT_TOKEN: missing"),
        ((), {"SLACK_BOT_TOKEN": "xoxb-1-a", "SLACK_SIGNING_SECRET": "short"}, "not complete"),
        (("--host", "0.0.0.0"), {"SLACK_BOT_TOKEN": "xoxb-1-a", "SLACK_APP_TOKEN": "xapp-1-a"},
         "other machines can reach --host 0.0.0.0"),
        (("--host", "no.such.host.invalid"), {}, "cannot listen on"),
        ((), {"desk": "inner.example"}, "desk.url: not an address"),
    ],
)  # fmt: skip
def test_faulty_settings_are_one_clear_line(tmp_path, arguments, env, words):
    if desk := env.get("desk"):
        Path("briefs.toml").write_text(f'[desk]\nurl = "ftp://{desk}"\n')
    done = briefs(tmp_path / "home", "serve", "--port", "0", *arguments, **env)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stderr.strip().splitlines()[-1].startswith("briefs: ")
    for value in ("xoxb-1-a", "8f742231b10e8888", "inner.example"):
        assert value not in done.stderr


# -- with Slack ------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_with_slack_it_answers_over_http(own_examples: Path, slack: FakeSlack) -> None:  # noqa: F811
    """The same bot; forged requests never reach it; SIGTERM ends it in order."""
    running = started(own_examples, "serve", "--port", "0", **slack.environment())
    process, port = await asyncio.to_thread(running.__enter__)
    try:
        slack.request_url = f"http://127.0.0.1:{port}{PATH}"
        status, _, health = await asyncio.to_thread(ask, port, "/health")
        assert (status, json.loads(health)["slack"]) == (200, {"mode": "http", "connected": True})
        forged = await slack.post_signed(
            slack.request_url, {"type": "event_callback"}, secret="not-the-signing-secret"
        )
        assert forged == (401, "refused\n")
        ts = await slack.ask("alice", "When did Finland join NATO?")
        assert "2023" in (await slack.answer_to(ts, PATIENCE)).text
        page = (await asyncio.to_thread(ask, port, "/metrics"))[2]
        assert 'briefs_refused_requests_total{reason="signature"} 1' in page
        await slack.quiet()
        slack.request_url = None
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, PATIENCE) == 0
    finally:
        await asyncio.to_thread(running.__exit__, None, None, None)


@pytest.mark.anyio
async def test_the_socket_bot_tells_its_health(own_examples: Path, slack: FakeSlack) -> None:  # noqa: F811
    running = started(own_examples, "slack", "--health", "0", **slack.environment())
    process, port = await asyncio.to_thread(running.__enter__)
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                status, _, health = await asyncio.to_thread(ask, port, "/health")
                said = json.loads(health)["slack"]
                if said["connected"]:
                    break
                await asyncio.sleep(0.2)
        assert (status, said) == (200, {"mode": "socket", "connected": True})
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, PATIENCE) == 0
    finally:
        await asyncio.to_thread(running.__exit__, None, None, None)


@pytest.mark.anyio
async def test_bolt_takes_what_slack_signs(slack: FakeSlack) -> None:  # noqa: F811
    """Events and commands through uvicorn, guard and Bolt; forged ones not."""
    app = AsyncApp(
        client=AsyncWebClient(token=slack.bot_token, base_url=slack.api, retry_handlers=[]),
        signing_secret=slack.signing_secret,
    )
    mentioned = asyncio.Event()

    @app.event("app_mention")
    async def mention(event: object) -> None:
        mentioned.set()

    @app.event("message")
    async def said() -> None:
        pass

    @app.command("/briefs")
    async def command(ack, command) -> None:
        await ack(f"understood {command['text']}")

    guard = Guard(asgi_app(app), slack.signing_secret)
    listening = bound("127.0.0.1", 0)
    async with serving(site([Route(PATH, guard, methods=["POST"])]), listening):
        url = address(listening) + PATH
        challenge = {"type": "url_verification", "challenge": "c1"}
        assert await slack.post_signed(url, challenge) == (200, '{"challenge": "c1"}')
        slack.request_url = url
        await slack.mention("general", "alice", "When?")
        assert await slack.command("/briefs", "help", "alice", "general") == "understood help"
        async with asyncio.timeout(PATIENCE):
            await mentioned.wait()
        for change in (
            {"secret": "another-signing-secret"}, {"stamp": "soon"}, {"stamp": 1_700_000_000},
            {"headers": {"x-slack-signature": "v0=0"}},
        ):  # fmt: skip
            assert await slack.post_signed(url, challenge, **change) == (401, "refused\n"), change
        assert (await slack.post_signed(url, "x" * (LONGEST + 1)))[0] == 413
        for body in ("not json", "[1]", "null", '{"type": "event_callback", "event": "x"}',
                     '{"type": "event_callback", "event": [1]}', '{"a":', "\ud83d".encode(
                         "utf-8", "replace").decode()):  # fmt: skip
            assert (await slack.post_signed(url, body))[0] == 400, body
        for form in ({"payload": "not json"}, {"payload": "[]"}, {"payload": '{"actions": "x"}'}):
            assert (await slack.post_signed(url, form=form))[0] == 400, form
