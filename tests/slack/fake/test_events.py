"""The fake holds the real SDK and the real Bolt to Slack's rules, and plays people."""

import re
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack.fake import FakeSlack

pytestmark = pytest.mark.anyio
BLOCKS = [{"type": "section", "text": {"type": "mrkdwn", "text": "Hello"}}]


class Listener:
    """A small bot: notes what it hears, answers questions, opens a modal."""

    def __init__(self, slack: FakeSlack) -> None:
        self.heard: list[dict[str, Any]] = []
        self.clicks: list[str] = []
        client = AsyncWebClient(slack.bot_token, base_url=slack.api)
        self.app = AsyncApp(client=client)
        self.app.event("app_mention")(self.answer)
        self.app.event(re.compile("."))(self.note)
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


async def test_an_event_comes_again_until_it_is_acknowledged(
    slack: FakeSlack, bot: Listener
) -> None:
    """The same event_id in another envelope, over the socket that is there by then."""
    slack.rules.redeliver_seconds = 0.2
    slack.sockets.silence(0)
    ts = await slack.ask("alice", "When?")
    assert bot.heard == []
    slack.sockets.cut()
    await slack.until(lambda: bot.heard)
    await slack.sockets.settled()
    assert {e["event"]["ts"] for e in bot.heard} == {ts}
    assert slack.sockets.acks[0].attempt > 0


async def test_copies_carry_one_event_id_and_order_can_be_shuffled(
    slack: FakeSlack, bot: Listener
) -> None:
    """As after a reconnect, or from several senders."""
    async with slack.sockets.shuffled(seed=1):
        times = [await slack.ask("alice", str(n), copies=2) for n in range(6)]
        assert bot.heard == []
    await slack.until(lambda: len(bot.heard) == 12)
    heard = [e["event"]["ts"] for e in bot.heard]
    assert sorted(set(heard)) == times
    assert heard != sorted(heard)
    assert len({e["event_id"] for e in bot.heard}) == 6


async def test_an_edit_a_deletion_a_file_and_a_stop_are_events(
    slack: FakeSlack, bot: Listener
) -> None:
    """Each as Slack sends it."""
    ts = await slack.ask("alice", "When?")
    channel = slack.dm("alice").id
    await slack.edit(channel, ts, "Where?")
    await slack.delete(channel, ts)
    await slack.drop_file("a.txt", b"x", "alice", text="add this")
    await slack.stop_session(channel, ts, "alice")
    await slack.open_home("alice", "messages")
    await slack.until(lambda: len(bot.heard) == 7)
    events = {(e["event"]["type"], e["event"].get("subtype")): e["event"] for e in bot.heard}
    assert set(events) == {
        ("message", None), ("message", "message_changed"), ("message", "message_deleted"),
        ("message", "file_share"), ("file_shared", None), ("agent_session_stopped", None),
        ("app_home_opened", None),
    }  # fmt: skip
    assert events["message", "message_changed"]["previous_message"]["text"] == "When?"
    assert events["message", "message_deleted"]["deleted_ts"] == ts
    assert events["message", "file_share"]["files"][0]["name"] == "a.txt"


async def test_a_click_that_nobody_acknowledges_is_a_violation(slack: FakeSlack) -> None:
    """After three seconds people see a warning sign."""
    slack.rules.ack_seconds = 0.05
    async with aiohttp.ClientSession() as session, session.ws_connect(slack.sockets.ticket()):
        await slack.sockets.connected()
        assert await slack.command("/briefs", "", "alice", "#general") is None
    assert slack.violations == ["slash_commands was not acknowledged in 0.05 s"]
