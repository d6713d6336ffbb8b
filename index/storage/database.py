"""The one transactional database: SQLite by default, PostgreSQL by URL; and its locks.

A write transaction takes the write lock before its first read (`BEGIN IMMEDIATE`, or an advisory
lock on PostgreSQL), so that whoever reads and then writes is never overtaken.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from sqlalchemy import Connection, Engine, MetaData, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    NoSuchModuleError,
    OperationalError,
    ProgrammingError,
)

from index.addresses import hide_secrets, without_secrets
from index.errors import ConnectionLost, DatabaseUnavailable, SettingsError
from index.storage.private import FILE, FOLDER, clear_for_file, make_file

if TYPE_CHECKING:
    from filelock import FileLock

metadata = MetaData()
LOCK = "ingest.lock"

BUSY_TIMEOUT_MS = 30_000
CACHE_KIB = 512  # of SQLite's pages, a connection; a bot keeps dozens open (bench.slack, memory)
LOG_TIMEOUT_MS = 5_000  # writers wait as long where a reader keeps the log from being emptied
PAUSES = (0.0, 0.2, 1.0)  # seconds before work is done again that lost its connection
_PAUSE = 0.1  # seconds between two tries for the lock file
_WRITE_LOCK = 0x42524945  # any constant known to all processes; the bytes spell "BRIE"
_INGEST_LOCK = 0x42524946  # another one


class Database:
    """A pool of connections with `read()` and `write()` transactions."""

    def __init__(self, url: str) -> None:
        """Prepare an engine for an SQLAlchemy URL; connects at the first transaction."""
        self.engine = _engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._reached = False  # whether it has answered before

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Yield a connection that sees one unchanging snapshot."""
        begin = "BEGIN"
        if not self.is_sqlite:
            begin = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
        with self.translated(), self._begun(begin) as connection:
            try:
                yield connection
            finally:
                connection.rollback()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Yield a connection that holds the write lock; commit at the end, else roll back."""
        begin = "BEGIN IMMEDIATE"
        if not self.is_sqlite:
            begin = f"SELECT pg_advisory_xact_lock({_WRITE_LOCK})"
        with self.translated(), self._begun(begin) as connection:
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    def written(self, change: Callable[..., object], *arguments: Any) -> None:
        """Make a change, given as (connection, *arguments), that may be made twice."""

        def write() -> None:
            with self.write() as connection:
                change(connection, *arguments)

        again(write)

    @contextmanager
    def _begun(self, begin: str) -> Iterator[Connection]:
        """Yield a connection after its first statement, which may be said again on another one.

        So no work is lost with a connection that its server closed while it was idle.
        """
        connection = again(lambda: self._connected(begin))
        self._reached = True
        with connection:
            yield connection

    def _connected(self, begin: str) -> Connection:
        with self.translated():
            connection = self.engine.connect()
            try:
                connection.exec_driver_sql(begin)
            except BaseException:
                connection.close()
                raise
        return connection

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Say plainly that the database is gone, full, locked or damaged."""
        try:
            yield
        except DBAPIError as error:
            # What breaks a rule of the tables is a fault of ours, not of the database.
            if isinstance(error, (IntegrityError, ProgrammingError, DataError)):
                raise
            raise self._unavailable(_reason(error), lost=self._lost(error)) from error
        except UnicodeDecodeError as error:  # a damaged schema, in SQLite's own message too
            raise self._unavailable("holds text that is none: it is damaged") from error

    def _lost(self, error: DBAPIError) -> bool:
        """Tell whether another connection may do: this one was cut, or a known server restarts."""
        connecting = isinstance(error, OperationalError) and error.statement is None
        return not self.is_sqlite and (
            error.connection_invalidated or (connecting and self._reached)
        )

    def _unavailable(self, reason: str, *, lost: bool = False) -> DatabaseUnavailable:
        where = without_secrets(self.engine.url.render_as_string(hide_password=True))
        return (ConnectionLost if lost else DatabaseUnavailable)(
            f"{where}: {hide_secrets(reason)}; check BRIEFS_DATABASE_URL, the disk and its rights, "
            "then run: briefs doctor"
        )

    def scrub(self) -> bool:
        """Remove deleted text from the files' bytes too; False where somebody was in the way.

        SQLite overwrites what is deleted, but leaves copies behind when it moves rows between
        pages, and older pages in its log: the file is rewritten, then the log is emptied. On
        PostgreSQL they are gone after its own vacuum.
        """
        if not self.is_sqlite:
            return True
        with suppress(DBAPIError):
            with self.engine.connect() as connection:
                connection.exec_driver_sql("VACUUM")
            return self.empty_log()
        return False

    def empty_log(self) -> bool:
        """Move SQLite's write-ahead log, which keeps older pages, into the file and empty it.

        False where readers were in the way for LOG_TIMEOUT_MS: whoever empties it next does it all.
        """
        if not self.is_sqlite:
            return True
        with suppress(DBAPIError), self.engine.connect() as connection:
            connection.detach()  # it is less patient than others, and closed afterwards
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {LOG_TIMEOUT_MS}")
            return not connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar()
        return False

    def close(self) -> None:
        self.engine.dispose()


