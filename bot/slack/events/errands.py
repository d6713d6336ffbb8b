"""Do what follows a click after it was acknowledged: work in, a line for the person if it fails.

Keeps hold of the work until it is done. Only our own words reach Slack, and only the places of a
failure the log: what others said in their exceptions may hold a token or a response_url.
"""

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable

from bot.errors import NothingVisible
from bot.slack import phrases
from bot.slack.outbox import Undeliverable
from index.errors import BriefsError, NotFound, ReadError, UsageError

log = logging.getLogger(__name__)

Tell = Callable[[str], Awaitable[None]]
FIT_FOR_PEOPLE = (NothingVisible, ReadError, UsageError)


class Errands:
    """Work under way."""

    def __init__(self) -> None:
        """Start with none."""
        self._under_way: set[asyncio.Task[None]] = set()

    def start(self, work: Awaitable[object], tell: Tell | None = None) -> None:
        """Begin something; `tell` says a line to the person who waits for it."""
        task = asyncio.create_task(done(work, tell))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def finished(self) -> None:
        """Wait until nothing is under way."""
        while self._under_way:
            await asyncio.gather(*self._under_way)


async def done(work: Awaitable[object], tell: Tell | None = None) -> None:
    """Do something; never fails."""
    line = await _failure(work)
    if line and tell and (again := await _failure(tell(line))):
        log.warning("somebody could not be told: %s", again)


async def _failure(work: Awaitable[object]) -> str | None:
    """Return why something failed, in words for people; None where it did not."""
    try:
        await work
    except Undeliverable as failure:
        log.warning("a message could not be delivered: %s", failure.code)
        return failure.reason
    except FIT_FOR_PEOPLE as error:
        return str(error)
    except NotFound:
        return phrases.GONE
    except BriefsError as error:
        log.error("what follows a click failed: %s", error)
        return phrases.BROKEN
    except Exception as error:
        where = "".join(traceback.format_tb(error.__traceback__))
        log.error("what follows a click failed: %s\n%s", type(error).__name__, where)
        return phrases.BROKEN
    return None
