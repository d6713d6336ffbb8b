"""Generations: damage is noticed and mended, and a published folder is only ever read."""

import itertools
import logging
import os
import shutil
import signal
import struct
import subprocess
import sys
import textwrap
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from index.errors import IndexDamaged
from index.library import Library
from index.search import Query
from index.settings import Settings
from index.storage.private import delete
from index.vectors import generations
from index.vectors.copies import Copies
from tests.drafts import draft, each_alone

ROOT = Path(__file__).resolve().parents[3]
QUERY = Query("w3 w6 w9")


def texts(start: int, count: int) -> list[str]:
    return [
        f"Brief {n}\n\n{' '.join(f'w{(n * k) % 41}' for k in range(1, 9))} number{n}"
        for n in range(start, start + count)
    ]


def fill(library: Library, start: int = 0, count: int = 30) -> None:
    drafts = [draft(f"{start + n}.txt", text) for n, text in enumerate(texts(start, count))]
    library.publish(drafts)


def folder(library: Library, number: int | None = None) -> Path:
    return library.home / "index" / f"{number or library.generation:08d}"


def files(path: Path) -> list[Path]:
    return sorted(file for file in path.rglob("*") if file.is_file())


def checksums(path: Path) -> dict[str, tuple[int, int]]:
    return {
        str(file): (zlib.crc32(file.read_bytes()), file.stat().st_mtime_ns) for file in files(path)
    }


def largest(path: Path) -> Path:
    return max(files(path), key=lambda file: file.stat().st_size)


def flip(file: Path, place: float) -> None:
    data = bytearray(file.read_bytes())
    data[int(place * (len(data) - 1))] ^= 1
    file.write_bytes(data)


def swap(path: Path) -> None:
    older = path.with_name(f"{int(path.name) - 1:08d}")
    path.rename(path.with_name("aside"))
    older.rename(path)
    path.with_name("aside").rename(older)


def old_restored(path: Path) -> None:
    older = path.with_name(f"{int(path.name) - 1:08d}")
    shutil.rmtree(path)
    shutil.copytree(older, path)


def mixed(path: Path) -> None:
    older = path.with_name(f"{int(path.name) - 1:08d}")
    shutil.copy(older / "chroma.sqlite3", path / "chroma.sqlite3")


def segment(path: Path) -> Path:
    return next(file.parent for file in files(path) if file.parent != path)


DAMAGE: dict[str, Callable[[Path], object]] = {
    "folder missing": shutil.rmtree,
    "folder empty": lambda path: (shutil.rmtree(path), path.mkdir()),
    "database truncated": lambda path: os.truncate(path / "chroma.sqlite3", 4096),
    "database empty": lambda path: os.truncate(path / "chroma.sqlite3", 0),
    "database missing": lambda path: (path / "chroma.sqlite3").unlink(),
    "database begins wrong": lambda path: flip(path / "chroma.sqlite3", 0.0),
    "byte flipped in the middle": lambda path: flip(largest(path), 0.5),
    "last byte flipped": lambda path: flip(largest(path), 1.0),
    "byte too many": lambda path: largest(path).write_bytes(largest(path).read_bytes() + b"\0"),
    "generations swapped": swap,
    "old folder restored": old_restored,
    "files of two generations mixed": mixed,
    "foreign file": lambda path: (path / "notes.txt").write_text("mine"),
    "file is a folder": lambda path: (
        (path / "chroma.sqlite3").unlink(),
        (path / "chroma.sqlite3").mkdir(),
    ),
}


@pytest.fixture
def damaged(request, settings: Settings, open_library) -> tuple[Library, list]:
    """A library opened again after damage was done to its published folder."""
    library = open_library(settings)
    fill(library)
    fill(library, 30, 10)
    expected = library.search(QUERY)
    library.close()
    DAMAGE[request.param](folder(library, 2))
    return open_library(settings, create=False), expected


@pytest.mark.parametrize("damaged", list(DAMAGE), indirect=True)
def test_damage_is_noticed_and_searched_around_and_mended(damaged, caplog) -> None:
    """Each kind gives a warning, the right hits by exact scan, and is gone after a rebuild."""
    library, expected = damaged
    with caplog.at_level(logging.WARNING):
        assert library.search(QUERY) == expected
    assert "exact scan. Fix it with: briefs reindex" in caplog.text
    with pytest.raises(IndexDamaged):
        library.check_index()
    caplog.clear()
    library.maintenance.rebuild()
    library.check_index()
    assert library.search(QUERY) == expected
    assert "exact scan" not in caplog.text


