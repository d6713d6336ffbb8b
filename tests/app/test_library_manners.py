"""What a library leaves behind, finds again, and asks before it does something unexpected."""

from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest
import typer

from index.library import Library
from index.search import Query
from index.settings import Settings, load
from ingest import adding
from ingest.pipeline import Options, ingest
from ingest.report import DocumentResult
from tests.commands import Shell, write
from tests.drafts import draft

CARGO = "# Port Aurelia\n\nPort Aurelia handles 41 million tons of cargo a year.\n"
OpenLibrary = Callable[..., Library]


@pytest.fixture
def fresh_shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """The command where there is no library yet."""
    return Shell(tmp_path / "home", monkeypatch, capsys)


def test_a_failed_first_ingest_leaves_no_library(fresh_shell: Shell, tmp_path: Path) -> None:
    """Neither a database nor a folder; the next command says that there is none."""
    write(tmp_path, {"empty.md": ""})
    code, _, err = fresh_shell("ingest", str(tmp_path / "empty.md"), str(tmp_path / "nowhere.pdf"))
    assert code != 0
    assert "nowhere.pdf" in err
    assert not fresh_shell.home.exists()
    code, _, err = fresh_shell("list")
    assert (code, "no library in" in err) == (2, True)


def test_what_else_is_in_the_folder_stays(fresh_shell: Shell, tmp_path: Path) -> None:
    write(fresh_shell.home, {"notes.txt": "mine"})
    fresh_shell("ingest", str(tmp_path / "nowhere.pdf"))
    assert [one.name for one in fresh_shell.home.iterdir()] == ["notes.txt"]


def test_an_empty_library_that_another_process_uses_stays(
    settings: Settings, open_library: OpenLibrary
) -> None:
    """So does one that was there before, empty or not."""
    first = open_library(settings)
    assert first.created
    with open_library(settings) as other:
        other.versions()  # has the file open
        first.discard_if_empty()
        assert (settings.home / "library.db").is_file()
    again = open_library(settings)
    assert not again.created
    again.discard_if_empty()
    assert (settings.home / "library.db").is_file()


@pytest.fixture
def removed(library: Library, tmp_path: Path) -> Path:
    """A file whose brief somebody has removed, beside one that is in the library."""
    write(tmp_path, {"in/port.md": CARGO, "in/wheat.md": "# Wheat\n\nWheat exports fell.\n"})
    ingest(library, [str(tmp_path / "in")])
    library.remove([library.search(Query("cargo"))[0].brief.id])
    return tmp_path / "in"


def test_a_removed_brief_is_left_out_until_somebody_wants_it_back(
    library: Library, removed: Path
) -> None:
    """The report says since when it is removed, and how it comes back; then it is as it was."""
    report = ingest(library, [str(removed)], Options(restore=False))
    (left,) = [one for one in report.items if one.result is DocumentResult.LEFT_OUT]
    assert (left.title, Path(left.location).name) == ("Port Aurelia", "port.md")
    assert left.reason is not None
    assert left.reason.startswith("removed on 20")
    assert "--restore adds it again" in left.reason
    assert {brief.title for brief in library.briefs()} == {"Wheat"}
    assert report.to_json()["counts"]["left_out"] == 1
    ingest(library, [str(removed)], Options(restore=True))
    assert {brief.title for brief in library.briefs()} == {"Wheat", "Port Aurelia"}
    assert library.removed() == {}


def test_what_is_removed_and_comes_back_leaves_the_library_sound(either_library: Library) -> None:
    """What it remembers of removals is among the values that the doctor checks."""
    briefs = [draft("port.md", "Port\n\nCargo."), draft("wheat.md", "Wheat\n\nExports fell.")]
    either_library.publish(briefs)
    gone = {brief.id for brief in either_library.briefs() if brief.title == "Wheat"}
    for _ in range(2):
        either_library.remove(gone)
        assert either_library.faults() == {}
    either_library.publish(briefs)
    assert either_library.removed() == {}
    assert either_library.faults() == {}


