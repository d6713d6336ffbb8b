"""Temporary folders that do not outlive their process for long, however it ends.

A folder is locked while it is in use: the system releases the lock of a process that was killed.
Who makes one first deletes those that such processes left.
"""

import fcntl
import os
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

PREFIX = "briefs-"
PURPOSES = ("sandbox", "dry-run", "replay", "eval", "slack")  # each with a prefix of its own
FRESH = 60.0  # seconds in which a new folder may not be locked yet


class ScratchFolder:
    """A new empty folder, until it is cleaned up; also a context manager that yields its path."""

    def __init__(self, purpose: str) -> None:
        """Make it, and delete what was abandoned; `purpose` is one of PURPOSES."""
        assert purpose in PURPOSES
        sweep()
        self.path = tempfile.mkdtemp(prefix=f"{PREFIX}{purpose}-")
        self._lock = os.open(self.path, os.O_RDONLY)
        fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def __enter__(self) -> str:
        return self.path

    def __exit__(self, *_: object) -> None:
        self.cleanup()

    def cleanup(self) -> None:
        """Delete the folder; a second time does nothing."""
        if self._lock >= 0:
            shutil.rmtree(self.path, ignore_errors=True)
            os.close(self._lock)
            self._lock = -1


def sweep() -> None:
    """Delete the folders of ours that no process holds any more; others' are left alone."""
    with suppress(OSError):
        for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
            if folder.name.removeprefix(PREFIX).startswith(tuple(f"{each}-" for each in PURPOSES)):
                _sweep(folder)


def _sweep(folder: Path) -> None:
    with suppress(OSError):  # in use, gone meanwhile, or another user's
        handle = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY)
        try:
            facts = os.fstat(handle)
            if facts.st_uid == os.geteuid() and time.time() - facts.st_mtime > FRESH:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(handle)
