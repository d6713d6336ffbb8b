"""Read one file as it is at one moment, without being fooled by links, pipes or writers.

A path goes in, bytes or a ReadError with the reason come out. Knows nothing of formats.
"""

import errno
import os
import stat
import sys

from index.errors import ReadError
from ingest.locations import printable

FILE_LIMIT = 100_000_000  # bytes
GONE = frozenset({errno.ENOENT, errno.ENOTDIR})

_PIECE = 1 << 20
_OPEN_FLAGS = os.O_RDONLY
for _flag in ("O_NONBLOCK", "O_NOFOLLOW", "O_CLOEXEC", "O_NOCTTY", "O_BINARY"):
    _OPEN_FLAGS |= getattr(os, _flag, 0)  # not every system has each

_SPECIAL = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def read_file(location: str, limit: int) -> bytes:
    """Return the content of the regular file at a real path; raise ReadError with the reason.

    Follows no link and waits for no pipe. A file that changes meanwhile is read once more.
    """
    try:
        for _ in range(2):
            whole = _read_once(location, limit)
            if whole is not None:
                return whole
    except OSError as error:
        if error.errno == errno.ELOOP:  # what O_NOFOLLOW says of a link
            raise ReadError("is a link by now; name the file that it leads to") from error
        raise ReadError(os_reason(error)) from error
    raise ReadError("was changed while it was being read; ingest it again once it is complete")


def read_stdin(limit: int) -> bytes:
    """Return all of standard input; raise ReadError if it is more than `limit` bytes."""
    data = sys.stdin.buffer.read(limit + 1)
    if len(data) > limit:
        raise ReadError(f"has more than {limit / 1e6:,.0f} MB, which is the limit; split it")
    return data


def special_reason(mode: int) -> str:
    """Say why what has this mode is no file to read."""
    if stat.S_ISDIR(mode):
        return "is a folder, not a file; name a file in it"
    what = next((name for is_it, name in _SPECIAL if is_it(mode)), "something special")
    return f"is {what}, not a file; pass its content to standard input with -"


def link_reason(target: str) -> str:
    """Say why a link out of its folder is not followed."""
    return f"is a link out of the folder, to {printable(target)}; name that to ingest it"


def os_reason(error: OSError, *, link: bool = False) -> str:
    """Say in our words why the system would not open something, with the mend."""
    if error.errno in GONE:
        return "is a link to nothing; mend or remove it" if link else "is not there; check the path"
    if error.errno in (errno.EACCES, errno.EPERM):
        return "may not be read: permission denied; give this user the right to read it"
    if error.errno == errno.ELOOP:
        return "is a link that leads only to links; remove it"
    if error.errno == errno.ENAMETOOLONG:
        return "has too long a path; move it or shorten names"
    return f"cannot be read ({error.strerror}); check the disk"


def _read_once(location: str, limit: int) -> bytes | None:
    """Return the content, or None if the file changed while it was being read."""
    fd = os.open(location, _OPEN_FLAGS)
    try:
        before = os.fstat(fd)
        if not stat.S_ISREG(before.st_mode):
            raise ReadError(special_reason(before.st_mode))
        if before.st_size > limit:
            raise ReadError(
                f"has {before.st_size / 1e6:,.1f} MB; the limit is {limit / 1e6:,.0f} MB; split it"
            )
        real = os.path.realpath(location)
        if real != location:  # a folder on the way has become a link
            raise ReadError(link_reason(real))
        data = _read_up_to(fd, limit + 1)
        after = os.fstat(fd)
    finally:
        os.close(fd)
    same = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    return data if same and len(data) == after.st_size else None


def _read_up_to(fd: int, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        piece = os.read(fd, min(_PIECE, size - len(data)))
        if not piece:
            break
        data += piece
    return bytes(data)
