"""The ingest lock: one at a time on a machine and on a database; the dead hold nothing."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.settings import Settings
from index.storage.database import Database, ingest_lock, sqlite_url

ROOT = Path(__file__).resolve().parents[3]
HOLD = """
import sys, time
from pathlib import Path
from index.storage.database import Database
from index.storage.database import ingest_lock
with ingest_lock(Database(sys.argv[1]), Path(sys.argv[2]), lambda: print("waits", flush=True)):
    print("holds", flush=True)
    sys.stdin.readline()
"""


def holder(url: str, home: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", HOLD, url, str(home)], env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip


def said(process: subprocess.Popen[bytes]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().decode().strip()


@pytest.fixture
def url(either_settings: Settings) -> str:
    given = either_settings.database_url
    return given.get_secret_value() if given else sqlite_url(either_settings.home / "library.db")


@pytest.fixture
def first(url: str, either_settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    either_settings.home.mkdir()
    process = holder(url, either_settings.home)
    assert said(process) == "holds"
    yield process
    process.kill()
    process.communicate()


def test_a_second_process_waits_for_the_first(first, url, either_settings) -> None:
    """It says so once, and goes on when the first has ended."""
    second = holder(url, either_settings.home)
    assert said(second) == "waits"
    first.communicate(b"\n")
    assert said(second) == "holds"
    second.communicate(b"\n")


def test_the_lock_of_a_killed_process_is_free(first, url, either_settings) -> None:
    first.kill()
    first.wait()
    waits: list[int] = []
    database = Database(url)
    with ingest_lock(database, either_settings.home, lambda: waits.append(1)):
        pass
    database.close()
    # A server needs a moment to notice that its client is gone.
    assert waits == [] or not database.is_sqlite


def test_two_threads_of_a_process_take_turns(url, either_settings) -> None:
    inside: list[int] = []
    most: list[int] = []

    def work() -> None:
        database = Database(url)
        with ingest_lock(database, either_settings.home, lambda: None):
            inside.append(1)
            time.sleep(0.02)
            most.append(len(inside))
            inside.pop()
        database.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1, 1, 1, 1]


def test_two_homes_on_one_server_share_the_lock(postgres_url: str, tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    first = holder(postgres_url, tmp_path / "one")
    assert said(first) == "holds"
    second = holder(postgres_url, tmp_path / "two")
    assert said(second) == "waits"
    first.communicate(b"\n")
    assert said(second) == "holds"
    second.communicate(b"\n")
