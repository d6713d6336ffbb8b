"""Bound what people, channels and threads may ask: a new question in, a refusal or None out.

Counted by the times at which the messages were written, so that a queue of old messages after a
pause is not taken for a flood. Knows nothing of how a refusal is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from bot.slack.inbox_tables import moment, questions
from bot.slack.types import Accepted, Incoming, QuestionOutcome

REFUSALS = {  # kept as the reason of the refused question
    Accepted.OVER_QUOTA: "too many questions at once",
    Accepted.LOOPING: "too many questions in this thread within a minute",
}
_MINUTE = 60_000_000  # microseconds


@dataclass(frozen=True)
class Quotas:
    """How many questions are let in; each is the most allowed, and at least 1."""

    open_per_user: int = 10  # accepted and not finished
    channel_per_minute: int = 60
    thread_per_minute: int = 10  # the fuse: two bots that answer each other stop here


def refusal(connection: Connection, incoming: Incoming, quotas: Quotas) -> Accepted | None:
    """Return why a question may not be let in, None where it may.

    Those refused before do not count.
    """
    here = and_(questions.c.team == incoming.team, questions.c.channel == incoming.channel)
    thread = and_(here, questions.c.root == incoming.root)
    if _crowded(connection, incoming, thread, quotas.thread_per_minute):
        return Accepted.LOOPING
    mine = and_(questions.c.team == incoming.team, questions.c.user == incoming.user)
    is_open = and_(mine, questions.c.outcome.is_(None))
    count = connection.execute(select(func.count()).select_from(questions).where(is_open)).scalar()
    if (count or 0) >= quotas.open_per_user:
        return Accepted.OVER_QUOTA
    if _crowded(connection, incoming, here, quotas.channel_per_minute):
        return Accepted.OVER_QUOTA
    return None


def _crowded(
    connection: Connection, incoming: Incoming, place: ColumnElement[bool], most: int
) -> bool:
    """Tell whether with this one some minute would hold more than allowed."""
    asked = moment(incoming.ts)
    was_let_in = or_(
        questions.c.outcome.is_(None),
        questions.c.outcome != QuestionOutcome.DECLINED.value,
        questions.c.answer_id.is_not(None),
    )
    near = questions.c.moment.between(asked - _MINUTE + 1, asked + _MINUTE - 1)
    query = select(questions.c.moment).where(place, near, was_let_in)
    return _fullest([*connection.execute(query).scalars(), asked]) > most


def _fullest(moments: Sequence[int]) -> int:
    """Return how many of these fall at most into one minute."""
    ordered = sorted(moments)
    first = best = 0
    for last, value in enumerate(ordered):
        while value - ordered[first] >= _MINUTE:
            first += 1
        best = max(best, last - first + 1)
    return best
