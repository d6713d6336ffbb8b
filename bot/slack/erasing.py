"""Take people's texts out of the Slack tables: at their wish, and when their time is over.

In: the tables and whose or how old. Out: the rows' keys stay (on a wish), so that nothing is
answered twice. What is not finished is never deleted. Knows nothing of the ledger, which its
callers ask to forget the answers that are returned here.
"""

from sqlalchemy import and_, delete, select, update

from bot.slack import changes
from bot.slack.inbox_tables import (
    Store,
    added_briefs,
    busy_channels,
    deliveries,
    early_changes,
    handed_files,
    librarian_requests,
    muted_threads,
    questions,
    shares,
    told_corrections,
    unrecorded_posts,
)

KEYS_SECONDS = 24 * 3600.0  # how long the keys of deliveries are kept at least
RESPONSE_URL_SECONDS = 30 * 60.0  # Slack's own limit


def forget(store: Store, team: str, user: str, now: float) -> list[str]:
    """Remove all that a person typed, withdraw what is open, and return the ids of the answers.

    The person's id stays in the rows, so that a second call returns the same ids: whoever was
    killed before the ledger forgot them can do it again.
    """
    table = questions.c
    mine = and_(table.team == team, table.user == user)
    with store.write() as connection:
        changes.withdraw(connection, and_(mine, table.outcome.is_(None)), now)
        connection.execute(
            update(questions).where(mine).values(text="", edited=None, response_url=None)
        )
        connection.execute(  # of an answer on its way, `Inbox.finished` removes it
            update(questions)
            .where(mine, table.outcome.is_not(None))
            .values(answer_text=None, answer_blocks=None)
        )
        for other, values in (
            (early_changes, None), (librarian_requests, {"question": ""}),
            (unrecorded_posts, {"private": None}), (handed_files, {"parcel": None}),
        ):  # fmt: skip
            theirs = and_(other.c.team == team, other.c.user == user)
            change = update(other).values(**values) if values else delete(other)
            connection.execute(change.where(theirs))
        query = select(table.answer_id).where(mine, table.answer_id.is_not(None))
        found = [str(row.answer_id) for row in connection.execute(query.order_by(table.moment))]
    store.empty_the_log()
    return found


def prune(store: Store, older_than_days: float, now: float) -> int:
    """Delete what is finished and older than this many days, at least one; return how many."""
    before = now - max(older_than_days * 24 * 3600, KEYS_SECONDS)
    table = questions.c
    with store.write() as connection:
        pruned = connection.execute(
            delete(questions).where(table.outcome.is_not(None), table.finished_at < before)
        ).rowcount
        for other, since in (
            (deliveries, deliveries.c.accepted_at), (early_changes, early_changes.c.noted_at),
            (muted_threads, muted_threads.c.muted_at),
            (librarian_requests, librarian_requests.c.asked_at),
            (shares, shares.c.shared_at), (handed_files, handed_files.c.handed_at),
            (added_briefs, added_briefs.c.added_at),
            (told_corrections, told_corrections.c.begun_at),
            (busy_channels, busy_channels.c.told_at),
        ):  # fmt: skip
            connection.execute(delete(other).where(since < before))
        expired = table.accepted_at < now - RESPONSE_URL_SECONDS
        connection.execute(
            update(questions)
            .where(expired, table.response_url.is_not(None))
            .values(response_url=None)
        )
    store.empty_the_log()
    return pruned
