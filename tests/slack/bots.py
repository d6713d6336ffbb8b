"""The bot in a test: its real parts and the real Bolt app over Socket Mode, against a FakeSlack.

    async with answering_bot(slack, library):
        ts = await slack.mention("#general", "alice", "Who leased the harbour?")

Or, as a process of its own: `BotProcess`.
"""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar
from unittest.mock import patch

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from sqlalchemy import delete, update

from bot.app.slack_bot import running_bot
from bot.jobs.queue import jobs
from bot.slack.bot import RunningBot
from bot.slack.delivery.tables import TABLES, Store
from bot.slack.setup.settings import SlackSettings
from index.library import Library
from index.models.embedder import ModelEmbedder
from index.settings import Settings
from index.storage.database import Database
from tests.slack.fake import FakeSlack, Message, View
from tests.tamara import HARBOUR, WHEAT, draft

ROOT = Path(__file__).resolve().parents[2]
START = Path(__file__).with_name("killed_bot.py")


def settings_for(slack: FakeSlack, **options: Any) -> SlackSettings:
    """Those of the [slack] table; by default the board's papers are shown in #deals alone."""
    deals = slack.world.channel("deals").id
    return SlackSettings(
        bot_token=slack.bot_token, app_token=slack.app_token, api_url=slack.api,
        **({"collections": {"board": {"channels": [deals]}}} | options),
    )  # fmt: skip


@asynccontextmanager
async def answering_bot(
    slack: FakeSlack, library: Library, **options: Any
) -> AsyncIterator[RunningBot]:
    """Run the bot in this process, connected."""
    async with running_bot(settings_for(slack, **options), library) as bot:
        handler = AsyncSocketModeHandler(bot.app, slack.app_token)
        await handler.connect_async()
        await slack.sockets.connected()
        slack.busy = lambda: bot.worker.working > 0
        try:
            yield bot
        finally:
            await handler.close_async()


CANARY = "Zephyrine"  # stands in a brief of the collection "board", and nowhere else
BOARD = draft(
    "Board paper: plan for a takeover",
    "2024-05-01",
    (
        "Report BR-4711. The board wants to take over the Zephyrine Shipping Company in June 2025.",
        "The board secretly offers 900 million crowns for the lease of Port Aurelia, and tells "
        "nobody of Zephyrine before that.",
    ),
)


def make_library(home: Path, embedder: ModelEmbedder | None = None) -> None:
    """Fill a library with the two briefs of the bot's tests and one of the board."""
    board = replace(BOARD, brief=replace(BOARD.brief, collection="board"))
    with Library.open(Settings(home=home), create=True, embedder=embedder) as library:
        library.publish([draft(*HARBOUR), draft(*WHEAT), board])


def empty_tables(library: Library) -> None:
    with Store(library.database).write() as connection:
        for table in TABLES:
            connection.execute(delete(table))


@contextmanager
def held(bot: RunningBot) -> Iterator[threading.Event]:
    """Let no answer be made before the end; the event is set once one was begun."""
    ask, begun, go_on = bot.parts.answerer.ask, threading.Event(), threading.Event()

    def slowly(*given: Any, **named: Any) -> Any:
        begun.set()
        go_on.wait(120)
        return ask(*given, **named)

    with patch.object(bot.parts.answerer, "ask", slowly):
        try:
            yield begun
        finally:
            go_on.set()


async def told(slack: FakeSlack, user: str, number: int = 1) -> Message:
    """Wait for the number-th thing that a person alone is told, and return it."""
    person = slack.world.user(user).id

    def said() -> Message | None:
        found = [one for one in slack.world.ephemeral if one.to == person]
        return found[number - 1] if len(found) >= number else None

    found: Message = await slack.until(said, 120, f"something told to {user}")
    return found


async def seen(slack: FakeSlack, user: str, words: str) -> View:
    """Wait until these words stand in the dialog that a person sees, and return it."""

    def found() -> View | None:
        view = slack.view_of(user)
        return view if view and words in str(view.view) else None

    shown: View = await slack.until(found, 120, f"{words!r} in a dialog of {user}")
    return shown


def end_leases(home: Path) -> None:
    """Let the time go by after which others may take up what a killed process held."""
    database = Database(f"sqlite:///{home}/library.db")
    with database.write() as connection:
        connection.execute(update(jobs).where(jobs.c.owner.is_not(None)).values(lease_until=0.0))
    database.close()


def settled(slack: FakeSlack) -> None:
    """Nothing was doubled, nothing left spinning, and no rule of Slack broken."""
    assert slack.violations == [], slack.violations
    assert slack.doubles() == {}
    left = slack.unfinished()
    assert left == [], left


class BotProcess:
    """`briefs slack` in a process of its own, on the library in `home`."""

    _started: ClassVar[list[asyncio.subprocess.Process]] = []

    def __init__(self, slack: FakeSlack, home: Path, log: Path, **more: str) -> None:
        kept = {name: text for name, text in os.environ.items()
                if not name.startswith(("BRIEFS_", "SLACK_"))}  # fmt: skip
        self._environment = kept | slack.environment() | {
            "BRIEFS_HOME": str(home), "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1",
        } | more  # fmt: skip
        self._log = log
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    async def start(self, **more: str) -> None:
        """Start it; it is connected some seconds later."""
        with self._log.open("ab") as out:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, str(START), "slack",
                env=self._environment | more, cwd=self._log.parent, stdout=out, stderr=out,
            )  # fmt: skip
        self._started.append(self._process)

    @classmethod
    def end_all(cls) -> None:
        """Kill what a test that failed left: it would join the Slack of a later one."""
        while cls._started:
            process = cls._started.pop()
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGKILL)

    async def kill(self) -> None:
        """Kill it with SIGKILL."""
        await self.end(signal.SIGKILL)

    async def end(self, sign: int = signal.SIGTERM, seconds: float = 120.0) -> int:
        """Send a signal and return the exit code."""
        assert self._process
        with suppress(ProcessLookupError):
            self._process.send_signal(sign)
        return await self.ended(seconds)

    async def ended(self, seconds: float = 120.0) -> int:
        """Wait for its end and return the exit code."""
        assert self._process
        async with asyncio.timeout(seconds):
            return await self._process.wait()

    @property
    def log(self) -> str:
        """What it said."""
        return self._log.read_text()
