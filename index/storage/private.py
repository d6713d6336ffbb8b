"""Files and folders that only this user may look into, whatever the umask says."""

import errno
import os
import shutil
import stat
from contextlib import suppress
from pathlib import Path

FILE, FOLDER = 0o600, 0o700
_OTHERS = 0o077  # the bits of group and others


def make_folder(path: Path) -> None:
    """Make a folder, with those above it, or take its rights from others where it is there."""
    if not path.parent.is_dir():
        make_folder(path.parent)
    path.mkdir(mode=FOLDER, exist_ok=True)
    if not path.is_symlink():
        _close(path)


def delete(path: Path) -> None:
    """Delete a folder with all that is in it, or whatever else is there, if anything is."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def clear_for_folder(path: Path) -> None:
    """Delete what stands where a folder belongs: a file, a pipe, a link that leads nowhere."""
    if not path.is_dir():
        path.unlink(missing_ok=True)


def in_place_of_file(path: Path) -> str | None:
    """Return what stands where a file belongs; None where a file does, or nothing.

    To open a pipe may wait for good, and what a device gives may have no end.
    """
    try:
        mode = path.lstat().st_mode
    except OSError:
        return None  # nothing there, or whoever opens it is told
    if stat.S_ISLNK(mode):
        try:
            mode = path.stat().st_mode
        except OSError:
            return "a link that leads nowhere"
    if stat.S_ISREG(mode):
        return None
    kinds = ((stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"))
    return next((name for is_one, name in kinds if is_one(mode)), "a device")


def clear_for_file(path: Path) -> None:
    """Delete what stands where a file of ours belongs, links too; a folder with files in it stays.

    Raises OSError for that one.
    """
    if path.is_symlink():
        path.unlink(missing_ok=True)
    elif what := in_place_of_file(path):
        path.rmdir() if what == "a folder" else path.unlink(missing_ok=True)


def read_text(path: Path) -> str | None:
    """Return what a small file of ours says, None without one; raise OSError, UnicodeDecodeError.

    What stands in its place is an OSError too, and is not opened.
    """
    if what := in_place_of_file(path):
        raise OSError(errno.EINVAL, f"it is {what}, not a file", str(path))
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def write_text(path: Path, text: str) -> None:
    """Write a small file of ours, whole or not at all; raise OSError."""
    clear_for_file(path)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        handle = os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, FILE)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise


def make_file(path: Path) -> None:
    """Make an empty file unless it is there, and take its rights from others.

    What cannot be made or changed, as on a disk for reading only, stays as it is: whoever opens it
    says so.
    """
    with suppress(OSError):
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, FILE))
        for each in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
            _close(each)


def close_to_others(folder: Path) -> None:
    """Take the rights to everything in a folder, and to itself, from others."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            _close(path)


def _close(path: Path) -> None:
    with suppress(OSError):  # gone meanwhile, or another user's
        mode = path.stat().st_mode
        if mode & _OTHERS:
            path.chmod(mode & 0o777 & ~_OTHERS)
