"""Scripted faults reach the real client as the real thing would; impatience is noted."""

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack.fake import (
    FakeSlack,
    cut,
    lost_response,
    rate_limited,
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
    """In the same channel only."""
    slack.faults.script("chat.postMessage", [rate_limited(60)])
    with pytest.raises(SlackApiError) as caught:
        await post(slack, client)
    assert caught.value.response.headers["Retry-After"] == "60"
    assert caught.value.response["error"] == "ratelimited"
    await post(slack, client, "deals")
    assert slack.violations == []
    slack.rules.crossing_seconds = 0.0
    await post(slack, client)
    assert "before its Retry-After ended" in slack.violations[0]


async def test_a_lost_response_has_posted_and_a_cut_has_not(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    """Both look alike to the client."""
    for fault, posted in ((cut(), 0), (lost_response(), 1)):
        slack.faults.script("chat.postMessage", [fault])
        with pytest.raises(aiohttp.ClientError):
            await post(slack, client)
        assert len(slack.answers()) == posted
