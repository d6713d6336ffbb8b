"""The ledger's head as a message in a channel."""

import asyncio
import json
import logging

import pytest
from pydantic import SecretStr

from bot.slack.delivery.calls import post_line
from bot.slack.setup.settings import SlackSettings
from index.errors import BriefsError
from index.library import Library
from index.settings import Settings
from tests.audit.ledgers import fill
from tests.commands import briefs
from tests.fakes import HashedWords
from tests.slack.fake import FakeSlack

pytestmark = pytest.mark.anyio
LINE = '{"library": "x", "count": 7, "head": "' + "f" * 64 + '", "at": "2026-01-01"}\n'


def of(slack: FakeSlack, token: str = "") -> SlackSettings:
    return SlackSettings(bot_token=SecretStr(token or slack.bot_token), api_url=slack.api)


async def posted(slack: FakeSlack, channel: str, token: str = "") -> str:
    return await asyncio.to_thread(post_line, of(slack, token), channel, "Ledger: 7 records.", LINE)


async def test_the_line_can_be_copied_out_of_the_message(
    slack: FakeSlack, caplog: pytest.LogCaptureFixture
) -> None:
    """It is in a block of code, whole; the token is in no log."""
    channel = slack.world.channel("general").id
    with caplog.at_level(logging.DEBUG):
        ts = await posted(slack, channel)
    message = slack.world.message(channel, ts)
    assert message
    code = message.text.split("```")[1]
    assert json.loads(code) == json.loads(LINE)
    assert slack.violations == []
    assert slack.bot_token not in caplog.text


async def test_a_refusal_is_one_line_without_the_token(slack: FakeSlack) -> None:
    with pytest.raises(BriefsError, match=r"^C404: Slack says channel_not_found; invite the bot"):
        await posted(slack, "C404")
    with pytest.raises(BriefsError) as raised:
        await posted(slack, slack.world.channel("general").id, "xoxb-canary")
    assert "canary" not in str(raised.value)


async def test_a_slack_that_is_not_there_is_said_to_be(slack: FakeSlack) -> None:
    gone = SlackSettings(bot_token=SecretStr("xoxb-1"), api_url="http://127.0.0.1:9/api/")
    with pytest.raises(BriefsError, match="Slack cannot be reached"):
        await asyncio.to_thread(post_line, gone, "C1", "s", LINE)


async def test_the_command_posts_what_verify_chain_takes(
    slack: FakeSlack, settings: Settings
) -> None:
    """Copied into a file, the line vouches for the chain."""
    with Library.open(settings, create=True, embedder=HashedWords()) as library:
        fill(library.database, 3)
    channel, home = slack.world.channel("general").id, settings.home
    more = ("--channel", channel, "--json")
    environment = slack.environment()
    done = await asyncio.to_thread(briefs, home, "audit", "anchor", *more, **environment)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["channel"] == channel
    [message] = slack.world.messages.values()
    anchors = home.parent / "anchors"
    anchors.write_text(message.text.split("```")[1])
    told = await asyncio.to_thread(briefs, home, "audit", "verify-chain", "--anchor", str(anchors))
    assert told.stdout.endswith("; the anchor agrees\n")
