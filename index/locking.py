"""One ingest at a time: a lock file for a library on this machine, an advisory lock on PostgreSQL.

The operating system and the server release the lock of a process that dies.
"""

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from index.database import Database

_KEY = 0x42524946  # any constant other than the write lock's
_PAUSE = 0.1  # seconds between two tries


@contextmanager
def ingest_lock(database: Database, home: Path, on_wait: Callable[[], None]) -> Iterator[None]:
    """Hold the lock; `on_wait` is called once if another process has it."""
    with _file_lock(home / "ingest.lock", on_wait):
        if database.is_sqlite:
            yield
            return
        # Outside any transaction: one left open for a whole ingest would hold up the server.
        engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            taken = text("SELECT pg_try_advisory_lock(:key)")
            _until(lambda: bool(connection.execute(taken, {"key": _KEY}).scalar()), on_wait)
            try:
                yield
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _KEY})


@contextmanager
def _file_lock(path: Path, on_wait: Callable[[], None]) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as stream:
        _until(lambda: _try_flock(stream.fileno()), on_wait)
        try:
            yield
        finally:
            fcntl.flock(stream, fcntl.LOCK_UN)


def _try_flock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _until(taken: Callable[[], bool], on_wait: Callable[[], None]) -> None:
    if taken():
        return
    on_wait()
    while not taken():
        time.sleep(_PAUSE)
