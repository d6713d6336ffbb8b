"""Take jobs, several at once, and run the handler of each kind.

Keeps the leases of what is worked on, ends work whose lease another process took over, and hands
back what is open when the process ends. A handler that returns has finished its job; one that
raises leaves it to be taken again after the lease.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from bot.jobs.queue import Job, Queue
from index.errors import BriefsError

log = logging.getLogger(__name__)

POLL = 1.0  # seconds between looks for jobs that other processes left
GRACE = 8.5  # seconds that a stop waits for work under way; whoever sent SIGTERM waits for ten
RENEWALS = 3  # of a lease within its life


class LeaseLost(Exception):
    """The job is no longer ours: another process works on it, or it was ended."""


class Lease:
    """The hold on one job while its handler runs."""

    def __init__(self, queue: Queue, job: Job) -> None:
        self.queue, self.job = queue, job
        self.lost = False  # another process may be at it
        self.stopped = False  # somebody wants no more of it: the handler is cancelled
        self.committed = False  # too late to stop it
        self.finished = False  # the handler has ended the job, and has only little things left

    async def hold(self) -> None:
        """Renew right before something is shown; LeaseLost where it is not ours any more."""
        if self.lost or not await asyncio.to_thread(self.queue.renew, self.job):
            self.lost = True
            raise LeaseLost


@dataclass(frozen=True)
class Handler:
    """What is done for one kind of job, and for how many at once."""

    run: Callable[[Lease], Awaitable[None]]
    at_once: int


class Worker:
    """Works on jobs until it is stopped."""

    def __init__(self, queue: Queue, handlers: Mapping[str, Handler]) -> None:
        self._queue, self._handlers = queue, handlers
        self._wake = asyncio.Event()
        self._tasks: dict[asyncio.Task[None], Lease] = {}
        self._stopping = False
        self._loop = asyncio.get_running_loop()
        queue.on_added = self._added

    @property
    def working(self) -> int:
        """How many jobs are worked on."""
        return len(self._tasks)

    def wake(self) -> None:
        """Look for a job now: one has just been added."""
        self._wake.set()

    def _added(self) -> None:
        if not self._stopping:
            self._loop.call_soon_threadsafe(self.wake)

    async def run(self) -> None:
        """Take and work on jobs until `stop` is called."""
        while not self._stopping:
            self._wake.clear()
            while not self._stopping and (job := await self._taken()):
                self._begin(job)
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
        for lease in left.values():
            with suppress(BriefsError):  # else the lease ends
                await asyncio.to_thread(self._queue.release, lease.job)

    def cancel(self, lane: str) -> None:
        """Stop the work on the jobs of a lane, where it is not too late."""
        for task, lease in self._tasks.items():
            if lease.job.lane == lane and not (lease.committed or lease.stopped):
                lease.stopped = True
                task.cancel()

    async def _taken(self) -> Job | None:
        busy = Counter(lease.job.kind for lease in self._tasks.values())
        kinds = [kind for kind, one in self._handlers.items() if busy[kind] < one.at_once]
        if not kinds:
            return None
        try:
            return await asyncio.to_thread(self._queue.take, kinds)
        except Exception as error:  # the database is away: tried again at the next look
            log.error("no job could be taken: %s", _words(error))
            return None

    def _begin(self, job: Job) -> None:
        lease = Lease(self._queue, job)
        task = asyncio.create_task(self._work(lease))
        self._tasks[task] = lease
        task.add_done_callback(self._ended)
        if self._stopping:  # taken while the stop began
            task.cancel()

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._tasks.pop(task, None)
        self._wake.set()

    async def _work(self, lease: Lease) -> None:
        work = asyncio.current_task()
        assert work
        renewing = asyncio.create_task(self._renew(lease, work))
        try:
            await self._handlers[lease.job.kind].run(lease)
            await asyncio.to_thread(self._queue.finish, lease.job)
        except asyncio.CancelledError:
            if not lease.lost:
                raise
        except LeaseLost:
            log.info("a %s is another process's now, or was ended", lease.job.kind)
        except BriefsError as error:  # taken again after the lease
            log.error("a %s is left for later: %s", lease.job.kind, error)
        except Exception as error:
            log.error("a %s is left for later: %s", lease.job.kind, type(error).__name__)
        finally:
            renewing.cancel()

    async def _renew(self, lease: Lease, work: "asyncio.Task[None]") -> None:
        """Keep the lease; where it is lost, stop the work: another process does it."""
        while True:
            await asyncio.sleep(self._queue.lease_seconds / RENEWALS)
            if lease.finished:
                return
            try:
                if not await asyncio.to_thread(self._queue.renew, lease.job):
                    if lease.finished:
                        return
                    lease.lost = True
                    work.cancel()
                    return
            except Exception as error:  # tried again before the lease ends
                log.warning("a lease could not be renewed: %s", _words(error))


async def repeat(run: Callable[[], Awaitable[None]], seconds: float) -> None:
    """Do something for ever, the first time at once; what fails is done again the next time."""
    while True:
        try:
            await run()
        except Exception as error:
            log.error("left for the next round: %s", _words(error))
        await asyncio.sleep(seconds)


def _words(error: Exception) -> str:
    """Return what may be logged of an error: our own words, of others' the kind alone."""
    return str(error) if isinstance(error, BriefsError) else type(error).__name__
