"""Do, in a process that stays, what the ledger wants done: copy its head, forget what is too old.

In: a library and the audit's settings. The head is anchored every hour, old questions are forgotten
once a day. What cannot be done is logged and tried again an hour later; it stops nothing else.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from bot.audit import forgetting
from bot.audit.settings import AuditSettings, load
from bot.ledger import anchors
from index.errors import BriefsError
from index.library import Library

log = logging.getLogger(__name__)

HOUR = 3600.0
DAY = 24 * HOUR

Clock = Callable[[], float]
Sleep = Callable[[float], Awaitable[None]]


@asynccontextmanager
async def upkeep(library: Library, settings: AuditSettings | None = None) -> AsyncIterator[None]:
    """Keep the ledger while the body runs; raises SettingsError for a faulty [audit] table."""
    settings = settings or load()
    if path := settings.anchor_file:
        anchors.refuse_inside(path, library.home)
    tasks = []
    if settings.anchor_file or settings.keep_questions_days:
        tasks.append(asyncio.create_task(anchoring(library, settings)))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def anchoring(
    library: Library,
    settings: AuditSettings,
    *,
    clock: Clock = time.time,
    sleep: Sleep = asyncio.sleep,
) -> None:
    """Anchor at once and then every hour; forget what is too old at once and then every day."""
    forgotten_at = float("-inf")
    while True:
        due = clock() - forgotten_at >= DAY
        if days := settings.keep_questions_days if due else None:
            await asyncio.to_thread(_logged, lambda: _forget(library, days, clock))
            forgotten_at = clock()
        if settings.anchor_file:
            await asyncio.to_thread(_logged, lambda: _anchor(library, settings))
        await sleep(HOUR)


def _anchor(library: Library, settings: AuditSettings) -> None:
    assert settings.anchor_file
    anchor = anchors.keep(library.database, settings.anchor_file, library.home)
    log.info("ledger anchored: %s records", anchor.count)


def _forget(library: Library, days: int, clock: Clock) -> None:
    done = forgetting.forget_older(library.database, days, clock=clock)
    if done.records:
        log.info("%s questions older than %s days were forgotten", done.answers, days)
    if not done.clean:
        log.warning("deleted text may still be in the database's files; run: briefs audit forget")


def _logged(work: Callable[[], None]) -> None:
    try:
        work()
    except BriefsError as error:
        log.error("%s", error)
    except Exception as error:  # the process must go on
        log.error("the ledger's upkeep failed: %s", type(error).__name__)
