"""What every test may count on: an own home, no network, no settings of the machine's user."""

import fcntl
import os
import signal
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from index.library import Library
from index.models.embedder import ModelEmbedder
from index.models.model_files import DEFAULT_MODEL
from index.models.reader import Reader
from index.settings import Settings, load
from tests import postgres
from tests.examples_library import (
    examples_home,
    own_examples,
    own_shell,
    shell,
    untouched_examples,
)
from tests.fakes import HashedWords
from tests.golden_files import golden, pytest_addoption

__all__ = [  # found here by pytest
    "examples_home", "golden", "own_examples", "own_shell", "pytest_addoption", "shell",
    "untouched_examples",
]  # fmt: skip

_XDG = {"XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"}
_LOOPBACK = ("127.", "::1", "localhost")
_connect = socket.socket.connect

# Started in the background, we may be deaf to Ctrl-C, and all that we start with us: some tests
# press it.
signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes says how busy the machine is.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

MakeLibrary = Callable[..., Library]


@pytest.fixture(scope="session")
def _folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where each test has a home and a working folder; to number them takes longer with each."""
    return tmp_path_factory.mktemp("folders")


@pytest.fixture(autouse=True)
def _no_settings_of_the_user(monkeypatch: pytest.MonkeyPatch, _folders: Path) -> None:
    """Take away BRIEFS_* and the user's folders, and any briefs.toml in the working folder."""
    for name in list(os.environ):
        if name.startswith(("BRIEFS_", "SLACK_")) or name in _XDG:
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", tempfile.mkdtemp(prefix="user", dir=_folders))
    monkeypatch.chdir(tempfile.mkdtemp(prefix="work", dir=_folders))


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that leaves the machine."""

    def connect(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and not str(address[0]).startswith(
            _LOOPBACK
        ):
            raise AssertionError(f"a test tried to reach {address}: tests stay on this machine")
        _connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with a home of the test's own."""
    return load(home=tmp_path / "home")


@pytest.fixture
def embedder() -> HashedWords:
    """The fake embedder."""
    return HashedWords()


@pytest.fixture(scope="session")
def model_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A `models` folder in which the default model has been converted, once for all tests.

    `make test` names a folder that all its processes share; else each has one of its own. Both
    networks are held until the end, so that every library of a process shares them.
    """
    shared = os.environ.get("TESTED_MODELS")
    cache = Path(shared) if shared else tmp_path_factory.mktemp("models")
    embedder, reader = ModelEmbedder(DEFAULT_MODEL, cache), Reader(cache=cache)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        embedder.warm_up()
        assert reader.reads("Is it ready?")
    yield cache
    del embedder, reader


@pytest.fixture
def home_with_model(tmp_path: Path, model_cache: Path) -> Path:
    """A BRIEFS_HOME whose model is converted, for tests that start the command."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "models").symlink_to(model_cache)
    return home


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a database on a PostgreSQL server of our own; CI must have one."""
    if postgres.binaries() is None:
        reason = "PostgreSQL is not installed: apt-get install postgresql"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with postgres.cluster() as url:
        yield url


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    """The URL of an empty PostgreSQL database."""
    postgres.empty(postgres_server)
    return postgres_server


@pytest.fixture(params=["sqlite", "postgresql"])
def either_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings for a library on SQLite, then the same on PostgreSQL."""
    if request.param == "sqlite":
        return load(home=tmp_path / "home")
    return load(home=tmp_path / "home", database_url=request.getfixturevalue("postgres_url"))


@pytest.fixture
def open_library() -> Iterator[MakeLibrary]:
    """Open libraries with the fake embedder; all are closed at the end of the test."""
    opened: list[Library] = []

    def open_one(settings: Settings, embedder: Any = None, **options: Any) -> Library:
        library = Library.open(
            settings, **({"create": True} | options), embedder=embedder or HashedWords()
        )
        opened.append(library)
        return library

    yield open_one
    for library in opened:
        library.close()


@pytest.fixture
def library(settings: Settings, open_library: MakeLibrary) -> Library:
    """An empty library on SQLite with the fake embedder."""
    return open_library(settings)


@pytest.fixture
def either_library(either_settings: Settings, open_library: MakeLibrary) -> Library:
    """An empty library with the fake embedder, on SQLite, then on PostgreSQL."""
    return open_library(either_settings)
