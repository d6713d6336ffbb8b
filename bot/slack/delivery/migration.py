"""Bring the Slack tables of older versions up to date, within the transaction that opens them.

Questions, uploads, shares, notifications and posts to be recorded each had a table with a lease of
its own; now they are jobs of one queue. Does nothing where that is done.
"""

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, MetaData, Row, Table, inspect, select, text, update

from bot.jobs.queue import jobs

_UNUSED = ("slack_feedback", "slack_handed_files")  # what they kept is in the ledger

Values = dict[str, Any]


def run(connection: Connection) -> None:
    """Turn what older versions kept into jobs."""
    tables = set(inspect(connection).get_table_names())
    for name in tables.intersection(_UNUSED):
        connection.execute(text(f"DROP TABLE {name}"))
    jobs.create(connection, checkfirst=True)
    if "slack_questions" in tables:
        columns = {one["name"] for one in inspect(connection).get_columns("slack_questions")}
        if "attempts" in columns:
            _questions(connection)
    for name, job_of in _JOBS.items():
        if name in tables:
            for row in connection.execute(select(_table(connection, name))):
                connection.execute(jobs.insert().values(**job_of(row)))
            connection.execute(text(f"DROP TABLE {name}"))


def _questions(connection: Connection) -> None:
    connection.execute(text("ALTER TABLE slack_questions ADD COLUMN job INTEGER"))
    connection.execute(text("CREATE INDEX slack_questions_job ON slack_questions (job)"))
    table = _table(connection, "slack_questions")
    here = table.c
    worked_on = here.outcome.is_not(None) & (here.attempts > 0)
    connection.execute(update(table).where(worked_on).values(job=0))
    for row in connection.execute(select(table).where(here.outcome.is_(None))).all():
        values = {
            "kind": "question", "key": str(row.pk), "position": row.moment,
            "lane": f"{row.team}/{row.channel}/{row.root}",
            "attempts": row.attempts, "owner": row.owner, "lease_until": row.lease_until,
            "created_at": row.accepted_at,
        }  # fmt: skip
        job = connection.execute(jobs.insert().values(**values).returning(jobs.c.pk)).scalar_one()
        connection.execute(update(table).where(here.pk == row.pk).values(job=job))
    for name in ("owner", "lease_until", "attempts"):
        connection.execute(text(f"ALTER TABLE slack_questions DROP COLUMN {name}"))


def _upload(row: Row[Any]) -> Values:
    return {
        **_job("upload", f"{row.team}/{row.channel}/{row.ts}", row.handed_at, row.parcel is None),
        "person": f"slack:{row.team}:{row.user}", "private": row.parcel,
        "attempts": row.attempts, "owner": row.owner, "lease_until": row.owned_until,
    }  # fmt: skip


def _record(row: Row[Any]) -> Values:
    body = json.loads(row.body)
    return {
        **_job("record", f"{row.answer_id}/{body['post']}", 0.0, False),
        "lane": row.answer_id, "position": row.pk, "person": f"slack:{row.team}:{row.user}",
        "payload": json.dumps({"answer_id": row.answer_id, "body": body}),
        "private": row.private, "owner": row.owner, "lease_until": row.owned_until,
    }  # fmt: skip


def _share(row: Row[Any]) -> Values:
    """One that was not finished counts as done: nobody awaits it any more, and it may stand."""
    return _job("share", f"{row.answer_id}/{row.team}/{row.channel}", row.shared_at, True)


def _notification(row: Row[Any]) -> Values:
    key = [row.answer_id, row.brief_id, row.version]
    return {
        **_job("notification", "/".join(map(str, key)), row.begun_at, bool(row.done)),
        "lane": row.notice, "payload": None if row.done else json.dumps(key),
    }  # fmt: skip


def _job(kind: str, key: str, begun: float, done: bool) -> Values:
    """A job that somebody has had before: what it was to do may stand already."""
    return {
        "kind": kind, "key": key, "created_at": begun, "position": int(begun * 1e6),
        "attempts": 1, "finished_at": begun if done else None,
    }  # fmt: skip


def _table(connection: Connection, name: str) -> Table:
    return Table(name, MetaData(), autoload_with=connection)


_JOBS: dict[str, Callable[[Row[Any]], Values]] = {
    "slack_parcels": _upload,
    "slack_unrecorded_posts": _record,
    "slack_shares": _share,
    "slack_told_corrections": _notification,
}
