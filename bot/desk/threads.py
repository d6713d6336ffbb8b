"""Find the rest of the conversation that an answer stands in: an answer's record in, turns out.

Earlier questions stand in the record itself; later ones are sought among the records that follow.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import or_, select

from bot.ledger import Entry, Kind
from bot.ledger_tables import ledger, ledger_private
from index.storage.database import Database

AHEAD = 1_000  # records behind an answer that are looked through
MOST = 20  # later questions that are shown


@dataclass(frozen=True)
class Turn:
    """A question of the conversation; `answer_id` where it is known what it was answered with."""

    question: str
    answer_id: str | None


def earlier(entry: Entry) -> list[Turn]:
    """Return the questions before an answer, oldest first; [] once they were forgotten."""
    turns = (entry.private or {}).get("turns", ())
    return [Turn(one["question"], one.get("answer_id")) for one in turns]


def later(database: Database, entry: Entry) -> list[Turn]:
    """Return the questions after an answer in its thread or chat, oldest first."""
    return list(_later(database, entry)) if entry.private else []


def _later(database: Database, entry: Entry) -> Iterator[Turn]:
    private = entry.private or {}
    text = ledger_private.c.body
    # In canonical JSON what a person typed has its quotation marks escaped: it cannot match.
    says = [text.contains(f'"answer_id":{json.dumps(entry.answer_id)}', autoescape=True)]
    place = private.get("place") or ""
    if place.count(":") == 3:  # Slack's, with the thread
        named = json.dumps(place, ensure_ascii=False)
        says.append(text.contains(f'"place":{named}', autoescape=True))
    query = (
        select(ledger.c.answer_id, text)
        .join(ledger_private, ledger_private.c.record_id == ledger.c.record_id)
        .where(ledger.c.kind == Kind.ANSWER, or_(*says))
        .where(ledger.c.seq > entry.seq, ledger.c.seq <= entry.seq + AHEAD)
        .order_by(ledger.c.seq)
        .limit(MOST)
    )
    with database.read() as connection:
        for answer_id, body in connection.execute(query):
            yield Turn(json.loads(body)["question"], answer_id)
