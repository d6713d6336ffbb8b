"""What stands beside the database in a library's folder: a marker with its id, and the lock file.

If an SQLite file is gone or empty and the marker is there, the library is refused: its ledger would
begin from nothing, and nobody would know.
"""

import os
import sqlite3
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection

from index.errors import DatabaseUnavailable
from index.storage import values
from index.storage.database import LOCK, Database
from index.storage.private import in_place_of_file, read_text, write_text

MARKER = "library.id"


def refuse_lost_library(database: Path) -> None:
    """Raise DatabaseUnavailable where a library was and its file is gone or empty.

    Also where something else stands in its place: SQLite would open it, or make one behind a link.
    """
    marker = database.parent / MARKER
    if what := in_place_of_file(database):
        raise DatabaseUnavailable(
            f"{database}: {what} stands where the database belongs; move it away, and restore the "
            "database or a backup of it"
        )
    if not os.path.lexists(marker) or (database.is_file() and database.stat().st_size > 0):
        return
    state = "is empty" if database.is_file() else "is gone"
    raise DatabaseUnavailable(
        f"{database}: {state}, and there was a library here; restore a backup, or, to start with "
        f"an empty library and an empty ledger, delete {marker}"
    )


def keep_in_use(database: Path) -> bool:
    """Return True where a closed SQLite file is in use elsewhere; else delete it and its marker.

    Nobody else has it open if it can be taken out of the write-ahead mode, which needs it alone.
    """
    connection = sqlite3.connect(database, timeout=0.1, isolation_level=None)
    try:
        alone = connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0] == "delete"
    except sqlite3.OperationalError:
        alone = False
    finally:
        connection.close()
    if alone:
        for name in (MARKER, database.name, f"{database.name}-wal", f"{database.name}-shm"):
            (database.parent / name).unlink(missing_ok=True)
    return not alone


def leave_marker(database: Database, home: Path) -> None:
    """Write the marker if there is none; a folder that cannot be written to has none."""
    if os.path.lexists(home / MARKER):
        return
    with database.read() as connection:
        library = values.get(connection, "id") or ""
    with suppress(OSError):
        write_text(home / MARKER, library + "\n")


def fault(connection: Connection, database: Database, home: Path) -> tuple[str, str] | None:
    """Return what stands in the place of the files beside a database, and how to fix it."""
    found: list[tuple[str, str]] = []
    library = values.get(connection, "id") or ""
    if _is_marked(database, home) and (said := _marker_fault(home / MARKER, library)):
        found.append((f"{MARKER} {said}", _fix(home / MARKER)))
    lock = home / LOCK
    if said := "a link" if lock.is_symlink() else in_place_of_file(lock):
        found.append((f"{LOCK} is {said}, not a file", _fix(lock)))
    if not found:
        return None
    return ", ".join(said for said, _ in found), found[0][1]


def put_right(database: Database, home: Path, library: str) -> None:
    """Write the marker again where it does not name this library."""
    if _is_marked(database, home) and _marker_fault(home / MARKER, library):
        with suppress(OSError):  # `fault` says what is in the way
            write_text(home / MARKER, library + "\n")


def _is_marked(database: Database, home: Path) -> bool:
    """Return whether the database stands in the library's folder, and the marker beside it."""
    file = database.engine.url.database if database.is_sqlite else None
    return file is not None and Path(file).parent == home


def _marker_fault(marker: Path, library: str) -> str | None:
    """Return why a marker does not name the library; None where it does or there is none."""
    try:
        said = read_text(marker)
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    except UnicodeDecodeError:
        return "is not text"
    return None if said is None or said.strip() == library else "does not name this library"


def _fix(path: Path) -> str:
    """Return what to do about a path: a folder with files in it is for somebody to look at."""
    try:
        full = path.is_dir() and not path.is_symlink() and any(path.iterdir())
    except OSError:
        full = True
    return "move it away, then run: briefs reindex" if full else "run: briefs reindex"
