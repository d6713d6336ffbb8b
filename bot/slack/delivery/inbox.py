"""Take each question exactly once: deliveries in, jobs out, each question brought to one end.

A question is a row that says what was asked and how it ended, and a job of the queue that brings it
there (bot/jobs/queue.py). Every step is one transaction, so that a kill between two loses and
doubles nothing.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select, update

from bot.jobs.queue import Job, NewJob, Queue, jobs
from bot.slack import phrases
from bot.slack.delivery import admission, erasing, threads
from bot.slack.delivery.admission import Quotas
from bot.slack.delivery.tables import (
    QUESTION,
    Store,
    deliveries,
    lane_of,
    moment,
    questions,
    storable,
    waiting,
)
from bot.slack.types import REPLIED, Accepted, AskedVia, InboxEntry, Incoming, QuestionOutcome
from index.storage.database import Database


class Inbox:
    """The questions of all workspaces, in the library's database.

    Methods that change an entry return whether it was still this process's to change: False where
    the lease was lost to another process, or the question has ended. Then nothing may be posted.
    """

    def __init__(
        self,
        database: Database,
        owner: str,
        *,
        lease_seconds: float = 30,
        quotas: Quotas = Quotas(),  # noqa: B008 - frozen
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`owner` names this process and no other, before or after it."""
        self._store = Store(database)
        self._quotas, self._clock = quotas, clock
        self.queue = Queue(
            database, owner, lease_seconds=lease_seconds, clock=lambda: self._clock()
        )

    def accept(self, incoming: Incoming) -> Accepted:
        """Let in a question once; when this returns, it is safe to acknowledge the delivery.

        A question that has no message of its own (a command, a click) needs a `ts` that no message
        has; its `event_id` tells deliveries of the same one apart from others. DUPLICATE is also
        what was deleted before it came.
        """
        return self.accept_all([incoming])[0]

    def accept_all(self, asked: Sequence[Incoming]) -> list[Accepted]:
        """Let in several questions in one transaction: all of them or, when it fails, none."""
        with self._store.read() as connection:  # without waiting for the lock
            known = [_is_known(connection, incoming) for incoming in asked]
        if all(known):
            return [Accepted.DUPLICATE] * len(asked)
        with self._store.write() as connection:
            accepted = [self._accept(connection, one) for one in asked]
        self.queue.on_added()
        return accepted

    def entry_of(self, job: Job) -> InboxEntry:
        """Return the question of a job, without a `response_url` that Slack no longer honours."""
        here = questions.c.job == job.pk
        with self._store.read() as connection:
            row = connection.execute(select(questions).where(here)).one()
        entry = _entry(row, job)
        if row.accepted_at < self._clock() - erasing.RESPONSE_URL_SECONDS:
            entry = replace(entry, incoming=replace(entry.incoming, response_url=None))
        return entry

    def recorded(
        self, entry: InboxEntry, answer_id: str, text: str, blocks_json: str, *, alone: bool = False
    ) -> bool:
        """Note what will be posted, before it is; `alone`: to the asker, whatever was asked for."""
        private = {"private": True} if alone else {}
        return self._change(
            entry, answer_id=answer_id, answer_text=storable(text),
            answer_blocks=storable(blocks_json), **private,
        )  # fmt: skip

    def begun(self, entry: InboxEntry) -> bool:
        """Note, before it is posted, that a message of an unfinished answer may stand."""
        return self._change(entry, message_ts="")

    def finished(
        self, entry: InboxEntry, outcome: QuestionOutcome, message_ts: str | None,
        reason: str | None = None, posted: Sequence[NewJob] = (),
    ) -> bool:  # fmt: skip
        """End a question, and note what was posted for it, to be recorded.

        Secrets go, and of a person who was forgotten meanwhile all texts.
        """
        values: dict[str, Any] = {
            "outcome": outcome.value, "reason": reason, "finished_at": self._clock(),
            "response_url": None, "message_ts": message_ts,
        }  # fmt: skip
        assert entry.job
        with self._store.write() as connection:
            if not self.queue.finish_in(connection, entry.job):
                return False
            here = questions.c.pk == entry.pk
            text = connection.execute(select(questions.c.text).where(here)).scalar_one()
            if outcome is QuestionOutcome.WITHDRAWN:
                values |= {"text": "", "edited": None}
            if outcome is QuestionOutcome.WITHDRAWN or text == "":
                values |= {"answer_text": None, "answer_blocks": None}
            connection.execute(update(questions).where(here).values(**values))
            self._note(connection, posted, forgotten=text == "")
        return True

    def shared(self, job: Job, entry: InboxEntry, posted: Sequence[NewJob]) -> None:
        """End the job that shared an answer, and note what was posted, to be recorded."""
        with self._store.write() as connection:
            if self.queue.finish_in(connection, job):
                here = select(questions.c.text).where(questions.c.pk == entry.pk)
                text = connection.execute(here).scalar()
                self._note(connection, posted, forgotten=text == "")

    def _note(self, connection: Connection, posted: Sequence[NewJob], *, forgotten: bool) -> None:
        for job in posted:
            self.queue.add_in(connection, replace(job, private=None) if forgotten else job)

    def stop(self, team: str, channel: str, root: str) -> int:
        """End the questions of a thread that wait, at somebody's wish; return how many.

        Those that another process works on are marked, so that it shows nothing of them.
        """
        with self._store.write() as connection:
            return threads.stop(connection, self.queue, lane_of(team, channel, root))

    def unwanted(self, entry: InboxEntry) -> bool:
        """Tell whether a question was deleted or forgotten; to be asked before its answer appears.

        If so, and nothing of the answer stands in Slack, it is finished as withdrawn.
        """
        query = select(questions.c.unwanted).where(questions.c.pk == entry.pk)
        with self._store.read() as connection:
            return connection.execute(query).scalar() is not False

    def stopped(self, entry: InboxEntry) -> bool:
        """Tell whether somebody pressed Stop, and another process heard of it."""
        query = select(questions.c.reason).where(
            questions.c.pk == entry.pk, questions.c.unwanted.is_(True)
        )
        with self._store.read() as connection:
            return connection.execute(query).scalar() == phrases.STOPPED

    def edited(
        self, team: str, channel: str, ts: str, text: str, *, user: str | None = None,
        edited_ts: str | None = None,
    ) -> Incoming | None:  # fmt: skip
        """Note a message's new text; return the question with it where it is to be offered again.

        That is where it is worked on or has ended; before that, the new text takes the place of
        the old, and None is returned.
        """
        message = threads.MessageKey(team, channel, ts)
        change = threads.Edit(storable(text), user, moment(edited_ts) if edited_ts else None)
        with self._store.write() as connection:
            if not threads.edit(connection, message, change, self._clock()):
                return None
            row = connection.execute(select(questions).where(message.of(questions))).one()
        return replace(_entry(row).incoming, text=change.text)

    def deleted(self, team: str, channel: str, ts: str) -> None:
        """Note that a message is gone: unanswered it is withdrawn, answered it keeps its record."""
        with self._store.write() as connection:
            threads.remove(connection, self.queue, threads.MessageKey(team, channel, ts))

    def counts(self) -> dict[str, int]:
        """Return how many wait, are worked on ("working"), and ended with each outcome."""
        with self._store.read() as connection:
            return counts(connection, self._clock())

    def by_question(self, team: str, channel: str, ts: str) -> InboxEntry | None:
        """Return the question that was asked with this message."""
        return self._one(threads.MessageKey(team, channel, ts).of(questions))

    def by_answer(self, answer_id: str) -> InboxEntry | None:
        """Return the question that has this answer."""
        return self._one(questions.c.answer_id == answer_id)

    def recent(self, team: str, user: str, limit: int = 10) -> list[InboxEntry]:
        """Return a person's questions that have an answer, the newest first."""
        table = questions.c
        query = select(questions).where(
            table.team == team, table.user == user, table.text != "", table.unwanted.is_(False),
            table.outcome.in_([outcome.value for outcome in REPLIED]),
            table.answer_id.is_not(None),
        )  # fmt: skip
        query = query.order_by(table.moment.desc(), table.pk.desc()).limit(limit)
        with self._store.read() as connection:
            return [_entry(row) for row in connection.execute(query)]

    def forget(self, team: str, user: str) -> list[str]:
        """Remove what a person typed, withdraw what is open, and return the ids of the answers."""
        return erasing.forget(self._store, self.queue, team, user)

    def prune(self, older_than_days: float) -> int:
        """Delete what ended so long ago, at least a day; return how many questions that were."""
        return erasing.prune(self._store, older_than_days, self._clock())

    def _accept(self, connection: Connection, incoming: Incoming) -> Accepted:
        """Insert a question, and what is known of its message.

        One over the quotas is kept as declined, so that its other deliveries are duplicates.
        """
        if _is_known(connection, incoming):
            return Accepted.DUPLICATE
        now, thread = self._clock(), (incoming.team, incoming.channel, incoming.root)
        if incoming.event_id is not None:
            delivery = {"event_id": incoming.event_id, "accepted_at": now}
            connection.execute(deliveries.insert().values(**delivery))
        values, refused = _row(incoming, now), None
        early = threads.early(connection, incoming)
        if early is not None and early.deleted:
            values |= _ended(QuestionOutcome.WITHDRAWN, now) | {"unwanted": True}
        elif refused := admission.refusal(connection, incoming, self._quotas):
            values |= _ended(QuestionOutcome.DECLINED, now)
            values["reason"] = admission.REFUSALS[refused]
        elif early is not None:
            values |= {"text": early.text, "edited_moment": early.edited_moment}
        pk = connection.execute(questions.insert().values(**values)).inserted_primary_key[0]  # type: ignore[index]
        if "outcome" not in values:
            new = NewJob(QUESTION, str(pk), lane_of(*thread), values["moment"])
            job = self.queue.add_in(connection, new)
            assert job, "a question's number is never given twice"
            here = questions.c.pk == pk
            connection.execute(update(questions).where(here).values(job=job.pk))
        threads.withdraw_follow_ups(connection, self.queue, *thread)
        query = select(questions.c.outcome).where(questions.c.pk == pk)
        if connection.execute(query).scalar() == QuestionOutcome.WITHDRAWN.value:
            return Accepted.DUPLICATE
        return refused or Accepted.NEW

    def _one(self, condition: ColumnElement[bool]) -> InboxEntry | None:
        query = select(questions).where(condition).order_by(questions.c.moment, questions.c.pk)
        with self._store.read() as connection:
            row = connection.execute(query.limit(1)).first()
        return None if row is None else _entry(row)

    def _change(self, entry: InboxEntry, **values: Any) -> bool:
        assert entry.job
        with self._store.write() as connection:
            if not connection.execute(select(jobs.c.pk).where(self.queue.ours(entry.job))).first():
                return False
            here = questions.c.pk == entry.pk
            return connection.execute(update(questions).where(here).values(**values)).rowcount == 1


