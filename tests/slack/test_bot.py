"""The first way to Slack is found however long it takes, or named as wrong."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.bot import LONGEST_PAUSE, connect, who_we_are
from index.errors import SettingsError
from tests.slack import fake
from tests.slack.bots import BotProcess
from tests.slack.fake import FakeSlack

pytestmark = pytest.mark.anyio


@pytest.fixture
async def socket(slack: FakeSlack) -> AsyncIterator[SocketModeClient]:
    client = SocketModeClient(
        app_token=slack.app_token, web_client=AsyncWebClient(base_url=slack.api)
    )
    yield client
    await client.close()


class Pauses:
    """Sleeps that take no time."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        await asyncio.sleep(0)


FAULTS = [
    fake.server_error(503), fake.cut(), fake.refused("internal_error"), fake.rate_limited(1),
    fake.server_error(500), fake.cut(), fake.cut(), fake.cut(),
]  # fmt: skip


async def test_a_slack_that_is_away_is_tried_until_it_is_back(
    slack: FakeSlack, socket: SocketModeClient, caplog: pytest.LogCaptureFixture
) -> None:
    """With growing pauses, one line and no traceback."""
    caplog.set_level(logging.INFO)
    slack.faults.script("apps.connections.open", list(FAULTS))
    pauses = Pauses()
    await connect(socket, sleep=pauses)
    await slack.sockets.connected()
    assert len(pauses.seconds) == len(FAULTS)
    assert pauses.seconds[0] <= 1 <= max(pauses.seconds) <= LONGEST_PAUSE
    assert sorted(pauses.seconds) != pauses.seconds[::-1]
    ours = [one for one in caplog.records if one.name == "bot.slack.bot"]
    assert len(ours) == 1
    assert "retrying until there is one" in ours[0].getMessage()
    assert "Traceback" not in caplog.text
    assert slack.app_token not in caplog.text


async def test_who_we_are_is_asked_until_slack_says_it(
    slack: FakeSlack, caplog: pytest.LogCaptureFixture
) -> None:
    """A machine may start before its network does."""
    slack.faults.script("auth.test", list(FAULTS[:3]))
    client, pauses = AsyncWebClient(token=slack.bot_token, base_url=slack.api), Pauses()
    assert await who_we_are(client, sleep=pauses) == ("T0FAKE", "U0BOT")
    assert len(pauses.seconds) == 3
    assert caplog.text.count("no connection to Slack yet") == 1


async def test_a_token_that_slack_does_not_take_is_named(slack: FakeSlack) -> None:
    socket = SocketModeClient(app_token="xapp-secret", web_client=AsyncWebClient(
        base_url=slack.api))  # fmt: skip
    with pytest.raises(SettingsError, match="SLACK_APP_TOKEN: Slack says invalid_auth") as app:
        await connect(socket)
    await socket.close()
    client = AsyncWebClient(token="xoxb-secret", base_url=slack.api)
    with pytest.raises(SettingsError, match="SLACK_BOT_TOKEN: Slack says invalid_auth") as bot:
        await who_we_are(client)
    assert "secret" not in f"{app.value} {bot.value}"


@pytest.mark.slow
async def test_a_bot_that_starts_before_slack_can_be_reached_answers_later(
    office: FakeSlack, home: Path, tmp_path: Path
) -> None:
    office.faults.script("apps.connections.open", [fake.server_error(503), fake.cut()])
    bot = BotProcess(office, home, tmp_path / "log")
    await bot.start()
    await office.sockets.connected(seconds=40)
    ts = await office.mention("#desk", "alice", "Who called the lease a mistake?")
    assert "Brandt" in (await office.answer_to(ts, 20)).said
    assert await bot.end() == 0
    assert bot.log.count("no connection to Slack yet") == 1
    assert "Traceback" not in bot.log
    office.faults.script("apps.connections.open", lambda number, args: fake.server_error(503))
    await bot.start()
    await office.until(lambda: bot.log.count("no connection") == 2, 40, "a line")
    assert await bot.end() == 0
