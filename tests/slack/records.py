"""Compare what stands at the fake Slack with what the ledger says was posted."""

import json
import time
from collections import Counter
from pathlib import Path

from bot.jobs.queue import Queue
from bot.ledger.ledger import Ledger, LedgerEntry, RecordKind
from bot.slack.delivery.inbox import Inbox
from bot.slack.delivery.records import Records
from bot.slack.types import InboxEntry
from index.storage.database import Database
from tests.slack.fake import FakeSlack, Message


def records(ledger: Ledger) -> list[LedgerEntry]:
    return list(ledger.entries(RecordKind.POSTED))


def seen(message: Message) -> tuple[str, str]:
    """What stands at the fake Slack, as it was sent: text and blocks."""
    return message.text, json.dumps(message.blocks, sort_keys=True)


def told(entry: LedgerEntry) -> tuple[str, str]:
    """The same by the record."""
    assert entry.private
    return entry.private["text"], json.dumps(entry.private["blocks"], sort_keys=True)


def answers(slack: FakeSlack) -> list[Message]:
    """What stands of answers: other messages have another mark."""
    return [one for one in slack.answers() if one.to or (one.metadata or {}).get("event_type")
            == "brief_answer"]  # fmt: skip


def on_record(slack: FakeSlack, home: Path) -> dict[str, int]:
    """How many open answers stand in the ledger as at Slack, otherwise, not at all, or twice.

    What killed processes left to be recorded is recorded first, as the next process would.
    """
    database = Database(f"sqlite:///{home}/library.db")
    try:
        ledger = Ledger(database)
        later = Queue(database, "reader", clock=lambda: time.time() + 100)
        Records(later, ledger).record()
        by_ts: dict[str, list[LedgerEntry]] = {}
        for entry in records(ledger):
            by_ts.setdefault(str((entry.private or {}).get("ts")), []).append(entry)
        found = Counter(equal=0, other=0, missing=0, twice=0)
        for message in answers(slack):
            if message.to or not _is_of_ledger(ledger, message):
                continue
            kept = by_ts.get(message.ts, [])
            found["twice"] += len(kept) > 1
            found["missing"] += not kept
            found["equal"] += bool(kept) and told(kept[0]) == seen(message)
            found["other"] += bool(kept) and told(kept[0]) != seen(message)
        return dict(found)
    finally:
        database.close()


def _is_of_ledger(ledger: Ledger, message: Message) -> bool:
    """Whether a message is of an answer, and no failure or refusal."""
    name = str((message.metadata or {}).get("event_payload", {}).get("answer_id"))
    return not name.startswith(("none-", "failed-", "files-", "growing-"))


def take(inbox: Inbox) -> InboxEntry | None:
    """Take the next question, as the worker does."""
    job = inbox.queue.take(["question"])
    return None if job is None else inbox.entry_of(job)
