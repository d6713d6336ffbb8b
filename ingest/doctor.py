"""Check a library from settings to vectors, and suggest the command that fixes each fault.

The vector index is examined in a process of its own: a damaged one can take its reader down.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from index.errors import BriefsError, DatabaseUnavailable, LibraryMissing
from index.library import Library
from index.models.embedder import Embedder, ModelEmbedder
from index.settings import load
from index.storage.database import reachable

_STORED = (
    "database",
    "files",
    "texts",
    "vectors",
    "passages",
    "full text",
)  # as Library.faults names it
_START = (
    "import sys; sys.path[:1] = sys.argv[1:]; import ingest.doctor; sys.exit(ingest.doctor.main())"
)
CHECK_SECONDS = 60  # for the process that examines the vector index


@dataclass(frozen=True)
class CheckResult:
    """One thing that was looked at."""

    check: str
    sound: bool
    detail: str
    fix: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the object that `briefs doctor --json` prints."""
        return asdict(self) | {"mend": self.fix}

    def line(self) -> str:
        """Return the line for people."""
        mark = "ok   " if self.sound else "FAULT"
        return f"{mark} {self.check}: {self.detail}" + (f"; {self.fix}" if self.fix else "")


def examine() -> list[CheckResult]:
    """Return the findings; a missing library or wrong settings raise their own error."""
    settings = load()
    try:
        with Library.open(settings) as library:
            return list(_findings(library))
    except DatabaseUnavailable as error:
        return [CheckResult("database", False, str(error))]


def _findings(library: Library) -> Iterator[CheckResult]:
    reason = reachable(library.database)
    if reason:
        yield CheckResult("database", False, reason, "check BRIEFS_DATABASE_URL and the server")
        return
    faults = library.faults()
    for check in _STORED:
        fault, fix = faults.get(check, ("sound", None))
        yield CheckResult(check, fix is None, fault, fix)
    yield _checked("model", library.require_fingerprint, library.embedder.fingerprint.model)
    yield _converted_model(library.embedder)
    yield _checked("embedding", library.embedder.warm_up, "answers")
    yield _vector_index()


def _converted_model(embedder: Embedder) -> CheckResult:
    name = embedder.changed_conversion() if isinstance(embedder, ModelEmbedder) else None
    if name is None:
        return CheckResult("converted model", True, "unchanged")
    said = f"{name} changed after it was converted; it was deleted and is converted again now"
    fix = "if briefs were ingested since, run: briefs reindex --embed"
    return CheckResult("converted model", False, said, fix)


def _checked(name: str, check: Callable[[], object], sound: str) -> CheckResult:
    try:
        check()
    except BriefsError as error:
        return CheckResult(name, False, str(error))
    return CheckResult(name, True, sound)


def _vector_index() -> CheckResult:
    # In the user's folder, where briefs.toml and a relative BRIEFS_HOME are looked for.
    command = [sys.executable, "-c", _START, str(Path(__file__).resolve().parent.parent)]
    try:
        done = subprocess.run(  # noqa: S603 - our own module, no shell
            command, capture_output=True, text=True, timeout=CHECK_SECONDS
        )
    except subprocess.TimeoutExpired:
        return CheckResult("vector index", False, "does not answer", "run: briefs reindex")
    if done.returncode:
        said = (done.stderr.strip() or f"its reader ended with {done.returncode}").splitlines()[-1]
        return CheckResult("vector index", False, said, "run: briefs reindex")
    return CheckResult("vector index", True, "agrees with the database, finds what a scan finds")


def main() -> int:
    """Examine the vector index alone; print the reason and return 1 if it is damaged."""
    try:
        with Library.open(load()) as library:
            library.check_index()
    except LibraryMissing:
        return 0
    except BriefsError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0
