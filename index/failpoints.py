"""Named places at which a test may kill the process: `FAIL_AT=ingest.before_commit:2`.

The names are registered here, so that a test can walk them all.
"""

import os
import signal
from collections import Counter

NAMES = (
    "answer.after_begun",
    "answer.after_intent",
    "answer.after_post",
    "answer.after_record",
)
VARIABLE = "FAIL_AT"

_passes: Counter[str] = Counter()


def reached(name: str) -> None:
    """Kill this process with SIGKILL if the environment asks for it at this pass of this point."""
    wanted = os.environ.get(VARIABLE)
    if not wanted:
        return
    assert name in NAMES, name
    _passes[name] += 1
    point, _, count = wanted.partition(":")
    if point == name and _passes[name] == int(count or 1):
        os.kill(os.getpid(), signal.SIGKILL)
