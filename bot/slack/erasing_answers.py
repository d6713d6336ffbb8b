"""Take what was typed for single answers out of the Slack tables, at an admin's wish.

In: the tables and the ids of the answers. The rows' keys stay, so that nothing is answered twice.
A person's whole history is erased by bot/slack/erasing.py. Knows nothing of the ledger.
"""

import time
from collections.abc import Sequence

from sqlalchemy import inspect, select, update

from bot.slack import erasing
from bot.slack.inbox_tables import Store, librarian_requests, questions, unrecorded_posts
from index.storage.database import Database

_PAGE = 500  # ids at a time


def forget_answers(database: Database, answer_ids: Sequence[str]) -> None:
    """Empty the texts of finished questions with these answers, and what was typed beside them."""
    if not _used(database):
        return
    store = Store(database)
    with store.write() as connection:
        for start in range(0, len(answer_ids), _PAGE):
            page = answer_ids[start : start + _PAGE]
            for table, values in (
                (questions, {"text": "", "edited": None, "response_url": None,
                             "answer_text": None, "answer_blocks": None}),
                (librarian_requests, {"question": ""}),
                (unrecorded_posts, {"private": None}),
            ):  # fmt: skip
                change = update(table).where(table.c.answer_id.in_(page))
                if table is questions:
                    change = change.where(questions.c.outcome.is_not(None))
                connection.execute(change.values(**values))
    store.empty_the_log()


def forget_person(database: Database, person: str) -> list[str]:
    """Erase a person's history in all workspaces; return the ids of the answers.

    The person is named as the ledger does, slack:TEAM:USER, or by the user's id alone.
    """
    if not _used(database):
        return []
    store, (team, user) = Store(database), _parts(person)
    query = select(questions.c.team).where(questions.c.user == user).distinct()
    with store.read() as connection:
        teams = {team} if team else set(connection.scalars(query))
    return [
        answer_id
        for one in sorted(teams)
        for answer_id in erasing.forget(store, one, user, time.time())
    ]


def prune(database: Database, days: float, now: float) -> int:
    """Delete finished questions that are older than this many days; return how many."""
    return erasing.prune(Store(database), days, now) if _used(database) else 0


def _used(database: Database) -> bool:
    with database.read() as connection:
        return inspect(connection).has_table(questions.name)


def _parts(person: str) -> tuple[str | None, str]:
    if person.startswith("slack:") and person.count(":") == 2:
        _, team, user = person.split(":")
        return team, user
    return None, person
