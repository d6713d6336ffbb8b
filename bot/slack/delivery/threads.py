"""What a thread holds: its earlier questions, whether the bot takes part, and what people change.

Edits, deletions and Stop arrive in whatever order: the rows become the same. The questions of a
thread are never those of another place.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.jobs.queue import Queue, is_open, jobs, lapsed
from bot.question.question import Turn
from bot.slack import phrases
from bot.slack.delivery.tables import Store, early_changes, moment, muted_threads, questions
from bot.slack.types import REPLIED, SLACK_DIGITS, UNPROMPTED, AskedVia, Incoming, QuestionOutcome
from index.storage.database import Database

EARLY_SECONDS = 3600  # Slack's last redelivery comes after about five minutes
JOINED_SECONDS = 24 * 3600.0  # how long after an answer a reply without a mention is a follow-up
TURNS = 20  # the latest that are carried
_UNPROMPTED = tuple(kind.value for kind in UNPROMPTED)
_WITH_ANSWER = tuple(outcome.value for outcome in REPLIED)


class Threads:
    """The threads in which questions were asked."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._store = Store(database)
        self._clock = clock

    def turns(
        self, team: str, channel: str, thread_ts: str, before_ts: str, *, user: str | None = None
    ) -> tuple[Turn, ...]:
        """Return the thread's questions written before a moment that have answers, in order.

        What was answered to one person alone is in it only for this `user`: give it where the new
        answer, too, is for that person alone. Deleted and forgotten questions are left out.
        """
        table = questions.c
        visible: sa.ColumnElement[bool] = table.private.is_(False)
        if user is not None:
            visible = sa.or_(visible, table.user == user)
        query = sa.select(table.text, table.answer_id).where(
            _in_thread(team, channel, thread_ts), table.moment < moment(before_ts), visible,
            table.outcome.in_(_WITH_ANSWER), table.answer_id.is_not(None), table.text != "",
            table.unwanted.is_(False),
        )  # fmt: skip
        query = query.order_by(table.moment.desc(), table.pk.desc()).limit(TURNS)
        with self._store.read() as connection:
            rows = connection.execute(query).all()
        return tuple(Turn(row.text, row.answer_id) for row in reversed(rows))

    def latest(self, team: str, channel: str, before_ts: str, *, user: str) -> tuple[Turn, ...]:
        """Return the last question of a conversation, whatever its thread, of the same day.

        For a direct message with one person: what they write next may follow up on it.
        """
        table = questions.c
        before = moment(before_ts)
        query = sa.select(table.text, table.answer_id).where(
            table.team == team, table.channel == channel, table.user == user,
            table.moment < before, table.moment > before - int(JOINED_SECONDS * 1_000_000),
            table.outcome.in_(_WITH_ANSWER), table.answer_id.is_not(None), table.text != "",
            table.unwanted.is_(False),
        )  # fmt: skip
        with self._store.read() as connection:
            row = connection.execute(query.order_by(table.moment.desc()).limit(1)).first()
        return (Turn(row.text, row.answer_id),) if row else ()

    def joined(self, team: str, channel: str, thread_ts: str) -> bool:
        """Tell whether the bot takes part in a thread.

        It does where it answered within a day or is about to, for all to see, and was not muted.
        """
        table, muted = questions.c, muted_threads.c
        answered = sa.and_(
            table.outcome.in_(_WITH_ANSWER), table.answer_id.is_not(None),
            table.finished_at > self._clock() - JOINED_SECONDS,
            sa.or_(table.kind.not_in(_UNPROMPTED), table.message_ts.is_not(None)),
        )  # fmt: skip
        query = sa.select(table.pk).where(
            _in_thread(team, channel, thread_ts), table.private.is_(False),
            sa.or_(table.outcome.is_(None), answered),
        )  # fmt: skip
        silence = sa.select(muted.root).where(
            muted.team == team, muted.channel == channel, muted.root == thread_ts
        )
        with self._store.read() as connection:
            if connection.execute(silence).first() is not None:
                return False
            return connection.execute(query.limit(1)).first() is not None

    def mute(self, team: str, channel: str, thread_ts: str) -> None:
        """Stay out of a thread until `unmute`; mentions in it are questions all the same."""
        self._set(team, channel, thread_ts, muted=True)

    def unmute(self, team: str, channel: str, thread_ts: str) -> None:
        """Take part in a thread again."""
        self._set(team, channel, thread_ts, muted=False)

    def _set(self, team: str, channel: str, thread_ts: str, *, muted: bool) -> None:
        key = {"team": team, "channel": channel, "root": thread_ts}
        with self._store.write() as connection:
            connection.execute(muted_threads.delete().filter_by(**key))
            if muted:
                connection.execute(muted_threads.insert().values(**key, muted_at=self._clock()))


