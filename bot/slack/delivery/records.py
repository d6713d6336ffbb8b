"""Bring into the ledger what was posted; keep what readers ask for.

A post is noted as a job in the transaction that ends its question, so that no question ends
without; the ledger's record follows. What was recorded by a process that was killed before it could
finish the job is known by its name in the record. The jobs of an answer share a lane.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Sequence

from sqlalchemy import select

from bot.jobs.queue import Job, NewJob, Queue, jobs
from bot.jobs.worker import Lease
from bot.ledger.ledger import Ledger, RecordKind
from bot.slack.delivery.tables import Store, librarian_requests, person_of, storable
from bot.slack.types import Incoming, Posted
from index.errors import NotFound
from index.storage.database import Database

log = logging.getLogger(__name__)

RECORD = "record"  # the kind of job


def noted(
    answer_id: str, name: str, posted: Sequence[Posted], incoming: Incoming, *, alone: bool = False
) -> list[NewJob]:
    """Return the jobs that record the messages of an answer: "answer", "answer.1", and so on.

    `alone`: its asker alone sees it. What can be forgotten is the private part of a job.
    """
    found = []
    for number, one in enumerate(posted):
        post = f"{name}.{number}" if number else name
        body = {
            "surface": "slack", "post": post, "streamed": one.streamed, "plain": one.plain,
            "alone": alone,
        }  # fmt: skip
        private = {
            "place": f"slack:{incoming.team}:{one.channel}:{incoming.root}",
            "ts": one.ts or None,  # None where Slack told none
            "text": one.text,
            "blocks": list(one.blocks),
        }
        job = NewJob(
            RECORD, f"{answer_id}/{post}", answer_id, private=private,
            person=person_of(incoming.team, incoming.user),
            payload={"answer_id": answer_id, "body": body},
        )  # fmt: skip
        found.append(job)
    return found


class Records:
    """The posts that are noted and not recorded yet."""

    def __init__(self, queue: Queue, ledger: Ledger) -> None:
        self._queue, self._ledger = queue, ledger
        self._one_at_a_time = threading.Lock()

    async def handle(self, lease: Lease) -> None:
        """Record one post; where that fails, it is tried again."""
        await asyncio.to_thread(self._record, lease.job)

    def record(self, answer_id: str | None = None) -> int:
        """Record the posts of an answer, or of all, that no process is at; return how many.

        Raises LedgerError or DatabaseUnavailable where that fails; then they are kept.
        """
        count = 0
        while job := self._queue.take([RECORD], lane=answer_id):
            self._record(job)
            count += 1
        return count

    def _record(self, job: Job) -> None:
        answer_id, body = job.payload["answer_id"], job.payload["body"]
        with self._one_at_a_time:
            known = self._ledger.further(answer_id, RecordKind.POSTED)
            if not any(one.body.get("post") == body["post"] for one in known):
                try:
                    self._ledger.add(RecordKind.POSTED, answer_id, body, job.private)
                except NotFound:
                    log.warning("a post of an answer that is not in the ledger: not recorded")
        if self._finished_forgotten(job):
            self._ledger.forget([answer_id])

    def _finished_forgotten(self, job: Job) -> bool:
        """Finish a job; tell whether what it records was forgotten meanwhile."""
        with self._queue.write() as connection:
            query = select(jobs.c.private).where(self._queue.ours(job))
            row = connection.execute(query).first()
            self._queue.finish_in(connection, job)
        return row is not None and row.private is None and job.private is not None


class Requests:
    """The questions for which people ask the librarians for a brief."""

    def __init__(self, database: Database) -> None:
        self._store = Store(database)

    def add(self, question: str, answer_id: str, team: str, user: str) -> bool:
        """Keep a request; False where this person has made it before."""
        table = librarian_requests
        key = {"answer_id": answer_id, "team": team, "user": user}
        with self._store.write() as connection:
            if connection.execute(select(table.c.pk).filter_by(**key)).first() is not None:
                return False
            row = {"question": storable(question), "asked_at": time.time(), **key}
            connection.execute(table.insert().values(**row))
        return True
