"""A Slack workspace on loopback, stricter than Slack, for tests and for trying the bot by hand.

async with FakeSlack() as fake:
    bot = AsyncWebClient(fake.bot_token, base_url=fake.api)      # or start the real bot with
    ...                                                          # fake.environment()
    await fake.sockets.connected()
    ts = await fake.mention("#general", "alice", "When did Finland join NATO?")
    answer = await fake.answer_to(ts)
    assert fake.violations == []
"""

from tests.slack.fake.faults import (
    Fault,
    cut,
    delayed,
    hang,
    lost_response,
    rate_limited,
    refused,
    server_error,
)
from tests.slack.fake.rules import EVENTS, SCOPES, Rules
from tests.slack.fake.server import FakeSlack
from tests.slack.fake.world import BOT, BOT_USER, TEAM, Channel, Message, User, View, World

__all__ = [
    "BOT", "BOT_USER", "EVENTS", "SCOPES", "TEAM", "Channel", "FakeSlack", "Fault", "Message",
    "Rules", "User", "View", "World", "cut", "delayed", "hang", "lost_response", "rate_limited",
    "refused", "server_error",
]  # fmt: skip
