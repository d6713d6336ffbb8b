"""Checks run in the background, one run at a time."""

import threading

import pytest

from bot.web.services import THREAD, CheckRun, CheckRuns, Tick
from index.errors import UsageError


def ended(runs: CheckRuns) -> CheckRun:
    """Return the run once it has ended."""
    for thread in threading.enumerate():
        if thread.name == THREAD:
            thread.join()
    assert runs.last
    return runs.last


def test_a_run_tells_its_progress_and_its_result() -> None:
    runs, told, go_on = CheckRuns(), threading.Event(), threading.Event()

    def work(tick: Tick) -> str:
        tick(3)
        told.set()
        assert go_on.wait(120)
        return "3 answers checked"

    assert runs.start("ilse", "all answers", 5, work)
    assert not runs.start("omar", "all answers", 5, work)
    assert told.wait(120)
    assert runs.last
    assert (runs.last.by, runs.last.done, runs.last.total, runs.last.ended) == ("ilse", 3, 5, None)
    go_on.set()
    assert (ended(runs).result, ended(runs).failed) == ("3 answers checked", False)
    assert runs.start("omar", "all answers", 5, lambda _: "again")
    assert ended(runs).result == "again"


def test_a_run_that_fails_says_so(caplog: pytest.LogCaptureFixture) -> None:
    """Our own errors in their words, others by their kind only."""

    def wrong(_: Tick) -> str:
        raise UsageError("since: not a date")

    def broken(_: Tick) -> str:
        raise ValueError("secret")

    for work, words in ((wrong, "since: not a date"), (broken, "the run failed (ValueError)")):
        runs = CheckRuns()
        runs.start("ilse", "all", 1, work)
        assert ended(runs).failed
        assert words in ended(runs).result
        assert "secret" not in ended(runs).result + caplog.text
