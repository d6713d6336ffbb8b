"""What a library writes is its owner's alone, whatever umask and folder were there before."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.search import Query
from index.settings import load
from tests.drafts import draft


@pytest.fixture(params=[0o000, 0o022])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def open_to_others(home: Path) -> dict[str, str]:
    """Return the mode of each file and folder in a home that others have any right to."""
    return {
        str(path.relative_to(home)): oct(path.lstat().st_mode)
        for path in home.rglob("*")
        if path.lstat().st_mode & 0o077
    }


def test_nothing_of_a_library_is_open_to_others(umask: int, tmp_path: Path, open_library) -> None:
    """Database, log, index, its copies and locks, in a folder that was there and is 755."""
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(0o755)
    library = open_library(load(home=home))
    library.publish([draft(f"{n}.txt", f"Brief {n}\n\nword{n} of w{n % 3}") for n in range(8)])
    library.publish([draft("new.txt", "Brief new\n\nanother word")])
    assert library.search(Query("word3"))
    names = {path.name for path in home.rglob("*")}
    assert {"library.db", "library.db-wal", "chroma.sqlite3"} <= names
    assert open_to_others(home) == {}
    assert home.stat().st_mode & 0o777 == 0o755  # the folder itself is the user's choice


def test_a_library_of_an_earlier_release_is_closed_when_it_is_opened(
    tmp_path: Path, open_library
) -> None:
    """The file and its log were 644 where the folder was there before."""
    home = tmp_path / "home"
    library = open_library(load(home=home))
    library.publish([draft("1.txt", "Brief 1\n\nword")])
    for path in home.glob("library.db*"):
        path.chmod(0o644)
    open_library(load(home=home)).search(Query("word"))
    assert [name for name in open_to_others(home) if name.startswith("library.db")] == []
