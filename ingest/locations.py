"""Name the places that documents come from: canonical URLs, shell patterns, printable forms.

Text in, text or a yes-or-no out; looks at the file system only to resolve links in a path.
"""

import os
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePath, PurePosixPath
from typing import Self
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

_MAGIC = frozenset("*?[")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})  # Unicode categories that terminals act upon


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
    """Return why a URL cannot be fetched, with the mend; None if it can be tried."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        return f"is not a web address ({printable(str(error))}); check the address"
    if parts.scheme not in ("http", "https"):
        return "is no web address; give a path, or an address with http:// or https://"
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
