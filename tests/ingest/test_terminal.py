"""What is printed where: tables, totals, JSON, warnings."""

import json
import logging
import re
import unicodedata

import pytest
from rich.text import Text

from ingest.report import DocumentResult, Report, ReportItem
from ingest.terminal import (
    out,
    print_json,
    print_report,
    print_table,
    progress_bars,
    say,
    show_warnings,
)  # fmt: skip
from tests.golden_files import Golden

ITEMS = [
    ReportItem(
        "/b/port.md",
        DocumentResult.NEW,
        "a1b2c3d4e5",
        1,
        "Port Aurelia: lease and ownership",
        "2024-03-05",
        12,
    ),
    ReportItem(
        "/b/wheat.pdf",
        DocumentResult.RENDITION,
        "b1b2c3d4e5",
        1,
        "Wheat",
        None,
        7,
        of="Wheat of Tamara",
    ),
    ReportItem(
        "/b/grain.md",
        DocumentResult.VERSION,
        "c1b2c3d4e5",
        2,
        "Grain",
        "2023-07",
        5,
        reason="12 of 80 pages have no text",
    ),
    ReportItem("/b/old.md", DocumentResult.OLDER, "c1b2c3d4e5", 3, "Grain", "2022", 1),
    ReportItem("/b/same.md", DocumentResult.UNCHANGED),
    ReportItem("/b/gone.md", DocumentResult.WITHDRAWN, "d1b2c3d4e5", 1, "Oil", "2020-01-01"),
    ReportItem(
        "/b/x\n\x1b[31m\u202e.pdf", DocumentResult.FAILED, reason="encrypted; remove the password"
    ),
    ReportItem("/b", DocumentResult.IGNORED, reason="3 files in no brief format: .xlsx, .zip"),
]


def test_the_report_is_as_it_was(capsys: pytest.CaptureFixture[str], golden: Golden) -> None:
    """The table on stdout; notes, failures and totals on stderr; no control characters."""
    print_report(Report(list(ITEMS), seconds=3.21))
    out, err = capsys.readouterr()
    golden("report/stdout.txt", out)
    golden("report/stderr.txt", err)
    assert "\x1b" not in out + err
    assert "\u202e" not in out + err


def test_beside_json_there_is_no_table(capsys: pytest.CaptureFixture[str]) -> None:
    print_report(Report(list(ITEMS)), table=False)
    out, err = capsys.readouterr()
    assert out == ""
    assert "failed: " in err


def test_a_long_report_shows_failures_and_totals_alone(capsys: pytest.CaptureFixture[str]) -> None:
    items = [
        ReportItem(f"{n}.md", DocumentResult.NEW, str(n), 1, "T", None, 2) for n in range(1_000)
    ]
    print_report(Report([*items, ReportItem("x.md", DocumentResult.FAILED, reason="empty")]))
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[0] == "failed: x.md: empty"
    assert err.splitlines()[1].startswith("1,001 documents: 1,000 new, 1 failed; 2,000 passages")


def test_a_table_without_a_terminal_is_aligned_and_unwrapped(capsys) -> None:
    """Numbers to the right, no trailing blanks, and markup in a title is text."""
    print_table(["Id", "N", "Title"], [["a", "1", "[bold]x[/bold] " + "y" * 200], ["b", "22", "z"]],
                right="N")  # fmt: skip
    assert capsys.readouterr().out == (
        f"Id   N  Title\na    1  [bold]x[/bold] {'y' * 200}\nb   22  z\n"
    )


def test_json_is_one_line_of_real_characters(capsys: pytest.CaptureFixture[str]) -> None:
    """Umlauts stay readable; what cannot be written at all is escaped."""
    print_json({"title": "Köln\nBonn"})
    print_json({"path": "bad\udcff.txt"})
    first, second = capsys.readouterr().out.splitlines()
    assert first == '{"title": "Köln\\nBonn"}'
    assert json.loads(second) == {"path": "bad\udcff.txt"}


def test_a_warning_is_said_once_however_often_a_library_was_opened(capsys) -> None:
    for _ in range(3):
        show_warnings()
    logging.getLogger("index.library").warning("index damaged; run: briefs reindex")
    assert capsys.readouterr().err == "briefs: index damaged; run: briefs reindex\n"


def test_no_bar_is_drawn_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bars() as progress:
        progress.reading(0, 2, "a.md")
        progress.embedding(100)
        progress.embedded(50)
        progress.waiting()
    assert capsys.readouterr() == ("", "another ingest is running; waiting for it to finish\n")


HOSTILE = (
    "Cod\x1b[31m \x1b]8;;http://x\x07quo\u200bt\u00ada\ufeffs\u2060 "
    "\u202e\x9b2J\U000e0041fell\x07\r\n"
)


def test_nothing_of_a_document_acts_on_a_terminal(capsys, monkeypatch) -> None:
    """Not in a table, a line or a heading; on a terminal or in a pipe; the words stay."""
    for terminal in (True, False):
        monkeypatch.setattr("sys.stdout.isatty", lambda terminal=terminal: terminal)
        print_table(["Brief", "Title"], [["1", HOSTILE]])
        out().print(HOSTILE, markup=False)
        out().print(Text(HOSTILE, "bold"))
        say(HOSTILE)
        said = "".join(capsys.readouterr())
        assert said.count("quotas") == 4
        plain = re.sub(r"\x1b\[[\d;]*m", "", said) if terminal else said  # rich's own colours
        seen = "".join(unicodedata.category(char) for char in plain if char != "\n")
        assert not {"Cc", "Cf", "Zl", "Zp"} & {seen[at : at + 2] for at in range(0, len(seen), 2)}