@pytest.mark.parametrize("damaged", ["folder missing", "last byte flipped"], indirect=True)
def test_the_next_publication_mends_too(damaged, caplog) -> None:
    """A damaged base is never built upon."""
    library, _ = damaged
    fill(library, 40, 1)
    library.check_index()
    caplog.clear()
    assert library.search(Query("number40"))[0].bm25 > 0
    assert "exact scan" not in caplog.text


@pytest.mark.parametrize("number", range(5))
def test_no_file_can_go_missing_unnoticed(settings, open_library, caplog, number: int) -> None:
    library = open_library(settings)
    fill(library)
    present = files(folder(library))
    if number >= len(present):
        pytest.skip("this release of Chroma writes fewer files")
    present[number].unlink()
    assert library.search(QUERY)
    assert "files are missing or foreign" in caplog.text


def test_a_published_folder_is_never_written(settings, open_library) -> None:
    """Searching from two processes and publishing leave its bytes and times as they were."""
    library = open_library(settings)
    fill(library)
    before = checksums(folder(library))
    other = start(settings, SEARCH_FOR_EVER)
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == b"searching\n"
        for _ in range(50):
            library.search(QUERY)
        fill(library, 30, 1)
        library.search(QUERY)
    finally:
        stop(other)
    assert checksums(folder(library, 1)) == before


def test_copies_of_dead_processes_are_tidied_and_of_living_ones_kept(settings, open_library):
    """A killed process leaves a copy; the next publication deletes it, and nobody else's."""
    library = open_library(settings)
    fill(library)
    library.search(QUERY)
    living = start(settings, SEARCH_FOR_EVER)
    dead = None
    try:
        assert living.stdout is not None
        living.stdout.readline()
        before = set(copies(library))
        dead = start(settings, SEARCH_FOR_EVER)
        assert dead.stdout is not None
        dead.stdout.readline()
        (left,) = set(copies(library)) - before
        dead.send_signal(signal.SIGKILL)
        dead.wait()
        fill(library, 30, 1)  # which the living process soon copies, beside the copy that it has
        assert left not in copies(library)
        assert library.search(QUERY)
        assert living.poll() is None
    finally:
        stop(living)
        if dead is not None:
            stop(dead)


def test_two_libraries_of_one_process_do_not_share_a_copy(settings, open_library, caplog) -> None:
    first, second = open_library(settings), open_library(settings)
    fill(first)
    expected = second.search(QUERY)
    first.search(QUERY)
    first.check_index()
    first.close()
    assert second.search(QUERY) == expected
    assert "exact scan" not in caplog.text
    second.close()
    assert copies(second) == []


@pytest.mark.parametrize("count", [1, 520])  # from 1,000 on Chroma writes the vectors as well
def test_no_memory_of_the_process_lies_in_a_graph(library: Library, count: int) -> None:
    """A graph may have room for more than it holds: all of that is zero, if it is changed too."""
    for start in (0, count):
        names = range(start, start + count)
        library.publish([draft(f"{n}.txt", f"Brief {n}\n\nw{n} w{n * 7} w{n * 11}") for n in names])
        found = folder(library)
        [header] = found.rglob("header.bin")
        _, _, _, used, each = struct.unpack_from("<iQQQQ", header.read_bytes())
        vectors, lengths = (header.with_name(name) for name in ("data_level0.bin", "length.bin"))
        assert not any(vectors.read_bytes()[used * each :])
        assert not any(lengths.read_bytes()[used * 4 :])
    assert library.search(Query("w7"))


def test_only_the_last_generations_stay(library: Library) -> None:
    for number in range(10):
        fill(library, number, 1)
    kept = [path.name for path in folder(library).parent.iterdir() if path.name.isdigit()]
    assert sorted(kept) == ["00000009", "00000010"]


def test_what_a_killed_ingest_left_is_cleared(library: Library) -> None:
    """A half-built folder, and a built one that was never published, are not used."""
    fill(library)
    left = folder(library, 2)
    shutil.copytree(folder(library, 1), left)
    shutil.copytree(left, left.with_name("00000002.building"))
    fill(library, 30, 1)
    library.check_index()
    assert not left.with_name("00000002.building").exists()


