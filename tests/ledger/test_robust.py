"""The ledger under load, kills, damage and backup."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from bot.errors import LedgerError
from bot.ledger.ledger import Ledger, Mark
from index.errors import BriefsError
from index.library import Library
from index.settings import load
from index.storage import database as databases
from index.storage.database import Database, sqlite_url
from tests.audit.ledgers import fill
from tests.fakes import HashedWords

ROOT = Path(__file__).parents[2]
WRITE = """
import os, sys
from pathlib import Path
from bot.ledger.ledger import Ledger
from index.storage.database import Database, sqlite_url
path, name = Path(sys.argv[1]), sys.argv[2]
ledger = Ledger(Database(sqlite_url(path)))
notes = os.open(f"{path}.{name}", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
for n in range(int(sys.argv[3])):
    ledger.append(f"{name}-{n}", {"n": n, "text": "x" * 3000}, {"question": "who?"})
    os.write(notes, f"{name}-{n}\\n".encode())
"""


def writer(path: Path, name: str, count: int = 1_000_000) -> "subprocess.Popen[bytes]":
    """Start a process that notes each record once it is acknowledged."""
    return subprocess.Popen([sys.executable, "-c", WRITE, str(path), name, str(count)], cwd=ROOT)


def noted(path: Path) -> set[str]:
    """The ids of all acknowledged records."""
    files = [file for file in path.parent.glob(f"{path.name}.*") if "-" not in file.suffix]
    return {line for file in files for line in file.read_text().split()}


def wait_for(path: Path, count: int) -> None:
    """Return once that many records are acknowledged."""
    end = time.monotonic() + 120
    while len(noted(path)) < count:
        assert time.monotonic() < end, "the writers are stuck"
        time.sleep(0.01)


def assert_whole(path: Path) -> None:
    """Every acknowledged record is there, and the chain is sound."""
    database = Database(sqlite_url(path))
    ledger = Ledger(database)
    there = {entry.answer_id for entry in ledger.entries()}
    assert noted(path)
    assert noted(path) - there == set()
    assert ledger.check().fault is None
    database.close()


@pytest.mark.slow
def test_eight_processes_at_once_lose_nothing(tmp_path):
    path = tmp_path / "ledger"
    writers = [writer(path, f"w{n}", 100) for n in range(8)]
    assert [one.wait(timeout=300) for one in writers] == [0] * 8
    assert len(noted(path)) == 800
    assert_whole(path)


@pytest.mark.slow
def test_what_was_acknowledged_outlives_kills(tmp_path):
    """Sixteen of them, at random moments, with others writing on."""
    path, chance = tmp_path / "ledger", random.Random(3)
    writers = {n: writer(path, f"k{n}") for n in range(3)}
    for kill in range(3, 19):
        wait_for(path, len(noted(path)) + chance.randint(1, 40))
        victim = writers.pop(chance.choice(list(writers)))
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        writers[kill] = writer(path, f"k{kill}")
    for left in writers.values():
        left.kill()
        left.wait()
    assert_whole(path)


def opened(home: Path) -> Library:
    return Library.open(load(home=home), create=True, embedder=HashedWords())


def record(home: Path) -> None:
    with opened(home) as library:
        Ledger(library.database).append("new", {}, {})


@pytest.mark.parametrize("damage", ["truncated", "empty", "missing", "foreign", "overwritten"])
def test_a_damaged_database_is_refused_and_left_as_it_is(tmp_path, damage):
    """No answer can be recorded, so none can be shown; nothing is made in its place."""
    with opened(tmp_path) as library:
        fill(library.database, 200)
    path = tmp_path / "library.db"
    size = path.stat().st_size
    if damage in {"truncated", "empty"}:
        os.truncate(path, size // 2 if damage == "truncated" else 0)
    elif damage == "missing":
        path.unlink()
    else:
        whole = bytearray(path.read_bytes())
        start = 0 if damage == "foreign" else size // 4
        whole[start : start + size // 2] = b"x" * (size // 2)
        path.write_bytes(whole)
    before = path.read_bytes() if path.exists() else b""
    with pytest.raises(BriefsError):
        record(tmp_path)
    after = path.read_bytes() if path.exists() else b""
    assert damage == "overwritten" or after == before


def test_a_locked_database_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(databases, "BUSY_TIMEOUT_MS", 100)
    database = Database(sqlite_url(tmp_path / "ledger.db"))
    ledger = fill(database, 1)
    with closing(sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerError, match=r"the answer could not be recorded.*locked"):
            ledger.append("a2", {}, {})
    ledger.append("a2", {}, {})
    assert ledger.head()[0] == 2
    database.close()


def test_a_read_only_database_is_refused(tmp_path, monkeypatch):
    database = Database(sqlite_url(tmp_path / "ledger.db"))
    ledger = fill(database, 1)
    with database.engine.connect() as connection:  # the pool's one connection
        connection.exec_driver_sql("PRAGMA query_only = ON")
    with pytest.raises(LedgerError, match=r"the answer could not be recorded.*readonly"):
        ledger.append("a2", {}, {})
    assert ledger.head()[0] == 1
    database.close()


def test_a_backup_made_under_load_has_the_same_chain(tmp_path):
    """Up to the moment at which it was made, private parts and all."""
    path = tmp_path / "ledger.db"
    database = Database(sqlite_url(path))
    ledger = fill(database, 50)
    stop = threading.Event()

    def write():
        n = 0
        while not stop.is_set():
            ledger.append(f"more{n}", {"n": n}, {"question": "who?"})
            n += 1

    busy = threading.Thread(target=write)
    busy.start()
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(tmp_path / "b")) as to:
        source.backup(to)
    stop.set()
    busy.join()
    copy = Ledger(Database(sqlite_url(tmp_path / "b")))
    count, head = copy.head()
    assert count >= 50
    assert copy.check().fault is None
    assert ledger.check([Mark(count, head)]).fault is None
    assert copy.get("a7").private == ledger.get("a7").private
    database.close()
