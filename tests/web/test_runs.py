"""Runs of checks go on in the background, one at a time."""

import threading
import time

from bot.web.runs import CheckRun, CheckRuns
from index.errors import UsageError


def ended(runs: CheckRuns) -> CheckRun:
    """Return the run once it has ended."""
    deadline = time.monotonic() + 10
    while runs.last is None or runs.last.ended is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return runs.last


def test_a_run_tells_how_far_it_is_and_what_came_of_it() -> None:
    """While it goes on no other begins."""
    runs, go = CheckRuns(), threading.Event()

    def work(tick):
        tick(3)
        go.wait(10)
        return "3 answers checked"

    assert runs.start("ilse", "all answers", 5, work)
    assert not runs.start("omar", "all answers", 5, work)
    while not (runs.last and runs.last.done):
        time.sleep(0.01)
    assert (runs.last.by, runs.last.done, runs.last.total, runs.last.ended) == ("ilse", 3, 5, None)
    go.set()
    assert (ended(runs).said, ended(runs).failed) == ("3 answers checked", False)
    assert runs.start("omar", "all answers", 5, lambda _: "again")
    assert ended(runs).said == "again"


def test_a_run_that_fails_says_so(caplog) -> None:
    """Our own errors in their words, others by their kind alone."""

    def wrong(_):
        raise UsageError("since: not a date")

    def broken(_):
        raise ValueError("secret")

    for work, words in ((wrong, "since: not a date"), (broken, "it failed (ValueError)")):
        runs = CheckRuns()
        runs.start("ilse", "all", 1, work)
        assert ended(runs).failed
        assert words in ended(runs).said
        assert "secret" not in ended(runs).said + caplog.text
