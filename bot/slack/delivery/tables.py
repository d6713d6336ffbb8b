"""The tables of the Slack bot in the library's database, and how they are opened and erased.

Libraries of older versions are brought up to date when they are opened. A `moment` is a message's
`ts` as a whole number of microseconds, so that the database orders as Slack does. Times of our own
are seconds since 1970.
"""

import json
import re
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from bot.jobs.queue import Tables, is_open, jobs, lapsed
from index.storage.database import metadata

QUESTION = "question"  # the kind of job
_ID = sa.String(64)  # ids of Slack and of answers have at most 64 characters
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # no UTF-8 or PostgreSQL text can hold these

questions = sa.Table(
    "slack_questions",
    metadata,
    sa.Column("pk", sa.Integer, primary_key=True),
    sa.Column("team", _ID, nullable=False),
    sa.Column("channel", _ID, nullable=False),
    sa.Column("ts", _ID, nullable=False),
    sa.Column("moment", sa.BigInteger, nullable=False),
    sa.Column("root", _ID, nullable=False),  # ts of the thread's first message, or its own
    sa.Column("thread_ts", _ID),
    sa.Column("user", _ID, nullable=False),
    sa.Column("text", sa.Text, nullable=False),  # "" once it was forgotten or withdrawn
    sa.Column("edited", sa.Text),  # its newer text, where it was changed too late
    sa.Column("edited_moment", sa.BigInteger),  # of the newest change known, where Slack says it
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("private", sa.Boolean, nullable=False),
    sa.Column("zone", _ID),
    sa.Column("response_url", sa.Text),  # a secret
    sa.Column("accepted_at", sa.Double, nullable=False),
    sa.Column("job", sa.Integer),  # that brings it to its end; NULL: it was refused
    sa.Column("answer_id", _ID),
    sa.Column("answer_text", sa.Text),
    sa.Column("answer_blocks", sa.Text),
    sa.Column("message_ts", _ID),  # of the answer; "" while a message may stand that nobody noted
    sa.Column("unwanted", sa.Boolean, nullable=False),  # deleted by its asker
    sa.Column("outcome", sa.String(16)),  # None: not finished
    sa.Column("reason", sa.Text),
    sa.Column("finished_at", sa.Double),
    sa.UniqueConstraint("team", "channel", "ts"),
    sa.Index("slack_questions_open", "outcome", "moment"),
    sa.Index("slack_questions_thread", "team", "channel", "root", "moment"),
    sa.Index("slack_questions_channel", "team", "channel", "moment"),
    sa.Index("slack_questions_user", "team", "user", "moment"),
    sa.Index("slack_questions_answer", "answer_id"),
    sa.Index("slack_questions_job", "job"),
    sqlite_autoincrement=True,  # a number is never given twice
)

deliveries = sa.Table(
    "slack_deliveries",
    metadata,
    sa.Column("event_id", sa.String(200), primary_key=True),
    sa.Column("accepted_at", sa.Double, nullable=False),
)

# Changes to messages that nobody has asked us (yet): they may have overtaken the question.
early_changes = sa.Table(
    "slack_early_changes",
    metadata,
    sa.Column("team", _ID, primary_key=True),
    sa.Column("channel", _ID, primary_key=True),
    sa.Column("ts", _ID, primary_key=True),
    sa.Column("user", _ID),
    sa.Column("deleted", sa.Boolean, nullable=False),
    sa.Column("text", sa.Text),
    sa.Column("edited_moment", sa.BigInteger),
    sa.Column("noted_at", sa.Double, nullable=False),
)

muted_threads = sa.Table(
    "slack_muted_threads",
    metadata,
    sa.Column("team", _ID, primary_key=True),
    sa.Column("channel", _ID, primary_key=True),
    sa.Column("root", _ID, primary_key=True),
    sa.Column("muted_at", sa.Double, nullable=False),
)

channel_settings = sa.Table(
    "slack_channel_settings",
    metadata,
    sa.Column("team", _ID, primary_key=True),
    sa.Column("channel", _ID, primary_key=True),
    sa.Column("collections", sa.Text, nullable=False),  # JSON list of names
    sa.Column("answering", sa.String(16), nullable=False),
    sa.Column("unasked", sa.Boolean, nullable=False),
)

librarian_requests = sa.Table(
    "slack_librarian_requests",
    metadata,
    sa.Column("pk", sa.Integer, primary_key=True),
    sa.Column("answer_id", _ID, nullable=False),
    sa.Column("team", _ID, nullable=False),
    sa.Column("user", _ID, nullable=False),
    sa.Column("question", sa.Text, nullable=False),  # "" once it was forgotten
    sa.Column("asked_at", sa.Double, nullable=False),
    sa.UniqueConstraint("answer_id", "team", "user"),
)

busy_channels = sa.Table(  # that were told that many questions wait
    "slack_busy_channels",
    metadata,
    sa.Column("team", _ID, primary_key=True),
    sa.Column("channel", _ID, primary_key=True),
    sa.Column("told_at", sa.Double, nullable=False),
)

