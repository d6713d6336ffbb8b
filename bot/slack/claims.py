"""Find questions in the inbox and bring their rows into the form that the bot works with.

In: conditions on rows. Out: claims. Changes nothing.
"""

from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select

from bot.slack.inbox_tables import Store, lapsed, moment, questions
from bot.slack.types import AskedVia, Claim, Incoming, QuestionOutcome


def free(now: float) -> ColumnElement[bool]:
    """The condition for questions that may be taken.

    In one thread, one is not taken before those written before it are finished: it may lean on
    their answers.
    """
    table, earlier = questions.c, questions.alias("earlier")
    blocked = select(earlier.c.pk).where(
        earlier.c.team == table.team,
        earlier.c.channel == table.channel,
        earlier.c.root == table.root,
        earlier.c.moment < table.moment,
        earlier.c.outcome.is_(None),
    )
    return and_(table.outcome.is_(None), unclaimed(now), ~blocked.exists())


def unclaimed(now: float) -> ColumnElement[bool]:
    """The condition for questions on which no living process works."""
    table = questions.c
    return or_(table.owner.is_(None), lapsed(table.lease_until, now))


def claim_of(row: Row[Any] | None) -> Claim | None:
    """Return the claim that a row tells of."""
    if row is None:
        return None
    incoming = Incoming(
        team=row.team, channel=row.channel, ts=row.ts, user=row.user, text=row.text,
        kind=AskedVia(row.kind), thread_ts=row.thread_ts, private=row.private, zone=row.zone,
        response_url=row.response_url,
    )  # fmt: skip
    return Claim(
        pk=row.pk, incoming=incoming, attempts=row.attempts, answer_id=row.answer_id,
        text=row.answer_text, blocks=row.answer_blocks, message_ts=row.message_ts,
        outcome=QuestionOutcome(row.outcome) if row.outcome else None, reason=row.reason,
        edited=row.edited,
    )  # fmt: skip


class Finding:
    """The questions of the inbox, looked up."""

    def __init__(self, store: Store) -> None:
        """Remember the tables."""
        self._store = store

    def one(self, condition: ColumnElement[bool]) -> Claim | None:
        """Return the first question of which the condition holds."""
        query = select(questions).where(condition).order_by(questions.c.moment, questions.c.pk)
        with self._store.read() as connection:
            return claim_of(connection.execute(query.limit(1)).first())

    def recent(self, team: str, user: str, limit: int) -> list[Claim]:
        """Return a person's questions that have an answer, the newest first."""
        table = questions.c
        query = select(questions).where(
            table.team == team, table.user == user, table.text != "", table.unwanted.is_(False),
            table.outcome.in_([QuestionOutcome.ANSWERED.value, QuestionOutcome.DECLINED.value]),
            table.answer_id.is_not(None),
        )  # fmt: skip
        query = query.order_by(table.moment.desc(), table.pk.desc()).limit(limit)
        with self._store.read() as connection:
            return [claim for row in connection.execute(query) if (claim := claim_of(row))]

    def counts(self, now: float) -> dict[str, int]:
        """Return how many questions wait, are worked on, and ended in each way."""
        table = questions.c
        waiting = and_(table.outcome.is_(None), unclaimed(now))
        ended = select(table.outcome, func.count()).group_by(table.outcome)
        with self._store.read() as connection:
            by_outcome = {outcome: int(count) for outcome, count in connection.execute(ended)}
            free_now = int(connection.execute(_count().where(waiting)).scalar_one())
        found = {"waiting": free_now, "working": by_outcome.get(None, 0) - free_now}
        return found | {
            outcome.value: by_outcome.get(outcome.value, 0) for outcome in QuestionOutcome
        }

    def place_in_line(self, incoming: Incoming, now: float) -> int:
        """Return the place of a waiting question, the next one being 1; 0 where it does not wait.

        Of two written at the same microsecond, both have the later place.
        """
        table = questions.c
        waiting = and_(table.outcome.is_(None), unclaimed(now))
        here = and_(
            table.team == incoming.team, table.channel == incoming.channel, table.ts == incoming.ts
        )
        with self._store.read() as connection:
            if not connection.execute(_count().where(waiting, here)).scalar_one():
                return 0
            before = table.moment <= moment(incoming.ts)
            return int(connection.execute(_count().where(waiting, before)).scalar_one())


def _count() -> Select[Any]:
    return select(func.count()).select_from(questions)