_T = TypeVar("_T")
_Method = TypeVar("_Method", bound=Callable[..., Any])


def again(work: Callable[[], _T]) -> _T:
    """Do work that is made of whole transactions; again where a connection was cut under it.

    It may have been committed all the same: work that writes must know by a key whether it was.
    """
    for pause in PAUSES:
        try:
            return work()
        except ConnectionLost:
            time.sleep(pause)
    return work()


def retried(method: _Method) -> _Method:
    """Make a method that only reads do its work again where a connection was cut under it."""

    @wraps(method)
    def whole(*arguments: Any, **named: Any) -> Any:
        return again(lambda: method(*arguments, **named))

    return cast("_Method", whole)


def sqlite_url(path: Path) -> str:
    """Return the URL of an SQLite file."""
    return f"sqlite:///{path}"


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        engine = create_engine(parsed)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, ValueError) as error:
        # Without the reason that the library gives: some of them quote the URL and its password.
        raise SettingsError(
            f"BRIEFS_DATABASE_URL: not a database this installation can open "
            f"({type(error).__name__}); use sqlite:////path/file.db, or postgresql://… after "
            "pip install 'brief-bot[postgres]'"
        ) from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "do_connect", _keep_private)
        event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _keep_private(_dialect, _record, arguments, _options) -> None:  # type: ignore[no-untyped-def]
    """Before SQLite makes the file: its log gets the same rights, and both hold questions."""
    name = str(arguments[0]) if arguments else ""
    if name and name != ":memory:" and not name.startswith("file:"):
        make_file(Path(name))


def _prepare_sqlite(connection, _record) -> None:  # type: ignore[no-untyped-def]
    connection.isolation_level = None  # transactions are begun by hand, above
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        f"cache_size = -{CACHE_KIB}",
        "foreign_keys = ON",
        "secure_delete = ON",  # what is deleted is overwritten
    ):
        connection.execute(f"PRAGMA {pragma}")


def reachable(database: Database) -> str | None:
    """Return None if the database answers, else the reason in one line."""
    try:
        with database.read() as connection:
            connection.execute(text("SELECT 1"))
    except DatabaseUnavailable as error:
        return str(error)
    return None


def _reason(error: DBAPIError) -> str:
    return (str(error.orig).strip() or type(error).__name__).splitlines()[0]


@contextmanager
def ingest_lock(database: Database, home: Path, on_wait: Callable[[], None]) -> Iterator[None]:
    """Let one ingest run at a time: a lock file in the library's folder, a lock on PostgreSQL.

    `on_wait` is called once if another process has it. The operating system and the server release
    the lock of a process that dies.
    """
    from filelock import FileLock

    home.mkdir(parents=True, exist_ok=True, mode=FOLDER)
    lock = home / LOCK
    try:
        clear_for_file(lock)
    except OSError as error:
        raise DatabaseUnavailable(
            f"{lock}: {error.strerror}, but a lock file belongs there; move it away"
        ) from None
    with _taken(FileLock(lock, mode=FILE), on_wait):
        if database.is_sqlite:
            yield
            return
        # Outside any transaction: one left open for a whole ingest would hold up the server.
        engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")
        key = {"key": _INGEST_LOCK}
        with database.translated():
            connection = engine.connect()
            if not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), key).scalar():
                on_wait()
                connection.execute(text("SELECT pg_advisory_lock(:key)"), key)
        try:
            yield
        finally:
            with suppress(DBAPIError):  # a connection that was cut has unlocked it
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)
            with suppress(DBAPIError):
                connection.close()


@contextmanager
def _taken(lock: "FileLock", on_wait: Callable[[], None]) -> Iterator[None]:
    try:
        lock.acquire(timeout=0)
    except TimeoutError:
        on_wait()
        lock.acquire(poll_interval=_PAUSE)
    try:
        yield
    finally:
        lock.release()
