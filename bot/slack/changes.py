"""Apply what people do to their messages: edits and deletions, in whatever order they arrive.

In: an open write transaction and what happened. Out: the same rows whatever the order. Knows
nothing of Slack's events.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, or_, select, update

from bot.slack import phrases
from bot.slack.inbox_tables import Store, early_changes, questions
from bot.slack.types import AskedVia, Incoming, QuestionOutcome

EARLY_SECONDS = 3600  # Slack's last redelivery comes after about five minutes


@dataclass(frozen=True)
class Edit:
    """A message's new text; `moment` orders the edits of one message, None where it is unknown."""

    text: str
    user: str | None = None
    moment: int | None = None


@dataclass(frozen=True)
class Message:
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


def edit(connection: Connection, message: Message, change: Edit, now: float) -> bool:
    """Note a new text; True where the question has its old text's answer, or will have it."""
    row = connection.execute(select(questions).where(message.asked)).first()
    if row is None:
        _note_early(connection, message, change, now)
        return False
    if row.unwanted or _is_older(change, row.edited_moment) or _never_worked(row):
        return False
    in_time = row.outcome is None and not (row.owner or row.answer_id or row.message_ts)
    is_news = change.text != (row.text if row.edited is None else row.edited)
    column = "text" if in_time else "edited"
    values: dict[str, str | int] = {column: change.text} if is_news else {}
    if change.moment is not None:
        values["edited_moment"] = change.moment
    if values:
        connection.execute(update(questions).where(message.asked).values(**values))
    return is_news and not in_time


def remove(connection: Connection, message: Message, now: float) -> None:
    """Note a deletion: a question not answered is withdrawn, another keeps its record."""
    row = connection.execute(select(questions.c.root).where(message.asked)).first()
    if row is None:
        _note_early(connection, message, None, now)
        return
    withdraw(connection, message.asked, now)
    settle(connection, message.team, message.channel, row.root, now)


def early(connection: Connection, incoming: Incoming) -> Row[tuple[object, ...]] | None:
    """Return, and remove, what happened to a message before it was accepted."""
    message = Message(incoming.team, incoming.channel, incoming.ts)
    row = connection.execute(select(early_changes).where(message.early)).first()
    if row is not None:
        connection.execute(delete(early_changes).where(message.early))
    return row


def withdraw(connection: Connection, which: ColumnElement[bool], now: float) -> None:
    """Mark questions as no longer wanted, and end those of which nothing can be seen yet.

    What is recorded or begun may stand in Slack already; whoever works on it ends it.
    """
    connection.execute(update(questions).where(which).values(unwanted=True))
    table = questions.c
    unseen = and_(
        which, table.outcome.is_(None), table.answer_id.is_(None), table.message_ts.is_(None)
    )
    connection.execute(
        update(questions)
        .where(unseen)
        .values(
            outcome=QuestionOutcome.WITHDRAWN.value, finished_at=now, text="", edited=None,
            response_url=None, owner=None, lease_until=None,
        )
    )  # fmt: skip


def stop(store: Store, thread: tuple[str, str, str], owner: str, now: float) -> int:
    """End what waits in a thread (team, channel, root); mark what others than `owner` work on.

    What is recorded may stand in Slack already, and is let go on.
    """
    table = questions.c
    team, channel, root = thread
    unseen = and_(
        table.team == team, table.channel == channel, table.root == root,
        table.outcome.is_(None), table.answer_id.is_(None), table.message_ts.is_(None),
    )  # fmt: skip
    is_free = or_(table.owner.is_(None), table.lease_until < now)
    ended = {
        "outcome": QuestionOutcome.FAILED.value, "reason": phrases.STOPPED, "finished_at": now,
        "response_url": None, "owner": None, "lease_until": None,
    }  # fmt: skip
    with store.write() as connection:
        count = connection.execute(
            update(questions).where(unseen, is_free).values(**ended)
        ).rowcount
        connection.execute(
            update(questions).where(unseen, table.owner != owner).values(unwanted=True)
        )
    return count


def settle(connection: Connection, team: str, channel: str, root: str, now: float) -> None:
    """Withdraw follow-ups in a thread where every question that they could follow is withdrawn."""
    table = questions.c
    thread = and_(table.team == team, table.channel == channel, table.root == root)
    asked = and_(thread, table.kind != AskedVia.FOLLOW_UP.value)
    query = select(table.outcome, func.count()).where(asked).group_by(table.outcome)
    outcomes = {outcome for outcome, _ in connection.execute(query)}
    if outcomes == {QuestionOutcome.WITHDRAWN.value}:
        follow_ups = and_(thread, table.kind == AskedVia.FOLLOW_UP.value, table.outcome.is_(None))
        withdraw(connection, follow_ups, now)


def _never_worked(row: Row[tuple[object, ...]]) -> bool:
    """Tell a question that was refused, of which nobody awaits an answer."""
    return row.outcome is not None and row.attempts == 0


def _is_older(change: Edit, known: int | None) -> bool:
    return change.moment is not None and known is not None and change.moment < known


def _is_settled(row: Row[tuple[object, ...]], change: Edit) -> bool:
    return bool(row.deleted) or _is_older(change, row.edited_moment)


def _note_early(connection: Connection, message: Message, change: Edit | None, now: float) -> None:
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
