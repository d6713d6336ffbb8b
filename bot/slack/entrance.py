"""Let questions into the inbox together: those that come while one transaction runs share the next.

A transaction costs a write to the disk; Slack wants each of a hundred events at once acknowledged
within a second. Knows nothing of events.
"""

import asyncio

from bot.slack.inbox import Inbox
from bot.slack.types import Accepted, Incoming

MOST = 100  # questions in one transaction


class Entrance:
    """Accepts questions for one process."""

    def __init__(self, inbox: Inbox) -> None:
        """Take the inbox."""
        self._inbox = inbox
        self._waiting: list[tuple[Incoming, asyncio.Future[Accepted]]] = []
        self._letting_in: asyncio.Task[None] | None = None

    async def accept(self, incoming: Incoming) -> Accepted:
        """Let in one question; when this returns it is safe to acknowledge it.

        Raises whatever the inbox raises: then none of those together was let in.
        """
        done: asyncio.Future[Accepted] = asyncio.get_running_loop().create_future()
        self._waiting.append((incoming, done))
        if self._letting_in is None:
            self._letting_in = asyncio.create_task(self._let_in())
        return await done

    async def _let_in(self) -> None:
        try:
            while self._waiting:
                together, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                asked = [incoming for incoming, _ in together]
                try:
                    verdicts = await asyncio.to_thread(self._inbox.accept_all, asked)
                except Exception as error:
                    for _, done in together:
                        if not done.done():
                            done.set_exception(error)
                    continue
                for (_, done), verdict in zip(together, verdicts, strict=True):
                    if not done.done():
                        done.set_result(verdict)
        finally:
            self._letting_in = None
