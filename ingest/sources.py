"""Turn what the command line names into candidates to read.

Paths, folders, patterns and URLs go in; Candidates, Refusals with their reason, and counts of
ignored files come out. Knows nothing of formats but their suffixes; fetches no URL. What is named
explicitly is always tried; in folders and patterns only files with a supported suffix count.
"""

import os
import stat
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path, PurePath

from ingest.files import FILE_LIMIT, GONE, os_reason, read_file, read_stdin, special_reason
from ingest.folders import Candidate, Found, Ignored, Refusal, Walk, file_candidate
from ingest.locations import (
    Pattern,
    canonical_url,
    has_magic,
    inside,
    is_url,
    printable,
    url_fault,
    url_name,
)

__all__ = ["Candidate", "Found", "Ignored", "Refusal", "covers", "find", "is_gone", "read_bytes"]


def find(paths: Sequence[str], suffixes: Collection[str] | None = None) -> Iterator[Found]:
    """Yield what the paths lead to, each file once, folders in sorted order.

    `suffixes` are those of the formats we read, in lower case with the dot: by default all that
    the readers know.
    """
    if suffixes is None:
        from ingest.readers import SUPPORTED_SUFFIXES

        suffixes = {f".{suffix}" for suffix in SUPPORTED_SUFFIXES}
    seen: set[object] = set()
    for path in paths:
        for found in _find_one(path, suffixes):
            if isinstance(found, Candidate):
                identity = _identity(found)
                if identity in seen:
                    continue
                seen.add(identity)
            yield found


def read_bytes(candidate: Candidate, limit: int = FILE_LIMIT) -> bytes:
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


def _find_one(path: str, suffixes: Collection[str]) -> Iterator[Found]:
    if path == "-":
        yield Candidate("-", "stdin", "stdin")
    elif is_url(path):
        fault = url_fault(path)
        yield Refusal(path, fault) if fault else _url_candidate(path)
    elif not path or "\0" in path:
        yield Refusal(printable(path), "is no path; name a file, a folder or a URL")
    else:
        yield from _find_path(path, suffixes)


def _url_candidate(url: str) -> Candidate:
    url = canonical_url(url)
    return Candidate(url, url_name(url), "url")


def _find_path(path: str, suffixes: Collection[str]) -> Iterator[Found]:
    path = _expanded(path)
    try:
        real = os.path.realpath(path, strict=True)
        mode = Path(real).stat().st_mode
    except OSError as error:
        if has_magic(path) and error.errno in GONE:
            yield from _find_pattern(path, suffixes)
        else:
            yield Refusal(path, os_reason(error))
    else:
        if stat.S_ISDIR(mode):
            walk = Walk(real, suffixes)
            yield from walk.folder(real, ())
            yield from walk.ignored(path)
        elif stat.S_ISREG(mode):
            yield file_candidate(real, PurePath(path).name)
        else:
            yield Refusal(path, special_reason(mode))


def _find_pattern(path: str, suffixes: Collection[str]) -> Iterator[Found]:
    pattern = Pattern.parse(path)
    walk = Walk(pattern.folder, [*suffixes, pattern.suffix.lower()], pattern)
    found = False
    for item in walk.folder(pattern.folder, ()):
        found = True
        yield item
    if found or walk.has_ignored:
        yield from walk.ignored(path)
    else:
        yield Refusal(path, "matches no file; check the pattern")


def _identity(candidate: Candidate) -> object:
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
