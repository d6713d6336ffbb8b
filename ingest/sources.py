"""Find the documents that a command line names: files, folders, patterns, URLs, standard input.

What is named explicitly is always tried; in folders and patterns only files with a supported suffix
count. Links are followed only to what lies in the same folder, and hidden entries are skipped.
Nothing is fetched.
"""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Literal

from index.addresses import without_secrets
from ingest.files import (
    FILE_LIMIT,
    GONE,
    Pattern,
    canonical_url,
    has_magic,
    inside,
    is_url,
    link_reason,
    os_reason,
    printable,
    read_file,
    read_stdin,
    special_reason,
    url_fault,
    url_name,
)
from ingest.readers import SUPPORTED_SUFFIXES

_NAMED = 20  # files that are passed over, named in one line
MAX_DEPTH = 100  # folders within folders
_SUFFIXES = frozenset(f".{suffix}" for suffix in SUPPORTED_SUFFIXES)


@dataclass(frozen=True)
class FoundDocument:
    """One thing to read. `location` is the canonical absolute path, "-", or the URL: without the
    tokens that it may carry, as it is shown and goes on record."""

    location: str
    name: str  # file name, for its suffix and for facts that stand in it
    kind: Literal["file", "url", "stdin"] = "file"
    address: str = field(
        default="", repr=False, compare=False
    )  # of a URL: what to fetch, secrets and all


@dataclass(frozen=True)
class Refusal:
    """Something named or found that cannot be read: why, and how to fix it, in one line."""

    location: str
    reason: str


@dataclass(frozen=True)
class Ignored:
    """What a folder or pattern holds besides briefs: no failure, only a line for the report."""

    location: str
    count: int  # files not in a brief format
    reason: str


Found = FoundDocument | Refusal | Ignored


class Walk:
    """The way through one folder, or through what a pattern names in it."""

    def __init__(self, root: str, pattern: Pattern | None = None) -> None:
        self._root = root
        spelled_out = {pattern.suffix.lower()} - {""} if pattern else set()
        self._suffixes = _SUFFIXES | spelled_out
        self._pattern = pattern
        self._visited: set[tuple[int, int]] = set()
        self._ignored: list[str] = []
        self._empty = True

    @property
    def has_ignored(self) -> bool:
        return bool(self._ignored)

    def folder(self, path: str, parts: tuple[str, ...]) -> Iterator[FoundDocument | Refusal]:
        """Yield what is in the real folder `path`, reached from the root by the names `parts`."""
        if len(parts) > MAX_DEPTH:
            yield Refusal(path, f"lies more than {MAX_DEPTH} folders deep; name it to ingest it")
            return
        try:
            status = Path(path).stat()
            if (status.st_dev, status.st_ino) in self._visited:
                return
            self._visited.add((status.st_dev, status.st_ino))
            names = sorted(os.listdir(path))  # noqa: PTH208 - plain names sort as the shell's
        except OSError as error:
            yield Refusal(path, os_reason(error))
            return
        for name in names:
            if not name.startswith("."):
                yield from self._entry(str(Path(path, name)), (*parts, name))

    def _entry(self, path: str, parts: tuple[str, ...]) -> Iterator[FoundDocument | Refusal]:
        wanted = not self._pattern or self._pattern.matches(parts)
        try:
            real = os.path.realpath(path, strict=True) if Path(path).is_symlink() else path
            mode = Path(real).lstat().st_mode
        except OSError as error:
            if wanted:
                yield Refusal(path, os_reason(error, link=True))
            return
        if stat.S_ISDIR(mode):
            if not self._pattern or self._pattern.may_hold(parts):
                yield from self._subfolder(path, real, parts)
        elif wanted:
            yield from self._file(path, real, mode, parts)

    def _subfolder(
        self, path: str, real: str, parts: tuple[str, ...]
    ) -> Iterator[FoundDocument | Refusal]:
        if not inside(real, self._root):
            yield Refusal(path, link_reason(real))
        elif path != real and inside(path, real):
            yield Refusal(path, "is a link back to a folder that it lies in; remove it")
        else:
            yield from self.folder(real, parts)

    def _file(
        self, path: str, real: str, mode: int, parts: tuple[str, ...]
    ) -> Iterator[FoundDocument | Refusal]:
        self._empty = False
        suffix = PurePath(path).suffix.lower()
        if not stat.S_ISREG(mode):
            yield Refusal(path, special_reason(mode))
        elif suffix not in self._suffixes:
            self._ignored.append("/".join(parts))
        elif not inside(real, self._root):
            yield Refusal(path, link_reason(real))
        else:
            kept = PurePath(real).suffix.lower() in self._suffixes
            yield file_candidate(real, PurePath(real if kept else path).name)

    def ignored(self, given: str) -> Iterator[Ignored]:
        """Yield one line on the files passed over, or on a folder without any file."""
        count = len(self._ignored)
        if count:
            names = ", ".join(map(printable, self._ignored[:_NAMED]))
            more = f", and {count - _NAMED:,} more" if count > _NAMED else ""
            what = "file is" if count == 1 else "files are"
            yield Ignored(
                given, count, f"{count:,} {what} not in a supported format ({names}{more})"
            )
        elif self._empty:
            yield Ignored(given, 0, "contains no files")


