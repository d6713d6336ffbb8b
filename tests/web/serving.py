"""Start a real command that serves over HTTP, and wait until it listens."""

import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.commands import START, environment

PATIENCE = 120  # seconds, against hanging for good


@contextmanager
def started(
    home: Path, *arguments: str, folder: Path | None = None, **env: str
) -> Iterator[tuple["subprocess.Popen[str]", int]]:
    """Yield the process and its port on this machine; briefs.toml, if any, lies in `folder`.

    The process has the path of the printed link that signs the machine's user in, as `link`.
    """
    process = subprocess.Popen(
        [*START, *arguments],
        cwd=folder,
        env=environment(home, **env),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr
    timer = threading.Timer(PATIENCE, process.kill)
    timer.start()
    said = ""
    try:
        while not (found := re.search(r"listening on http://[\d.]+:(\d+)", said)):
            line = process.stderr.readline()
            assert line, f"it does not listen: {said}"
            said += line
        timer.cancel()
        link = re.search(r"sign in as admin: http://[\d.:]+(\S+)", said)
        process.link = link[1] if link else ""  # type: ignore[attr-defined]
        threading.Thread(target=process.stderr.read, daemon=True).start()  # so that it never waits
        yield process, int(found[1])
    finally:
        timer.cancel()
        process.kill()
        process.wait()
