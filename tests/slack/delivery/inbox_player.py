"""A bot process for the tests: accepts deliveries, takes entrys, "posts" by a line in a file.

Run as: python inbox_player.py URL FOLDER OWNER SEED [DIE]. The deliveries are in
FOLDER/deliveries; FOLDER/posts plays Slack, each line being a question and the answer's id, which
is looked for before a post is tried again. With DIE it kills itself before its DIE-th commit
(counted after the tables are there), or after its first post where DIE is "post".
"""

import os
import random
import signal
import sys
import time
import uuid
from pathlib import Path

from sqlalchemy import event

from bot.slack.delivery.admission import Quotas
from bot.slack.delivery.inbox import Inbox
from bot.slack.types import AskedVia, InboxEntry, Incoming, QuestionOutcome
from index.storage.database import Database
from tests.slack.records import take

LEASE = 4.0  # seconds; a loaded machine must not sleep as long between two steps


def main(url: str, folder: str, owner: str, seed: str, die: str = "") -> None:
    database = Database(url)
    most = Quotas(10_000, 10_000, 10_000)
    inbox = Inbox(database, f"{owner}:{os.getpid()}", lease_seconds=LEASE, quotas=most)
    inbox.counts()  # makes the tables
    if die.isdigit():
        _die_before(database, int(die))
    deliveries = (Path(folder) / "deliveries").read_text().split()
    random.Random(seed).shuffle(deliveries)
    while deliveries or _is_open(inbox):
        for _ in range(min(3, len(deliveries))):
            inbox.accept(_incoming(deliveries.pop()))
        entry = take(inbox)
        if entry is not None:
            _work(inbox, entry, Path(folder), die)
        elif not deliveries:
            time.sleep(0.05)


def _work(inbox: Inbox, entry: InboxEntry, folder: Path, die: str) -> None:
    answer_id = entry.answer_id or uuid.uuid4().hex
    if entry.answer_id is None and not inbox.recorded(entry, answer_id, "An answer.", "[]"):
        return
    posts = folder / "posts"
    stands = entry.attempts > 1 and answer_id in posts.read_text()
    if not stands and inbox.queue.renew(entry.job):
        _append(posts, f"{entry.incoming.ts} {answer_id}")
        if die == "post":
            os.kill(os.getpid(), signal.SIGKILL)
    if inbox.finished(entry, QuestionOutcome.ANSWERED, entry.incoming.ts):
        _append(folder / "finished", entry.incoming.ts)


def _append(file: Path, line: str) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(descriptor, f"{line}\n".encode())
    os.close(descriptor)


def _incoming(delivery: str) -> Incoming:
    number, event_id = delivery.split("/")
    # A handful of threads, so that order within one is kept as well.
    root = f"1700000000.{int(number) % 7:06d}"
    return Incoming(
        "T1", "C1", f"1700000001.{int(number):06d}", "U1", f"Question {number}?", AskedVia.MENTION,
        event_id=event_id, thread_ts=root,
    )  # fmt: skip


def _is_open(inbox: Inbox) -> bool:
    counts = inbox.counts()
    return counts["waiting"] + counts["working"] > 0


def _die_before(database: Database, commit: int) -> None:
    commits = 0

    def count(_connection: object) -> None:
        nonlocal commits
        commits += 1
        if commits == commit:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(database.engine, "commit", count)


if __name__ == "__main__":
    main(*sys.argv[1:])
