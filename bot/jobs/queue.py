"""One durable queue: each job done once, whichever process is killed, on SQLite and PostgreSQL.

A job has a kind, and a key by which it is added once. Who takes it holds a lease on it and renews
that while it works; when the process dies, another takes the job over after the lease. Jobs of one
lane are done one after the other. A finished job stays until it is pruned: its key is known.
Callers that write rows of their own pass their transaction, and both become true together.
"""

import json
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from index.storage.database import Database, metadata

LEASE_SECONDS = 30.0
LONGEST_LEASE = 300.0  # seconds

jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("pk", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("key", sa.String(300), nullable=False),
    sa.Column("lane", sa.String(300)),
    sa.Column(
        "position", sa.BigInteger, nullable=False
    ),  # the order of work; microseconds since 1970
    sa.Column("person", sa.String(200)),  # at whose wish the private part goes
    sa.Column("payload", sa.Text),  # JSON
    sa.Column("private", sa.Text),  # JSON; NULL once it is forgotten or the job is finished
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("owner", sa.String(200)),  # the process that works on it
    sa.Column("lease_until", sa.Double),
    sa.Column("created_at", sa.Double, nullable=False),
    sa.Column("finished_at", sa.Double),  # NULL: open
    sa.UniqueConstraint("kind", "key"),
    sa.Index("jobs_open", "finished_at", "position"),
    sa.Index("jobs_lane", "kind", "lane", "position"),
    sa.Index("jobs_person", "person"),
    sqlite_autoincrement=True,  # a number is never given twice
)


@dataclass(frozen=True)
class NewJob:
    """What is to be done. Without a position it comes after all that wait now."""

    kind: str
    key: str
    lane: str | None = None
    position: int | None = None
    person: str | None = None
    payload: Any = None
    private: Any = None


@dataclass(frozen=True)
class Job:
    """A job as it was taken; `attempts` counts how often, this time included."""

    pk: int
    kind: str
    key: str
    lane: str | None
    payload: Any
    private: Any
    attempts: int

    @property
    def again(self) -> bool:
        """Whether somebody who did not finish it had it before."""
        return self.attempts > 1


def lapsed(now: float) -> sa.ColumnElement[bool]:
    """The condition for jobs that no living process holds.

    `lease_until` is past, or absurdly far ahead: processes read their clocks before they see each
    other's rows, and only what lasts longer than any lease was given before the clock was set back.
    """
    until = jobs.c.lease_until
    return sa.or_(jobs.c.owner.is_(None), until <= now, until > now + LONGEST_LEASE)


def is_open() -> sa.ColumnElement[bool]:
    """The condition for jobs that are not finished."""
    return jobs.c.finished_at.is_(None)


class Tables:
    """Transactions on tables that are made when they are first needed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._made = False

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Yield a connection that sees one snapshot; the tables are there."""
        self._prepare()
        with self._database.read() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """Yield a connection that holds the write lock; the tables are there."""
        self._prepare()
        with self._database.write() as connection:
            yield connection

    def _make(self, connection: sa.Connection) -> None:
        raise NotImplementedError

    def _prepare(self) -> None:
        if not self._made:
            with self._database.write() as connection:
                self._make(connection)
            self._made = True


