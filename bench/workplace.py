"""The folder a benchmark works in: libraries made once, our command, samples of the data.

Nothing is written to the data folder. Libraries are made by the real command and kept for the
benchmarks that follow, in this run or, with `--work FOLDER`, in the next, until the code that fills
them changes.
"""

import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from bench import timing
from bench.timing import Run

ROOT = Path(__file__).resolve().parent.parent
QUICK_FILES = 12  # of a folder, with --quick
_DONE = ".done"
_T = TypeVar("_T")


@dataclass(frozen=True)
class Workplace:
    """Where the data is, where to work, and whether a small run will do."""

    data: Path
    work: Path
    quick: bool = False

    def environment(self, home: Path | None = None) -> dict[str, str]:
        """Return the environment for measured commands: ours without any BRIEFS_ of the caller."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("BRIEFS_")}
        kept |= {"PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1", "ANONYMIZED_TELEMETRY": "False"}
        kept["BRIEFS_MODEL_CACHE"] = str(self.models)
        return kept | ({"BRIEFS_HOME": str(home)} if home else {})

    @property
    def models(self) -> Path:
        """The folder of converted models that all libraries here share."""
        return self.work / "models"

    def briefs(
        self, home: Path, *arguments: str | Path, given: str = "", codes: Sequence[int] = (0,)
    ) -> Run:
        """Run our command on the library in `home`."""
        command = (Path(sys.executable).parent / "briefs", *arguments)
        return timing.run(
            command, self.environment(home), self._elsewhere(), given=given, codes=codes
        )

    def tutorial(self, *arguments: str | Path, given: str = "") -> Run:
        """Run the peer's command."""
        command = (sys.executable, "-m", "bench.tutorial", *arguments)
        return timing.run(command, self.environment(), self._elsewhere(), given=given)

    def fresh(self, name: str) -> Path:
        """Return an empty folder."""
        folder = self.work / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def kept(self, name: str) -> Path:
        """Return where a folder that is kept lies; small runs have their own."""
        return self.work / (f"{name}-quick" if self.quick else name)

    def has(self, name: str) -> bool:
        """Say whether a folder has been filled, by this run or an earlier one of the same code."""
        mark = self.kept(name) / _DONE
        return mark.exists() and mark.read_text() == _code(name)

    def make(self, name: str, fill: Callable[[Path], _T]) -> _T:
        """Fill a folder anew, keep it for later, and return what `fill` returns."""
        folder = self.fresh(self.kept(name).name)
        result = fill(folder)
        (folder / _DONE).write_text(_code(name))
        return result

    def made(self, name: str, fill: Callable[[Path], object]) -> Path:
        """Return the folder that `fill` fills, filled by this call or an earlier one."""
        if not self.has(name):
            self.make(name, fill)
        return self.kept(name)

    def markdown(self) -> Path:
        """Return the folder of markdown reports; with --quick a copy of some of them."""
        return self._sample("markdown", sorted((self.data / "crs/markdown").rglob("*.md")))

    def pdf(self) -> Path:
        """Return the folder of PDF reports; with --quick a copy of those in the sample."""
        wanted = {path.name.split("v")[0] for path in self.markdown().rglob("*.md")}
        found = sorted((self.data / "crs/pdf").rglob("*.pdf"))
        return self._sample("pdf", [path for path in found if path.name.split(".")[0] in wanted])

    def markdown_library(self) -> Path:
        """Return the home of a library of the markdown reports, made by `briefs ingest`."""
        return self.made("library", lambda home: self.briefs(home, "ingest", self.markdown()))

    def markdown_store(self) -> Path:
        """Return the tutorial's store of the same reports."""
        return self.made("store", lambda store: self.tutorial("ingest", self.markdown(), store))

    def _sample(self, name: str, files: Sequence[Path]) -> Path:
        if not self.quick:
            return self.data / "crs" / name

        def copy(folder: Path) -> None:
            for path in files[:QUICK_FILES] if name == "markdown" else files:
                shutil.copy(path, folder)

        return self.made(name, copy)

    def _elsewhere(self) -> Path:
        """A folder without briefs.toml, whose settings would be read."""
        folder = self.work / "empty"
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def _code(name: str) -> str:
    """Return the hash of the code that fills a folder: the peer's own, or ours."""
    paths = [ROOT / "bench/tutorial.py"]
    if name != "store":
        paths = [path for part in ("index", "ingest") for path in (ROOT / part).rglob("*.py")]
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.read_bytes())
    return digest.hexdigest()
