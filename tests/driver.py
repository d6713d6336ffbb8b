"""Run several `briefs` commands in one process, under limits: `python -m tests.driver JSON`.

The JSON object has "commands", a list of lists of arguments; "file_bytes", the size that no file
may exceed; "seconds", how long each command may take; "plain": true gives up what root may do
without permission. The model is the fake one. Prints a JSON list of [exit code, stdout, stderr] for
each; the code is "traceback" where one shows.
"""

import ctypes
import io
import json
import os
import resource
import signal
import sys
import traceback
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

_PR_CAPBSET_DROP = 24  # linux/prctl.h
_OVERRIDES = (1, 2)  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, linux/capability.h


def main(wish: dict[str, Any]) -> None:
    if wish.get("plain") and os.geteuid() == 0:
        _give_up_overrides(wish)
    signal.signal(signal.SIGALRM, _give_up)
    import index.library
    from tests.fakes import HashedTokens

    index.library.ModelEmbedder = lambda *_, **__: HashedTokens()  # type: ignore[assignment,misc]
    if "file_bytes" in wish:
        limit = wish["file_bytes"]
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    said = [_run(command, wish.get("seconds", 0)) for command in wish["commands"]]
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    sys.stdout.write(json.dumps(said))


def _run(arguments: list[str], seconds: int) -> tuple[int | str, str, str]:
    from bot.app import cli

    out, err = io.TextIOWrapper(io.BytesIO()), io.TextIOWrapper(io.BytesIO())
    sys.argv = ["briefs", *arguments]
    code: int | str = 0
    with redirect_stdout(out), redirect_stderr(err):
        signal.alarm(seconds)
        try:
            cli.main()
        except SystemExit as leaving:
            code = leaving.code or 0
        except BaseException:
            code = "traceback"
            traceback.print_exc()
        finally:
            signal.alarm(0)
    texts = []
    for stream in (out, err):
        stream.flush()
        texts.append(stream.buffer.getvalue().decode())  # type: ignore[attr-defined]
    return code, *texts


def _give_up(*_: object) -> None:
    raise RuntimeError("it hangs")


def _give_up_overrides(wish: dict[str, Any]) -> None:
    """Start again without them: they are lost with the next program."""
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in _OVERRIDES:
        if libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "cannot give up what root may do")
    again = json.dumps({**wish, "plain": False})
    os.execv(sys.executable, [sys.executable, "-m", "tests.driver", again])


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
