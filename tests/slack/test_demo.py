"""The demo's page shows blocks as people see them, escapes what is not its own, and works."""

import re
from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.slack.demo import Demo
from tests.slack.demo_blocks import Renderer
from tests.slack.fake import BOT_USER, Message, World
from tests.slack.fake.test_limits import SOUND


@pytest.fixture
async def demo() -> AsyncIterator[Demo]:
    demo = Demo()
    await demo.start()
    yield demo
    await demo.stop()


def test_every_kind_of_block_is_rendered() -> None:
    for block in SOUND:
        assert Renderer(World.small()).blocks([block]), block["type"]


def test_nothing_said_becomes_markup_of_the_page() -> None:
    """Only the tags that the renderer makes are there."""
    for text in (
        "<script>alert(1)</script>", "&lt;img src=x onerror=alert(1)&gt;",
        "<javascript:alert(1)|here>", '<https://e.org/"onmouseover="x|a>', "*<b>*",
    ):  # fmt: skip
        out = Renderer(World.small()).mrkdwn(text)
        assert set(re.findall(r"</?(\w+)", out)) <= {"a"}, text
        for tag in re.findall(r"<a [^>]*>", out):
            assert re.fullmatch(r'<a href="https?://[^"]*" rel=noreferrer title="[^"]*">', tag)


@pytest.mark.anyio
async def test_a_newcomer_can_write_and_read(demo: Demo) -> None:
    """What is sent by the form stands in the channel, the bot's answer beneath it."""
    where = {"as": "alice", "in": demo.world.channel("general").id}
    async with aiohttp.ClientSession() as session:
        await session.post(f"{demo.base}/do/say", data=where | {"text": "@briefs When?"})
        asked = next(iter(demo.world.messages.values()))
        assert asked.text == f"<@{BOT_USER}> When?"
        demo.world.add(
            Message(asked.channel, demo.world.stamp(), BOT_USER, "In 2023.", thread_ts=asked.ts)
        )
        page = await (await session.get(f"{demo.base}/", params=where)).text()
        assert "<mark>@briefs</mark> When?" in page
        assert "In 2023." in page
        other = await session.post(
            f"{demo.base}/do/say", data=where, headers={"Sec-Fetch-Site": "cross-site"}
        )
        assert other.status == 403
        gone = await session.post(f"{demo.base}/do/click", data=where | {"m": "1", "what": "x"})
        assert gone.status == 200
