"""Paths on the command line lead to honest files, and to a reason for everything else."""

import io
import os
import shutil
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.errors import ReadError
from ingest.sources import Found, FoundDocument, Ignored, Refusal, covers, find, is_gone, read_bytes


def found(*paths: Path | str) -> list[Found]:
    return list(find([str(path) for path in paths]))


def names(items: list[Found]) -> list[str]:
    return [item.name for item in items if isinstance(item, FoundDocument)]


def refusals(items: list[Found]) -> dict[str, str]:
    return {Path(item.location).name: item.reason for item in items if isinstance(item, Refusal)}


def write(path: Path, text: str = "x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.fixture
def as_nobody() -> Iterator[Path]:
    """A folder and rights under which "no permission" means something, for root too."""
    folder = Path(tempfile.mkdtemp(prefix="briefs-test-")).resolve()
    folder.chmod(0o755)
    user = os.geteuid()
    yield folder
    if os.geteuid() != user:
        os.seteuid(user)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o700)
    shutil.rmtree(folder)


def become_nobody() -> None:
    if os.geteuid() == 0:
        os.seteuid(65534)


def test_a_folder_gives_its_briefs_in_sorted_order(tmp_path: Path) -> None:
    for name in ("b.md", "a.txt", "sub/c.HTML", "sub/deeper/d.pdf"):
        write(tmp_path / name)
    items = found(tmp_path)
    assert names(items) == ["a.txt", "b.md", "c.HTML", "d.pdf"]
    assert [item.location for item in items] == [
        str(tmp_path / name) for name in ("a.txt", "b.md", "sub/c.HTML", "sub/deeper/d.pdf")
    ]


def test_other_files_are_named_in_one_line(tmp_path: Path) -> None:
    for name in ("a.md", "b.jpg", "c.JPG", "Makefile"):
        write(tmp_path / name)
    *_, last = found(tmp_path)
    assert last == Ignored(
        str(tmp_path), 3, "3 files are not in a supported format (Makefile, b.jpg, c.JPG)"
    )


def test_an_empty_folder_is_no_failure(tmp_path: Path) -> None:
    """Says that there is nothing, so that pruning and watching go on."""
    assert found(tmp_path) == [Ignored(str(tmp_path), 0, "contains no files")]


def test_hidden_files_and_folders_are_passed_over(tmp_path: Path) -> None:
    """Skips names with a leading dot within a folder, and takes them where they are named."""
    hidden = write(tmp_path / ".hidden.md")
    write(tmp_path / ".git" / "a.md")
    assert names(found(tmp_path)) == []
    assert names(found(hidden)) == [".hidden.md"]
    assert names(found(tmp_path / ".git")) == ["a.md"]


def test_a_named_file_is_always_tried(tmp_path: Path) -> None:
    assert names(found(write(tmp_path / "brief.xyz"))) == ["brief.xyz"]


