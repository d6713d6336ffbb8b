"""The fake refuses what Slack refuses, and some more; each claim through the real client."""

from collections.abc import Awaitable
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack.fake import BOT_USER, FakeSlack, cut, lost_response, rate_limited

pytestmark = pytest.mark.anyio
BLOCKS = [{"type": "section", "text": {"type": "mrkdwn", "text": "Hello"}}]


@pytest.fixture
def client(slack: FakeSlack) -> AsyncWebClient:
    return AsyncWebClient(slack.bot_token, base_url=slack.api, retry_handlers=[])


@pytest.fixture
def general(slack: FakeSlack) -> str:
    return slack.world.channel("general").id


async def error_of(call: Awaitable[Any]) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


async def test_a_post_stands_in_its_thread_with_its_metadata(
    slack: FakeSlack, client: AsyncWebClient, general: str
) -> None:
    """conversations.replies shows the metadata only when asked, page by page."""
    ts = await slack.mention("#general", "alice", "When?")
    marker = {"event_type": "brief_answer", "event_payload": {"answer_id": "a1"}}
    for _ in range(2):
        await client.chat_postMessage(channel=general, thread_ts=ts, text="Then.", metadata=marker)
    plain = await client.conversations_replies(channel=general, ts=ts)
    pages = await client.conversations_replies(
        channel=general, ts=ts, include_all_metadata=True, limit=2
    )
    found = [message async for page in pages for message in page["messages"]]
    assert len(plain["messages"]) == len(found) == 3
    assert "metadata" not in plain["messages"][1]
    assert found[1]["metadata"] == marker
    assert len(slack.answers_to(ts)) == 2
    assert slack.doubles() == {"a1": 2}
    assert slack.violations == []


