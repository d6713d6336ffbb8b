"""The database: one writer at a time, one snapshot a reader, plain words when it is gone."""

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from index.errors import DatabaseUnavailable
from index.settings import Settings
from index.storage.database import Database, reachable


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
    """And the next one can write."""

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
    """Junk where the library should be."""
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
    """Nobody listens on port 1."""
    database = Database("postgresql://me:hunter2@127.0.0.1:1/briefs")
    with pytest.raises(DatabaseUnavailable, match="BRIEFS_DATABASE_URL") as raised, database.read():
        pass
    assert "hunter2" not in str(raised.value)
    assert "127.0.0.1" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_database_that_answers_is_reachable(database: Database) -> None:
    """No reason to complain."""
    assert reachable(database) is None