def test_the_same_file_is_found_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Recognises a file under other spellings, links and hard links."""
    real = write(tmp_path / "folder" / "a.md")
    (tmp_path / "folder" / "hard.md").hardlink_to(real)
    (tmp_path / "folder" / "0.md").symlink_to("a.md")
    (tmp_path / "link.md").symlink_to(real)
    monkeypatch.chdir(tmp_path)
    items = found("folder", real, "folder/../folder/a.md", "link.md", "fold*/*.md", "folder")
    assert [item.location for item in items] == [str(real)]


def test_names_that_differ_in_case_are_two_files(tmp_path: Path) -> None:
    write(tmp_path / "Brief.md", "one")
    write(tmp_path / "brief.md", "two")
    assert names(found(tmp_path)) == sorted(path.name for path in tmp_path.iterdir())


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.md", ["a.md"]),
        ("**/*.md", ["a.md", "b.md", "c.md"]),
        ("one/*", ["b.md", "c.md", "d.txt"]),
        ("o?e/*.md", ["b.md"]),
        ("[no]*/two", ["c.md", "d.txt"]),
        ("**", ["a.md", "b.md", "c.md", "d.txt"]),
        ("**/**/two/*.txt", ["d.txt"]),
        ("**/*.log", ["e.log"]),
        ("*/../a.md", []),
    ],
)
def test_patterns_that_the_shell_left_alone_are_expanded(tmp_path, monkeypatch, pattern, expected):
    """Expands as the shell would, with ** for any number of folders, but follows no link out."""
    for name in ("a.md", "one/b.md", "one/two/c.md", "one/two/d.txt", "one/e.log", "one/.f.md"):
        write(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    assert names(found(pattern)) == expected


def test_a_pattern_names_only_trouble_that_it_covers(tmp_path: Path) -> None:
    write(tmp_path / "a.md")
    os.mkfifo(tmp_path / "pipe.txt")
    assert refusals(found(tmp_path / "*.md")) == {}
    assert list(refusals(found(tmp_path / "*.txt"))) == ["pipe.txt"]


def test_a_pattern_without_match_is_refused(tmp_path: Path) -> None:
    pattern = str(tmp_path / "*.md")
    assert found(pattern) == [Refusal(pattern, "matches no file; check the pattern")]


def test_a_file_with_pattern_characters_in_its_name_is_a_file(tmp_path: Path) -> None:
    """Takes what is there literally before it reads a pattern."""
    assert names(found(write(tmp_path / "a[1].md"))) == ["a[1].md"]


def test_urls_and_standard_input_are_candidates() -> None:
    assert found("-", "HTTPS://Example.org:443/a%20b/Brief.PDF?x=1#p2", "-") == [
        FoundDocument("-", "stdin", "stdin"),
        FoundDocument("https://example.org/a%20b/Brief.PDF?x=1", "Brief.PDF", "url"),
    ]
    assert found("http://example.org") == [
        FoundDocument("http://example.org/", "example.org", "url")
    ]


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://example.org/a.md", "is not a web address; give a path"),
        ("file:///etc/passwd", "is not a web address; give a path"),
        ("http:///a.md", "names no host"),
        ("http://example.org:99999/", "is not a web address"),
        ("http://[::1/", "is not a web address"),
        ("https://me:secret@example.org/", "carries a user name or password"),
        ("https://example.org/a b\n", "holds spaces or control characters"),
    ],
)
def test_urls_that_cannot_be_fetched_are_refused(url: str, reason: str) -> None:
    (refusal,) = found(url)
    assert isinstance(refusal, Refusal)
    assert refusal.reason.startswith(reason)


def test_missing_paths_are_refused(tmp_path: Path) -> None:
    good = write(tmp_path / "good.md")
    items = found(tmp_path / "none.md", tmp_path / "no" / "folder", "a\0b", "", good)
    assert refusals(items[:2]) == {
        "none.md": "is not there; check the path",
        "folder": "is not there; check the path",
    }
    assert all(isinstance(item, Refusal) for item in items[:4])
    assert names(items) == ["good.md"]


def test_a_folder_full_of_traps_gives_only_the_honest_files(tmp_path, monkeypatch) -> None:
    """Names each of twenty odd things, hangs on none, and escapes what would disturb a terminal."""
    outside = write(tmp_path / "outside" / "secret.md", "secret")
    root = tmp_path / "root"
    honest = [
        write(root / "honest.md"),
        write(root / "new\nline.md"),
        write(root / "red\x1b[31m.txt"),
        write(root / "bidi\u202e.md"),
        write(root / "ünïcode.md"),
        write(root / "-dash.md"),
    ]
    write(root / ".hidden.md")
    write(root / "picture.jpg")
    (root / "folder.md").mkdir()
    (root / "out.md").symlink_to(outside)
    (root / "out-relative.md").symlink_to("../outside/secret.md")
    (root / "out-folder").symlink_to(outside.parent)
    (root / "device.md").symlink_to("/dev/zero")
    (root / "dangling.md").symlink_to("nothing.md")
    (root / "self.md").symlink_to("self.md")
    (root / "ping.md").symlink_to("pong.md")
    (root / "pong.md").symlink_to("ping.md")
    (root / "loop").symlink_to(".")
    (root / "sub").mkdir()
    (root / "sub" / "up").symlink_to("..")
    (root / "sub" / "far-up").symlink_to("../..")
    (root / "inside.md").symlink_to("honest.md")
    os.mkfifo(root / "pipe.md")
    Path(os.fsdecode(os.fsencode(root) + b"/latin-\xfc.md")).write_text("x")
    monkeypatch.chdir(root)  # a socket's path may be only 108 bytes long
    with socket.socket(socket.AF_UNIX) as unix:
        unix.bind("socket.md")
    items = found(root)
    located = sorted(item.location for item in items if isinstance(item, FoundDocument))
    assert located == sorted(str(path) for path in honest)
    reasons = refusals(items)
    assert {
        name: reason.partition(";")[0].partition(",")[0] for name, reason in reasons.items()
    } == {
        "out.md": "is a link out of the folder",
        "out-relative.md": "is a link out of the folder",
        "out-folder": "is a link out of the folder",
        "device.md": "is a device",
        "dangling.md": "is a link to nothing",
        "self.md": "is a link that leads only to links",
        "ping.md": "is a link that leads only to links",
        "pong.md": "is a link that leads only to links",
        "loop": "is a link back to a folder that it lies in",
        "up": "is a link back to a folder that it lies in",
        "far-up": "is a link out of the folder",
        "pipe.md": "is a named pipe",
        "socket.md": "is a socket",
        "latin-\\udcfc.md": "has a name that is not valid UTF-8",
    }
    assert all(";" in reason and reason.isprintable() for reason in reasons.values())
    assert [item.count for item in items if isinstance(item, Ignored)] == [1]


def test_links_to_hidden_places_in_the_folder_are_followed(tmp_path: Path) -> None:
    """Takes the link's name where the target's has no suffix of ours."""
    write(tmp_path / ".store" / "0a1b", "one")
    write(tmp_path / ".more" / "b.md", "two")
    (tmp_path / "a.md").symlink_to(".store/0a1b")
    (tmp_path / "more").symlink_to(".more")
    assert names(found(tmp_path)) == ["a.md", "b.md"]


def test_a_link_that_is_named_is_followed(tmp_path: Path) -> None:
    real = write(tmp_path / "real" / "a.md")
    (tmp_path / "file").symlink_to(real)
    (tmp_path / "folder").symlink_to(real.parent)
    assert [item.location for item in found(tmp_path / "file")] == [str(real)]
    assert [item.location for item in found(tmp_path / "folder")] == [str(real)]


def test_very_deep_folders_are_cut_with_a_reason(tmp_path: Path) -> None:
    write(tmp_path / "a.md")
    deep = tmp_path
    for _ in range(150):
        deep = deep / "d"
    deep.mkdir(parents=True)
    items = found(tmp_path)
    assert names(items) == ["a.md"]
    assert list(refusals(items).values()) == [
        "lies more than 100 folders deep; name it to ingest it"
    ]


def test_what_may_not_be_read_is_refused(as_nobody: Path) -> None:
    write(as_nobody / "a.md")
    (as_nobody / "locked").mkdir(mode=0)
    secret = write(as_nobody / "secret.md")
    secret.chmod(0)
    become_nobody()
    items = found(as_nobody, as_nobody / "locked" / "x.md")
    assert names(items) == ["a.md", "secret.md"]
    denied = "may not be read: permission denied; let this user read it"
    assert refusals(items) == {"locked": denied, "x.md": denied}
    with pytest.raises(ReadError, match=r"^may not be read: permission denied"):
        read_bytes(FoundDocument(str(secret), "secret.md"))
    assert not is_gone(str(as_nobody / "locked" / "x.md"))


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    path = write(tmp_path / "a.md", "x" * 3_000_000)
    candidate = FoundDocument(str(path), "a.md")
    assert len(read_bytes(candidate)) == 3_000_000
    assert len(read_bytes(candidate, 3_000_000)) == 3_000_000
    with pytest.raises(ReadError, match=r"^has 3\.0 MB; the limit is 2 MB; split it$"):
        read_bytes(candidate, 2_000_000)


def test_a_sparse_giant_is_refused_unread(tmp_path: Path) -> None:
    path = write(tmp_path / "a.md")
    os.truncate(path, 1 << 40)
    with pytest.raises(ReadError, match=r"the limit is 100 MB; split it$"):
        read_bytes(FoundDocument(str(path), "a.md"))


def swap(path: Path, kind: str, outside: Path) -> None:
    path.unlink()
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "link":
        path.symlink_to(outside)
    elif kind == "folder":
        path.mkdir()
    elif kind == "link above":
        path.parent.rename(path.parent.with_name("moved"))
        path.parent.symlink_to(outside.parent)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("pipe", "is a named pipe"),
        ("link", "is a link by now"),
        ("folder", "is a folder, not a file"),
        ("link above", "is a link out of the folder"),
        ("nothing", "is not there"),
    ],
)
def test_a_file_swapped_after_it_was_found_is_refused(tmp_path, kind, reason) -> None:
    """Opens without following links or waiting for a pipe."""
    path = write(tmp_path / "folder" / "a.md")
    outside = write(tmp_path / "outside" / "a.md", "secret")
    (candidate,) = found(path)
    assert isinstance(candidate, FoundDocument)
    swap(path, kind, outside)
    with pytest.raises(ReadError, match=f"^{reason}"):
        read_bytes(candidate)


def test_a_file_that_keeps_changing_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.md", "x" * 20_000_000)
    done = threading.Event()

    def keep_writing() -> None:
        with path.open("ab", buffering=0) as file:
            while not done.is_set():
                file.write(b"y")

    writer = threading.Thread(target=keep_writing)
    writer.start()
    try:
        with pytest.raises(ReadError, match=r"^was changed while it was being read"):
            read_bytes(FoundDocument(str(path), "a.md"))
    finally:
        done.set()
        writer.join()
    assert read_bytes(FoundDocument(str(path), "a.md")).startswith(b"xxx")


def test_standard_input_is_read_up_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    candidate = FoundDocument("-", "stdin", "stdin")
    for limit, fits in ((5, True), (4, False)):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xff1234")))
        if fits:
            assert read_bytes(candidate, limit) == b"\xff1234"
        else:
            with pytest.raises(ReadError, match=r"^has more than"):
                read_bytes(candidate, limit)


def test_pruning_covers_folders_patterns_and_files_that_are_gone(tmp_path, monkeypatch) -> None:
    """Says of an earlier source whether the paths given speak for it."""
    folder = tmp_path / "folder"
    kept = write(folder / "sub" / "kept.md")
    monkeypatch.chdir(tmp_path)
    gone = str(folder / "sub" / "gone.md")
    assert covers(["folder"], gone)
    assert covers([str(folder)], str(kept))
    assert covers(["folder/sub/gone.md"], gone)
    assert covers(["folder/**/*.md"], gone)
    assert covers(["folder/*"], gone)
    assert covers(["other", "f*/sub/g*.md"], gone)
    assert not covers(["folder/*.md"], gone)
    assert not covers([str(kept)], str(kept))
    assert not covers([str(kept)], gone)
    assert not covers(["fold"], gone)
    assert not covers(["folder", "-"], "-")
    assert not covers(["folder"], "https://example.org/folder/gone.md")
    assert not covers(["missing"], str(tmp_path / "missing" / "a.md"))


def test_only_what_is_surely_not_there_is_gone(tmp_path: Path) -> None:
    path = write(tmp_path / "a.md")
    assert not is_gone(str(path))
    assert is_gone(str(tmp_path / "b.md"))
    assert is_gone(str(path / "c.md"))
