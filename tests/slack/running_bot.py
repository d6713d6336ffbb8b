"""The real bot at a fake Slack: its library, its settings, and the app over Socket Mode."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from pydantic import SecretStr
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from sqlalchemy import delete

from bot.app.slack_bot import running_bot
from bot.slack.bot import RunningBot
from bot.slack.delivery.tables import TABLES, Store
from bot.slack.setup.settings import CollectionRule, SlackSettings
from index.library import Library
from index.passage import Draft
from tests.slack.fake import FakeSlack, Message, View
from tests.tamara import HARBOUR, WHEAT, draft

CANARY = "zanzibarite"  # a word that stands in the restricted collection alone
BOARD = (
    "Board paper on the Aurelia buyout",
    "2025-06-01",
    (
        "The board of Port Aurelia secretly offers 900 million crowns for the lease. "
        f"The offer is known as {CANARY}.",
        f"Every member must keep the word {CANARY} to himself until the vote in September.",
    ),
)


def in_collection(made: Draft, collection: str) -> Draft:
    return replace(made, brief=replace(made.brief, collection=collection))


def fill(library: Library) -> None:
    """Two briefs that all members see, one of the collection board."""
    library.publish([draft(*HARBOUR), draft(*WHEAT), in_collection(draft(*BOARD), "board")])


def settings_for(slack: FakeSlack, **more: Any) -> SlackSettings:
    """The board's papers are shown in #deals alone; the librarians read #general."""
    deals = slack.world.channel("deals").id
    values: dict[str, Any] = {"collections": {"board": CollectionRule(channels=[deals])}}
    return SlackSettings(
        bot_token=SecretStr(slack.bot_token), app_token=SecretStr(slack.app_token),
        api_url=slack.api, **(values | more),
    )  # fmt: skip


def empty_tables(library: Library) -> None:
    with Store(library.database).write() as connection:
        for table in TABLES:
            connection.execute(delete(table))


@asynccontextmanager
async def started(slack: FakeSlack, library: Library, **more: Any) -> AsyncIterator[RunningBot]:
    """The bot, connected."""
    async with running_bot(settings_for(slack, **more), library) as bot:
        handler = AsyncSocketModeHandler(bot.app, slack.app_token)
        await handler.connect_async()
        await slack.sockets.connected()
        slack.busy = lambda: bot.worker.working > 0
        try:
            yield bot
        finally:
            await handler.close_async()


async def told(slack: FakeSlack, user: str, number: int = 1) -> Message:
    """Wait for the number-th thing that a person alone is told, and return it."""
    person = slack.world.user(user).id

    def said() -> Message | None:
        found = [one for one in slack.world.ephemeral if one.to == person]
        return found[number - 1] if len(found) >= number else None

    found: Message = await slack.until(said, 15, f"something told to {user}")
    return found


async def seen(slack: FakeSlack, user: str, words: str) -> View:
    """Wait until these words stand in the dialog that a person sees, and return it."""

    def found() -> View | None:
        view = slack.view_of(user)
        return view if view and words in str(view.view) else None

    shown: View = await slack.until(found, 10, f"{words!r} in a dialog of {user}")
    return shown
