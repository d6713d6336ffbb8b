"""The database: one writer at a time, one snapshot a reader, plain words when it is gone."""

import os
import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from index.errors import DatabaseUnavailable, LibraryMissing
from index.library import Library
from index.settings import Settings, load
from index.storage.beside import MARKER
from index.storage.database import Database, reachable
from tests.fakes import HashedWords


@pytest.fixture
def database(either_settings: Settings) -> Iterator[Database]:
    url = either_settings.database_url
    database = Database(url.get_secret_value() if url else "sqlite:///test.db")
    with database.write() as connection:
        connection.execute(text("CREATE TABLE counter (value integer)"))
        connection.execute(text("INSERT INTO counter VALUES (0)"))
    yield database
    database.close()


def value(database: Database) -> int:
    with database.read() as connection:
        return int(connection.execute(text("SELECT value FROM counter")).scalar_one())


def test_whoever_reads_and_then_writes_is_never_overtaken(database: Database) -> None:
    """Four threads that count up by reading first lose no step."""

    def count() -> None:
        for _ in range(10):
            with database.write() as connection:
                seen = connection.execute(text("SELECT value FROM counter")).scalar_one()
                connection.execute(text("UPDATE counter SET value = :v"), {"v": seen + 1})

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert value(database) == 40


def test_a_transaction_that_fails_changes_nothing(database: Database) -> None:
    def interrupted() -> None:
        with database.write() as connection:
            connection.execute(text("UPDATE counter SET value = 5"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert value(database) == 0
    with database.write() as connection:
        connection.execute(text("UPDATE counter SET value = 6"))
    assert value(database) == 6


def test_a_reader_sees_one_snapshot(database: Database) -> None:
    """What others commit meanwhile appears in the next transaction."""
    query = text("SELECT value FROM counter")
    with database.read() as connection:
        assert connection.execute(query).scalar_one() == 0
        with database.write() as other:
            other.execute(text("UPDATE counter SET value = 1"))
        assert connection.execute(query).scalar_one() == 0
    assert value(database) == 1


def test_a_file_that_is_no_database_is_named(tmp_path) -> None:
    file = tmp_path / "library.db"
    file.write_bytes(b"this is no database, whatever its name says" * 50)
    database = Database(f"sqlite:///{file}")
    with (
        pytest.raises(DatabaseUnavailable, match=r"library\.db: .*not a database"),
        database.read(),
    ):
        pass
    assert reachable(database)


def test_a_server_that_is_not_there_is_named_without_its_password() -> None:
    database = Database("postgresql://me:hunter2@127.0.0.1:1/briefs")
    with pytest.raises(DatabaseUnavailable, match="BRIEFS_DATABASE_URL") as raised, database.read():
        pass
    assert "hunter2" not in str(raised.value)
    assert "127.0.0.1" in str(raised.value)
    assert "\n" not in str(raised.value)


def opened(home, create=True):
    Library.open(load(home=home), create=create, embedder=HashedWords()).close()


@pytest.mark.parametrize("create", [True, False])
@pytest.mark.parametrize(
    ("lose", "said"),
    [(lambda path: path.unlink(), "is gone"), (lambda path: os.truncate(path, 0), "is empty")],
)
def test_a_database_that_vanished_is_refused(tmp_path, create, lose, said):
    """With what to do; and nothing is written in its place."""
    opened(tmp_path)
    database = tmp_path / "library.db"
    lose(database)
    for leftover in tmp_path.glob("library.db-*"):
        leftover.unlink()
    with pytest.raises(
        DatabaseUnavailable, match=rf"{said}, and there was a library here; restore"
    ):
        opened(tmp_path, create)
    assert not database.exists() or database.stat().st_size == 0


def test_whoever_means_it_may_begin_anew(tmp_path):
    opened(tmp_path)
    (tmp_path / "library.db").unlink()
    (tmp_path / MARKER).unlink()
    with pytest.raises(LibraryMissing):
        opened(tmp_path, create=False)
    opened(tmp_path)


def test_a_library_of_an_older_build_gets_its_marker(tmp_path):
    """When it is next opened; the marker is the library's id."""
    opened(tmp_path)
    first = (tmp_path / MARKER).read_text()
    (tmp_path / MARKER).unlink()
    opened(tmp_path, create=False)
    assert (tmp_path / MARKER).read_text() == first
    assert len(first.strip()) == 12
