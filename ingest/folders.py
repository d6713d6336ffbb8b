"""Walk a folder, or what a pattern names in it, and say for each entry what is to become of it.

A real folder goes in; Candidates, Refusals with their reason, and a count of ignored files come
out. Links are followed only to what lies in the same folder, and hidden entries passed over.
"""

import os
import stat
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Literal

from ingest.files import link_reason, os_reason, special_reason
from ingest.locations import Pattern, inside, printable

MAX_DEPTH = 100  # folders within folders


@dataclass(frozen=True)
class Candidate:
    """One thing to read. `location` is the canonical absolute path, the URL, or "-"."""

    location: str
    name: str  # file name, for its suffix and for facts that stand in it
    kind: Literal["file", "url", "stdin"] = "file"


@dataclass(frozen=True)
class Refusal:
    """Something named or found that cannot be read: why, and the mend, in one line."""

    location: str
    reason: str


@dataclass(frozen=True)
class Ignored:
    """What a folder or pattern holds besides briefs: no failure, only a line for the report."""

    location: str
    count: int  # files not in a brief format
    reason: str


Found = Candidate | Refusal | Ignored


class Walk:
    """The way through one folder, or through what a pattern names in it."""

    def __init__(
        self, root: str, suffixes: Collection[str], pattern: Pattern | None = None
    ) -> None:
        self._root = root
        self._suffixes = frozenset(suffixes) - {""}
        self._pattern = pattern
        self._visited: set[tuple[int, int]] = set()
        self._ignored: Counter[str] = Counter()
        self._empty = True

    @property
    def has_ignored(self) -> bool:
        """Tell whether files were passed over for their suffix."""
        return bool(self._ignored)

    def folder(self, path: str, parts: tuple[str, ...]) -> Iterator[Candidate | Refusal]:
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

    def _entry(self, path: str, parts: tuple[str, ...]) -> Iterator[Candidate | Refusal]:
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
            yield from self._file(path, real, mode)

    def _subfolder(
        self, path: str, real: str, parts: tuple[str, ...]
    ) -> Iterator[Candidate | Refusal]:
        if not inside(real, self._root):
            yield Refusal(path, link_reason(real))
        elif path != real and inside(path, real):
            yield Refusal(path, "is a link back to a folder that it lies in; remove it")
        else:
            yield from self.folder(real, parts)

    def _file(self, path: str, real: str, mode: int) -> Iterator[Candidate | Refusal]:
        self._empty = False
        suffix = PurePath(path).suffix.lower()
        if not stat.S_ISREG(mode):
            yield Refusal(path, special_reason(mode))
        elif suffix not in self._suffixes:
            self._ignored[suffix or "no suffix"] += 1
        elif not inside(real, self._root):
            yield Refusal(path, link_reason(real))
        else:
            kept = PurePath(real).suffix.lower() in self._suffixes
            yield file_candidate(real, PurePath(real if kept else path).name)

    def ignored(self, given: str) -> Iterator[Ignored]:
        """Yield one line on the files passed over, or on a folder without any file."""
        count = self._ignored.total()
        if count:
            kinds = ", ".join(f"{printable(kind)} {n}" for kind, n in self._ignored.most_common(5))
            what = "file is" if count == 1 else "files are"
            yield Ignored(given, count, f"{count:,} {what} not in a brief format ({kinds})")
        elif self._empty:
            yield Ignored(given, 0, "holds no files")


def file_candidate(real: str, name: str) -> Candidate | Refusal:
    """Return the candidate of a real path, unless its name cannot be stored."""
    try:
        real.encode()
    except UnicodeEncodeError:
        return Refusal(printable(real), "has a name that is not valid UTF-8; rename it")
    return Candidate(real, name)