class Queue(Tables):
    """The jobs, for one process: `owner` names it and no other, before or after it.

    Methods that change a job return whether it was still this process's to change: False where the
    lease was lost to another, or the job is finished.
    """

    def __init__(
        self, database: Database, owner: str, *, lease_seconds: float = LEASE_SECONDS,
        clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        if not 0 < lease_seconds < LONGEST_LEASE:
            raise ValueError(f"a lease is between 0 and {LONGEST_LEASE:.0f} seconds")
        super().__init__(database)
        self.owner, self.lease_seconds, self.clock = owner, lease_seconds, clock
        self.on_added: Callable[[], None] = lambda: None  # called from any thread

    def add(self, *new: NewJob) -> list[Job]:
        """Add jobs in a transaction of their own; return those that were not known."""
        with self.write() as connection:
            added = [job for one in new if (job := self.add_in(connection, one))]
        if added:
            self.on_added()
        return added

    def add_in(self, connection: sa.Connection, new: NewJob) -> Job | None:
        """Add a job within a transaction; None where its key is known. Call `on_added` after it."""
        if connection.execute(sa.select(jobs.c.pk).where(_named(new.kind, new.key))).first():
            return None
        now = self.clock()
        row = {
            "kind": new.kind, "key": new.key, "lane": new.lane, "person": new.person,
            "position": int(now * 1e6) if new.position is None else new.position,
            "payload": _written(new.payload), "private": _written(new.private),
            "attempts": 0, "created_at": now,
        }  # fmt: skip
        found = connection.execute(sa.insert(jobs).values(**row).returning(*jobs.c)).one()
        return _read(found)

    def take(self, kinds: Collection[str], lane: str | None = None) -> Job | None:
        """Take the first job of these kinds that nobody works on, None where there is none."""
        query = self._next(kinds)
        if lane is not None:
            query = query.where(jobs.c.lane == lane)
        with self.read() as connection:  # without waiting for the write lock
            if connection.execute(query).first() is None:
                return None
        with self.write() as connection:
            row = connection.execute(query).first()
            if row is None:
                return None
            lease = {"owner": self.owner, "lease_until": self.clock() + self.lease_seconds}
            change = sa.update(jobs).where(jobs.c.pk == row.pk)
            change = change.values(attempts=row.attempts + 1, **lease)
            return _read(connection.execute(change.returning(*jobs.c)).one())

    def renew(self, job: Job) -> bool:
        """Keep the lease; to be called at least three times within it, and before each post."""
        return self._change(job, lease_until=self.clock() + self.lease_seconds)

    def release(self, job: Job) -> bool:
        """Hand a job back, for any process to take at once."""
        return self._change(job, owner=None, lease_until=None)

    def finish(self, job: Job) -> bool:
        """Note that nothing is left to do; its payload goes."""
        return self._change(job, **self._finished())

    def finish_in(self, connection: sa.Connection, job: Job) -> bool:
        """Finish a job within a transaction, where it is still ours."""
        change = sa.update(jobs).where(self.ours(job)).values(**self._finished())
        return connection.execute(change).rowcount == 1

    def finish_all(self, connection: sa.Connection, which: sa.ColumnElement[bool]) -> None:
        """Finish open jobs, whoever holds them."""
        connection.execute(sa.update(jobs).where(which, is_open()).values(**self._finished()))

    def drop(self, job: Job) -> bool:
        """Take a job away, as if it had never been added."""
        with self.write() as connection:
            return connection.execute(sa.delete(jobs).where(self.ours(job))).rowcount == 1

    def ours(self, job: Job) -> sa.ColumnElement[bool]:
        """The condition for a job that is still ours; `attempts` tells two leases of ours apart."""
        same = sa.and_(jobs.c.pk == job.pk, jobs.c.attempts == job.attempts)
        return sa.and_(same, jobs.c.owner == self.owner, is_open())

    def lane(self, job: Job) -> list[Job]:
        """Return the open jobs of a job's lane, in order, itself among them."""
        table = jobs.c
        here = sa.and_(table.kind == job.kind, table.lane == job.lane, is_open())
        query = sa.select(jobs).where(here).order_by(table.position, table.pk)
        with self.read() as connection:
            return [_read(row) for row in connection.execute(query)]

    def finish_lane(self, job: Job) -> None:
        """Finish a job that is ours and all others of its lane, which wait for it."""
        with self.write() as connection:
            if self.finish_in(connection, job):
                self.finish_all(
                    connection, sa.and_(jobs.c.kind == job.kind, jobs.c.lane == job.lane)
                )

    def known(self, kind: str, key: str) -> bool:
        """Tell whether a job was added, finished or not."""
        with self.read() as connection:
            row = connection.execute(sa.select(jobs.c.pk).where(_named(kind, key))).first()
            return row is not None

    def waiting(self, kind: str) -> int:
        """Return how many jobs of a kind are not finished."""
        query = sa.select(sa.func.count()).select_from(jobs).where(jobs.c.kind == kind, is_open())
        with self.read() as connection:
            return int(connection.execute(query).scalar_one())

    def _next(self, kinds: Collection[str]) -> sa.Select[Any]:
        """The first job that may be taken: no earlier one of its lane is open."""
        table, earlier = jobs.c, jobs.alias("earlier")
        before = sa.and_(earlier.c.position == table.position, earlier.c.pk < table.pk)
        blocked = sa.select(earlier.c.pk).where(
            earlier.c.kind == table.kind, earlier.c.lane == table.lane,
            sa.or_(earlier.c.position < table.position, before), earlier.c.finished_at.is_(None),
        )  # fmt: skip
        free = sa.and_(table.kind.in_(kinds), is_open(), lapsed(self.clock()), ~blocked.exists())
        return sa.select(jobs).where(free).order_by(table.position, table.pk).limit(1)

    def _change(self, job: Job, **values: Any) -> bool:
        with self.write() as connection:
            change = sa.update(jobs).where(self.ours(job)).values(**values)
            return connection.execute(change).rowcount == 1

    def _finished(self) -> dict[str, Any]:
        return {
            "finished_at": self.clock(), "owner": None, "lease_until": None,
            "payload": None, "private": None,
        }  # fmt: skip

    def _make(self, connection: sa.Connection) -> None:
        metadata.create_all(connection, tables=[jobs])


def forget_person(connection: sa.Connection, person: str) -> None:
    """Remove the private part of all jobs of a person; the jobs stay, to be ended by whoever."""
    connection.execute(sa.update(jobs).where(jobs.c.person == person).values(private=None))


def delete_texts(connection: sa.Connection, quotes: Callable[[str], bool]) -> None:
    """Delete the jobs, finished or not, with a text that `quotes` something to be erased."""
    columns = jobs.c.pk, jobs.c.payload, jobs.c.private
    rows = connection.execute(sa.select(*columns)).all()
    gone = [row.pk for row in rows if any(map(quotes, filter(None, (row.payload, row.private))))]
    for pk in gone:
        connection.execute(sa.delete(jobs).where(jobs.c.pk == pk))


def forget_lanes(connection: sa.Connection, kind: str, lanes: Sequence[str]) -> None:
    """Remove the private part of the jobs in these lanes."""
    here = sa.and_(jobs.c.kind == kind, jobs.c.lane.in_(lanes))
    connection.execute(sa.update(jobs).where(here).values(private=None))


def prune(connection: sa.Connection, before: float) -> None:
    """Delete the jobs that were finished before a moment."""
    connection.execute(sa.delete(jobs).where(jobs.c.finished_at < before))


def _named(kind: str, key: str) -> sa.ColumnElement[bool]:
    return sa.and_(jobs.c.kind == kind, jobs.c.key == key)


def _written(value: Any) -> str | None:
    return None if value is None else json.dumps(value)


def _read(row: sa.Row[Any]) -> Job:
    payload = None if row.payload is None else json.loads(row.payload)
    private = None if row.private is None else json.loads(row.private)
    return Job(row.pk, row.kind, row.key, row.lane, payload, private, row.attempts)