def file_candidate(real: str, name: str) -> FoundDocument | Refusal:
    """Return the candidate of a real path, unless its name cannot be stored."""
    try:
        real.encode()
    except UnicodeEncodeError:
        return Refusal(printable(real), "has a name that is not valid UTF-8; rename it")
    return FoundDocument(real, name)


def find(paths: Sequence[str]) -> Iterator[Found]:
    """Yield what the paths lead to, each file once, folders in sorted order."""
    seen: set[object] = set()
    for path in paths:
        for found in _find_one(path):
            if isinstance(found, FoundDocument):
                identity = _identity(found)
                if identity in seen:
                    continue
                seen.add(identity)
            yield found


def read_bytes(candidate: FoundDocument, limit: int = FILE_LIMIT) -> bytes:
    """Return the bytes of a file or of standard input; raise ReadError with the reason."""
    if candidate.kind == "stdin":
        return read_stdin(limit)
    return read_file(candidate.location, limit)


def covers(paths: Sequence[str], location: str) -> bool:
    """Tell whether `--prune` with these paths may withdraw a source that it no longer finds.

    True for what lies under a given folder or matches a pattern, and for a given file that is
    gone. A given folder that is gone covers nothing in it: it may be a disk that is not mounted.
    """
    return location != "-" and not is_url(location) and any(_covers(p, location) for p in paths)


def is_gone(location: str) -> bool:
    """Tell whether nothing is there any more; what cannot be looked at does not count as gone."""
    try:
        Path(location).lstat()
    except OSError as error:
        return error.errno in GONE
    return False


def _find_one(path: str) -> Iterator[Found]:
    if path == "-":
        yield FoundDocument("-", "stdin", "stdin")
    elif is_url(path):
        fault = url_fault(path)
        yield Refusal(without_secrets(path), fault) if fault else _url_candidate(path)
    elif not path or "\0" in path:
        yield Refusal(printable(path), "is not a path; name a file, a folder or a URL")
    else:
        yield from _find_path(path)


def _url_candidate(url: str) -> FoundDocument:
    url = canonical_url(url)
    return FoundDocument(without_secrets(url), url_name(url), "url", url)


def _find_path(path: str) -> Iterator[Found]:
    path = _expanded(path)
    try:
        real = os.path.realpath(path, strict=True)
        mode = Path(real).stat().st_mode
    except OSError as error:
        if has_magic(path) and error.errno in GONE:
            yield from _find_pattern(path)
        else:
            yield Refusal(path, os_reason(error))
    else:
        if stat.S_ISDIR(mode):
            walk = Walk(real)
            yield from walk.folder(real, ())
            yield from walk.ignored(path)
        elif stat.S_ISREG(mode):
            yield file_candidate(real, PurePath(path).name)
        else:
            yield Refusal(path, special_reason(mode))


def _find_pattern(path: str) -> Iterator[Found]:
    pattern = Pattern.parse(path)
    walk = Walk(pattern.folder, pattern)
    found = False
    for item in walk.folder(pattern.folder, ()):
        found = True
        yield item
    if found or walk.has_ignored:
        yield from walk.ignored(path)
    else:
        yield Refusal(path, "matches no file; check the pattern")


def _identity(candidate: FoundDocument) -> object:
    """Return what is the same for two names of one file: hard links, or another case of letters."""
    if candidate.kind == "file":
        try:
            status = Path(candidate.location).stat()
        except OSError:
            return candidate.location
        if status.st_ino:  # some network file systems have none
            return status.st_dev, status.st_ino
    return candidate.location


def _covers(path: str, location: str) -> bool:
    if path in ("", "-") or is_url(path) or "\0" in path:
        return False
    path = _expanded(path)
    if Path(path).is_dir():
        return inside(location, os.path.realpath(path))
    if os.path.lexists(path):
        return False
    if has_magic(path):
        return Pattern.parse(path).covers(location)
    return location == os.path.realpath(path)


def _expanded(path: str) -> str:
    if not path.startswith("~") or os.path.lexists(path):
        return path
    try:
        return str(Path(path).expanduser())
    except RuntimeError:  # no such user
        return path
