"""A kill at any moment of an ingest: the library opens, nothing is half in, the rerun finishes."""

import random
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from index.library import Library
from index.search import Query
from index.settings import load
from index.storage import schema
from index.storage.schema import CURRENT
from tests.commands import START, Shell, environment
from tests.killing import KILLING

# Where an ingest is killed: before or after which call of a function.
POINTS = (
    ("after", "ingest.sandbox:Sandbox.read", 1),
    ("after", "ingest.sandbox:Sandbox.read", 2),
    ("after", "index.publishing:embed", 1),
    ("after", "index.indexing:Indexing.build", 1),
    ("before", "index.publishing:record_generation", 1),
    ("before", "index.indexing:Indexing.tidy", 1),
    ("after", "index.indexing:Indexing.tidy", 1),
)
BEFORE_COMMIT = (POINTS[3], POINTS[4])

Point = tuple[str, str, int]

Finish = Callable[[Path, Path], None]

HARBOUR = "# Harbour works\n\nThe mole at Skagen was repaired in May.\n\nIt cost 4.2 million.\n"
RAIL = "# Rail freight\n\nFreight by rail grew by 6 percent.\n\nCoal was a fifth of it.\n"
WHEAT = "# Wheat prices\n\nWheat traded at 310 euros a tonne.\n\nStocks were low.\n"
SALT = "# Salt mines\n\nThe mine at Wieliczka reopened its lower level.\n"


def first_folder(folder: Path) -> Path:
    folder.mkdir()
    (folder / "harbour.md").write_text(HARBOUR)
    (folder / "rail.md").write_text(RAIL)
    (folder / "wheat.md").write_text(WHEAT)
    return folder


def changed_folder(folder: Path) -> Path:
    """One brief changed, one gone, one new, one as it was."""
    (folder / "harbour.md").write_text(HARBOUR.replace("4.2", "5.1"))
    (folder / "rail.md").unlink()
    (folder / "salt.md").write_text(SALT)
    return folder


def ingest(home: Path, folder: Path, kill: Point | None = None) -> subprocess.Popen[bytes]:
    start = [*KILLING, *map(str, kill), "--"] if kill else START
    return subprocess.Popen(
        [*start, "ingest", str(folder), "--prune", "--json"], env=environment(home),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


@pytest.fixture
def finish(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Finish:
    """Run the same command to its end, in this process: nothing kills it."""

    def run(home: Path, folder: Path) -> None:
        Shell(home, monkeypatch, capsys).json("ingest", str(folder), "--prune")

    return run


@pytest.fixture(scope="session")
def filled_home(tmp_path_factory: pytest.TempPathFactory, model_cache: Path) -> Path:
    """A library into which the first folder was ingested, and the folder, to be copied."""
    base = tmp_path_factory.mktemp("filled")
    (base / "home").mkdir()
    (base / "home/models").symlink_to(model_cache)
    assert ingest(base / "home", first_folder(base / "briefs")).wait(120) == 0
    return base


@pytest.fixture
def filled(filled_home: Path, tmp_path: Path) -> tuple[Path, Path]:
    """A home with the first folder ingested, and that folder changed since."""
    shutil.copytree(filled_home / "home", tmp_path / "home", symlinks=True)
    # The documents are known by their paths: the folder stays where it was ingested from.
    shutil.rmtree(filled_home / "briefs")
    first_folder(filled_home / "briefs")
    return tmp_path / "home", changed_folder(filled_home / "briefs")


def state(home: Path) -> list[tuple[str, int, str, int]]:
    """What is searchable, after checking that it is whole."""
    with Library.open(load(home=home)) as library:
        assert library.faults() == {}
        library.check_index()
        with library.database.read() as connection:
            rows = connection.execute(
                select(schema.passages.c.pk, schema.vectors.c.passage_pk).outerjoin(
                    schema.vectors, schema.vectors.c.passage_pk == schema.passages.c.pk
                )
            ).all()
            assert all(pk == vector for pk, vector in rows)
        for row in library.versions():
            brief = library.brief(row.brief.id, row.brief.version)
            passages = library.passages(brief)
            assert len(passages) == row.passages > 0
            assert all(brief.text[p.start : p.end] == p.text for _, p in passages)
        return sorted(
            (row.brief.title, row.brief.version, row.state, row.passages)
            for row in library.versions()
        )


def searchable(home: Path, question: str) -> str:
    with Library.open(load(home=home)) as library:
        return library.search(Query(question))[0].passage.text


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_ingest_is_whole_or_not_at_all(filled, finish, point) -> None:
    """After the kill all or nothing of the batch is in; the same command finishes; then all is
    unchanged."""
    home, folder = filled
    before = state(home)
    process = ingest(home, folder, point)
    process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL, f"{point} was never reached"
    killed = state(home)
    finish(home, folder)
    after = state(home)
    assert killed in (before, after)
    assert after != before
    assert {(title, version) for title, version, kept, _ in after if kept == CURRENT} == {
        ("Harbour works", 2), ("Salt mines", 1), ("Wheat prices", 1),
    }  # fmt: skip
    assert "5.1 million" in searchable(home, "What did the harbour works cost?")
    generation = generation_of(home)
    finish(home, folder)
    assert (state(home), generation_of(home)) == (after, generation)


@pytest.mark.parametrize("point", BEFORE_COMMIT)
def test_the_very_first_ingest_can_be_killed(home_with_model, tmp_path, finish, point) -> None:
    folder = first_folder(tmp_path / "briefs")
    process = ingest(home_with_model, folder, point)
    process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL
    assert state(home_with_model) == []
    finish(home_with_model, folder)
    assert len(state(home_with_model)) == 3


def test_two_ingests_at_once_end_with_all_briefs_in(home_with_model: Path, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for number, folder in enumerate((one, two)):
        folder.mkdir()
        for part in range(3):
            name = f"Report {number}{part}"
            (folder / f"{part}.md").write_text(
                f"# {name}\n\n{name} covers district {part}{number}."
            )
    processes = [ingest(home_with_model, folder) for folder in (one, two)]
    for process in processes:
        _, err = process.communicate(timeout=120)
        assert process.returncode == 0, err.decode()
    assert len(state(home_with_model)) == 6


def test_a_kill_at_any_time_leaves_a_sound_library(filled, finish) -> None:
    """Kills at three moments of chance, then the rerun."""
    home, folder = filled
    before = state(home)
    chance = random.Random(7)
    seen = []
    for _ in range(3):
        process = ingest(home, folder)
        try:
            process.communicate(timeout=chance.uniform(0.8, 2.5))
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
        seen.append(state(home))
    finish(home, folder)
    after = state(home)
    assert all(found in (before, after) for found in seen)


def generation_of(home: Path) -> int:
    with Library.open(load(home=home)) as library:
        return library.generation
