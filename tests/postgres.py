"""Run a private PostgreSQL cluster for the tests, on a Unix socket in a folder of its own."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.library import Library

_URL = "postgresql://tester@/postgres?host="


def binaries() -> Path | None:
    """Return the folder of initdb and pg_ctl, None where PostgreSQL is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), reverse=True)
    on_path = shutil.which("pg_ctl")
    if on_path:
        found.append(Path(on_path))
    return next((path.parent for path in found if (path.parent / "initdb").is_file()), None)


@contextmanager
def cluster() -> Iterator[str]:
    """Start a cluster; yield the URL of its one database."""
    bin_folder = binaries()
    assert bin_folder is not None
    # Not under pytest's own folders: the path of a socket has at most 107 characters.
    with tempfile.TemporaryDirectory(prefix="briefs-pg-") as folder:
        user = _unprivileged(folder)
        data = f"{folder}/data"
        initdb = (bin_folder / "initdb", "-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8")
        _run(user, *initdb, "--locale=C", "--no-sync")
        _control(folder, "-o", _options(folder), "start")
        try:
            yield f"{_URL}{folder}"
        finally:
            _control(folder, "-m", "immediate", "stop")


def restart(url: str) -> None:
    """Restart the cluster of a URL, and cut off whoever uses it."""
    folder = url.removeprefix(_URL)
    _control(folder, "-m", "fast", "-o", _options(folder), "restart")


def cut_all(url: str) -> None:
    """End all connections to a database, at the server."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@contextmanager
def cutting(
    library: "Library",
    url: str,
    at: int,
    moment: str = "before",
    by: Callable[[str], None] = cut_all,
) -> Iterator[list[str]]:
    """Cut all connections once; yield the statements, or commits, that are seen.

    Before statement number `at`, at commit number `at`, or after it, so that it has no answer.
    """
    from sqlalchemy import event

    seen: list[str] = []
    engine = library.database.engine
    dialect, name = engine.dialect, "before_cursor_execute" if moment == "before" else "commit"
    committed = dialect.do_commit

    def listen(_connection: object, *rest: object) -> None:
        seen.append(str(rest[1]) if len(rest) > 1 else "commit")
        if len(seen) == at and moment != "after commit":
            by(url)

    def commit(connection: object) -> None:
        committed(connection)
        if len(seen) == at and moment == "after commit":
            seen.append("cut")
            by(url)
            committed(connection)
            connection.cursor().execute("SELECT 1")  # type: ignore[attr-defined] # fails: it is cut

    event.listen(engine, name, listen)
    dialect.do_commit = commit  # type: ignore[method-assign]
    try:
        yield seen
    finally:
        event.remove(engine, name, listen)
        dialect.do_commit = committed  # type: ignore[method-assign]


def statements(library: "Library", work: Callable[[], object]) -> int:
    """Return how many statements some work is made of."""
    with cutting(library, "", 0) as seen:
        work()
    return len(seen)


def empty(url: str) -> None:
    """Take everything out of a database, and cut off whoever still uses it.

    Six times as fast as to create another one.
    """
    import psycopg

    cut_all(url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")


def _options(folder: str) -> str:
    return f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=60"


def _control(folder: str, *command: str) -> None:
    bin_folder = binaries()
    assert bin_folder is not None
    pg_ctl = (bin_folder / "pg_ctl", "-D", f"{folder}/data", "-w", "-l", f"{folder}/log")
    _run(_unprivileged(folder), *pg_ctl, *command)


def _unprivileged(folder: str) -> list[str]:
    """Return what to put before a command so that PostgreSQL does not run as root."""
    if os.geteuid() != 0:
        return []
    shutil.chown(folder, "postgres", "postgres")
    return ["runuser", "-u", "postgres", "--"]


def _run(user: list[str], *command: str | Path) -> None:
    done = subprocess.run(
        [*user, *map(str, command)],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        cwd="/", timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode(errors="replace")
