"""Forget what people typed everywhere in the database: in the ledger and in the Slack tables.

In: a person, answers, or an age. Out: what went. Each leaves receipts in the ledger.
"""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from bot.ledger import By, Forgotten, Ledger
from bot.slack import erasing_answers
from index.storage.database import Database

SECONDS_A_DAY = 24 * 3600


def forget_person(database: Database, person: str, by: By = By.ADMIN) -> Forgotten:
    """Forget a person's questions and notes. The person is named as the ledger names the asker."""
    in_slack = erasing_answers.forget_person(database, person)
    return Ledger(database).forget(in_slack, by=by, person=person)


def forget_answers(database: Database, answer_ids: Sequence[str]) -> Forgotten:
    """Forget what was typed for these answers, and said of them; NotFound names an unknown one."""
    ledger = Ledger(database)
    for answer_id in answer_ids:
        ledger.get(answer_id)
    erasing_answers.forget_answers(database, answer_ids)
    return ledger.forget(answer_ids, by=By.ADMIN)


def forget_older(
    database: Database, days: int, *, clock: Callable[[], float] = time.time
) -> Forgotten:
    """Forget questions, posts and feedback that are older than this many days."""
    ledger, now = Ledger(database), clock()
    before = datetime.fromtimestamp(now, UTC) - timedelta(days=days)
    answers = ledger.asked_before(before.isoformat(timespec="milliseconds"))
    erasing_answers.forget_answers(database, answers)
    pruned = erasing_answers.prune(database, days, now)
    if answers or pruned:
        return ledger.forget(answers, by=By.RETENTION)
    return Forgotten()
