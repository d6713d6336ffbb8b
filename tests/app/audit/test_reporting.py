"""`briefs audit report`, end to end."""

import csv
import json
import stat
from pathlib import Path

import pytest

from index.library import Library
from index.settings import load
from tests.commands import ROOT, Shell

NATO = ROOT / "examples" / "briefs" / "2024-03-08-finland-sweden-nato.txt"


@pytest.fixture
def audited(own_shell: Shell, tmp_path: Path) -> Shell:
    """A shell on a library with two answers, one of which rests on a brief corrected since."""
    own_shell("ask", "when did Finland join NATO?")
    own_shell("ask", "which Nord Stream string survived the explosions?")
    folder = tmp_path / "new"
    folder.mkdir()
    text = NATO.read_text("utf-8").replace("as the thirty-first", "as the thirtieth")
    (folder / NATO.name).write_text(text, "utf-8")
    own_shell("ingest", str(folder))
    assert own_shell("audit", "run")[0] == 0
    return own_shell


def test_what_the_checks_found_is_reported_with_the_words_that_changed(audited, tmp_path):
    """In all three forms; the form is what the file's name ends in."""
    (found,) = audited.json("audit", "report")
    corrected = next(one for one in found["findings"] if one["kind"] == "corrected")
    changed = [(one["op"], one["text"].strip()) for one in corrected["changed"]]
    assert ("removed", "thirty-first") in changed
    assert found["chain"]["sound"]
    paths = [tmp_path / f"report.{form}" for form in ("html", "csv", "json")]
    for path in paths:
        code, out, err = audited("audit", "report", "--out", str(path))
        assert (code, out) == (0, "")
        assert err.startswith(f"{path}: 2 answers, ")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "<del>thirty-first</del>" in paths[0].read_text("utf-8")
    with paths[1].open(encoding="utf-8", newline="") as file:
        assert any("[-thirty-first-]" in row["changed"] for row in csv.DictReader(file))
    assert json.loads(paths[2].read_text("utf-8"))["findings"] == found["findings"]


def test_a_report_goes_to_standard_output(audited: Shell) -> None:
    """HTML unless another form is named; with the mark for Excel where asked for."""
    assert audited("audit", "report")[1].startswith("<!DOCTYPE html>")
    assert audited("audit", "report", "--format", "csv", "--bom")[1].startswith('\ufeff"answer_id"')


def test_answers_never_checked_are_said_to_be(own_shell: Shell) -> None:
    own_shell("ask", "when did Finland join NATO?")
    code, out, err = own_shell("audit", "report")
    assert code == 0
    assert "1 answer has never been checked: briefs audit run" in err
    assert "1 answer has never been checked" in out


def test_a_broken_chain_fails_and_is_still_reported(own_shell: Shell) -> None:
    own_shell("ask", "when did Finland join NATO?")
    with (
        Library.open(load(home=own_shell.home)) as library,
        library.database.write() as connection,
    ):
        connection.exec_driver_sql("DROP TRIGGER ledger_no_update")
        connection.exec_driver_sql("UPDATE ledger SET hash = upper(hash)")
    code, out, err = own_shell("audit", "report")
    assert code == 1
    assert "record 1 is not as it was written" in out
    assert "was changed from record 1 on" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--bom",), "--bom: only for CSV"),
        (("--sample", "5"), "--sample and --seed: give both"),
        (("--json", "--format", "csv"), "give one or the other"),
        (("--out", "/nowhere/report.html"), "--out /nowhere/report.html: No such file"),
        (("--since", "soon"), "--since soon: not a date"),
    ],
)
def test_wrong_usage_is_one_line(shell: Shell, arguments: tuple[str, ...], said: str) -> None:
    code, out, err = shell("audit", "report", *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1
