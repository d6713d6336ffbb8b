"""What the tests of the Slack bot share: a fake workspace, databases, a clock, questions."""

import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from bot.slack.bot import RunningBot
from bot.slack.delivery.inbox import Inbox
from bot.slack.types import AskedVia, Incoming
from index.library import Library
from index.models.embedder import ModelEmbedder
from index.models.model_files import DEFAULT_MODEL
from index.settings import Settings
from index.storage.database import Database
from tests.fake_chat import FakeChat, Turn
from tests.jobs.conftest import (  # noqa: F401 - fixtures
    Clock,
    anyio_backend,
    clock,
    database,
    database_url,
)
from tests.slack.bots import BotProcess, answering_bot, empty_tables, make_library, settled
from tests.slack.fake import FakeSlack


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK sends even loopback calls through a proxy that it finds in the environment."""
    for name in list(os.environ):
        if name.lower() in {"http_proxy", "https_proxy", "all_proxy"}:
            monkeypatch.delenv(name)


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    """A fake workspace with the people and channels of World.small()."""
    async with FakeSlack() as fake:
        yield fake


@pytest.fixture(autouse=True)
def _no_bot_outlives_its_test() -> Iterator[None]:
    yield
    BotProcess.end_all()


@pytest.fixture
def office(slack: FakeSlack) -> FakeSlack:
    """The same, with a channel #desk that has no guests, and a group message."""
    slack.world.add_channel("desk", members=("alice", "bob", "ada"))
    slack.world.add_channel("den", members=("alice", "bob", "ada"))
    slack.world.add_channel("three", "mpim", members=("alice", "bob"))
    return slack


@pytest.fixture(scope="session")
def embedder(model_cache: Path) -> ModelEmbedder:
    embedder = ModelEmbedder(DEFAULT_MODEL, model_cache)
    embedder.warm_up()
    return embedder


@pytest.fixture(scope="session")
def briefs_home(tmp_path_factory: pytest.TempPathFactory, embedder: ModelEmbedder) -> Path:
    """A closed library with briefs on a harbour and on wheat, and one of the board's."""
    home = tmp_path_factory.mktemp("briefs")
    make_library(home, embedder)
    return home


@pytest.fixture
def home(briefs_home: Path, tmp_path: Path, model_cache: Path) -> Path:
    home = tmp_path / "home"
    shutil.copytree(briefs_home, home, ignore=shutil.ignore_patterns("models"))
    (home / "models").symlink_to(model_cache)
    return home


@pytest.fixture
def library(home: Path, embedder: ModelEmbedder) -> Iterator[Library]:
    with Library.open(Settings(home=home), embedder=embedder) as opened:
        yield opened


@pytest.fixture
async def bot(office: FakeSlack, library: Library) -> AsyncIterator[RunningBot]:
    """The bot at work in the office; at the end nothing may be amiss there."""
    async with answering_bot(office, library, collections={"board": {"groups": ["S0BOARD"]}}) as it:
        yield it
        await office.until(lambda: not it.worker.working, 20, "an end of all work")
        await office.quiet()
    settled(office)


@pytest.fixture
def chat() -> Iterator[FakeChat]:
    """A chat model that writes a little at a time."""
    with FakeChat(always=Turn(drip=0.02)) as server:
        yield server


@pytest.fixture
async def writer(
    office: FakeSlack, home: Path, embedder: ModelEmbedder, chat: FakeChat
) -> AsyncIterator[RunningBot]:
    """The bot where a chat model writes."""
    settings = Settings(
        home=home, chat_model="openai:fake", chat_url=chat.url, chat_key="sk-1", chat_seconds=60
    )
    with Library.open(settings, embedder=embedder) as library:
        async with answering_bot(office, library, collections={"board": {"groups": []}}) as bot:
            yield bot
            await office.quiet()
    settled(office)


@pytest.fixture
def open_inbox(database: Database, clock: Clock) -> Callable[..., Inbox]:  # noqa: F811
    """Open the inbox as another process would."""
    return lambda owner, **options: Inbox(database, owner, **({"clock": clock} | options))


@pytest.fixture
def inbox(open_inbox: Callable[..., Inbox]) -> Inbox:
    return open_inbox("one")


@pytest.fixture
def ask() -> Callable[..., Incoming]:
    """Make a question; its ts is the number of a second."""

    def made(second: float, text: str = "What does it cost?", **more: object) -> Incoming:
        values = {"team": "T1", "channel": "C1", "user": "U1", "kind": AskedVia.MENTION} | more
        return Incoming(ts=f"{1_700_000_000 + second:.6f}", text=text, **values)

    return made


@pytest.fixture(scope="session")
def briefs(tmp_path_factory: pytest.TempPathFactory, embedder: ModelEmbedder) -> Iterator[Library]:
    """Another such library, opened once; what a test adds to it stays."""
    home = tmp_path_factory.mktemp("slack-library")
    make_library(home, embedder)
    with Library.open(Settings(home=home), embedder=embedder) as opened:
        yield opened


@pytest.fixture
async def running(slack: FakeSlack, briefs: Library) -> AsyncIterator[RunningBot]:
    empty_tables(briefs)
    async with answering_bot(slack, briefs) as bot:
        yield bot
