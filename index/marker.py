"""Remember, beside a library's SQLite file, that there is one: lost, it is not quietly made anew.

A file with the library's id is written once. Where it stands and the database is gone or empty,
the library is refused: its ledger would begin from nothing, and nobody would know.
"""

from contextlib import suppress
from pathlib import Path

from index.errors import DatabaseUnavailable

MARKER = "library.id"


def refuse_lost(database: Path) -> None:
    """Raise DatabaseUnavailable where a library was and its file is gone or empty."""
    marker = database.parent / MARKER
    if not marker.is_file() or (database.is_file() and database.stat().st_size > 0):
        return
    state = "is empty" if database.is_file() else "is gone"
    raise DatabaseUnavailable(
        f"{database}: {state}, and a library was here; put back a backup, or, to begin with an "
        f"empty library and an empty ledger, delete {marker}"
    )


def leave(database: Path, library: str) -> None:
    """Write the marker if there is none; a folder that cannot be written to has none."""
    marker = database.parent / MARKER
    with suppress(OSError):
        if not marker.exists():
            marker.write_text(library + "\n", encoding="utf-8")
