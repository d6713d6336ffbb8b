"""The fake holds the real SDK and the real Bolt to Slack's rules, and plays people."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack.fake import (
    FakeSlack,
)  # fmt: skip

pytestmark = pytest.mark.anyio
BLOCKS = [{"type": "section", "text": {"type": "mrkdwn", "text": "Hello"}}]


@pytest.fixture
def client(slack: FakeSlack) -> AsyncWebClient:
    return AsyncWebClient(slack.bot_token, base_url=slack.api, retry_handlers=[])


async def error_of(call: Awaitable[Any]) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


async def test_a_post_stands_in_its_thread_with_its_metadata(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    """conversations.replies shows the metadata only when asked."""
    ts = await slack.mention("#general", "alice", "When?")
    channel = slack.world.channel("general").id
    marker = {"event_type": "brief_answer", "event_payload": {"answer_id": "a1"}}
    posted = await client.chat_postMessage(
        channel=channel, thread_ts=ts, text="Then.", metadata=marker
    )
    plain = await client.conversations_replies(channel=channel, ts=ts)
    full = await client.conversations_replies(channel=channel, ts=ts, include_all_metadata=True)
    assert [m["ts"] for m in plain["messages"]] == [ts, posted["ts"]]
    assert "metadata" not in plain["messages"][1]
    assert full["messages"][1]["metadata"] == marker
    assert [m.text for m in slack.answers_to(ts)] == ["Then."]
    assert slack.violations == []


Bot = Callable[[], Awaitable[AsyncSocketModeHandler]]


class Listener:
    """A small bot: notes what it hears, answers questions, opens a modal."""

    def __init__(self, slack: FakeSlack) -> None:
        self.heard: list[dict[str, Any]] = []
        self.clicks: list[str] = []
        client = AsyncWebClient(slack.bot_token, base_url=slack.api)
        self.app = AsyncApp(client=client)
        self.app.event("app_mention")(self.answer)
        self.app.event(re.compile("."))(self.note)
        self.app.command("/briefs")(self.command)
        self.app.action("more")(self.click)
        self.app.view("form")(self.form)

    async def answer(self, body: dict[str, Any], client: AsyncWebClient) -> None:
        self.heard.append(body)
        event = body["event"]
        button = {"type": "button", "action_id": "more", "value": "a1",
                  "text": {"type": "plain_text", "text": "Show passages"}}  # fmt: skip
        await client.chat_postMessage(
            channel=event["channel"], thread_ts=event.get("thread_ts") or event["ts"],
            text="Yes.", blocks=[*BLOCKS, {"type": "actions", "elements": [button]}],
        )  # fmt: skip

    async def note(self, body: dict[str, Any]) -> None:
        self.heard.append(body)

    async def command(self, ack: Any, respond: Any, body: dict[str, Any]) -> None:
        await ack("Searching")
        await respond("Found")

    async def click(self, ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        self.clicks.append(body["actions"][0]["value"])
        field = {"type": "plain_text_input", "action_id": "why"}
        label = {"type": "plain_text", "text": "Why"}
        view = {
            "type": "modal", "callback_id": "form", "title": label, "submit": label,
            "blocks": [{"type": "input", "block_id": "b", "label": label, "element": field}],
        }  # fmt: skip
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    async def form(self, ack: Any, body: dict[str, Any]) -> None:
        said = body["view"]["state"]["values"]["b"]["why"]["value"]
        await (ack() if said else ack(response_action="errors", errors={"b": "Say why"}))


@pytest.fixture
async def bot(slack: FakeSlack) -> AsyncIterator[Listener]:
    """The small bot, connected by the real Socket Mode client."""
    listener = Listener(slack)
    handler = AsyncSocketModeHandler(listener.app, slack.app_token, ping_interval=1)
    await handler.connect_async()
    await slack.sockets.connected()
    yield listener
    await handler.close_async()


async def test_a_mention_comes_as_two_events_and_is_answered(
    slack: FakeSlack, bot: Listener
) -> None:
    """app_mention and message carry one ts and two event ids; the bot's own post comes back."""
    ts = await slack.mention("#general", "alice", "When?")
    answer = await slack.answer_to(ts)
    await slack.quiet()
    assert answer.said == "Yes.\nHello\nShow passages"
    assert sorted(e["event"]["type"] for e in bot.heard) == ["app_mention", "message"]
    assert {e["event"]["ts"] for e in bot.heard} == {ts}
    assert len({ack.event_id for ack in slack.sockets.acks}) == 3  # Bolt skips the third: its own
    assert max(slack.ack_delays()) < 1
    assert slack.violations == []


async def test_a_click_opens_a_modal_that_can_be_sent(slack: FakeSlack, bot: Listener) -> None:
    """Errors keep the modal open, a sound submission closes it."""
    answer = await slack.answer_to(await slack.mention("#general", "alice", "When?"))
    await slack.click(answer, "Show passages", "bob")
    view = await slack.opened_view("bob")
    assert (await slack.submit(view, {"Why": ""}))["errors"] == {"b": "Say why"}
    assert slack.view_of("bob") is view
    await slack.submit(view, {"why": "because"})
    assert slack.view_of("bob") is None
    assert bot.clicks == ["a1"]
    assert slack.violations == []


async def test_a_command_is_acknowledged_and_answered_through_its_response_url(
    slack: FakeSlack, bot: Listener
) -> None:
    """Both are seen by the asker alone."""
    await slack.command("/briefs", "ask when", "alice", "#general")
    await slack.until(lambda: len(slack.world.ephemeral) == 2)
    assert {(m.text, m.to) for m in slack.world.ephemeral} == {
        (text, slack.world.user("alice").id) for text in ("Searching", "Found")
    }
    assert slack.violations == []
