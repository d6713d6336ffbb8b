"""Take people's texts out of the Slack tables: at their wish, an admin's, or when time is over.

On a wish the keys of the rows stay, so that nothing is answered twice. What is not finished is
never deleted. The ledger is the caller's: it forgets the answers whose ids are returned here.
"""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, and_, delete, inspect, select, update

from bot.jobs import queue as job_queue
from bot.jobs.queue import Queue
from bot.slack.delivery import threads
from bot.slack.delivery.records import RECORD
from bot.slack.delivery.tables import (
    Store,
    added_briefs,
    busy_channels,
    deliveries,
    early_changes,
    followed_topics,
    librarian_requests,
    muted_threads,
    person_of,
    questions,
)
from index.storage.database import Database

KEYS_SECONDS = 24 * 3600.0  # how long the keys of deliveries are kept at least
RESPONSE_URL_SECONDS = 30 * 60.0  # Slack's own limit
_PAGE = 500  # ids at a time
_NO_TEXT = {"text": "", "edited": None, "response_url": None}
_NO_ANSWER = {"answer_text": None, "answer_blocks": None}


def forget(store: Store, queue: Queue, team: str, user: str) -> list[str]:
    """Remove all that a person typed, withdraw what is open, and return the ids of the answers.

    The person's id stays in the rows, so that a second call returns the same ids: whoever was
    killed before the ledger forgot them can do it again.
    """
    table = questions.c
    mine = and_(table.team == team, table.user == user)
    with store.write() as connection:
        threads.withdraw(connection, queue, and_(mine, table.outcome.is_(None)))
        connection.execute(update(questions).where(mine).values(**_NO_TEXT))
        ended = and_(mine, table.outcome.is_not(None))  # else `Inbox.finished` does it
        connection.execute(update(questions).where(ended).values(**_NO_ANSWER))
        theirs = {"team": team, "user": user}
        connection.execute(delete(early_changes).filter_by(**theirs))
        connection.execute(delete(followed_topics).filter_by(**theirs))
        connection.execute(update(librarian_requests).filter_by(**theirs).values(question=""))
        job_queue.forget_person(connection, person_of(team, user))
        query = select(table.answer_id).where(mine, table.answer_id.is_not(None))
        found = [str(row.answer_id) for row in connection.execute(query.order_by(table.moment))]
    store.empty_the_log()
    return found


def forget_answers(database: Database, answer_ids: Sequence[str]) -> None:
    """Empty the texts of finished questions with these answers, and what was typed beside them."""
    if not _used(database):
        return
    store = Store(database)
    with store.write() as connection:
        _empty_answers(connection, answer_ids)
    store.empty_the_log()


def forget_brief(
    connection: Connection, brief_id: str, answer_ids: Sequence[str], quotes: Callable[[str], bool]
) -> None:
    """Delete what stands here of an erased brief, in the caller's transaction.

    `answer_ids`: the answers that rest on it; `quotes` tells whether a text repeats it.
    """
    if not inspect(connection).has_table(questions.name):
        return
    _empty_answers(connection, answer_ids)
    connection.execute(delete(added_briefs).where(added_briefs.c.brief_id == brief_id))
    job_queue.delete_texts(connection, quotes)


def _empty_answers(connection: Connection, answer_ids: Sequence[str]) -> None:
    for start in range(0, len(answer_ids), _PAGE):
        page = answer_ids[start : start + _PAGE]
        these = and_(questions.c.answer_id.in_(page), questions.c.outcome.is_not(None))
        connection.execute(update(questions).where(these).values(**_NO_TEXT, **_NO_ANSWER))
        asked = librarian_requests.c.answer_id.in_(page)
        connection.execute(update(librarian_requests).where(asked).values(question=""))
        job_queue.forget_lanes(connection, RECORD, page)


def forget_person(database: Database, person: str) -> list[str]:
    """Erase a person's history in all workspaces; return the ids of the answers.

    The person is named as the ledger does, slack:TEAM:USER, or by the user's id alone.
    """
    if not _used(database):
        return []
    store, queue, (team, user) = Store(database), Queue(database, "erasing"), _parts(person)
    query = select(questions.c.team).where(questions.c.user == user).distinct()
    with store.read() as connection:
        teams = {team} if team else set(connection.scalars(query))
    return [answer for one in sorted(teams) for answer in forget(store, queue, one, user)]


def forget_older(database: Database, days: float, now: float) -> int:
    """Delete finished questions that are older than this many days; return how many."""
    return prune(Store(database), days, now) if _used(database) else 0


def prune(store: Store, older_than_days: float, now: float) -> int:
    """Delete what is finished and older than this many days, at least one; return how many."""
    before = now - max(older_than_days * 24 * 3600, KEYS_SECONDS)
    table = questions.c
    with store.write() as connection:
        pruned = connection.execute(
            delete(questions).where(table.outcome.is_not(None), table.finished_at < before)
        ).rowcount
        job_queue.prune(connection, before)
        for since in (
            deliveries.c.accepted_at, early_changes.c.noted_at, muted_threads.c.muted_at,
            librarian_requests.c.asked_at, added_briefs.c.added_at, busy_channels.c.told_at,
        ):  # fmt: skip
            connection.execute(delete(since.table).where(since < before))
        expired = and_(
            table.accepted_at < now - RESPONSE_URL_SECONDS, table.response_url.is_not(None)
        )
        connection.execute(update(questions).where(expired).values(response_url=None))
    store.empty_the_log()
    return pruned


def _used(database: Database) -> bool:
    with database.read() as connection:
        return inspect(connection).has_table(questions.name)


def _parts(person: str) -> tuple[str | None, str]:
    if person.startswith("slack:") and person.count(":") == 2:
        _, team, user = person.split(":")
        return team, user
    return None, person
