"""The files of a generation: their checksums, and the private copies that processes open.

A generation is never opened where it lies. Whoever reads it makes a copy, checks each file of it,
and holds a lock beside it, by which others know that it is in use.
"""

import json
import shutil
import tempfile
import zlib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import IndexDamaged
from index.storage.private import FILE, clear_for_folder, delete, in_place_of_file, make_folder

if TYPE_CHECKING:
    from filelock import FileLock

Files = dict[str, tuple[int, int]]  # path inside a generation -> (size in bytes, crc32)


class Copies:
    """The folder of all private copies of one library, each with a lock file beside it.

    A lock tells whether its copy is in use: a process's number may be another process's by now, and
    two containers on one folder have the same ones.
    """

    def __init__(self, root: Path) -> None:
        self._root = root  # need not exist yet
        self._locks: dict[Path, FileLock] = {}

    def make(self) -> Path:
        """Return a new empty folder, locked until it is discarded or this process ends."""
        clear_for_folder(self._root)
        make_folder(self._root)
        _clear_for_file(self._root / "making")
        with _lock(self._root / "making"):  # nobody tidies before it is locked
            copy = Path(tempfile.mkdtemp(prefix="", dir=self._root))
            self._locks[copy] = _lock(copy.with_suffix(".lock"))
            self._locks[copy].acquire()
        return copy

    def discard(self, copy: Path) -> None:
        """Delete a copy of this process."""
        shutil.rmtree(copy, ignore_errors=True)
        copy.with_suffix(".lock").unlink(missing_ok=True)
        if lock := self._locks.pop(copy, None):
            lock.release()

    def tidy(self) -> None:
        """Delete the copies of processes that are gone."""
        if not self._root.is_dir():
            return
        _clear_for_file(self._root / "making")
        with _lock(self._root / "making"):
            for folder in filter(Path.is_dir, list(self._root.iterdir())):
                lock = _lock(folder.with_suffix(".lock"))
                with suppress(TimeoutError, PermissionError):  # in use; or another user's
                    lock.acquire(timeout=0)
                    self._locks[folder] = lock
                    self.discard(folder)


def _clear_for_file(path: Path) -> None:
    if path.is_symlink() or in_place_of_file(path):
        delete(path)


def _lock(path: Path) -> "FileLock":
    from filelock import FileLock  # takes as long to import as a cold question may not wait

    return FileLock(path, mode=0o600, thread_local=False)


def fingerprint(folder: Path) -> Files:
    """Return the files of a generation as they are now."""
    return {
        str(path.relative_to(folder)): (path.stat().st_size, _crc32(path))
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _crc32(path: Path) -> int:
    value = 0
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            value = zlib.crc32(block, value)
    return value


def copy_all(source: Path, target: Path) -> None:
    """Copy the files of a folder into another; raise OSError at the first that cannot be."""
    for path in source.rglob("*"):
        if path.is_file():
            destination = target / path.relative_to(source)
            make_folder(destination.parent)
            shutil.copyfile(path, destination)


def copy_checked(source: Path, target: Path, files: Files) -> None:
    """Copy a generation; raise IndexDamaged if it is not, byte by byte, what was published."""
    present = {str(path.relative_to(source)) for path in source.rglob("*") if path.is_file()}
    if present != set(files):
        raise IndexDamaged(f"vector index {source.name}: files are missing or foreign")
    for name, (_, checksum) in files.items():
        destination = target / name
        try:
            make_folder(destination.parent)
            shutil.copyfile(source / name, destination)
            destination.chmod(FILE)
            copied = _crc32(destination)
        except OSError as error:  # deleted meanwhile, unreadable, or no space for a copy
            raise IndexDamaged(f"vector index {source.name}: {name}: {error.strerror}") from error
        if copied != checksum:
            raise IndexDamaged(f"vector index {source.name}: {name} has changed since it was built")


def files_from_json(stored: str) -> Files:
    """Read the files of a generation from the catalogue's JSON."""
    return {name: (size, checksum) for name, (size, checksum) in json.loads(stored).items()}
