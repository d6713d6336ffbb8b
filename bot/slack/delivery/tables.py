"""The tables of the Slack bot in the library's database, and how they are opened and erased.

Knows what stands in a row and nothing of what is done with it. A `moment` is a message's `ts` as a
whole number of microseconds, so that the database orders as Slack does. Times of our own are
seconds since 1970.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Double,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
)

from bot.jobs.queue import is_open, jobs, lapsed
from bot.slack.delivery import migration
from index.storage.database import Database, metadata

QUESTION = "question"  # the kind of job
_ID = String(64)  # ids of Slack and of answers have at most 64 characters
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # no UTF-8 or PostgreSQL text can hold these

questions = Table(
    "slack_questions",
    metadata,
    Column("pk", Integer, primary_key=True),
    Column("team", _ID, nullable=False),
    Column("channel", _ID, nullable=False),
    Column("ts", _ID, nullable=False),
    Column("moment", BigInteger, nullable=False),
    Column("root", _ID, nullable=False),  # ts of the thread's first message, or its own
    Column("thread_ts", _ID),
    Column("user", _ID, nullable=False),
    Column("text", Text, nullable=False),  # "" once it was forgotten or withdrawn
    Column("edited", Text),  # its newer text, where it was changed too late
    Column("edited_moment", BigInteger),  # of the newest change known, where Slack says it
    Column("kind", String(16), nullable=False),
    Column("private", Boolean, nullable=False),
    Column("zone", _ID),
    Column("response_url", Text),  # a secret
    Column("accepted_at", Double, nullable=False),
    Column("job", Integer),  # that brings it to its end; NULL: it was refused
    Column("answer_id", _ID),
    Column("answer_text", Text),
    Column("answer_blocks", Text),
    Column("message_ts", _ID),  # of the answer; "" while a message may stand that nobody noted
    Column("unwanted", Boolean, nullable=False),  # deleted by its asker
    Column("outcome", String(16)),  # None: not finished
    Column("reason", Text),
    Column("finished_at", Double),
    UniqueConstraint("team", "channel", "ts"),
    Index("slack_questions_open", "outcome", "moment"),
    Index("slack_questions_thread", "team", "channel", "root", "moment"),
    Index("slack_questions_channel", "team", "channel", "moment"),
    Index("slack_questions_user", "team", "user", "moment"),
    Index("slack_questions_answer", "answer_id"),
    Index("slack_questions_job", "job"),
    sqlite_autoincrement=True,  # a number is never given twice
)

deliveries = Table(
    "slack_deliveries",
    metadata,
    Column("event_id", String(200), primary_key=True),
    Column("accepted_at", Double, nullable=False),
)

# Changes to messages that nobody has asked us (yet): they may have overtaken the question.
early_changes = Table(
    "slack_early_changes",
    metadata,
    Column("team", _ID, primary_key=True),
    Column("channel", _ID, primary_key=True),
    Column("ts", _ID, primary_key=True),
    Column("user", _ID),
    Column("deleted", Boolean, nullable=False),
    Column("text", Text),
    Column("edited_moment", BigInteger),
    Column("noted_at", Double, nullable=False),
)

muted_threads = Table(
    "slack_muted_threads",
    metadata,
    Column("team", _ID, primary_key=True),
    Column("channel", _ID, primary_key=True),
    Column("root", _ID, primary_key=True),
    Column("muted_at", Double, nullable=False),
)

channel_settings = Table(
    "slack_channel_settings",
    metadata,
    Column("team", _ID, primary_key=True),
    Column("channel", _ID, primary_key=True),
    Column("collections", Text, nullable=False),  # JSON list of names
    Column("answering", String(16), nullable=False),
    Column("unasked", Boolean, nullable=False),
)

librarian_requests = Table(
    "slack_librarian_requests",
    metadata,
    Column("pk", Integer, primary_key=True),
    Column("answer_id", _ID, nullable=False),
    Column("team", _ID, nullable=False),
    Column("user", _ID, nullable=False),
    Column("question", Text, nullable=False),  # "" once it was forgotten
    Column("asked_at", Double, nullable=False),
    UniqueConstraint("answer_id", "team", "user"),
)

busy_channels = Table(  # that were told that many questions wait
    "slack_busy_channels",
    metadata,
    Column("team", _ID, primary_key=True),
    Column("channel", _ID, primary_key=True),
    Column("told_at", Double, nullable=False),
)

added_briefs = Table(
    "slack_added_briefs",
    metadata,
    Column("pk", Integer, primary_key=True),
    Column("brief_id", _ID, nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("location", Text, nullable=False),  # as in the library
    Column("collection", Text, nullable=False),
    Column("team", _ID, nullable=False),
    Column("user", _ID, nullable=False),
    Column("added_at", Double, nullable=False),
)

TABLES = [
    jobs, questions, deliveries, early_changes, muted_threads, channel_settings,
    librarian_requests, busy_channels, added_briefs,
]  # fmt: skip


class Store:
    """Transactions on these tables, which are made, or brought up to date, when first needed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._prepared = False

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Yield a connection that sees one snapshot."""
        self._prepare()
        with self._database.read() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Yield a connection that holds the write lock."""
        self._prepare()
        with self._database.write() as connection:
            yield connection

    def empty_the_log(self) -> None:
        """Take what was overwritten out of SQLite's write-ahead log too."""
        self._database.empty_log()

    def _prepare(self) -> None:
        if not self._prepared:
            with self._database.write() as connection:
                migration.run(connection)
                metadata.create_all(connection, tables=TABLES)
            self._prepared = True


def waiting(now: float) -> ColumnElement[bool]:
    """The condition for the jobs of questions on which no living process works."""
    return and_(jobs.c.kind == QUESTION, is_open(), lapsed(now))


def person_of(team: str, user: str) -> str:
    """Return a person as jobs and the ledger name them."""
    return f"slack:{team}:{user}"


def lane_of(team: str, channel: str, root: str) -> str:
    """Return the lane of a thread's questions: one leans on the answers to those before it."""
    return f"{team}/{channel}/{root}"


def moment(ts: str) -> int:
    """Return a message's `ts` in microseconds; ValueError where it is none."""
    seconds, _, fraction = ts.partition(".")
    return int(seconds) * 1_000_000 + int(f"{fraction:0<6}"[:6])


def storable(text: str) -> str:
    """Return the text as any database can hold it: NUL and lone surrogates become U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text)