added_briefs = sa.Table(
    "slack_added_briefs",
    metadata,
    sa.Column("pk", sa.Integer, primary_key=True),
    sa.Column("brief_id", _ID, nullable=False, index=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("location", sa.Text, nullable=False),  # as in the library
    sa.Column("collection", sa.Text, nullable=False),
    sa.Column("team", _ID, nullable=False),
    sa.Column("user", _ID, nullable=False),
    sa.Column("added_at", sa.Double, nullable=False),
)

followed_topics = sa.Table(
    "slack_followed_topics",
    metadata,
    sa.Column("team", _ID, primary_key=True),
    sa.Column("user", _ID, primary_key=True),
    sa.Column("topic", sa.String(200), primary_key=True),
    sa.Column("since", sa.BigInteger, nullable=False),  # the newest version that was looked at
    sa.Column("weekly", sa.Boolean, nullable=False),
    sa.Column("due_at", sa.Double, nullable=False),  # nothing is told of before
)

TABLES = [
    jobs, questions, deliveries, early_changes, muted_threads, channel_settings,
    librarian_requests, busy_channels, added_briefs, followed_topics,
]  # fmt: skip


class Store(Tables):
    """Transactions on these tables, which are made, or brought up to date, when first needed."""

    def empty_the_log(self) -> None:
        """Take what was overwritten out of SQLite's write-ahead log too."""
        self._database.empty_log()

    def _make(self, connection: sa.Connection) -> None:
        _migrate(connection)
        metadata.create_all(connection, tables=TABLES)


def waiting(now: float) -> sa.ColumnElement[bool]:
    """The condition for the jobs of questions on which no living process works."""
    return sa.and_(jobs.c.kind == QUESTION, is_open(), lapsed(now))


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


# -- older versions ---------------------------------------------------------------------------

_UNUSED = ("slack_feedback", "slack_handed_files")  # what they kept is in the ledger


def _migrate(connection: sa.Connection) -> None:
    """Turn what older versions kept into jobs, within the transaction that opens the tables.

    Questions, uploads, shares, notifications and posts to be recorded each had a table with a lease
    of its own. Does nothing where that is done.
    """
    tables = set(sa.inspect(connection).get_table_names())
    for name in tables.intersection(_UNUSED):
        connection.execute(sa.text(f"DROP TABLE {name}"))
    jobs.create(connection, checkfirst=True)
    if "slack_questions" in tables:
        columns = {one["name"] for one in sa.inspect(connection).get_columns("slack_questions")}
        if "attempts" in columns:
            _migrate_questions(connection)
    for name, job_of in _JOBS.items():
        if name in tables:
            for row in connection.execute(sa.select(_table(connection, name))):
                connection.execute(jobs.insert().values(**job_of(row)))
            connection.execute(sa.text(f"DROP TABLE {name}"))


def _migrate_questions(connection: sa.Connection) -> None:
    connection.execute(sa.text("ALTER TABLE slack_questions ADD COLUMN job INTEGER"))
    connection.execute(sa.text("CREATE INDEX slack_questions_job ON slack_questions (job)"))
    table = _table(connection, "slack_questions")
    here = table.c
    worked_on = here.outcome.is_not(None) & (here.attempts > 0)
    connection.execute(sa.update(table).where(worked_on).values(job=0))
    for row in connection.execute(sa.select(table).where(here.outcome.is_(None))).all():
        values = {
            "kind": QUESTION, "key": str(row.pk), "position": row.moment,
            "lane": lane_of(row.team, row.channel, row.root),
            "attempts": row.attempts, "owner": row.owner, "lease_until": row.lease_until,
            "created_at": row.accepted_at,
        }  # fmt: skip
        job = connection.execute(jobs.insert().values(**values).returning(jobs.c.pk)).scalar_one()
        connection.execute(sa.update(table).where(here.pk == row.pk).values(job=job))
    for name in ("owner", "lease_until", "attempts"):
        connection.execute(sa.text(f"ALTER TABLE slack_questions DROP COLUMN {name}"))


def _upload(row: sa.Row[Any]) -> dict[str, Any]:
    return {
        **_job("upload", f"{row.team}/{row.channel}/{row.ts}", row.handed_at, row.parcel is None),
        "person": person_of(row.team, row.user), "private": row.parcel,
        "attempts": row.attempts, "owner": row.owner, "lease_until": row.owned_until,
    }  # fmt: skip


def _record(row: sa.Row[Any]) -> dict[str, Any]:
    body = json.loads(row.body)
    return {
        **_job("record", f"{row.answer_id}/{body['post']}", 0.0, False),
        "lane": row.answer_id, "position": row.pk, "person": person_of(row.team, row.user),
        "payload": json.dumps({"answer_id": row.answer_id, "body": body}),
        "private": row.private, "owner": row.owner, "lease_until": row.owned_until,
    }  # fmt: skip


def _share(row: sa.Row[Any]) -> dict[str, Any]:
    """One that was not finished counts as done: nobody awaits it any more, and it may stand."""
    return _job("share", f"{row.answer_id}/{row.team}/{row.channel}", row.shared_at, True)


def _notification(row: sa.Row[Any]) -> dict[str, Any]:
    key = [row.answer_id, row.brief_id, row.version]
    return {
        **_job("notification", "/".join(map(str, key)), row.begun_at, bool(row.done)),
        "lane": row.notice, "payload": None if row.done else json.dumps(key),
    }  # fmt: skip


def _job(kind: str, key: str, begun: float, done: bool) -> dict[str, Any]:
    """A job that somebody has had before: what it was to do may stand already."""
    return {
        "kind": kind, "key": key, "created_at": begun, "position": int(begun * 1e6),
        "attempts": 1, "finished_at": begun if done else None,
    }  # fmt: skip


def _table(connection: sa.Connection, name: str) -> sa.Table:
    return sa.Table(name, sa.MetaData(), autoload_with=connection)


_JOBS: dict[str, Callable[[sa.Row[Any]], dict[str, Any]]] = {
    "slack_parcels": _upload,
    "slack_unrecorded_posts": _record,
    "slack_shares": _share,
    "slack_told_corrections": _notification,
}
