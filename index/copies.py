"""Private copies of generations: folders that one process uses and nobody else touches.

A copy is locked for as long as its process lives. Process numbers would not do: they are used
again, and two containers on one folder have the same ones.
"""

import fcntl
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SUFFIX = ".lock"


class Copies:
    """The folder of all private copies of one library."""

    def __init__(self, root: Path) -> None:
        """Use `root`, which need not exist yet."""
        self._root = root
        self._locks: dict[Path, int] = {}  # copy -> descriptor that holds its lock
        self._guard = threading.Lock()

    def make(self) -> Path:
        """Return a new empty folder, locked until it is discarded or this process ends."""
        self._root.mkdir(parents=True, exist_ok=True)
        with self._alone():
            copy = Path(tempfile.mkdtemp(prefix="", dir=self._root))
            descriptor = os.open(copy.with_suffix(_SUFFIX), os.O_CREAT | os.O_RDWR, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        with self._guard:
            self._locks[copy] = descriptor
        return copy

    def discard(self, copy: Path) -> None:
        """Delete a copy of this process."""
        shutil.rmtree(copy, ignore_errors=True)
        with self._guard:
            descriptor = self._locks.pop(copy, None)
        copy.with_suffix(_SUFFIX).unlink(missing_ok=True)
        if descriptor is not None:
            os.close(descriptor)

    def tidy(self) -> None:
        """Delete the copies of processes that are gone."""
        if not self._root.is_dir():
            return
        with self._alone():
            for folder in self._root.iterdir():
                if folder.is_dir() and not _in_use(folder.with_suffix(_SUFFIX)):
                    shutil.rmtree(folder, ignore_errors=True)
                    folder.with_suffix(_SUFFIX).unlink(missing_ok=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep others from tidying between the making of a copy and its locking."""
        with (self._root / "making").open("a") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            yield


def _in_use(lock: Path) -> bool:
    try:
        descriptor = os.open(lock, os.O_RDWR)
    except FileNotFoundError:
        return False
    except PermissionError:  # another user's
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
