"""`briefs audit verify-chain`, `anchor` and `forget`, as they are typed."""

import io
import json
import sys
from pathlib import Path

import pytest

from bot.ledger.ledger import Ledger
from index.library import Library
from index.storage.database import Database, sqlite_url
from tests.audit.ledgers import fill, rewrite, tamper
from tests.commands import Shell
from tests.fakes import HashedWords


@pytest.fixture
def ledger_shell(settings, monkeypatch, capsys):
    """A shell on a library with six answers and a judgement in its ledger."""
    with Library.open(settings, create=True, embedder=HashedWords()) as library:
        fill(library.database, 6)
    return Shell(settings.home, monkeypatch, capsys)


@pytest.fixture
def anchors(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    return tmp_path / "elsewhere" / "anchors"


def file_of(shell):
    return shell.home / "library.db"


def test_a_sound_chain_is_said_to_be(ledger_shell, anchors):
    """With count and head, and whether an anchor was compared."""
    code, out, err = ledger_shell("audit", "verify-chain")
    assert (code, err) == (0, "")
    assert out.startswith("intact: 7 records, head ")
    assert out.endswith("; no anchor was compared\n")
    ledger_shell("audit", "anchor", "--to", str(anchors))
    assert ledger_shell("audit", "verify-chain", "--anchor", str(anchors))[1].endswith(
        "; the anchor agrees\n"
    )
    ledger_shell("audit", "anchor", "--to", str(anchors))
    (found,) = ledger_shell.json("audit", "verify-chain", "--anchor", str(anchors))
    assert found["sound"]
    assert (found["records"], found["anchors"], found["fault"]) == (7, 2, None)


def test_the_first_bad_record_is_named_in_one_line(ledger_shell):
    """The exit code is 1, and the triggers that are gone are named beside."""
    tamper(file_of(ledger_shell), "UPDATE ledger SET body = replace(body, 'Caf', 'K') WHERE seq=3")
    code, out, err = ledger_shell("audit", "verify-chain")
    assert code == 1
    assert out.startswith("record 3 (answer a3, 2")
    assert out.endswith("): its body was edited\n")
    assert "trigger ledger_no_update is missing" in err
    code, out, _ = ledger_shell("audit", "verify-chain", "--json")
    found = json.loads(out)
    assert (code, found["sound"]) == (1, False)
    assert (found["fault"]["seq"], found["fault"]["wrong"]) == (3, "body")
    assert "ledger_no_update" in found["missing_triggers"]


def test_an_anchor_tells_a_full_rewrite(ledger_shell, anchors):
    ledger_shell("audit", "anchor", "--to", str(anchors))
    path = file_of(ledger_shell)
    rewrite(path, 2, "Caf", "Kaf")
    assert ledger_shell("audit", "verify-chain")[0] == 0
    code, out, _ = ledger_shell("audit", "verify-chain", "--anchor", str(anchors))
    assert code == 1
    assert "record 7 (" in out
    assert "was rewritten, one of 1 to 7 first: the anchor of 2" in out
    code, _, err = ledger_shell("audit", "anchor", "--to", str(anchors))
    assert code == 1
    assert "does not match the anchor" in err


def test_an_anchor_goes_to_standard_output(ledger_shell, anchors):
    code, out, err = ledger_shell("audit", "anchor")
    assert (code, err, out.count("\n")) == (0, "", 1)
    assert json.loads(out)["count"] == 7
    anchors.write_text(out)
    assert ledger_shell("audit", "verify-chain", "--anchor", str(anchors))[0] == 0
    assert ledger_shell("audit", "anchor", "--to", "-")[1].startswith('{"library"')


def test_an_anchor_goes_to_the_file_of_the_settings(ledger_shell, anchors):
    Path("briefs.toml").write_text(f'[audit]\nanchor = "{anchors}"\n')
    code, out, err = ledger_shell("audit", "anchor")
    assert (code, out) == (0, "")
    assert err.startswith("anchored: 7 records, head ")
    (made,) = ledger_shell.json("audit", "anchor")
    assert (made["to"], made["count"]) == (str(anchors), 7)
    assert anchors.read_text().count("\n") == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["anchor", "--to", "{home}/anchors"], "in the library's own folder"),
        (["verify-chain", "--anchor", "none"], "none: No such file"),
        (["forget", "--yes"], "nothing to delete; give --asker"),
        (["forget", "--asker", "x", "--answer", "y", "--yes"], "give only one of them"),
        (["forget", "--asker", "U1"], "add --yes"),
        (["anchor", "--channel", "C1"], "SLACK_BOT_TOKEN: missing"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_two(ledger_shell, monkeypatch, arguments, said):
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    given = [one.format(home=ledger_shell.home) for one in arguments]
    code, out, err = ledger_shell("audit", *given)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_forget_deletes_and_counts(ledger_shell):
    code, out, _ = ledger_shell("audit", "forget", "--answer", "a1", "--yes")
    assert (code, out) == (0, "deleted: 1 question; private parts of 1 record\n")
    (done,) = ledger_shell.json("audit", "forget", "--asker", "U1", "--yes")
    assert done == {"answers": 5, "records": 5, "clean": True}
    assert ledger_shell("audit", "forget", "--answer", "zz", "--yes")[0] == 2
    Path("briefs.toml").write_text("[audit]\nkeep_questions_days = 400\n")
    (done,) = ledger_shell.json("audit", "forget", "--yes")
    assert done["answers"] == 0
    assert ledger_shell("audit", "verify-chain")[0] == 0
    database = Database(sqlite_url(file_of(ledger_shell)))
    assert Ledger(database).get("a2").private is None
    database.close()
