"""The queue: each job once, by one process at a time, whatever clocks and kills do."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.jobs import queue as module
from bot.jobs.queue import LONGEST_LEASE, NewJob, Queue
from index.storage.database import Database


def new(key: str, kind: str = "question", **more: object) -> NewJob:
    return NewJob(kind, key, **more)


def taken(queue: Queue, *kinds: str) -> str | None:
    job = queue.take(kinds or ["question"])
    return job and job.key


def test_a_job_is_added_once(queue, open_queue) -> None:
    """By two processes at once, and after its end; another kind may have the same key."""
    queues = [queue, open_queue("two")]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: queues[n % 2].add(new("a")), range(8)))
    assert sorted(map(len, found)) == [0] * 7 + [1]
    queue.finish(queue.take(["question"]))
    assert queue.add(new("a")) == []
    assert queue.add(new("a", "upload"))
    assert queue.known("question", "a")
    assert not queue.known("question", "b")


def test_one_of_many_takes_a_job(queue, open_queue) -> None:
    """Eight threads of two processes, four jobs: each is taken once."""
    queues = [queue, open_queue("two")]
    queue.add(*(new(str(number)) for number in range(4)))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: taken(queues[n % 2]), range(8)))
    assert sorted(filter(None, found)) == ["0", "1", "2", "3"]


def test_jobs_are_taken_by_position_and_only_of_the_kinds_asked_for(queue, clock) -> None:
    queue.add(new("late", position=9), new("first", position=1), new("other", "upload", position=0))
    queue.add(new("now"))
    assert [taken(queue) for _ in range(4)] == ["first", "late", "now", None]
    assert taken(queue, "question", "upload") == "other"


def test_a_lane_is_worked_on_in_order(queue, open_queue) -> None:
    """One at a time, by whichever process; equal positions in the order of adding."""
    two = open_queue("two")
    for key in ("a", "b"):
        queue.add(new(key, lane="thread", position=5))
    queue.add(new("elsewhere", lane="another", position=6), new("free", position=7))
    first = queue.take(["question"])
    assert [taken(two) for _ in range(3)] == ["elsewhere", "free", None]
    assert [job.key for job in two.lane(first)] == ["a", "b"]
    assert queue.take(["question"], lane="thread") is None
    queue.finish(first)
    assert two.take(["question"], lane="thread").key == "b"


def test_a_whole_lane_is_finished_by_who_holds_its_first_job(queue, open_queue, clock) -> None:
    queue.add(new("a", lane="x"), new("b", lane="x"), new("c", lane="y"))
    job = queue.take(["question"])
    clock.now += 31
    again = open_queue("two").take(["question"])
    queue.finish_lane(job)  # it is another's now
    assert queue.waiting("question") == 3
    open_queue("two").finish_lane(again)
    assert taken(queue) == "c"


def test_a_lease_is_held_while_it_is_renewed(queue, open_queue, clock) -> None:
    """And taken over when its owner is silent for its time; the old owner is out."""
    two = open_queue("two")
    queue.add(new("a", payload=[1], private={"text": "x"}))
    job = queue.take(["question"])
    for _ in range(5):
        clock.now += 20
        assert two.take(["question"]) is None
        assert queue.renew(job)
    clock.now += 31
    again = two.take(["question"])
    assert (again.attempts, again.payload, again.private) == (2, [1], {"text": "x"})
    assert not any(change(job) for change in (queue.renew, queue.release, queue.finish, queue.drop))
    assert two.finish(again)
    assert not two.finish(again)


def test_a_process_does_not_take_its_own_lost_lease_for_the_new_one(queue, clock) -> None:
    """A task that slept too long and the task after it have the same owner."""
    queue.add(new("a"))
    old = queue.take(["question"])
    clock.now += 31
    current = queue.take(["question"])
    assert not queue.renew(old)
    assert queue.renew(current)


def test_a_clock_set_back_holds_no_job_for_hours(queue, open_queue, clock) -> None:
    """Nor does one set forward double it; clocks a little apart change nothing."""
    two = open_queue("two")
    queue.add(new("a"))
    job = queue.take(["question"])
    clock.now -= 10
    assert two.take(["question"]) is None
    clock.now -= 7200
    assert two.take(["question"])
    assert not queue.renew(job)
    clock.now += 86_400
    assert queue.finish(queue.take(["question"]))
    assert taken(queue) is taken(two) is None


def test_a_job_handed_back_is_taken_at_once_and_a_dropped_one_may_come_again(queue) -> None:
    queue.add(new("a"))
    assert queue.release(queue.take(["question"]))
    assert queue.drop(queue.take(["question"]))
    assert not queue.known("question", "a")
    assert queue.add(new("a"))


def test_what_a_person_typed_goes_at_their_wish_and_at_the_end(queue) -> None:
    queue.add(new("a", person="slack:T:U", payload="p", private="secret", lane="l"))
    queue.add(new("b", person="slack:T:V", private="secret", lane="l"))
    with queue.write() as connection:
        module.forget_person(connection, "slack:T:U")
    job = queue.take(["question"])
    assert (job.payload, job.private) == ("p", None)
    queue.finish(job)
    with queue.write() as connection:
        module.forget_lanes(connection, "question", ["l"])
    assert queue.take(["question"]).private is None


def test_only_finished_jobs_are_pruned(queue, clock) -> None:
    queue.add(new("a"), new("b"))
    queue.finish(queue.take(["question"]))
    with queue.write() as connection:
        module.prune(connection, clock.now + 1)
    assert (queue.known("question", "a"), queue.known("question", "b")) == (False, True)


def test_whoever_adds_wakes_the_worker(queue) -> None:
    woken = []
    queue.on_added = lambda: woken.append(1)
    queue.add(new("a"))
    queue.add(new("a"))
    assert woken == [1]


def test_a_lease_is_a_sensible_time(open_queue) -> None:
    """One as long as those of a clock set back could not be told from them."""
    for seconds in (0, -1, LONGEST_LEASE):
        with pytest.raises(ValueError, match="a lease is between"):
            open_queue("one", lease_seconds=seconds)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["take", "finish", "release", "renew", "die", "wait", "skew"]),
        st.integers(0, 2),
    ),
    max_size=40,
)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_no_job_is_held_by_two_or_finished_twice(tmp_path_factory, steps) -> None:
    """Three processes whose clocks differ by seconds take, renew, die and come again."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('queue')}/x.db")
    now, skew = [1_000_000.0], [0.0, 0.0, 0.0]
    queues = [
        Queue(database, str(n), lease_seconds=60, clock=lambda n=n: now[0] + skew[n])
        for n in range(3)
    ]
    queues[0].add(*(new(str(number), lane=str(number % 2)) for number in range(4)))
    held, finished = {}, []
    for step, who in steps:
        if step == "take" and (job := queues[who].take(["question"])):
            for other in [one for one, its in held.items() if its.pk == job.pk]:
                assert not queues[other].renew(held.pop(other))
            held[who] = job
        elif step == "finish" and who in held:
            job = held.pop(who)
            if queues[who].finish(job):
                finished.append(job.key)
        elif step == "release" and who in held:
            queues[who].release(held.pop(who))
        elif step == "renew" and who in held:
            queues[who].renew(held[who])
        elif step == "die":
            held.pop(who, None)
        elif step == "wait":
            now[0] += 61
        elif step == "skew":
            skew[who] = -skew[who] or 9.0
    database.close()
    assert len(finished) == len(set(finished))
    for lane in (0, 1):
        in_order = [one for one in finished if int(one) % 2 == lane]
        assert in_order == sorted(in_order)
