"""Full disks, missing rights and files in the way: one line each, nothing half done, all mends."""

import errno
import itertools
import json
import os
import shutil
import socket
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from bot.app.cli import _refused
from bot.ledger.ledger import Ledger
from bot.ledger.recording import Answerer
from index.errors import BriefsError, ReadError, SettingsError
from index.library import Library
from index.settings import load, variables
from index.storage.private import delete
from ingest.feeds import _state
from ingest.follows import follow, topics
from ingest.pipeline import ingest
from tests.commands import ROOT, environment
from tests.drafts import draft
from tests.examples_library import EXAMPLES
from tests.fakes import HashedTokens

BRIEFS = 13  # of the examples; two files are one brief
NEW = 8  # documents that an ingest adds
SECONDS = 100  # after which a command hangs
Said = list[tuple[int | str, str, str]]

QUESTION = "How many ships passed the Suez Canal?"
READING: list[list[str]] = [
    ["list"], ["stats"], ["show", "ID"], ["cite", "ID"], ["search", QUESTION], ["ask", QUESTION],
    ["doctor"], ["audit", "list"], ["audit", "run"], ["audit", "verify-chain"],
    ["audit", "unanswered"], ["audit", "uses", "ID"], ["audit", "report"],
]  # fmt: skip
WRITING: list[list[str]] = [["remove", "ID"], ["reindex"], ["reindex", "--embed"]]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("sound") / "home"
    with Library.open(load(home=home), create=True, embedder=HashedTokens()) as library:
        assert not ingest(library, [str(EXAMPLES / "briefs")]).failed
        library.database.empty_log()
    assert [code for code, _, _ in run(home, [["ask", QUESTION]])] == [0]
    return home


