"""Temporary folders of killed processes are deleted by the next; those in use and others' stay."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from ingest.sandbox import Sandbox
from ingest.scratch import PURPOSES, ScratchFolder, sweep
from tests.commands import ROOT

LEFT = """
import os, sys
from ingest.scratch import ScratchFolder
print(ScratchFolder(sys.argv[1]).path, flush=True)
sys.stdin.readline()
os.kill(os.getpid(), 9)
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's folder for temporary files."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def age(folder: Path) -> None:
    os.utime(folder, (0, 0))


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_killed_process_leaves_nothing_for_long(purpose: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", LEFT, purpose], cwd=ROOT,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout
    folder = Path(process.stdout.readline().strip())
    (folder / "document.pdf").write_text("private")
    age(folder)
    sweep()
    assert folder.is_dir()  # it is in use
    process.communicate("\n")
    sweep()
    assert not folder.exists()


def test_reading_a_document_sweeps(place: Path) -> None:
    left = place / "briefs-sandbox-left"
    left.mkdir()
    age(left)
    with Sandbox() as sandbox:
        sandbox.read(b"Cod quotas fell.\n\nBy a third.", "a.txt")
        assert not left.exists()
        assert len(list(place.iterdir())) == 1
    assert list(place.iterdir()) == []


def test_what_is_fresh_foreign_or_a_link_stays(place: Path) -> None:
    for name in ("briefs-sandbox-fresh", "briefs-notes", "other"):
        (place / name).mkdir()
    age(place / "briefs-notes")
    age(place / "other")
    (place / "briefs-sandbox-link").symlink_to(place / "other")
    (place / "briefs-sandbox-file").write_text("")
    sweep()
    assert len(list(place.iterdir())) == 5


def test_cleaning_up_twice_is_harmless() -> None:
    with ScratchFolder("eval") as path:
        pass
    assert not Path(path).exists()
