"""The example briefs in a library with the real model, and a shell to use it."""

import shutil
from pathlib import Path

import pytest

from index.library import Library
from index.settings import load
from ingest.pipeline import ingest
from tests.commands import ROOT, Shell

EXAMPLES = ROOT / "examples"


@pytest.fixture(scope="session")
def untouched_examples(tmp_path_factory: pytest.TempPathFactory, model_cache: Path) -> Path:
    """A BRIEFS_HOME with the example briefs, to be copied: nothing was ever asked there."""
    home = tmp_path_factory.mktemp("examples")
    (home / "models").symlink_to(model_cache)
    with Library.open(load(home=home), create=True) as library:
        report = ingest(library, [str(EXAMPLES / "briefs")])
    assert not report.failed
    return home


@pytest.fixture(scope="session")
def examples_home(untouched_examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy for the tests that ask it, whose ledger grows, and change nothing else."""
    home = tmp_path_factory.mktemp("asked") / "home"
    shutil.copytree(untouched_examples, home, symlinks=True)
    return home


@pytest.fixture
def own_examples(untouched_examples: Path, tmp_path: Path) -> Path:
    """A copy for a test that changes it."""
    home = tmp_path / "own"
    shutil.copytree(untouched_examples, home, symlinks=True)
    return home


@pytest.fixture
def shell(
    examples_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """The command on the example briefs, in this process."""
    return Shell(examples_home, monkeypatch, capsys)


@pytest.fixture
def own_shell(
    own_examples: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """The command on a copy of the example briefs."""
    return Shell(own_examples, monkeypatch, capsys)