@pytest.fixture
def home(sound: Path, tmp_path: Path) -> Path:
    shutil.copytree(sound, tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def briefs(tmp_path: Path) -> str:
    """A folder of documents that the library does not have."""
    for number in range(NEW):
        words = " ".join(f"herring{number} quota{each}" for each in range(300))
        (tmp_path / "new").mkdir(exist_ok=True)
        (tmp_path / "new" / f"{number}.md").write_text(f"# Brief {number}\n\n{words}\n")
    return str(tmp_path / "new")


def run(home: Path, commands: list[list[str]], **limits: Any) -> Said:
    wish = json.dumps({"commands": commands, **limits})
    done = subprocess.run(
        [sys.executable, "-m", "tests.driver", wish], cwd=ROOT, env=environment(home),
        capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [tuple(each) for each in json.loads(done.stdout)]


def named(home: Path, commands: list[list[str]]) -> list[list[str]]:
    """Put the id of a brief for ID."""
    with Library.open(load(home=home), embedder=HashedTokens()) as library:
        brief = library.briefs()[0].id
    return [[brief if part == "ID" else part for part in command] for command in commands]


def require_lines(commands: list[list[str]], said: Said) -> None:
    """No traceback; what fails says why in one line, and whoever fails says something."""
    for command, (code, out, err) in zip(commands, said, strict=True):
        assert code in (0, 1, 2), (command, err)
        assert "Traceback" not in err, (command, err)
        if code == 2:
            (line,) = (line for line in err.splitlines() if "searching by exact scan" not in line)
            assert line.startswith("briefs: "), (command, err)
        assert code == 0 or (out + err).strip(), command


def require_mended(home: Path) -> int:
    """After `reindex` the doctor finds nothing; return the number of briefs listed.

    A library that was not begun has none, and says so.
    """
    again, found, listed = run(home, [["reindex"], ["doctor"], ["list", "--json"]])
    if again[0] == 2 and "no library" in again[2]:
        return 0
    assert again[0] == 0, again
    faults = [line for line in found[1].splitlines() if line.startswith("FAULT")]
    assert [line for line in faults if not line.startswith("FAULT vector index")] == []
    return len(listed[1].splitlines())


def put(path: Path, thing: str) -> None:
    """Put something in the place of whatever is there."""
    delete(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if thing == "file":
        path.write_text("in the way")
    elif thing == "folder":
        (path / "x").mkdir(parents=True)
    elif thing == "pipe":
        os.mkfifo(path)
    elif thing == "socket":
        name = os.path.relpath(path)  # a socket's has at most 107 characters
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(name)
    else:
        path.symlink_to({"dead link": path / "nowhere", "device": "/dev/zero"}[thing])


@pytest.mark.parametrize(
    "place", ["index/copies", "index", "models", "ingest.lock", "index/copies/making"]
)
@pytest.mark.parametrize("thing", ["file", "folder"])
def test_something_in_the_way(home: Path, briefs: str, place: str, thing: str) -> None:
    commands = named(home, [*READING, *WRITING, ["ingest", briefs]])
    put(home / place, thing)
    said = run(home, commands)
    require_lines(commands, said)
    if place.startswith("index"):
        assert require_mended(home) == BRIEFS - 1 + NEW


@pytest.mark.parametrize(
    ("place", "thing"),
    [
        ("index", "pipe"), ("index", "device"), ("ingest.lock", "dead link"),
        ("ingest.lock", "pipe"), ("library.id", "socket"),
    ],
)  # fmt: skip
def test_what_is_no_file_or_folder_is_named_and_replaced(
    home: Path, briefs: str, place: str, thing: str
) -> None:
    """No command waits for a pipe or reads a device; the doctor names it, and reindex mends it."""
    put(home / place, thing)
    commands = [["ask", QUESTION], ["doctor"], ["reindex"], ["ingest", briefs], ["doctor"]]
    said = run(home, commands, seconds=SECONDS)
    require_lines(commands, said)
    assert "FAULT" in said[1][1]
    assert "run: briefs reindex" in said[1][1]
    assert [code for code, _, _ in said[2:]] == [0, 0, 0], said


@pytest.mark.parametrize("place", ["library.id", "ingest.lock"])
def test_a_folder_in_place_of_a_file_stays_for_somebody_to_look_at(home: Path, place: str) -> None:
    put(home / place, "folder")
    commands = [["ask", QUESTION], ["doctor"], ["reindex"]]
    said = run(home, commands, seconds=SECONDS)
    require_lines(commands, said)
    (fault,) = (line for line in said[1][1].splitlines() if line.startswith("FAULT"))
    assert place in fault
    assert "move it away, then run: briefs reindex" in fault
    assert (home / place / "x").is_dir()


@pytest.mark.parametrize("said", ["", "another\n", "\0\udcff"])
def test_a_marker_of_nonsense_is_named_and_written_again(home: Path, said: str) -> None:
    before = (home / "library.id").read_bytes()
    (home / "library.id").write_bytes(said.encode(errors="surrogateescape"))
    found, mended, sound = run(home, [["doctor"], ["reindex"], ["doctor"]])
    assert "FAULT files: library.id" in found[1]
    assert (found[0], mended[0], sound[0]) == (1, 0, 0)
    assert (home / "library.id").read_bytes() == before


@pytest.mark.parametrize("thing", ["folder", "pipe", "socket", "dead link", "device"])
@pytest.mark.parametrize("marked", [True, False])
def test_no_database_is_made_or_read_where_something_else_stands(
    home: Path, briefs: str, thing: str, *, marked: bool
) -> None:
    """With the marker gone too: nothing is begun anew in its place or behind a link."""
    put(home / "library.db", thing)
    if not marked:
        (home / "library.id").unlink()
    commands = [["list"], ["ask", QUESTION], ["doctor"], ["reindex"], ["ingest", briefs]]
    said = run(home, commands, seconds=SECONDS)
    require_lines(commands, said)
    assert all("stands where the database belongs" in out + err for _, out, err in said)
    assert not (home / "library.db" / "nowhere").exists()


@pytest.mark.parametrize("name", [".env", "briefs.toml"])
@pytest.mark.parametrize("thing", ["folder", "pipe", "socket", "dead link", "device"])
def test_settings_are_read_from_files_alone(name: str, thing: str) -> None:
    """Else one line; a folder called .env may be a virtual environment, and is left alone."""
    put(Path(name), thing)
    if (name, thing) == (".env", "folder"):
        assert variables("SLACK_APP_TOKEN") == {}
        load()
        return
    with pytest.raises(SettingsError, match=f"{name}: is a .*, not a file; move it away"):
        load()


@pytest.mark.parametrize("thing", ["pipe", "dead link", "device", "folder", "file"])
def test_lists_of_ours_that_cannot_be_read_are_one_line(home: Path, thing: str) -> None:
    """What is followed is not taken for nothing, and not written over; an ingest still reports."""
    put(home / "follows.json", thing)
    with pytest.raises(ReadError, match=r"follows\.json: cannot be read"):
        topics(home)
    with pytest.raises(ReadError):
        follow(home, "herring")
    put(home / "feeds.json", thing)
    with pytest.raises(ReadError, match=r"feeds\.json: cannot be read"):
        _state(home)


@pytest.mark.parametrize("mode", [0o000, 0o500])
def test_a_library_without_rights(home: Path, briefs: str, mode: int) -> None:
    """Its folder, or all that is in it, cannot be read or written; afterwards it is as before."""
    commands = named(home, [*READING, *WRITING, ["ingest", briefs]])
    before = run(home, [["list", "--json"]])
    paths = [home, *home.rglob("*")]
    modes = [path.stat().st_mode for path in paths]
    for path in reversed(paths):
        path.chmod(mode if path.is_dir() else mode & 0o600)
    try:
        require_lines(commands, run(home, commands, plain=True))
    finally:
        for path, old in zip(paths, modes, strict=True):
            path.chmod(old)
    assert run(home, [["list", "--json"]]) == before
    require_mended(home)


@pytest.mark.parametrize("kilobytes", [0, 64, 300, 700, 2000])
@pytest.mark.parametrize("filled", [True, False])
def test_a_disk_that_fills_during_an_ingest(
    home: Path, briefs: str, tmp_path: Path, kilobytes: int, *, filled: bool
) -> None:
    """Nothing is half in; with room again, reindex mends and the same ingest finishes."""
    if not filled:
        home = tmp_path / "fresh"
    commands = [["ingest", briefs]]
    said = run(home, commands, file_bytes=kilobytes * 1000)
    require_lines(commands, said)
    before = BRIEFS if filled else 0
    assert require_mended(home) in {before, before + NEW}
    run(home, commands)
    assert require_mended(home) == before + NEW


@pytest.mark.parametrize("kind", ["ingest", "reindex"])
def test_a_disk_that_is_full_at_any_file_of_an_index_is_one_line(
    home: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """The line names the file; what was published before stays, and the next try succeeds."""
    copied = shutil.copyfile
    left = iter(range(0))

    def copyfile(source: Path, target: Path) -> object:
        if next(left, None) is None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(source), None, str(target))
        return copied(source, target)

    with Library.open(load(home=home), embedder=HashedTokens()) as library:
        work = library.maintenance.rebuild
        if kind == "ingest":
            work = partial(library.publish, [draft("a.txt", "Herring\n\nQuotas rose.")])
        before, generation = library.versions(), library.generation
        monkeypatch.setattr(shutil, "copyfile", copyfile)
        for count in itertools.count():
            left = iter(range(count))
            try:
                work()
                break
            except OSError as error:
                line = _refused(error)
            assert "No space left on device" in line
            assert str(home) in line
            assert "\n" not in line
            assert (library.versions(), library.generation) == (before, generation)
        monkeypatch.undo()
        assert count > 3
        assert library.generation > generation
        assert library.faults() == {}
        library.check_index()


@pytest.mark.parametrize("kind", ["ingest", "answer"])
def test_a_database_that_is_full_at_any_page_is_one_line(home: Path, kind: str) -> None:
    """Nothing of it is in; with room again the same is done."""
    with Library.open(load(home=home), embedder=HashedTokens()) as library:
        room = [0]  # pages
        library.database.engine.dispose()

        @event.listens_for(library.database.engine, "begin")
        @event.listens_for(library.database.engine, "checkout")
        def limit(connection: Any, *_: object) -> None:
            run_sql = getattr(connection, "exec_driver_sql", None) or connection.execute
            pages = run_sql("PRAGMA page_count").fetchone()[0]
            run_sql(f"PRAGMA max_page_count = {pages + room[0]}")

        answerer, ledger = Answerer(library, Ledger(library.database)), Ledger(library.database)
        work = partial(answerer.ask, QUESTION)
        if kind == "ingest":
            words = " ".join(f"herring{each} quota{each}" for each in range(2_000))
            work = partial(library.publish, [draft("a.txt", f"Herring\n\n{words}")])
        before, answers = len(library.versions()), len(list(ledger.entries()))
        for room[0] in itertools.count(0, 2):
            try:
                work()
                break
            except BriefsError as error:
                line = str(error)
            assert "full" in line
            assert "\n" not in line
            assert len(library.versions()) == before
            assert len(list(ledger.entries())) == answers
        assert room[0] > 0
        assert len(library.versions()) == before + (kind == "ingest")
        assert library.faults() == {}
        assert ledger.verify() is None


def test_a_disk_that_fills_under_every_command(home: Path) -> None:
    commands = named(home, [*READING, *WRITING])
    require_lines(commands, run(home, commands, file_bytes=4096))
    require_mended(home)
    assert [path.name for path in (home / "index" / "copies").iterdir()] == ["making"]
