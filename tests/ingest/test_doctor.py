"""The doctor finds damage, names the command that mends it, and that command does."""

import os
import re
from pathlib import Path

import pytest
from sqlalchemy import text

from index.library import Library
from index.settings import load
from tests.commands import Shell, parsed
from tests.examples_library import EXAMPLES


def checks(shell: Shell) -> dict[str, bool]:
    _, out, _ = shell("doctor", "--json")
    return {finding["check"]: finding["sound"] for finding in parsed(out)}


def vector_files(home: Path) -> list[Path]:
    files = [path for path in (home / "index").rglob("*") if path.is_file()]
    return sorted(files, key=lambda path: path.stat().st_size, reverse=True)


def test_a_sound_library_is_said_to_be_sound(shell: Shell) -> None:
    """Ten things are looked at; exit code 0; results on stdout."""
    code, out, err = shell("doctor")
    assert (code, err) == (0, "")
    assert [line.split(":")[0] for line in out.splitlines()] == [
        "ok    database", "ok    files", "ok    texts", "ok    vectors", "ok    passages",
        "ok    full text", "ok    model", "ok    converted model", "ok    embedding",
        "ok    vector index",
    ]  # fmt: skip


@pytest.mark.parametrize("damage", ["overwritten", "cut", "gone"])
def test_a_damaged_vector_index_is_found_and_mended(own_shell: Shell, damage: str) -> None:
    """Exit code 1 with `briefs reindex`; after it all is sound and the same passage is found."""
    (before,) = own_shell.json("search", "ships in the Suez Canal", "-k", "1")
    for path in vector_files(own_shell.home):
        if damage == "gone":
            path.unlink()
        elif damage == "cut":
            os.truncate(path, path.stat().st_size // 2)
        else:
            path.write_bytes(os.urandom(path.stat().st_size))
    code, out, err = own_shell("doctor")
    assert code == 1
    (fault,) = (line for line in out.splitlines() if line.startswith("FAULT"))
    assert fault.startswith("FAULT vector index: ")
    assert fault.endswith("; run: briefs reindex")
    assert "Traceback" not in err
    code, _, err = own_shell("reindex")
    assert code == 0, err
    assert all(checks(own_shell).values())
    (after,) = own_shell.json("search", "ships in the Suez Canal", "-k", "1")
    assert after["hits"][0]["passage_id"] == before["hits"][0]["passage_id"]


def test_a_damaged_full_text_is_found_and_mended(own_shell: Shell) -> None:
    with Library.open(load(home=own_shell.home)) as library, library.database.write() as connection:
        library._lexicon.remove(connection, [1])
    code, out, _ = own_shell("doctor")
    assert code == 1
    assert "FAULT full text: " in out
    assert "run: briefs reindex" in out
    assert own_shell("reindex")[0] == 0
    assert all(checks(own_shell).values())


@pytest.mark.parametrize("either", ["sqlite", "postgresql"])
def test_wrong_stored_terms_are_found_and_mended(either, own_shell, request, monkeypatch) -> None:
    """Terms stored of another word, as mixed-up stems would be, are a fault that reindex mends."""
    if either == "postgresql":
        monkeypatch.setenv("BRIEFS_DATABASE_URL", request.getfixturevalue("postgres_url"))
        assert own_shell("ingest", str(EXAMPLES / "briefs"))[0] == 0
    (before,) = own_shell.json("search", "ships in the Suez Canal", "-k", "3")
    wrong = {
        "sqlite": "UPDATE lexicon SET body = replace(body, 'canal', 'relat')",
        "postgresql": "UPDATE lexicon SET terms ="
        " CAST(replace(CAST(terms AS text), 'canal', 'relat') AS tsvector)",
    }
    with Library.open(load(home=own_shell.home)) as library, library.database.write() as connection:
        connection.execute(text(wrong[either]))
    code, out, _ = own_shell("doctor")
    assert code == 1
    (fault,) = (line for line in out.splitlines() if line.startswith("FAULT"))
    assert re.fullmatch(
        r"FAULT full text: wrong terms are stored for .*; run: briefs reindex", fault
    )
    assert own_shell("reindex")[0] == 0
    assert own_shell("doctor")[0] == 0
    (after,) = own_shell.json("search", "ships in the Suez Canal", "-k", "3")
    assert after["hits"] == before["hits"]


def test_a_passage_that_is_no_slice_is_found(own_shell: Shell) -> None:
    """Somebody who edits the database breaks promise 4, and is told so."""
    with Library.open(load(home=own_shell.home)) as library, library.database.write() as connection:
        connection.execute(text("UPDATE passages SET text = 'forged' WHERE pk = 2"))
    assert checks(own_shell)["passages"] is False


def test_a_database_that_is_no_database_is_a_fault_with_its_fix(own_shell: Shell) -> None:
    for path in own_shell.home.glob("library.db*"):
        path.unlink()
    (own_shell.home / "library.db").write_bytes(b"not a database" * 500)
    code, out, err = own_shell("doctor")
    assert code == 1
    assert out.startswith("FAULT database: ")
    assert "Traceback" not in out + err


def test_the_doctor_looks_where_the_settings_point(own_shell, monkeypatch) -> None:
    """A relative BRIEFS_HOME is the same library for the process that reads the vectors."""
    for path in vector_files(own_shell.home):
        path.write_bytes(b"")
    monkeypatch.chdir(own_shell.home.parent)
    code, out, _ = own_shell("doctor", BRIEFS_HOME=own_shell.home.name)
    assert code == 1
    assert "FAULT vector index" in out


def test_reindex_embed_makes_all_vectors_anew(own_shell: Shell) -> None:
    before = own_shell.json("list")
    (done,) = own_shell.json("reindex", "--embed")
    assert done["embedded"] is True
    assert done["passages"] >= sum(line["passages"] for line in before)
    assert all(checks(own_shell).values())
    assert own_shell.json("list") == before
