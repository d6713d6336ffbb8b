"""Take accepted questions, several at once, and see each to its one end.

Keeps the leases of what is worked on, ends work that somebody stopped or another process took over,
and hands back what is open when the process ends. What is done for a question: bot/slack/work.py.
"""

import asyncio
import logging
from contextlib import suppress

from bot.slack.outbox import Stopped
from bot.slack.parts import SlackServices
from bot.slack.types import Claim
from bot.slack.work import LeaseLost, Work
from index.errors import BriefsError, DatabaseUnavailable

log = logging.getLogger(__name__)

WORKERS = 16  # claims in work at once by one process; most of the time they wait for Slack
QUOTING = 2  # answers made at once from the briefs' own words: that is all processor
WRITING = 8  # by a model, which is mostly waited for
POLL = 1.0  # seconds between looks for claims that other processes left
GRACE = 8.5  # seconds that a stop waits for what is being worked on (F-54: 10 s in all)
RENEWALS = 3  # of a lease within its life


class Worker:
    """Works on claims until it is stopped."""

    def __init__(
        self, parts: SlackServices, *, lease_seconds: float = 30, workers: int = WORKERS
    ) -> None:
        """Take the parts; `lease_seconds` is that of the inbox."""
        self._parts = parts
        self._pause = lease_seconds / RENEWALS
        self._most = workers
        self._turns = asyncio.Semaphore(WRITING if parts.model else QUOTING)
        self._wake = asyncio.Event()
        self._tasks: dict[asyncio.Task[None], Work] = {}
        self._lost: set[asyncio.Task[None]] = set()  # the lease was
        self._unwished: set[asyncio.Task[None]] = set()  # somebody pressed Stop
        self._stopping = False

    @property
    def working(self) -> int:
        """How many claims are worked on."""
        return len(self._tasks)

    def wake(self) -> None:
        """Look for a claim now: one has just been accepted."""
        self._wake.set()

    async def run(self) -> None:
        """Take and work on claims until `stop` is called."""
        while not self._stopping:
            self._wake.clear()
            while len(self._tasks) < self._most and not self._stopping:
                claim = await self._taken()
                if claim is None:
                    break
                self._begin(claim)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), POLL)

    async def stop(self) -> None:
        """Finish what is being worked on within GRACE, hand the rest back."""
        self._stopping = True
        self._wake.set()
        if self._tasks:
            await asyncio.wait(list(self._tasks), timeout=GRACE)
        left = dict(self._tasks)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        for work in left.values():
            await self._hand_back(work.claim)

    def cancel(self, channel: str, root: str) -> None:
        """Stop the work on the questions of a thread: somebody pressed Stop."""
        for task, work in self._tasks.items():
            here = (work.incoming.channel, work.incoming.root) == (channel, root)
            if here and not work.delivering and task not in self._unwished:
                self._unwished.add(task)
                task.cancel()

    async def _taken(self) -> Claim | None:
        try:
            return await asyncio.to_thread(self._parts.inbox.take)
        except Exception as error:  # the database is away: tried again at the next look
            log.error("no question could be taken: %s", _words(error))
            return None

    async def _hand_back(self, claim: Claim) -> None:
        with suppress(BriefsError):  # else its lease ends
            await asyncio.to_thread(self._parts.inbox.release, claim)

    def _begin(self, claim: Claim) -> None:
        work = Work(self._parts, claim, self._turns)
        task = asyncio.create_task(self._bring_to_end(work))
        self._tasks[task] = work
        task.add_done_callback(self._ended)
        if self._stopping:  # taken while the stop began
            task.cancel()

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._tasks.pop(task, None)
        self._unwished.discard(task)
        self._lost.discard(task)
        self._wake.set()

    async def _bring_to_end(self, work: Work) -> None:
        task = asyncio.current_task()
        assert task
        renewing = asyncio.create_task(self._renew(work.claim, task))
        try:
            await work.run()
        except asyncio.CancelledError:
            if task in self._lost:
                await work.let_go()
            elif task in self._unwished:
                await self._end_stopped(work)
            else:
                raise
        except Stopped:
            await self._end_stopped(work)
        except LeaseLost:
            log.info("a question is worked on by another process now, or was withdrawn")
            await work.let_go()
        except DatabaseUnavailable as error:  # nothing can be noted: tried again after the lease
            log.error("a question is left for later: %s", error)
        except Exception as error:
            await self._fail(work, error)
        finally:
            renewing.cancel()

    async def _end_stopped(self, work: Work) -> None:
        with suppress(BriefsError, LeaseLost):
            await work.stopped()

    async def _fail(self, work: Work, error: Exception) -> None:
        if not isinstance(error, BriefsError | TimeoutError):
            log.exception("a question failed")
        try:
            await work.fail(error)
        except Exception as again:  # its lease ends, and it is tried again
            log.error("a failure could not be told: %s", _words(again))

    async def _renew(self, claim: Claim, work: "asyncio.Task[None]") -> None:
        """Keep the lease; where it is lost, stop the work: another process does it."""
        while True:
            await asyncio.sleep(self._pause)
            try:
                if not await asyncio.to_thread(self._parts.inbox.renew, claim):
                    self._lost.add(work)
                    work.cancel()
                    return
            except Exception as error:  # tried again before the lease ends
                log.warning("a lease could not be renewed: %s", _words(error))


def _words(error: Exception) -> str:
    """Return what may be logged of an error: our own words, of others' the kind alone."""
    return str(error) if isinstance(error, BriefsError) else type(error).__name__
