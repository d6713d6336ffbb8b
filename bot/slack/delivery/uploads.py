"""Keep what people upload until it is in the library, and who uploaded it: they may undo it.

The files of a message are a job, added before Slack hears that they were received.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from bot.jobs.queue import Job, NewJob, Queue
from bot.slack.delivery.tables import Store, added_briefs, person_of
from index.storage.database import Database

UPLOAD = "upload"  # the kind of job
ATTEMPTS = 3  # after which files that keep killing their process are given up


class Tell(StrEnum):
    """Where it is said what became of an upload."""

    THREAD = "thread"  # of the message that it came with
    ASIDE = "aside"  # to its sender alone
    DIRECT = "direct"  # in the direct message with its sender


@dataclass(frozen=True)
class Upload:
    """Files to be added, who uploads them, and what is said of them.

    `(team, channel, ts)` names it; `ts` is that of the message, or the id of the dialog. `files`
    maps Slack's ids to names for people.
    """

    team: str
    channel: str
    ts: str
    user: str
    files: Mapping[str, str]
    thread_ts: str | None = None
    collection: str | None = None  # None: that of the channel
    title: str | None = None
    date: str | None = None
    tell: Tell = Tell.THREAD
    response_url: str | None = field(default=None, repr=False)  # a secret
    question: Mapping[str, Any] | None = None  # asked with the files; taken in once they are there
    moves: str | None = None  # BRIEF_ID@VERSION of the brief that is moved to `collection`


def job_of(upload: Upload) -> NewJob:
    """Return the job that adds an upload's files."""
    return NewJob(
        UPLOAD, f"{upload.team}/{upload.channel}/{upload.ts}",
        person=person_of(upload.team, upload.user),
        private={**vars(upload), "files": dict(upload.files)},
    )  # fmt: skip


def upload_of(job: Job) -> Upload | None:
    """Return what is to be added, None where its sender was forgotten."""
    kept = job.private
    return kept and Upload(**{**kept, "tell": Tell(kept["tell"])})


@dataclass(frozen=True)
class Added:
    """A version of a brief, the document it was read from, and who added it."""

    brief_id: str
    version: int
    location: str
    collection: str
    team: str
    user: str


class Uploads:
    """The uploads of all workspaces, and the briefs that were made of them."""

    def __init__(self, database: Database, queue: Queue) -> None:
        self._store, self._queue = Store(database), queue

    def begin(self, upload: Upload) -> bool:
        """Keep an upload, to be added; True once, however often it is delivered."""
        return bool(self._queue.add(job_of(upload)))

    def note(self, added: Added) -> None:
        """Note who added a brief, once."""
        with self._store.write() as connection:
            known = select(added_briefs.c.pk).filter_by(**vars(added))
            if connection.execute(known).first() is not None:
                return
            row = {**vars(added), "added_at": time.time()}
            connection.execute(added_briefs.insert().values(**row))

    def of(self, brief_id: str, version: int) -> list[Added]:
        """Return the documents from Slack of a version, with those who added them."""
        query = select(added_briefs).filter_by(brief_id=brief_id, version=version)
        with self._store.read() as connection:
            return [
                Added(row.brief_id, row.version, row.location, row.collection, row.team, row.user)
                for row in connection.execute(query.order_by(added_briefs.c.pk))
            ]