def _in_thread(team: str, channel: str, root: str) -> sa.ColumnElement[bool]:
    table = questions.c
    return sa.and_(table.team == team, table.channel == channel, table.root == root)


# -- what people do to their messages --------------------------------------------------------


@dataclass(frozen=True)
class Edit:
    """A message's new text; `moment` orders the edits of one message, None where it is unknown."""

    text: str
    user: str | None = None
    moment: int | None = None


@dataclass(frozen=True)
class MessageKey:
    """The key of a message."""

    team: str
    channel: str
    ts: str

    def of(self, table: sa.Table, *, further: bool = False) -> sa.ColumnElement[bool]:
        """The condition for its row in a table; with `further` for all questions of the message."""
        here = table.c
        its = here.ts == self.ts
        if further and len(self.ts.partition(".")[2]) == SLACK_DIGITS:
            its = sa.or_(its, here.ts.like(f"{self.ts}________"))
        return sa.and_(here.team == self.team, here.channel == self.channel, its)


def edit(connection: sa.Connection, message: MessageKey, change: Edit, now: float) -> bool:
    """Note a new text; True where the question has its old text's answer, or will have it."""
    with_owner = sa.outerjoin(questions, jobs, questions.c.job == jobs.c.pk)
    query = sa.select(*questions.c, jobs.c.owner).select_from(with_owner)
    row = connection.execute(query.where(message.of(questions))).first()
    if row is None:
        _note_early(connection, message, change, now)
        return False
    was_refused = row.outcome is not None and row.job is None
    if row.unwanted or _is_older(change, row.edited_moment) or was_refused:
        return False
    begun = row.owner or row.answer_id or row.message_ts is not None
    in_time = row.outcome is None and not begun
    is_news = change.text != (row.text if row.edited is None else row.edited)
    column = "text" if in_time else "edited"
    values: dict[str, str | int] = {column: change.text} if is_news else {}
    if change.moment is not None:
        values["edited_moment"] = change.moment
    if values:
        connection.execute(sa.update(questions).where(message.of(questions)).values(**values))
    return is_news and not in_time


def remove(connection: sa.Connection, queue: Queue, message: MessageKey) -> None:
    """Note a deletion: a question not answered is withdrawn, another keeps its record."""
    row = connection.execute(sa.select(questions.c.root).where(message.of(questions))).first()
    if row is None:
        _note_early(connection, message, None, queue.clock())
        return
    withdraw(connection, queue, message.of(questions, further=True))
    withdraw_follow_ups(connection, queue, message.team, message.channel, row.root)


def early(connection: sa.Connection, incoming: Incoming) -> sa.Row[Any] | None:
    """Return, and remove, what happened to a message before it was accepted."""
    message = MessageKey(incoming.team, incoming.channel, incoming.ts)
    row = connection.execute(sa.select(early_changes).where(message.of(early_changes))).first()
    if row is not None:
        connection.execute(sa.delete(early_changes).where(message.of(early_changes)))
    return row