def test_a_search_sees_what_another_process_published(settings, open_library) -> None:
    library = open_library(settings)
    fill(library)
    library.search(QUERY)
    publisher = start(settings, PUBLISH_ONE)
    assert publisher.wait(120) == 0
    assert library.search(Query("number77"))[0].brief.title == "Brief 77"


def test_many_equal_vectors_do_not_stop_a_publication(library: Library) -> None:
    """1,500 passages of one text and 300 others: the graph may be poor, the search is right."""
    body = "\n\n".join(["The same line stands here again."] * 1500)
    library.publish([draft("same.txt", f"Same\n\n{body}", count=each_alone)])
    fill(library, 0, 300)
    hits = library.search(Query("w5 w10 w15 number5"), 5)
    assert hits[0].brief.title == "Brief 5"


def test_a_copy_is_in_use_until_it_is_discarded(tmp_path: Path) -> None:
    """Tidying from the same process spares it; discarding leaves nothing of it."""
    mine, other = Copies(tmp_path), Copies(tmp_path)
    copy = mine.make()
    (copy / "file").write_text("x")
    other.tidy()
    assert (copy / "file").exists()
    mine.discard(copy)
    assert [path.name for path in tmp_path.iterdir()] == ["making"]


def in_the_way(path: Path, thing: str) -> None:
    """Put something where a folder of the index belongs."""
    delete(path)
    if thing == "pipe":
        os.mkfifo(path)
    elif thing == "dead link":
        path.symlink_to("/nowhere/at/all")
    elif thing == "link to itself":
        path.symlink_to(path.name)
    else:
        path.write_text("in the way")


@pytest.mark.parametrize("thing", ["file", "pipe", "dead link", "link to itself"])
def test_what_stands_where_a_folder_belongs_is_replaced(tmp_path: Path, thing: str) -> None:
    """Of copies, of their lock, and of what is built; nothing that a link led to is touched."""
    root = tmp_path / "copies"
    in_the_way(root, thing)
    copy = Copies(root).make()
    assert copy.is_dir()
    in_the_way(root / "making", thing)
    assert Copies(root).make().is_dir()
    in_the_way(root / "making", thing)
    Copies(root).tidy()


@pytest.mark.parametrize("thing", ["pipe", "dead link"])
def test_an_index_with_something_in_its_place_is_built_again(library: Library, thing: str) -> None:
    fill(library, 0, 5)
    in_the_way(library.home / "index", thing)
    assert library.search(Query("number1"), 1)  # by exact scan
    library.maintenance.rebuild()
    library.check_index()
    for name in ("00000003", "00000003.building"):
        in_the_way(library.home / "index" / name, thing)
    library.maintenance.rebuild()
    library.check_index()


def copies(library: Library) -> list[Path]:
    return [path for path in (library.home / "index" / "copies").iterdir() if path.is_dir()]


OPEN = """
import sys, time
from pathlib import Path
from index.library import Library
from index.search import Query
from index.settings import load
from tests.drafts import draft
from tests.fakes import HashedWords
library = Library.open(load(home=Path(sys.argv[1])), embedder=HashedWords())
"""
SEARCH_FOR_EVER = """
library.search(Query("w3 w6 w9"))
print("searching", flush=True)
while True:
    library.search(Query("w3 w6 w9"))
"""
PUBLISH_ONE = """
library.publish([draft("77.txt", "Brief 77\\n\\nnumber77 is new here")])
library.close()
"""


def start(settings: Settings, script: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(OPEN + script), str(settings.home)],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE,
    )  # fmt: skip


def stop(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


def test_an_index_that_carries_too_much_dead_weight_is_built_anew(library, monkeypatch) -> None:
    """Generations of one size: what is replaced stays in Chroma's files, and not for good."""
    monkeypatch.setattr(generations, "GROWN", 1.05)
    monkeypatch.setattr(generations, "_EMPTY", 300_000)
    sizes = []
    for number in range(10):
        words = [f"{text} edition{number}" for text in texts(0, 30)]
        library.publish([draft(f"{n}.txt", text) for n, text in enumerate(words)])
        sizes.append(sum(file.stat().st_size for file in files(folder(library))))
    assert any(after < before for before, after in itertools.pairwise(sizes))
    library.check_index()
