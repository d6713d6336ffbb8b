"""Scripted faults reach the real client as the real thing would; impatience is noted."""

import asyncio
import time

import aiohttp
import pytest
from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack.fake import (
    FakeSlack,
    cut,
    delayed,
    hang,
    lost_response,
    rate_limited,
    refused,
    server_error,
)  # fmt: skip

pytestmark = pytest.mark.anyio


@pytest.fixture
def client(slack: FakeSlack) -> AsyncWebClient:
    return AsyncWebClient(slack.bot_token, base_url=slack.api, retry_handlers=[], timeout=1)


async def post(slack: FakeSlack, client: AsyncWebClient, channel: str = "general") -> None:
    await client.chat_postMessage(channel=slack.world.channel(channel).id, text="x")


async def test_a_call_before_retry_after_ended_is_noted(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    """In the same channel only, and not once the time is over."""
    slack.faults.script("chat.postMessage", [rate_limited(1)])
    with pytest.raises(SlackApiError) as caught:
        await post(slack, client)
    assert caught.value.response.headers["Retry-After"] == "1"
    assert caught.value.response["error"] == "ratelimited"
    await post(slack, client, "deals")
    assert slack.violations == []
    await asyncio.sleep(0.02)
    await post(slack, client)
    assert "before its Retry-After ended" in slack.violations[0]
    await asyncio.sleep(1.0)
    await post(slack, client)
    assert len(slack.violations) == 1


async def test_a_lost_response_has_posted_and_a_cut_has_not(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    """Both look alike to the client."""
    for fault, posted in ((cut(), 0), (lost_response(), 1)):
        slack.faults.script("chat.postMessage", [fault])
        with pytest.raises(aiohttp.ClientError):
            await post(slack, client)
        assert len(slack.answers()) == posted


async def test_errors_delays_and_hangs(slack: FakeSlack, client: AsyncWebClient) -> None:
    """A script may be a list, then all is well again."""
    slack.faults.script(
        "chat.postMessage", [server_error(503), refused("internal_error"), delayed(0.2), hang(3)]
    )
    with pytest.raises(SlackApiError):
        await post(slack, client)
    with pytest.raises(SlackApiError, match="internal_error"):
        await post(slack, client)
    begun = time.monotonic()
    await post(slack, client)
    assert time.monotonic() - begun >= 0.2
    with pytest.raises(asyncio.TimeoutError):
        await post(slack, client)
    await post(slack, client)
    outcomes = [call.outcome for call in slack.calls_of("chat.postMessage")]
    assert outcomes == ["status", "internal_error", "ok", "hang", "ok"]
    assert len(slack.answers()) == 2


async def test_a_script_may_be_a_rule(slack: FakeSlack, client: AsyncWebClient) -> None:
    """Every third call, say."""
    slack.faults.script("*", lambda n, args: refused("fatal_error") if n % 3 == 0 else None)
    failed = 0
    for _ in range(6):
        try:
            await client.auth_test()
        except SlackApiError:
            failed += 1
    assert failed == 2


async def test_who_posts_faster_than_allowed_is_told_to_wait(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    """One post a second in each channel, when the rule is on."""
    slack.rules.posts_per_second = 1.0
    await post(slack, client)
    with pytest.raises(SlackApiError, match="ratelimited"):
        await post(slack, client)
    await post(slack, client, "deals")


async def test_http_mode_delivers_signed(slack: FakeSlack, client: AsyncWebClient) -> None:
    """The real ASGI handler takes it, and refuses another secret."""
    uvicorn = pytest.importorskip("uvicorn")
    heard = []
    app = AsyncApp(client=client, signing_secret=slack.signing_secret)

    @app.event("message")
    async def note(event: dict[str, str]) -> None:
        heard.append(event["text"])

    @app.command("/briefs")
    async def help_(ack: object) -> None:
        await ack("Help")  # type: ignore[operator]

    config = uvicorn.Config(
        AsyncSlackRequestHandler(app), port=0, log_level="error", lifespan="off"
    )
    server = uvicorn.Server(config)
    running = asyncio.ensure_future(server.serve())
    await slack.until(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    slack.request_url = f"http://127.0.0.1:{port}/slack/events"
    await slack.ask("alice", "When?")
    await slack.until(lambda: heard == ["When?"])
    assert await slack.command("/briefs", "help", "alice", "#general") == "Help"
    assert (await slack.post_signed(slack.request_url, {}, secret="other"))[0] == 401
    assert (await slack.post_signed(slack.request_url, {}, stamp=1))[0] == 401
    server.should_exit = True
    await running
