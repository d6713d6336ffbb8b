"""Databases of both kinds, a clock turned by hand, and queues on them."""

from collections.abc import Callable, Iterator

import pytest

from bot.jobs.queue import Queue
from index.settings import Settings
from index.storage.database import Database


class Clock:
    """Seconds since 1970, turned by hand."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database_url(either_settings: Settings, tmp_path) -> str:
    """The URL of an empty database, SQLite's, then PostgreSQL's."""
    url = either_settings.database_url
    return url.get_secret_value() if url else f"sqlite:///{tmp_path}/library.db"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def open_queue(database: Database, clock: Clock) -> Callable[..., Queue]:
    """Open the queue as another process would."""
    return lambda owner, **more: Queue(database, owner, clock=clock, **more)


@pytest.fixture
def queue(open_queue) -> Queue:
    return open_queue("one")
