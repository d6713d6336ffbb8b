"""Run `briefs`, and kill the process before or after the nth call of a function of ours.

    python -m tests.killing before index.publishing:commit 1 -- ingest FOLDER

"interrupt" presses Ctrl-C after that call.

Nothing of this is shipped: the function is wrapped from outside, before the command starts.
"""

import functools
import os
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from itertools import count
from typing import Any

KILLING = [sys.executable, "-m", "tests.killing"]


def kill_at(when: str, target: str, number: int) -> None:
    """Wrap `module:function` or `module:Class.method` so that its call `number` kills us."""
    module, _, path = target.partition(":")
    *owners, name = path.split(".")
    owner = functools.reduce(getattr, owners, import_module(module))
    original: Callable[..., Any] = getattr(owner, name)
    calls = count(1)

    @functools.wraps(original)
    def wrapped(*arguments: Any, **named: Any) -> Any:
        call = next(calls)
        if (when, call) == ("before", number):
            os.kill(os.getpid(), signal.SIGKILL)
        returned = original(*arguments, **named)
        if (when, call) == ("after", number):
            os.kill(os.getpid(), signal.SIGKILL)
        if (when, call) == ("interrupt", number):
            os.kill(os.getpid(), signal.SIGINT)
        return returned

    setattr(owner, name, wrapped)


if __name__ == "__main__":
    kill_at(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    sys.argv = ["briefs", *sys.argv[5:]]
    from bot.app.cli import main

    main()
