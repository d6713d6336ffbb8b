"""Start a real `briefs serve` over a library, and wait until it listens."""

import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tests.commands import START, environment

PATIENCE = 60  # seconds


@contextmanager
def serving(home: Path, folder: Path, **more: str) -> Iterator[str]:
    """Yield the address of a server whose briefs.toml, if any, lies in `folder`."""
    process = subprocess.Popen(
        [*START, "serve", "--port", "0"],
        cwd=folder,
        env=environment(home, **more),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr
    timer = threading.Timer(PATIENCE, process.kill)
    timer.start()
    try:
        address = _address(process.stderr)
        timer.cancel()
        threading.Thread(target=process.stderr.read, daemon=True).start()  # so that it never waits
        yield address
    finally:
        timer.cancel()
        process.terminate()
        process.wait(20)


def _address(lines: IO[str]) -> str:
    said = []
    for line in lines:
        said.append(line)
        if found := re.search(r"listening on (https?://[^\s/,;]+)", line):
            return found[1].rstrip(":")
    raise AssertionError("it does not listen: " + "".join(said))
