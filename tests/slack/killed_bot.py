"""Start `briefs`, to be killed where KILLED_AT says: between two steps of the work on a question.

Run as: python killed_bot.py slack. The steps are calls of the bot's own methods; nothing of this is
in what is shipped.
"""

import asyncio
import functools
import os
import signal
from typing import Any

from bot.app.cli import main
from bot.ledger.ledger import Ledger
from bot.slack.delivery.inbox import Inbox
from bot.slack.delivery.outbox import Outbox

# name: the class and method, and whether the kill comes before or after the call
POINTS = {
    "after the answer is in the ledger": (Ledger, "append", "after"),
    "after it is noted what will be posted": (Inbox, "recorded", "after"),
    "after the post": (Inbox, "finished", "before"),
    "after the end": (Inbox, "finished", "after"),
    "after the record of the post": (Ledger, "add", "after"),
}
GROWING = {
    "before an unfinished answer is shown": (Inbox, "begun", "after"),
    "after an unfinished answer is shown": (Outbox, "post", "after"),
}


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def hook(owner: type, name: str, when: str) -> None:
    """Have the process killed by the first call of a method."""
    method = getattr(owner, name)

    @functools.wraps(method)
    def call(*given: Any, **named: Any) -> Any:
        if when == "before":
            die()
        result = method(*given, **named)
        return done(result) if asyncio.iscoroutine(result) else die()

    async def done(result: Any) -> None:
        await result
        die()

    setattr(owner, name, call)


if __name__ == "__main__":
    if point := os.environ.get("KILLED_AT"):
        hook(*(POINTS | GROWING)[point])
    main()
