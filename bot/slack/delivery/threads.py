"""Say what a thread is about and whether the bot takes part in it, from the inbox's rows.

In: a thread. Out: its earlier questions, never those of another place. Knows nothing of how a
question leans on them.
"""

import time
from collections.abc import Callable

from sqlalchemy import ColumnElement, and_, or_, select

from bot.question.question import Turn
from bot.slack.delivery.tables import Store, moment, muted_threads, questions
from bot.slack.types import QuestionOutcome
from index.storage.database import Database

JOINED_SECONDS = 24 * 3600.0  # how long after an answer a reply without a mention is a follow-up
TURNS = 20  # the latest that are carried
_WITH_ANSWER = (QuestionOutcome.ANSWERED.value, QuestionOutcome.DECLINED.value)


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
        visible: ColumnElement[bool] = table.private.is_(False)
        if user is not None:
            visible = or_(visible, table.user == user)
        query = select(table.text, table.answer_id).where(
            _thread(team, channel, thread_ts), table.moment < moment(before_ts), visible,
            table.outcome.in_(_WITH_ANSWER), table.answer_id.is_not(None), table.text != "",
            table.unwanted.is_(False),
        )  # fmt: skip
        query = query.order_by(table.moment.desc(), table.pk.desc()).limit(TURNS)
        with self._store.read() as connection:
            rows = connection.execute(query).all()
        return tuple(Turn(row.text, row.answer_id) for row in reversed(rows))

    def joined(self, team: str, channel: str, thread_ts: str) -> bool:
        """Tell whether the bot takes part in a thread.

        It does where it answered within a day or is about to, for all to see, and was not muted.
        """
        table, muted = questions.c, muted_threads.c
        answered = and_(
            table.outcome.in_(_WITH_ANSWER), table.answer_id.is_not(None),
            table.finished_at > self._clock() - JOINED_SECONDS,
        )  # fmt: skip
        query = select(table.pk).where(
            _thread(team, channel, thread_ts), table.private.is_(False),
            or_(table.outcome.is_(None), answered),
        )  # fmt: skip
        silence = select(muted.root).where(
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


def _thread(team: str, channel: str, thread_ts: str) -> ColumnElement[bool]:
    table = questions.c
    return and_(table.team == team, table.channel == channel, table.root == thread_ts)
