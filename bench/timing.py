"""Run a command as a whole process: wall clock, processor time, peak memory, output.

`ru_maxrss` of a child starts at what the parent holds when it forks (getrusage(2), exec keeps it),
so whoever calls `run` must stay small: no models, no frameworks in the measuring process.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_RSS_UNIT = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, getrusage(2)


class CommandFailedError(Exception):
    """A command that was to be measured ended with an exit code that was not expected."""


@dataclass(frozen=True)
class Run:
    """One finished process. Memory is that of its largest process, children included."""

    seconds: float  # of the wall clock
    cpu_seconds: float  # user and system, children included
    peak_mb: float
    code: int
    out: str
    err: str


def run(
    command: Sequence[str | Path],
    environment: Mapping[str, str],
    folder: Path,
    *,
    given: str = "",
    codes: Sequence[int] = (0,),
) -> Run:
    """Run the command in `folder` with `given` on its standard input and wait for it."""
    with (
        tempfile.TemporaryFile() as given_file,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
    ):
        given_file.write(given.encode())
        given_file.seek(0)
        started = time.perf_counter()
        process = subprocess.Popen(
            list(map(str, command)),
            env=dict(environment),
            cwd=folder,
            stdin=given_file,
            stdout=out,
            stderr=err,
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        code = process.returncode = os.waitstatus_to_exitcode(status)
        texts = []
        for stream in (out, err):
            stream.seek(0)
            texts.append(stream.read().decode("utf-8", "replace"))
    if code not in codes:
        last = (texts[1].strip() or texts[0].strip() or "no output").splitlines()[-1]
        raise CommandFailedError(f"{Path(command[0]).name} {command[1]}: exit code {code}: {last}")
    peak = usage.ru_maxrss * _RSS_UNIT / (1 << 20)
    return Run(seconds, usage.ru_utime + usage.ru_stime, peak, code, *texts)


def repeated(times: int, measure: Callable[[], Run]) -> list[Run]:
    """Measure several times, one after the other."""
    return [measure() for _ in range(times)]


def median(runs: Sequence[Run], value: Callable[[Run], float] = lambda run: run.seconds) -> float:
    """Return the median of a value over runs."""
    return statistics.median(map(value, runs))


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` in [0, 1] of the values lie, nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
