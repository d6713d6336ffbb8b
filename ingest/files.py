"""Names of the places that documents come from, and how to read one file as it is at one moment.

Reading follows no link, waits for no pipe, and notices a writer.
"""

import errno
import json
import os
import re
import stat
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePath, PurePosixPath
from typing import Self
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from index.errors import ReadError

_MAGIC = frozenset("*?[")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})  # Unicode categories that terminals act upon

# What would move a cursor or turn the direction of writing, and what nobody would see: marks of
# zero width, fillers, selectors of variants, tags. Line breaks and tabs are neither.
_ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_UNSHOWN = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2065\u206a-\u206f\u3164"
    "\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def shown(text: str) -> str:
    """Return text of a document as a terminal may show it: what would act on one becomes �."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSHOWN.sub("", _ACTING.sub("\ufffd", text))


def escaped(line: str) -> str:
    """Return JSON in which what would act on a terminal is escaped; it says the same."""
    return line if line.isascii() else _ACTING.sub(lambda found: json.dumps(found[0])[1:-1], line)


def printable(text: str) -> str:
    """Return `text` with line breaks, control, bidi and undecodable characters as escapes."""
    if text.isprintable():
        return text
    return "".join(
        char.encode("unicode_escape").decode() if unicodedata.category(char) in _UNSEEN else char
        for char in text
    )


def is_url(path: str) -> bool:
    """Tell whether it is meant as a URL, of whatever scheme."""
    scheme, separator, _ = path.partition("://")
    return bool(separator) and scheme.isalnum()


def url_fault(url: str) -> str | None:
    """Return why a URL cannot be fetched, with a fix; None if it can be tried."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        return f"is not a web address ({printable(str(error))}); check the address"
    if parts.scheme not in ("http", "https"):
        return "is not a web address; give a path, or an address with http:// or https://"
    if not parts.hostname:
        return "names no host; check the address"
    if parts.username is not None or parts.password is not None:
        return "carries a user name or password; download the file and ingest that"
    if url != printable(url) or " " in url:
        return "holds spaces or control characters; percent-encode them"
    return None


def canonical_url(url: str) -> str:
    """Return the one spelling of a URL: host in lower case, no fragment, no default port."""
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in (None, default) else f":{parts.port}"
    path = parts.path or "/"
    return urlunsplit(SplitResult(parts.scheme, host + port, path, parts.query, ""))


def url_name(url: str) -> str:
    """Return the file name at the end of a URL, or its host where there is none."""
    parts = urlsplit(url)
    return PurePosixPath(unquote(parts.path)).name or parts.hostname or "page"


def inside(location: str, folder: str) -> bool:
    """Tell whether a real path lies under a real folder, or is it."""
    return location == folder or location.startswith(folder.rstrip(os.sep) + os.sep)


def has_magic(path: str) -> bool:
    """Tell whether the path holds characters of a shell pattern."""
    return not _MAGIC.isdisjoint(path)


@dataclass(frozen=True)
class Pattern:
    """A shell pattern: the real folder before its first magic segment, and the segments after it.

    `**` stands for any number of folders, none too. A pattern that matches a folder stands for all
    that is in it, as the shell's expansion would.
    """

    folder: str
    segments: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Split a pattern that has magic characters, relative ones from the working folder."""
        parts = Path(text).absolute().parts
        first = next(number for number, part in enumerate(parts) if has_magic(part))
        return cls(os.path.realpath(Path(*parts[:first])), parts[first:])

    @property
    def suffix(self) -> str:
        """The suffix that the pattern spells out, such as ".log" in "*.log"; "" if none."""
        suffix = PurePosixPath(self.segments[-1]).suffix
        return "" if has_magic(suffix) else suffix

    def may_hold(self, parts: Sequence[str]) -> bool:
        """Tell whether the folder `parts` under `self.folder` may hold a match."""
        for part, segment in zip(parts, self.segments, strict=False):
            if segment == "**":
                return True
            if not fnmatchcase(part, segment):
                return False
        return True

    def matches(self, parts: Sequence[str]) -> bool:
        """Tell whether the file `parts` under `self.folder` matches or lies in a match."""
        return _match(tuple(parts), self.segments)

    def covers(self, location: str) -> bool:
        """Tell whether a real path matches or lies in a match."""
        if not inside(location, self.folder):
            return False
        return self.matches(PurePath(location).relative_to(self.folder).parts)


def _match(parts: tuple[str, ...], segments: tuple[str, ...]) -> bool:
    if not segments:
        return True
    if segments[0] == "**":
        if len(segments) > 1 and segments[1] == "**":  # else the time would grow without bound
            return _match(parts, segments[1:])
        return any(_match(parts[skip:], segments[1:]) for skip in range(len(parts) + 1))
    return bool(parts) and fnmatchcase(parts[0], segments[0]) and _match(parts[1:], segments[1:])


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
    return f"is {what}, not a file; pipe its content to standard input with -"


def link_reason(target: str) -> str:
    """Say why a link out of its folder is not followed."""
    return f"is a link out of the folder, to {printable(target)}; name that to ingest it"


def os_reason(error: OSError, *, link: bool = False) -> str:
    """Say in our words why the system would not open something, with a fix."""
    if error.errno in GONE:
        return "is a link to nothing; fix or remove it" if link else "is not there; check the path"
    if error.errno in (errno.EACCES, errno.EPERM):
        return "may not be read: permission denied; let this user read it"
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
