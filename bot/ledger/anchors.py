"""Keep the ledger's head elsewhere: JSON lines in a file that is only ever appended to.

A line says which library had how many records at what time, and the hash of the last one. With it,
removed newest records and a complete rewrite are detected.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.errors import LedgerError
from bot.ledger.chain import START
from bot.ledger.ledger import GENESIS, Ledger, Mark
from index.errors import UsageError
from index.storage import values
from index.storage.database import Database
from index.storage.private import in_place_of_file

_HASH_LENGTH = 64


@dataclass(frozen=True)
class Anchor:
    """One line of an anchor file."""

    library: str  # the id that it was given when it was made
    count: int
    head: str
    at: str  # UTC, ISO 8601

    @property
    def mark(self) -> Mark:
        return Mark(self.count, self.head, self.at)

    def line(self) -> str:
        return json.dumps(asdict(self)) + "\n"


def library_id(database: Database) -> str:
    """Return the id of a library, by which its anchors are recognised."""
    with database.read() as connection:
        return values.get(connection, "id") or ""


def taken(database: Database, last: Anchor | None = None) -> Anchor:
    """Return an anchor of the ledger as it is, checked from the last anchor on.

    Raises LedgerError if the chain is not intact or does not match the last anchor.
    """
    ledger, library = Ledger(database), library_id(database)
    after = START
    if last is not None:
        _refuse_another(library, last)
        if ledger.hash_at(last.count) != last.head:
            raise LedgerError(
                f"ledger: does not match the anchor of {last.at} ({last.count:,} records): "
                "records were removed or rewritten, so it is not anchored; "
                "run: briefs audit verify-chain --anchor FILE"
            )
        after = last.mark
    checked = ledger.check(after=after)
    if checked.fault:
        raise LedgerError(
            f"ledger: {checked.fault}, so it is not anchored; run: briefs audit verify-chain"
        )
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Anchor(library, checked.head.count, checked.head.head, now)


def keep(database: Database, path: Path, home: Path) -> Anchor:
    """Append an anchor to a file outside `home`, and return it once it is on disk.

    Raises UsageError for an unsuitable file, LedgerError if the ledger cannot be anchored.
    """
    refuse_inside(path, home)
    before = read(path) if path.exists() else []
    anchor = taken(database, before[-1] if before else None)
    append(path, anchor)
    return anchor


def refuse_inside(path: Path, home: Path) -> None:
    """Raise UsageError for a file in the library's folder: who can change one can change both."""
    if path.resolve().is_relative_to(home.resolve()):
        raise UsageError(
            f"{path}: in the library's own folder, where whoever changes the ledger can change it "
            "too; name a file on another disk or machine"
        )


def append(path: Path, anchor: Anchor) -> None:
    """Add a line and force it to disk."""
    _refuse_other(path)
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            size = os.fstat(handle).st_size
            torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
            os.write(handle, (b"\n" if torn else b"") + anchor.line().encode())
            os.fsync(handle)
        finally:
            os.close(handle)
        _sync_folder(path.parent)
    except OSError as error:
        raise UsageError(_unusable(path, error)) from None


def read(path: Path) -> list[Anchor]:
    """Return the anchors of a file, the oldest first; UsageError names a line that is none."""
    _refuse_other(path)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(_unusable(path, error)) from None
    return [_parsed(line, path, n) for n, line in enumerate(lines, 1) if line.strip()]


def _refuse_other(path: Path) -> None:
    """Refuse what is no file: to open a pipe may wait for good, a device keeps nothing."""
    if what := in_place_of_file(path):
        raise UsageError(f"{path}: is {what}, not a file; name another")


def marks_of(anchors: Sequence[Anchor], library: str) -> list[Mark]:
    """Return the marks for the check of this library; UsageError for another library's."""
    for anchor in anchors:
        _refuse_another(library, anchor)
    return [anchor.mark for anchor in anchors]


def _refuse_another(library: str, anchor: Anchor) -> None:
    if anchor.library != library:
        raise UsageError(
            f"the anchor of {anchor.at} is of library {anchor.library}, this is {library}:"
            " another library, or one put in its place; name the file that belongs to this one"
        )


def _parsed(line: str, path: Path, number: int) -> Anchor:
    try:
        value = json.loads(line)
        anchor = Anchor(
            str(value["library"]), int(value["count"]), str(value["head"]), str(value["at"])
        )
    except (ValueError, TypeError, KeyError):
        anchor = None
    if anchor is None or anchor.count < 0 or not _is_hash(anchor.head):
        raise UsageError(
            f"{path}: line {number} is not an anchor; remove it, or name a file that "
            "briefs audit anchor wrote"
        )
    if anchor.count == 0 and anchor.head != GENESIS:
        raise UsageError(f"{path}: line {number} has a head but no records; remove it")
    return anchor


def _is_hash(text: str) -> bool:
    return len(text) == _HASH_LENGTH and set(text) <= set("0123456789abcdef")


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _unusable(path: Path, error: Exception) -> str:
    reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
    return f"{path}: {reason}; name a file that can be read and written"