def withdraw(connection: sa.Connection, queue: Queue, which: sa.ColumnElement[bool]) -> None:
    """Mark questions as no longer wanted, and end those of which nothing can be seen yet.

    What is recorded or begun may stand in Slack already; whoever works on it ends it.
    """
    connection.execute(sa.update(questions).where(which).values(unwanted=True))
    ended = {"outcome": QuestionOutcome.WITHDRAWN.value, "text": "", "edited": None}
    _end(connection, queue, sa.and_(which, _unseen()), ended)


def stop(connection: sa.Connection, queue: Queue, lane: str) -> int:
    """End what waits in a thread; mark what other processes work on. Return how many ended.

    What is recorded may stand in Slack already, and is let go on. What is only begun stays as it
    is shown.
    """
    here, now = sa.and_(jobs.c.lane == lane, is_open()), queue.clock()
    waiting = sa.select(jobs.c.pk).where(here, lapsed(now))
    others = sa.select(jobs.c.pk).where(here, ~lapsed(now), jobs.c.owner != queue.owner)
    ended = {"outcome": QuestionOutcome.FAILED.value, "reason": phrases.STOPPED}
    count = _end(connection, queue, sa.and_(questions.c.job.in_(waiting), _unseen()), ended)
    theirs = sa.and_(questions.c.job.in_(others), questions.c.answer_id.is_(None))
    marked = {"unwanted": True, "reason": phrases.STOPPED}
    connection.execute(sa.update(questions).where(theirs).values(**marked))
    return count


def withdraw_follow_ups(
    connection: sa.Connection, queue: Queue, team: str, channel: str, root: str
) -> None:
    """Withdraw follow-ups in a thread where every question that they could follow is withdrawn."""
    table, thread = questions.c, _in_thread(team, channel, root)
    asked = sa.and_(thread, table.kind != AskedVia.FOLLOW_UP.value)
    query = sa.select(table.outcome, sa.func.count()).where(asked).group_by(table.outcome)
    if {outcome for outcome, _ in connection.execute(query)} == {QuestionOutcome.WITHDRAWN.value}:
        follows = table.kind == AskedVia.FOLLOW_UP.value
        withdraw(connection, queue, sa.and_(thread, follows, table.outcome.is_(None)))


def _unseen() -> sa.ColumnElement[bool]:
    """The condition for open questions of which nothing can stand in Slack yet."""
    table = questions.c
    return sa.and_(table.outcome.is_(None), table.answer_id.is_(None), table.message_ts.is_(None))


def _end(
    connection: sa.Connection, queue: Queue, which: sa.ColumnElement[bool], values: dict[str, Any]
) -> int:
    """End questions with their jobs; return how many."""
    found = connection.execute(sa.select(questions.c.pk, questions.c.job).where(which)).all()
    ended = questions.c.pk.in_([row.pk for row in found])
    more = {"finished_at": queue.clock(), "response_url": None}
    connection.execute(sa.update(questions).where(ended).values(**values, **more))
    queue.finish_all(connection, jobs.c.pk.in_([row.job for row in found]))
    return len(found)


def _is_older(change: Edit, known: int | None) -> bool:
    return change.moment is not None and known is not None and change.moment < known


def _note_early(
    connection: sa.Connection, message: MessageKey, change: Edit | None, now: float
) -> None:
    old = early_changes.c.noted_at < now - EARLY_SECONDS
    connection.execute(sa.delete(early_changes).where(old))
    row = connection.execute(sa.select(early_changes).where(message.of(early_changes))).first()
    if row and change and (row.deleted or _is_older(change, row.edited_moment)):
        return
    connection.execute(sa.delete(early_changes).where(message.of(early_changes)))
    connection.execute(
        early_changes.insert().values(
            team=message.team, channel=message.channel, ts=message.ts, noted_at=now,
            deleted=change is None,
            text=change.text if change else None,
            user=change.user if change else None,
            edited_moment=change.moment if change else None,
        )
    )  # fmt: skip
