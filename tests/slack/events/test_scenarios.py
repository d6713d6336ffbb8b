"""Conversations as people have them, from scenarios.toml: what is said to each message, or nothing.

One bot hears all of them; each has threads of its own.
"""

import logging
import re
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest

from bot.slack.bot import RunningBot
from bot.slack.types import ChannelSettings
from tests.slack.fake import BOT_USER, FakeSlack

pytestmark = pytest.mark.anyio

log = logging.getLogger(__name__)

SCENARIOS: list[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("scenarios.toml").read_text(encoding="utf-8")
)["scenario"]


class Player:
    """Plays scenarios, and notes what did not come out as it should."""

    def __init__(self, slack: FakeSlack, bot: RunningBot) -> None:
        self.slack, self.bot = slack, bot
        self.wrong: list[str] = []

    async def play(self, scenario: dict[str, Any]) -> None:
        written: list[str] = []
        for step in scenario["steps"]:
            root = written[step["under"]] if "under" in step else None
            ts = await self._say(step, root)
            written.append(ts)
            fault = await self._fault(step, ts)
            log.warning("%s / %s: %s", scenario["claim"], step["says"], fault or "ok")
            if fault:
                self.wrong.append(f"{scenario['claim']} / {step['says']!r}: {fault}")

    async def _say(self, step: dict[str, Any], root: str | None) -> str:
        slack, said = self.slack, step["says"]
        for name in ("alice", "bob", "ada"):
            said = said.replace(f"@{name}", f"<@{slack.world.user(name).id}>")
        channel = slack.dm(step["by"]).id if step["at"] == "dm" else step["at"]
        more: dict[str, Any] = {}
        if "forwards" in step:
            more["attachments"] = [{"is_share": True, "text": step["forwards"], "ts": "1.2"}]
        if step.get("only_blocks"):
            parts = [{"type": "text", "text": said.replace("@briefs", "")}]
            mention = [{"type": "user", "user_id": BOT_USER}] if "@briefs" in said else []
            section = {"type": "rich_text_section", "elements": [*mention, *parts]}
            more |= {"text": "", "blocks": [{"type": "rich_text", "elements": [section]}]}
        ts = await slack.say(channel, step["by"], said, root, deliver=False)
        message = slack.world.messages[slack.world.channel(channel).id, ts]
        await slack.send_message(message, **more)
        return str(ts)

    async def _fault(self, step: dict[str, Any], ts: str) -> str:
        slack = self.slack
        if step.get("silent"):
            await slack.sockets.settled()
            await slack.until(self._idle, 60, "an end of all work")
            await slack.quiet(0.4)
            said = slack.answers_to(ts)
            return f"it said {said[0].said[:200]!r}" if said else ""
        posts = step.get("posts", 1)
        await slack.until(lambda: len(slack.answers_to(ts)) >= posts or self._done(), 60)
        await slack.quiet(0.4)
        found = slack.answers_to(ts)
        said = "\n".join(one.said for one in found)
        missing = [one for one in step.get("reply", ()) if one not in said]
        there = [one for one in step.get("lacks", ()) if one in said]
        counted = "posts" not in step or len(found) == posts
        invisible = re.findall("[\u2060\u200b]", said)
        if missing or there or not counted or invisible:
            return f"missing {missing}, there {there}, {len(found)} posts: {said[:300]!r}"
        return ""

    def _idle(self) -> bool:
        counts = self.bot.parts.inbox.counts()
        return counts["waiting"] + counts["working"] == 0

    def _done(self) -> bool:
        """Whether nothing more will come: all is worked off, and nothing is on its way."""
        last = self.slack.calls[-1].at if self.slack.calls else 0.0
        return self._idle() and time.monotonic() - last > 10


async def test_conversations_come_out_as_they_should(bot: RunningBot, office: FakeSlack) -> None:
    """Noise, silence, help, politeness, several questions, what is pointed at, follow-ups."""
    office.world.add_channel("open", members=("alice", "bob", "ada"))
    unasked = ChannelSettings(unasked=True)
    bot.parts.preferences.put("T0FAKE", office.world.channel("open").id, unasked)
    player = Player(office, bot)
    for scenario in SCENARIOS:
        await player.play(scenario)
    assert player.wrong == []
