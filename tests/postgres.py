"""Run a private PostgreSQL cluster for the tests, on a Unix socket in a folder of its own."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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
        options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=60"
        pg_ctl = (bin_folder / "pg_ctl", "-D", data, "-w", "-l", f"{folder}/log")
        _run(user, *pg_ctl, "-o", options, "start")
        try:
            yield f"postgresql://tester@/postgres?host={folder}"
        finally:
            _run(user, *pg_ctl, "-m", "immediate", "stop")


def empty(url: str) -> None:
    """Take everything out of a database, and cut off whoever still uses it.

    Six times as fast as to create another one.
    """
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")


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