def counts(connection: Connection, now: float) -> dict[str, int]:
    """Return how many questions wait, are worked on, and ended in each way."""
    table = questions.c
    ended = select(table.outcome, func.count()).group_by(table.outcome)
    by_outcome = {outcome: int(count) for outcome, count in connection.execute(ended)}
    free = int(connection.scalar(select(func.count()).select_from(jobs).where(waiting(now))) or 0)
    found = {"waiting": free, "working": by_outcome.get(None, 0) - free}
    return found | {outcome.value: by_outcome.get(outcome.value, 0) for outcome in QuestionOutcome}


def _is_known(connection: Connection, incoming: Incoming) -> bool:
    asked = threads.MessageKey(incoming.team, incoming.channel, incoming.ts).of(questions)
    if connection.execute(select(questions.c.pk).where(asked)).first() is not None:
        return True
    event = select(deliveries.c.event_id).where(deliveries.c.event_id == incoming.event_id)
    return incoming.event_id is not None and connection.execute(event).first() is not None


def _row(incoming: Incoming, now: float) -> dict[str, Any]:
    return {
        "team": incoming.team, "channel": incoming.channel, "ts": incoming.ts,
        "moment": moment(incoming.ts), "root": incoming.root, "thread_ts": incoming.thread_ts,
        "user": incoming.user, "text": storable(incoming.text), "kind": incoming.kind.value,
        "private": incoming.private, "zone": incoming.zone,
        "response_url": incoming.response_url, "accepted_at": now, "unwanted": False,
    }  # fmt: skip


def _ended(outcome: QuestionOutcome, now: float) -> dict[str, Any]:
    return {"outcome": outcome.value, "finished_at": now, "text": "", "response_url": None}


def _entry(row: Row[Any], job: Job | None = None) -> InboxEntry:
    incoming = Incoming(
        team=row.team, channel=row.channel, ts=row.ts, user=row.user, text=row.text,
        kind=AskedVia(row.kind), thread_ts=row.thread_ts, private=row.private, zone=row.zone,
        response_url=row.response_url,
    )  # fmt: skip
    return InboxEntry(
        pk=row.pk, incoming=incoming, job=job, answer_id=row.answer_id, text=row.answer_text,
        blocks=row.answer_blocks, message_ts=row.message_ts,
        outcome=QuestionOutcome(row.outcome) if row.outcome else None, reason=row.reason,
        edited=row.edited,
    )  # fmt: skip