def test_a_brief_whose_file_was_gone_for_a_while_comes_back_by_itself(
    library: Library, tmp_path: Path
) -> None:
    """Nobody removed it: a folder was not there for an hour, and --prune saw that."""
    (path,) = write(tmp_path, {"in/port.md": CARGO})
    ingest(library, [str(path.parent)])
    path.unlink()
    ingest(library, [str(path.parent)], Options(prune=True, restore=False))
    assert library.briefs() == ()
    write(tmp_path, {"in/port.md": CARGO})
    ingest(library, [str(path.parent)], Options(prune=True, restore=False))
    assert [brief.title for brief in library.briefs()] == ["Port Aurelia"]


class Terminal:
    """Standard input or error of somebody who looks at it."""

    def isatty(self) -> bool:
        return True

    def write(self, _: str) -> None:
        """Show nothing."""


@pytest.mark.parametrize("wanted", [True, False])
def test_at_a_terminal_the_question_is_asked(
    library: Library, removed: Path, monkeypatch: pytest.MonkeyPatch, wanted: bool
) -> None:
    """It names the briefs; where nobody is there to answer, nothing is asked."""
    report = ingest(library, [str(removed)], Options(restore=False))
    asked: list[str] = []
    monkeypatch.setattr(typer, "confirm", lambda line, **_: asked.append(line) or wanted)
    assert adding._wanted_back(report) == []
    assert asked == []
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("sys.stderr", Terminal())
    assert adding._wanted_back(report) == ([str(removed / "port.md")] if wanted else [])
    assert asked == ["removed before: “Port Aurelia”. Add again?"]


def test_the_command_says_which_version_it_is(fresh_shell: Shell) -> None:
    assert fresh_shell("--version") == (0, f"brief-bot {metadata.version('brief-bot')}\n", "")


def test_ids_and_collections_are_completed(
    settings: Settings, open_library: OpenLibrary, fresh_shell: Shell
) -> None:
    """Numbers and ids with titles, collections by name; nothing and no error without a library."""

    def offered(line: str) -> list[str]:
        code, out, err = fresh_shell(
            _BRIEFS_COMPLETE="complete_zsh", _TYPER_COMPLETE_ARGS=f"briefs {line}"
        )
        assert (code, err) == (0, "")
        return out.split("\n")

    assert not any("PA1" in one for one in offered("show PA"))
    with open_library(settings) as library:
        library.publish(
            [
                draft("port.md", "Port Aurelia\n\nCargo of the port.", number="PA1"),
                draft("wheat.md", "Wheat\n\nWheat exports fell.", collection="trade"),
            ]
        )
    assert any("PA1" in one and "Port Aurelia" in one for one in offered("show PA"))
    assert any("trade" in one for one in offered("search x --collection tr"))
    assert any("default" in one for one in offered("list --collection "))


def test_without_a_library_the_demos_is_named(fresh_shell: Shell) -> None:
    """`briefs` alone, in the folder where `make demo` was typed."""
    write(Path.cwd(), {".demo/library.db": "x"})
    code, _, err = fresh_shell()
    assert code == 0
    assert f"export BRIEFS_HOME={Path.cwd() / '.demo'}" in err


def test_a_mistyped_collection_names_the_nearest(
    settings: Settings, open_library: OpenLibrary, fresh_shell: Shell
) -> None:
    """In every command that is limited to one."""
    with open_library(load(home=settings.home)) as library:
        library.publish([draft("wheat.md", "Wheat\n\nWheat exports.", collection="trade")])
        fingerprint = library.fingerprint
    assert fingerprint
    code, _, err = fresh_shell("list", "--collection", "Trdae")
    assert code == 2
    assert err == (
        "briefs: --collection Trdae: no such collection, perhaps trade; there are: trade\n"
    )
