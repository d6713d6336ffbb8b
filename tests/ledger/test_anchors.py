"""Anchors: the ledger's head in a file kept elsewhere."""

import json
import os

import pytest

from bot.errors import LedgerError
from bot.ledger.anchors import Anchor, append, keep, library_id, marks_of, read, taken
from bot.ledger.ledger import GENESIS, Ledger
from index.errors import UsageError
from tests.audit.ledgers import fill, rewrite, tamper


@pytest.fixture
def elsewhere(tmp_path):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder / "briefs.anchors"


@pytest.fixture
def database(library):
    fill(library.database, 6)  # seven records
    return library.database


def file_of(library):
    return library.home / "library.db"


def test_an_anchor_says_whose_head_it_is_and_when(database, library, elsewhere):
    """One JSON line: library, count, head, time; the file is its owner's alone."""
    made = keep(database, elsewhere, library.home)
    assert json.loads(elsewhere.read_text()) == {
        "library": library_id(database),
        "count": 7,
        "head": Ledger(database).head()[1],
        "at": made.at,
    }
    assert made.at.endswith("+00:00")
    assert elsewhere.stat().st_mode & 0o777 == 0o600


def test_anchors_are_appended(database, library, elsewhere):
    keep(database, elsewhere, library.home)
    fill_more = Ledger(database).append("more", {}, {})
    keep(database, elsewhere, library.home)
    assert [anchor.count for anchor in read(elsewhere)] == [7, fill_more]
    marks = marks_of(read(elsewhere), library_id(database))
    assert Ledger(database).check(marks).fault is None


def test_an_empty_ledger_can_be_anchored(library):
    assert (taken(library.database).count, taken(library.database).head) == (0, GENESIS)


def test_a_file_in_the_library_s_folder_is_refused(database, library, tmp_path):
    """By a link too: who can change the one can change the other."""
    with pytest.raises(UsageError, match="in the library's own folder"):
        keep(database, library.home / "anchors", library.home)
    link = tmp_path / "link"
    link.symlink_to(library.home)
    with pytest.raises(UsageError, match="another disk or machine"):
        keep(database, link / "anchors", library.home)
    assert not (library.home / "anchors").exists()


def test_a_chain_that_was_cut_is_not_anchored(database, library, elsewhere):
    """It would vouch for the loss; the file stays as it is."""
    keep(database, elsewhere, library.home)
    before = elsewhere.read_bytes()
    tamper(
        file_of(library),
        "DELETE FROM ledger_private WHERE record_id = 'a6'",
        "DELETE FROM ledger WHERE seq = 7",
    )
    with pytest.raises(LedgerError, match=r"does not match the anchor of 2.* \(7 records\)"):
        keep(database, elsewhere, library.home)
    assert elsewhere.read_bytes() == before


def test_a_chain_that_was_rewritten_is_not_anchored(database, library, elsewhere):
    keep(database, elsewhere, library.home)
    rewrite(file_of(library), 3, "Caf", "Kaf")
    assert Ledger(database).verify() is None
    with pytest.raises(LedgerError, match="removed or rewritten"):
        keep(database, elsewhere, library.home)


def test_what_came_since_the_last_anchor_must_be_sound(database, library, elsewhere):
    keep(database, elsewhere, library.home)
    Ledger(database).append("a7", {"n": 7}, {})
    tamper(file_of(library), """UPDATE ledger SET body = '{"n":8}' WHERE seq = 8""")
    with pytest.raises(LedgerError, match=r"record 8 \(answer a7.*edited, so it is not anchored"):
        keep(database, elsewhere, library.home)


def test_another_library_s_anchors_are_refused(database, library, elsewhere):
    """Both are named: the wrong file, or a library put in the place of another."""
    append(elsewhere, Anchor("0123456789ab", 3, "f" * 64, "2026-01-01T00:00:00+00:00"))
    with pytest.raises(UsageError, match="is of library 0123456789ab, this is"):
        keep(database, elsewhere, library.home)
    with pytest.raises(UsageError, match="0123456789ab"):
        marks_of(read(elsewhere), library_id(database))


def test_a_torn_line_is_not_run_into(database, library, elsewhere):
    """The next anchor stands on a line of its own, and the torn one is named."""
    elsewhere.write_text('{"library": "01')
    append(elsewhere, taken(database))
    assert elsewhere.read_text().count("\n") == 2
    with pytest.raises(UsageError, match="line 1 is not an anchor"):
        read(elsewhere)


@pytest.mark.parametrize(
    "line",
    [
        "nonsense", "[]", "7", '{"library": "x", "count": 1}',
        '{"library": "x", "count": -1, "head": "%s", "at": ""}' % ("f" * 64),
        '{"library": "x", "count": 1, "head": "short", "at": ""}',
        '{"library": "x", "count": 0, "head": "%s", "at": ""}' % ("f" * 64),
    ],
)  # fmt: skip
def test_a_line_that_is_no_anchor_is_named(elsewhere, line):
    elsewhere.write_text(f"\n{line}\n")
    with pytest.raises(UsageError, match="line 2"):
        read(elsewhere)


def test_a_file_that_cannot_be_used_is_named(database, library, tmp_path):
    with pytest.raises(UsageError, match="No such file"):
        keep(database, tmp_path / "none" / "anchors", library.home)
    os.mkfifo(tmp_path / "pipe")  # to read it would wait for good
    with pytest.raises(UsageError, match="pipe: is a pipe, not a file"):
        read(tmp_path / "pipe")
    with pytest.raises(UsageError, match="is a folder, not a file"):
        append(tmp_path, taken(database))
    with pytest.raises(UsageError, match="No such file"):
        read(tmp_path / "none")


def test_an_anchor_is_on_the_disk_when_it_is_told(database, library, elsewhere, monkeypatch):
    forced = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (forced.append(handle), real(handle)))
    keep(database, elsewhere, library.home)
    assert len(forced) == 2