async def test_a_post_is_refused(slack: FakeSlack, client: AsyncWebClient, general: str) -> None:
    """Limits, conflicts, threads and metadata."""
    large = {"event_type": "a", "event_payload": {"b": "c" * 4000}}
    for payload, error in (
        ({"text": "x" * 4001}, "msg_too_long"),
        ({}, "no_text"),
        ({"text": "x", "blocks": BLOCKS * 51}, "invalid_blocks"),
        ({"text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
        ({"text": "x", "metadata": {"event_type": "a"}}, "invalid_metadata_format"),
        ({"text": "x", "metadata": large}, "metadata_too_large"),
        ({"text": "x", "channel": "C404"}, "channel_not_found"),
    ):
        call = client.api_call("chat.postMessage", json={"channel": general} | payload)
        assert await error_of(call) == error
    assert slack.answers() == []


async def test_the_bot_must_be_in_a_channel_that_is_not_archived(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    """A private channel does not even exist for it."""
    public = slack.world.add_channel("far", bot=False).id
    private = slack.world.add_channel("secret", "private", bot=False).id
    old = slack.world.add_channel("old", archived=True).id
    errors = [await error_of(client.chat_postMessage(channel=c, text="x"))
              for c in (public, private, old)]  # fmt: skip
    assert errors == ["not_in_channel", "channel_not_found", "is_archived"]


async def test_tokens_and_scopes_are_checked(slack: FakeSlack, client: AsyncWebClient) -> None:
    """Wrong, of the wrong kind, revoked, without the scope."""
    call = AsyncWebClient("xoxb-wrong", base_url=slack.api).auth_test
    assert await error_of(call()) == "invalid_auth"
    call = AsyncWebClient(slack.app_token, base_url=slack.api).auth_test
    assert await error_of(call()) == "not_allowed_token_type"
    slack.rules.scopes = frozenset({"chat:write"})
    assert (await client.auth_test()).headers["x-oauth-scopes"] == "chat:write"
    assert await error_of(client.users_info(user=BOT_USER)) == "missing_scope"
    slack.rules.revoked = True
    assert await error_of(client.auth_test()) == "token_revoked"


async def test_what_slack_would_let_pass_is_a_violation(
    slack: FakeSlack, client: AsyncWebClient, general: str
) -> None:
    """Calling everybody, unfurling links, blocks without words for screen readers."""
    await client.chat_postMessage(channel=general, text="<!here> see https://example.org")
    await client.api_call("chat.postMessage", json={"channel": general, "blocks": BLOCKS})
    assert [v.split(": ")[1] for v in slack.violations] == [
        "calls everybody",
        "links are not kept from unfurling (unfurl_links, unfurl_media)",
        "blocks without a text",
    ]


async def test_a_trigger_is_good_once_and_for_three_seconds(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    title = {"type": "plain_text", "text": "Passages"}
    view = {"type": "modal", "title": title, "blocks": BLOCKS}
    trigger = slack.triggers.give(slack.world.user("alice").id)
    wrong = view | {"title": {"type": "plain_text", "text": "x" * 25}}
    call = client.views_open(trigger_id=trigger, view=wrong)
    assert await error_of(call) == "invalid_arguments"
    opened = await client.views_open(trigger_id=trigger, view=view)
    assert await error_of(client.views_open(trigger_id=trigger, view=view)) == (
        "exchanged_trigger_id"
    )
    it = {"view_id": opened["view"]["id"], "view": view}
    await client.views_update(**it, hash=opened["view"]["hash"])
    assert await error_of(client.views_update(**it, hash=opened["view"]["hash"])) == (
        "hash_conflict"
    )
    slack.rules.trigger_seconds = -1.0
    late = slack.triggers.give(slack.world.user("alice").id)
    assert await error_of(client.views_open(trigger_id=late, view=view)) == "expired_trigger_id"


async def test_a_response_url_is_good_five_times(slack: FakeSlack) -> None:
    url = slack.hooks.give(slack.world.channel("general").id, slack.world.user("alice").id)
    async with aiohttp.ClientSession() as session:
        codes = [(await session.post(url, json={"text": "x"})).status for _ in range(6)]
    assert codes == [200] * 5 + [404]
    assert len(slack.world.ephemeral) == 5
    assert slack.violations == ["a response_url was used too often or too late"]


async def test_a_file_is_a_login_page_to_the_wrong_token(slack: FakeSlack) -> None:
    """With status 200, as at Slack."""
    file = slack.file("a brief.txt", b"Words", "alice")
    url = file.wire(slack.world)["url_private_download"]
    async with aiohttp.ClientSession() as session:
        for token, body in ((slack.bot_token, b"Words"), ("xoxb-other", b"<!DOCTYPE html>")):
            got = await session.get(url, headers={"Authorization": f"Bearer {token}"})
            assert got.status == 200
            assert (await got.read()).startswith(body)


async def test_ephemeral_messages_need_their_reader_in_the_channel(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    deals = slack.world.channel("deals").id
    ids = {name: slack.world.user(name).id for name in ("alice", "bob")}
    call = client.chat_postEphemeral(channel=deals, user=ids["bob"], text="x")
    assert await error_of(call) == "user_not_in_channel"
    await client.chat_postEphemeral(channel=deals, user=ids["alice"], text="x")
    assert [m.to for m in slack.world.ephemeral] == [ids["alice"]]
    assert slack.world.messages == {}


async def test_a_click_that_nobody_acknowledges_is_a_violation(slack: FakeSlack) -> None:
    """After three seconds people see a warning sign."""
    slack.rules.ack_seconds = 0.05
    async with aiohttp.ClientSession() as session, session.ws_connect(slack.sockets.ticket()):
        await slack.sockets.connected()
        assert await slack.command("/briefs", "", "alice", "#general") is None
    assert slack.violations == ["slash_commands was not acknowledged in 0.05 s"]


async def test_a_call_before_retry_after_ended_is_noted(
    slack: FakeSlack, client: AsyncWebClient, general: str
) -> None:
    slack.faults.script("chat.postMessage", [rate_limited(60)])
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=general, text="x")
    assert caught.value.response.headers["Retry-After"] == "60"
    assert caught.value.response["error"] == "ratelimited"
    await client.chat_postMessage(channel=slack.world.channel("deals").id, text="x")
    assert slack.violations == []
    slack.rules.crossing_seconds = 0.0
    await client.chat_postMessage(channel=general, text="x")
    assert "before its Retry-After ended" in slack.violations[0]


async def test_a_lost_response_has_posted_and_a_cut_has_not(
    slack: FakeSlack, client: AsyncWebClient, general: str
) -> None:
    """Both look alike to the client."""
    for fault, posted in ((cut(), 0), (lost_response(), 1)):
        slack.faults.script("chat.postMessage", [fault])
        with pytest.raises(aiohttp.ClientError):
            await client.chat_postMessage(channel=general, text="x")
        assert len(slack.answers()) == posted
