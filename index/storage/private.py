"""Files and folders that only this user may look into, whatever the umask says."""

import os
import shutil
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
