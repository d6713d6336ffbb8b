"""A folder of everything that can be wrong: each file gets one line, and the good ones are in."""

import io
import os
import subprocess
import zipfile
from pathlib import Path

import pytest
from fpdf import FPDF

from tests.commands import briefs, parsed, write

TEXT = "The port of Aurelia was leased to Norvane for ninety-nine years in a quiet deal. " * 5
OTHER = "Wheat exports of Tamara fell by twelve per cent because the rains came late. " * 5
ODD_NAME = "x\ny\x1b[31m\u202etxt.md"


def pdf(text: str, *, locked: bool = False) -> bytes:
    document = FPDF()
    document.add_page()
    if text:
        document.set_font("helvetica", size=12)
        document.multi_cell(0, 6, text)
    else:
        document.rect(10, 10, 50, 50, style="F")
    if locked:
        document.set_encryption("owner", "user")
    return bytes(document.output())


def bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<?xml version='1.0'?><Types/>")
        archive.writestr("word/document.xml", "<?xml version='1.0'?><w>" + "A" * 300_000_000)
    return target.getvalue()


REASONS = {
    "encrypted.pdf": "encrypted; remove the password",
    "scanned.pdf": "no text in it",
    "truncated.pdf": "damaged or cut short",
    "renamed.pdf": "an image",
    "empty.txt": "empty",
    "line.txt": "the limit is",
    "junk.md": "binary data",
    "broken.txt": "cannot be decoded",
    "bomb.docx": "",
    "loop": "link back to a folder",
    "pipe.txt": "named pipe",
    "nowhere": "is not there; check the path",
    "x\\ny\\x1b[31m\\u202etxt.md": "a title and no text",
    "bad\\udcff.txt": "not valid UTF-8",
}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile") / "briefs"
    write(
        folder,
        {
            "good.txt": f"A good brief\n\n{TEXT}",
            "z/last.md": f"# Another good brief\n\n{OTHER}",
            "encrypted.pdf": pdf(TEXT, locked=True),
            "scanned.pdf": pdf(""),
            "truncated.pdf": pdf(TEXT)[:400],
            "renamed.pdf": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4,
            "empty.txt": b"",
            "line.txt": b"word " * 10_000_000,
            "junk.md": bytes((n * 97 + 13) % 251 for n in range(5_000)),
            "broken.txt": b"\xff\xfe\x00\xd8" * 100,
            "bomb.docx": bomb(),
            ODD_NAME: "# Just a title",
        },
    )
    (folder / "loop").symlink_to(".")
    os.mkfifo(folder / "pipe.txt")
    (folder / os.fsdecode(b"bad\xff.txt")).write_text(TEXT)
    return folder


@pytest.fixture(scope="module")
def done(hostile, model_cache, tmp_path_factory) -> "tuple[Path, subprocess.CompletedProcess[str]]":
    home = tmp_path_factory.mktemp("home")
    (home / "models").symlink_to(model_cache)
    missing = str(hostile / "nowhere")
    return home, briefs(home, "ingest", str(hostile), missing, timeout=120)


Done = tuple[Path, "subprocess.CompletedProcess[str]"]


def test_each_bad_file_gets_exactly_one_line_with_reason_and_fix(done: Done, hostile: Path) -> None:
    """Thing, reason, mend; exit code 1."""
    _, said = done
    failures = [line for line in said.stderr.splitlines() if line.startswith("failed: ")]
    assert said.returncode == 1
    assert len(failures) == len(REASONS)
    for name, reason in REASONS.items():
        (line,) = (line for line in failures if line.startswith(f"failed: {hostile}/{name}: "))
        assert reason in line
        assert len(line.split(": ", 2)[2]) > 10
    for line in failures:
        assert any(mark in line for mark in ("; ", ", ")), line


def test_nothing_of_a_name_reaches_the_terminal_and_no_traceback(done: Done) -> None:
    """Only printable characters and line ends are printed."""
    for text in (done[1].stdout, done[1].stderr):
        assert "Traceback" not in text
        assert all(line.isprintable() for line in text.splitlines())
        assert "\x1b" not in text


def test_the_good_files_are_in_and_found(done: Done) -> None:
    home, said = done
    assert "16 documents: 2 new, 14 failed" in said.stderr
    found = briefs(home, "search", "wheat exports", "--json")
    titles = {hit["brief"]["title"] for hit in parsed(found.stdout)[0]["hits"]}
    assert "Another good brief" in titles


def test_nothing_of_the_bad_files_is_in(done: Done) -> None:
    """No empty brief counts as ingested, and the library is sound."""
    home, _ = done
    assert len(briefs(home, "list").stdout.splitlines()) == 3
    assert briefs(home, "doctor").returncode == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_the_right_to_read_it_is_named(home_with_model, tmp_path) -> None:
    path = write(tmp_path, {"locked.txt": TEXT})[0]
    path.chmod(0)
    said = briefs(home_with_model, "ingest", str(path))
    assert said.returncode == 1
    assert "locked.txt: may not be read: permission denied" in said.stderr
