"""What the database says is checked against checksums: damage is found, or healed, never copied."""

import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from index.errors import BriefsError
from index.left_out import LeftOut, OmissionReason
from index.library import Library
from index.settings import load
from index.storage import checksums
from index.storage.checksums import ChecksumScope
from tests.drafts import draft, each_alone
from tests.fakes import HashedTokens
from tests.flips import flips

SEEDS = range(12)
RATES = "Rates in the north\n\nThe bank raised its rate in March. Prices fell."
FISH = "Fishing quotas\n\nCod quotas fell by a third after the survey.\n\nHerring stays open."

ALL_ALIKE = (
    "UPDATE vectors SET vector = (SELECT vector FROM vectors ORDER BY passage_pk DESC LIMIT 1)"
)


def filled(library: Library) -> None:
    """A brief with two versions, and one alone."""
    fish = draft("b.txt", FISH, count=each_alone)
    omitted = (LeftOut(OmissionReason.PAGE_NUMBER, 3, "117"),)
    library.publish(
        [draft("a.txt", RATES), replace(fish, brief=replace(fish.brief, left_out=omitted))]
    )
    library.publish([draft("a.txt", f"{RATES}\n\nIt was corrected later.")])


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("sound") / "home"
    with Library.open(load(home=home), create=True, embedder=HashedTokens()) as library:
        filled(library)
        assert library.faults() == {}
        library.database.empty_log()
    return home


@pytest.fixture
def copy(sound: Path, tmp_path: Path) -> Path:
    shutil.copytree(sound, tmp_path / "copy")
    return tmp_path / "copy"


def found(home: Path) -> bool:
    """Open the library and look for faults; what cannot be opened says so in a line."""
    try:
        with Library.open(load(home=home), embedder=HashedTokens()) as library:
            return bool(library.faults())
    except BriefsError as error:
        return "\n" not in str(error)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_flipped_bit_that_changes_what_the_database_says_is_found(copy: Path, seed: int) -> None:
    next(flips(copy / "library.db", seed))
    assert found(copy)


CHANGES = {
    "what was left out": "UPDATE left_out SET characters = characters + 1",
    "that something was left out": "DELETE FROM left_out",
    "a text": "UPDATE versions SET text = replace(text, 'rate', 'race')",
    "a title": "UPDATE versions SET title = title || '.' WHERE pk = 1",
    "a date": "UPDATE versions SET date = '2001-01-01' WHERE pk = 2",
    "a state": "UPDATE versions SET state = 'current' WHERE state = 'superseded'",
    "a collection": "UPDATE briefs SET collection = 'other'",
    "a document": "UPDATE renditions SET location = '/elsewhere'  || location",
    "a missing document": "DELETE FROM renditions",
    "a missing version": "DELETE FROM versions WHERE pk = 1",
    "a missing passage": "DELETE FROM passages WHERE pk = (SELECT max(pk) FROM passages)",
    "a heading": "UPDATE passages SET heading = '[\"x\"]' WHERE pk = 1",
    "a missing vector": "DELETE FROM vectors WHERE passage_pk = 1",
    "a vector's length": "UPDATE vectors SET vector = X'00000000' WHERE passage_pk = 1",
    "tokens": "UPDATE tokens SET packed = X'00' WHERE passage_pk = 1",
    "sentences": "DELETE FROM sentences WHERE passage_pk = 1",
    "what was embedded": "UPDATE passages SET input_sha256 = 'x'",
    "the fingerprint's spelling": "UPDATE library SET value = value || ' ' WHERE key <> 'schema'",
    "a generation": "UPDATE generations SET vectors = vectors + 1",
    "a checksum": "UPDATE checksums SET digest = X'00' WHERE version_pk = 1 AND part = 'text'",
    "no checksums": "DELETE FROM checksums",
    "invalid text": "UPDATE versions SET title = CAST(X'ff' AS TEXT) WHERE pk = 1",
    "a blob for text": "UPDATE versions SET title = CAST(title AS BLOB) WHERE pk = 1",
    "broken JSON": "UPDATE passages SET heading = '[' WHERE pk = 1",
    "a broken moment": "UPDATE versions SET added_at = 'now' WHERE pk = 1",
}


def test_a_library_of_a_build_without_checksums_of_what_was_left_out_is_taken_as_it_is(
    copy: Path,
) -> None:
    with sqlite3.connect(copy / "library.db") as connection:
        connection.execute("DELETE FROM checksums WHERE part = 'left_out'")
    connection.close()
    assert not found(copy)


@pytest.mark.parametrize("change", CHANGES)
def test_a_value_changed_behind_our_back_is_found(copy: Path, change: str) -> None:
    with sqlite3.connect(copy / "library.db") as connection:
        assert connection.execute(CHANGES[change]).rowcount
    connection.close()
    assert found(copy)


def vectors(library: Library) -> list[bytes]:
    with library.database.read() as connection:
        return list(connection.execute(text("SELECT vector FROM vectors ORDER BY 1")).scalars())


@pytest.mark.parametrize("harm", ["changed", "missing"])
def test_a_damaged_vector_is_embedded_again_and_not_copied(either_library, harm: str) -> None:
    """By reindex, for the versions that have one; all else stays, and all is sound afterwards."""
    filled(either_library)
    before = vectors(either_library)
    change = {
        "changed": ALL_ALIKE,
        "missing": "DELETE FROM vectors WHERE passage_pk = 1",
    }
    with either_library.database.write() as connection:
        connection.execute(text(change[harm]))
    assert set(either_library.faults()) == {"vectors"}
    either_library.maintenance.rebuild()
    assert vectors(either_library) == before
    assert either_library.faults() == {}
    either_library.check_index()


def test_a_damaged_vector_is_not_reused_by_an_ingest(library: Library) -> None:
    """The same words in another collection are embedded again."""
    library.publish([draft("b.txt", FISH, count=each_alone)])
    sound = vectors(library)
    with library.database.write() as connection:
        connection.execute(text(ALL_ALIKE))
    library.publish([draft("b.txt", FISH, count=each_alone, collection="other")])
    with library.database.read() as connection:
        fresh = connection.execute(
            text("SELECT vector FROM vectors ORDER BY passage_pk DESC LIMIT :n"), {"n": len(sound)}
        ).scalars()
        assert sorted(fresh) == sound


def test_a_library_of_an_older_release_is_taken_as_it_is(copy: Path) -> None:
    with sqlite3.connect(copy / "library.db") as connection:
        connection.execute("DROP TABLE checksums")
    connection.close()
    assert not found(copy)
    with Library.open(load(home=copy), embedder=HashedTokens()) as library:
        with library.database.read() as connection:
            assert checksums.lacking(connection) == ()
        with library.database.write() as connection:
            connection.execute(text("UPDATE versions SET text = 'forged' WHERE pk = 1"))
        with library.database.read() as connection:
            assert checksums.damaged(connection).of(ChecksumScope.TEXT) == (1,)
