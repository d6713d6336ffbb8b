"""Write a question into the inbox once: an open write transaction and a question in, a verdict out.

What came before the question itself (an edit, a deletion) is applied here, and a question over the
quotas is kept as declined, so that its other deliveries are duplicates and not refused anew.
"""

from typing import Any

from sqlalchemy import Connection, select

from bot.slack import changes, quotas
from bot.slack.inbox_tables import deliveries, moment, questions, storable
from bot.slack.types import Accepted, Incoming, QuestionOutcome


def is_known(connection: Connection, incoming: Incoming) -> bool:
    """Tell whether the question, or this delivery, was here before."""
    query = select(questions.c.pk).where(_message(incoming).asked)
    if connection.execute(query).first() is not None:
        return True
    event = select(deliveries.c.event_id).where(deliveries.c.event_id == incoming.event_id)
    return incoming.event_id is not None and connection.execute(event).first() is not None


def accept(
    connection: Connection, incoming: Incoming, limits: quotas.Quotas, now: float
) -> Accepted:
    """Insert a question, and what is known of its message."""
    if is_known(connection, incoming):
        return Accepted.DUPLICATE
    if incoming.event_id is not None:
        delivery = {"event_id": incoming.event_id, "accepted_at": now}
        connection.execute(deliveries.insert().values(**delivery))
    values = _row(incoming, now)
    refused = None
    early = changes.early(connection, incoming)
    if early is not None and early.deleted:
        values |= _ended(QuestionOutcome.WITHDRAWN, now) | {"unwanted": True}
    elif refused := quotas.refusal(connection, incoming, limits):
        values |= _ended(QuestionOutcome.DECLINED, now) | {"reason": quotas.REFUSALS[refused]}
    elif early is not None:
        values |= {"text": early.text, "edited_moment": early.edited_moment}
    connection.execute(questions.insert().values(**values))
    changes.settle(connection, incoming.team, incoming.channel, incoming.root, now)
    query = select(questions.c.outcome).where(_message(incoming).asked)
    if connection.execute(query).scalar() == QuestionOutcome.WITHDRAWN.value:
        return Accepted.DUPLICATE
    return refused or Accepted.NEW


def _message(incoming: Incoming) -> changes.Message:
    return changes.Message(incoming.team, incoming.channel, incoming.ts)


def _row(incoming: Incoming, now: float) -> dict[str, Any]:
    return {
        "team": incoming.team,
        "channel": incoming.channel,
        "ts": incoming.ts,
        "moment": moment(incoming.ts),
        "root": incoming.root,
        "thread_ts": incoming.thread_ts,
        "user": incoming.user,
        "text": storable(incoming.text),
        "kind": incoming.kind.value,
        "private": incoming.private,
        "zone": incoming.zone,
        "response_url": incoming.response_url,
        "accepted_at": now,
        "attempts": 0,
        "unwanted": False,
    }


def _ended(outcome: QuestionOutcome, now: float) -> dict[str, Any]:
    return {"outcome": outcome.value, "finished_at": now, "text": "", "response_url": None}
