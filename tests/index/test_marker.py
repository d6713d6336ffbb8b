"""A library that was lost is not quietly made anew."""

import os

import pytest

from index.errors import DatabaseUnavailable, LibraryMissing
from index.library import Library
from index.settings import load
from index.storage.database import MARKER
from tests.fakes import HashedWords


def opened(home, create=True):
    Library.open(load(home=home), create=create, embedder=HashedWords()).close()


@pytest.mark.parametrize("create", [True, False])
@pytest.mark.parametrize(
    ("lose", "said"),
    [(lambda path: path.unlink(), "is gone"), (lambda path: os.truncate(path, 0), "is empty")],
)
def test_a_database_that_vanished_is_refused(tmp_path, create, lose, said):
    """With what to do; and nothing is written in its place."""
    opened(tmp_path)
    database = tmp_path / "library.db"
    lose(database)
    for leftover in tmp_path.glob("library.db-*"):
        leftover.unlink()
    with pytest.raises(DatabaseUnavailable, match=rf"{said}, and there was a library here; restore"):
        opened(tmp_path, create)
    assert not database.exists() or database.stat().st_size == 0


def test_whoever_means_it_may_begin_anew(tmp_path):
    """By deleting the marker that the message names."""
    opened(tmp_path)
    (tmp_path / "library.db").unlink()
    (tmp_path / MARKER).unlink()
    with pytest.raises(LibraryMissing):
        opened(tmp_path, create=False)
    opened(tmp_path)


def test_a_library_of_an_older_build_gets_its_marker(tmp_path):
    """When it is next opened; the marker is the library's id."""
    opened(tmp_path)
    first = (tmp_path / MARKER).read_text()
    (tmp_path / MARKER).unlink()
    opened(tmp_path, create=False)
    assert (tmp_path / MARKER).read_text() == first
    assert len(first.strip()) == 12
