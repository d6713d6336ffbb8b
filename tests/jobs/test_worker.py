"""The worker: handlers run, leases are kept, and nothing is left held at the end."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.jobs import worker as module
from bot.jobs.queue import NewJob, Queue
from bot.jobs.worker import Handler, Lease, LeaseLost, Worker
from index.errors import BriefsError
from index.storage.database import Database

pytestmark = pytest.mark.anyio


class Workshop:
    """A queue with one worker, whose handler of "job" is given by the test."""

    def __init__(self, queue: Queue) -> None:
        self.queue = queue
        self.handled: list[str] = []
        self.events: dict[str, asyncio.Event] = {}
        self.worker: Worker | None = None

    async def start(self, run: Callable[[Lease], Awaitable[None]], at_once: int = 4) -> Worker:
        self.worker = Worker(self.queue, {"job": Handler(run, at_once)})
        self._running = asyncio.create_task(self.worker.run())
        return self.worker

    async def add(self, *keys: str, lane: str | None = None) -> None:
        new = [NewJob("job", key, lane) for key in keys]
        await asyncio.to_thread(self.queue.add, *new)

    async def until(self, holds: Callable[[], object]) -> None:
        async with asyncio.timeout(120):
            while not holds():
                await asyncio.sleep(0.005)

    async def end(self) -> None:
        if self.worker:
            await self.worker.stop()
            await self._running


@pytest.fixture
async def workshop(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "POLL", 0.01)
    database = Database(f"sqlite:///{tmp_path}/library.db")
    made = Workshop(Queue(database, "one", lease_seconds=200))
    yield made
    await made.end()
    database.close()


async def test_what_is_added_is_done_and_finished(workshop) -> None:
    async def run(lease: Lease) -> None:
        workshop.handled.append(lease.job.key)

    await workshop.start(run)
    await workshop.add("a", "b", "c")
    await workshop.until(lambda: not workshop.queue.waiting("job"))
    assert sorted(workshop.handled) == ["a", "b", "c"]


async def test_no_more_than_so_many_of_a_kind_at_once(workshop) -> None:
    go_on, most = asyncio.Event(), []

    async def run(lease: Lease) -> None:
        most.append(workshop.worker.working)
        await go_on.wait()

    await workshop.add(*"abcde")
    await workshop.start(run, at_once=2)
    await workshop.until(lambda: len(most) == 2)
    go_on.set()
    await workshop.until(lambda: not workshop.queue.waiting("job"))
    assert max(most) == 2


@pytest.mark.parametrize("error", [BriefsError("the disk is full"), RuntimeError("xoxb-secret")])
async def test_a_job_that_fails_is_taken_again_after_its_lease(workshop, error, caplog) -> None:
    now = [1000.0]
    workshop.queue.clock = lambda: now[0]

    async def run(lease: Lease) -> None:
        workshop.handled.append(lease.job.key)
        if not lease.job.again:
            raise error

    await workshop.start(run)
    await workshop.add("a")
    await workshop.until(lambda: workshop.handled and not workshop.worker.working)
    assert workshop.queue.waiting("job") == 1
    now[0] += 201
    await workshop.until(lambda: not workshop.queue.waiting("job"))
    assert workshop.handled == ["a", "a"]
    assert "secret" not in caplog.text


async def test_work_whose_lease_another_process_took_is_ended(workshop) -> None:
    workshop.queue.lease_seconds = 0.03
    ended: list[bool] = []

    async def run(lease: Lease) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(lease.lost)

    await workshop.add("a")
    workshop.queue.renew = lambda job: False
    await workshop.start(run)
    await workshop.until(lambda: ended)
    assert ended[0] is True


async def test_a_hold_that_fails_ends_the_work(workshop) -> None:
    async def run(lease: Lease) -> None:
        workshop.queue.release(lease.job)
        with pytest.raises(LeaseLost):
            await lease.hold()
        workshop.handled.append(lease.job.key)
        lease.committed = True
        raise LeaseLost

    await workshop.add("a")
    await workshop.start(run)
    await workshop.until(lambda: workshop.handled)


async def test_a_lane_is_stopped_unless_it_is_too_late(workshop) -> None:
    leases: dict[str, Lease] = {}

    async def run(lease: Lease) -> None:
        leases[lease.job.key] = lease
        lease.committed = lease.job.key == "late"
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if not lease.stopped:
                raise

    await workshop.add("early", lane="x")
    await workshop.add("late", lane="y")
    worker = await workshop.start(run)
    await workshop.until(lambda: len(leases) == 2)
    worker.cancel("x")
    worker.cancel("y")
    await workshop.until(lambda: workshop.queue.waiting("job") == 1)
    assert (leases["early"].stopped, leases["late"].stopped) == (True, False)
    module.GRACE, before = 0.01, module.GRACE
    try:
        await worker.stop()
    finally:
        module.GRACE = before


async def test_a_stop_hands_back_what_is_not_done_in_time(workshop, monkeypatch) -> None:
    """Another process takes it at once; what is done in time is finished."""
    monkeypatch.setattr(module, "GRACE", 0.2)
    begun: list[str] = []

    async def run(lease: Lease) -> None:
        begun.append(lease.job.key)
        if lease.job.key == "slow":
            await asyncio.Event().wait()

    await workshop.add("slow", "quick")
    await workshop.start(run)
    await workshop.until(lambda: len(begun) == 2 and workshop.queue.waiting("job") == 1)
    await workshop.end()
    other = workshop.queue.take(["job"])
    assert (other.key, other.attempts) == ("slow", 2)


async def test_a_database_that_is_away_is_asked_again(workshop, monkeypatch) -> None:
    take, fails = workshop.queue.take, [OSError("gone"), BriefsError("gone")]

    def sometimes(kinds):
        if fails:
            raise fails.pop()
        return take(kinds)

    monkeypatch.setattr(workshop.queue, "take", sometimes)

    async def run(lease: Lease) -> None:
        workshop.handled.append(lease.job.key)

    await workshop.add("a")
    await workshop.start(run)
    await workshop.until(lambda: workshop.handled)


async def test_what_is_repeated_goes_on_whatever_fails(caplog) -> None:
    done: list[int] = []

    async def run() -> None:
        done.append(1)
        raise [RuntimeError("xoxb-secret"), BriefsError("the disk is full")][len(done) % 2]

    task = asyncio.create_task(module.repeat(run, 0.001))
    async with asyncio.timeout(120):
        while len(done) < 4:
            await asyncio.sleep(0.001)
    task.cancel()
    assert "RuntimeError" in caplog.text
    assert "the disk is full" in caplog.text
    assert "secret" not in caplog.text
