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
from tests.slack import running_bot as at_slack
from tests.slack.bots import BotProcess, answering_bot, make_library, settled
from tests.slack.fake import FakeSlack


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK sends even loopback calls through a proxy that it finds in the environment."""
    for name in list(os.environ):
        if name.lower() in {"http_proxy", "https_proxy", "all_proxy"}:
            monkeypatch.delenv(name)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


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


class Clock:
    """Seconds since 1970, turned by hand."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database_url(either_settings: Settings, tmp_path) -> str:
    url = either_settings.database_url
    return url.get_secret_value() if url else f"sqlite:///{tmp_path}/library.db"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def open_inbox(database: Database, clock: Clock) -> Callable[..., Inbox]:
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
def briefs(tmp_path_factory: pytest.TempPathFactory, model_cache: Path) -> Iterator[Library]:
    """A small library with the real model; one of its three briefs is restricted."""
    home = tmp_path_factory.mktemp("slack-library")
    (home / "models").symlink_to(model_cache)
    with Library.open(Settings(home=home), create=True) as opened:
        at_slack.fill(opened)
        opened.warm_up()
        yield opened


@pytest.fixture
async def running(slack: FakeSlack, briefs: Library) -> AsyncIterator[RunningBot]:
    at_slack.empty_tables(briefs)
    async with at_slack.started(slack, briefs) as bot:
        yield bot
