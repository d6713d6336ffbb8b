"""Apply what people do to their messages: edits and deletions, in whatever order they arrive.

In: an open write transaction and what happened. Out: the same rows whatever the order. Knows
nothing of Slack's events.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    delete,
    func,
    outerjoin,
    select,
    update,
)

from bot.jobs.queue import Queue, is_open, jobs, lapsed
from bot.slack import phrases
from bot.slack.delivery.tables import early_changes, questions
from bot.slack.types import AskedVia, Incoming, QuestionOutcome

EARLY_SECONDS = 3600  # Slack's last redelivery comes after about five minutes


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

    @property
    def asked(self) -> ColumnElement[bool]:
        """The condition for its row among the questions."""
        table = questions.c
        return and_(table.team == self.team, table.channel == self.channel, table.ts == self.ts)

    @property
    def early(self) -> ColumnElement[bool]:
        """The condition for its row among the early changes."""
        table = early_changes.c
        return and_(table.team == self.team, table.channel == self.channel, table.ts == self.ts)


def edit(connection: Connection, message: MessageKey, change: Edit, now: float) -> bool:
    """Note a new text; True where the question has its old text's answer, or will have it."""
    row = connection.execute(_with_owner().where(message.asked)).first()
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
        connection.execute(update(questions).where(message.asked).values(**values))
    return is_news and not in_time


def remove(connection: Connection, queue: Queue, message: MessageKey) -> None:
    """Note a deletion: a question not answered is withdrawn, another keeps its record."""
    row = connection.execute(select(questions.c.root).where(message.asked)).first()
    if row is None:
        _note_early(connection, message, None, queue.clock())
        return
    withdraw(connection, queue, message.asked)
    withdraw_follow_ups(connection, queue, (message.team, message.channel, row.root))


def early(connection: Connection, incoming: Incoming) -> Row[Any] | None:
    """Return, and remove, what happened to a message before it was accepted."""
    message = MessageKey(incoming.team, incoming.channel, incoming.ts)
    row = connection.execute(select(early_changes).where(message.early)).first()
    if row is not None:
        connection.execute(delete(early_changes).where(message.early))
    return row


def withdraw(connection: Connection, queue: Queue, which: ColumnElement[bool]) -> None:
    """Mark questions as no longer wanted, and end those of which nothing can be seen yet.

    What is recorded or begun may stand in Slack already; whoever works on it ends it.
    """
    connection.execute(update(questions).where(which).values(unwanted=True))
    ended = {"outcome": QuestionOutcome.WITHDRAWN.value, "text": "", "edited": None}
    _end(connection, queue, and_(which, _unseen()), ended)


def stop(connection: Connection, queue: Queue, lane: str) -> int:
    """End what waits in a thread; mark what other processes work on. Return how many ended.

    What is recorded may stand in Slack already, and is let go on. What is only begun stays as it
    is shown.
    """
    here, now = and_(jobs.c.lane == lane, is_open()), queue.clock()
    waiting = select(jobs.c.pk).where(here, lapsed(now))
    others = select(jobs.c.pk).where(here, ~lapsed(now), jobs.c.owner != queue.owner)
    ended = {"outcome": QuestionOutcome.FAILED.value, "reason": phrases.STOPPED}
    count = _end(connection, queue, and_(questions.c.job.in_(waiting), _unseen()), ended)
    theirs = and_(questions.c.job.in_(others), questions.c.answer_id.is_(None))
    marked = {"unwanted": True, "reason": phrases.STOPPED}
    connection.execute(update(questions).where(theirs).values(**marked))
    return count


def withdraw_follow_ups(connection: Connection, queue: Queue, place: tuple[str, str, str]) -> None:
    """Withdraw follow-ups in a thread where every question that they could follow is withdrawn."""
    table, (team, channel, root) = questions.c, place
    thread = and_(table.team == team, table.channel == channel, table.root == root)
    asked = and_(thread, table.kind != AskedVia.FOLLOW_UP.value)
    query = select(table.outcome, func.count()).where(asked).group_by(table.outcome)
    if {outcome for outcome, _ in connection.execute(query)} == {QuestionOutcome.WITHDRAWN.value}:
        follow_ups = and_(thread, table.kind == AskedVia.FOLLOW_UP.value, table.outcome.is_(None))
        withdraw(connection, queue, follow_ups)


def _with_owner() -> Select[Any]:
    """The questions, each with the process that has its job."""
    joined = outerjoin(questions, jobs, questions.c.job == jobs.c.pk)
    return select(*questions.c, jobs.c.owner).select_from(joined)


def _unseen() -> ColumnElement[bool]:
    """The condition for open questions of which nothing can stand in Slack yet."""
    table = questions.c
    return and_(table.outcome.is_(None), table.answer_id.is_(None), table.message_ts.is_(None))


def _end(
    connection: Connection, queue: Queue, which: ColumnElement[bool], values: dict[str, Any]
) -> int:
    """End questions with their jobs; return how many."""
    found = connection.execute(select(questions.c.pk, questions.c.job).where(which)).all()
    ended = questions.c.pk.in_([row.pk for row in found])
    more = {"finished_at": queue.clock(), "response_url": None}
    connection.execute(update(questions).where(ended).values(**values, **more))
    queue.finish_all(connection, jobs.c.pk.in_([row.job for row in found]))
    return len(found)


def _is_older(change: Edit, known: int | None) -> bool:
    return change.moment is not None and known is not None and change.moment < known


def _is_settled(row: Row[Any], change: Edit) -> bool:
    return bool(row.deleted) or _is_older(change, row.edited_moment)


def _note_early(
    connection: Connection, message: MessageKey, change: Edit | None, now: float
) -> None:
    old = early_changes.c.noted_at < now - EARLY_SECONDS
    connection.execute(delete(early_changes).where(old))
    row = connection.execute(select(early_changes).where(message.early)).first()
    if row is not None and change is not None and _is_settled(row, change):
        return
    connection.execute(delete(early_changes).where(message.early))
    connection.execute(
        early_changes.insert().values(
            team=message.team, channel=message.channel, ts=message.ts, noted_at=now,
            deleted=change is None,
            text=change.text if change else None,
            user=change.user if change else None,
            edited_moment=change.moment if change else None,
        )
    )  # fmt: skip
