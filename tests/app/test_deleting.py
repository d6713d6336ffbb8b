"""`briefs purge` deletes old versions without a trace; what is current or cited stays."""

from pathlib import Path

import pytest
from sqlalchemy import text

from bot.app.deleting import cited
from bot.ledger.ledger import Ledger
from index.library import Library
from index.settings import load
from tests.commands import Shell
from tests.drafts import draft
from tests.fakes import HashedTokens

OLD = "Rates in the north\n\nThe bank raised its rate to {} percent in March."


@pytest.fixture
def shell(tmp_path: Path, monkeypatch, capsys) -> Shell:
    monkeypatch.setattr("index.library.ModelEmbedder", lambda *_, **__: HashedTokens())
    with Library.open(load(home=tmp_path / "home"), create=True) as library:
        for percent in ("one", "two", "three"):
            library.publish([draft("a.txt", OLD.format(percent))])
    return Shell(tmp_path / "home", monkeypatch, capsys)


def age(shell: Shell) -> None:
    with Library.open(load(home=shell.home)) as library, library.database.write() as connection:
        connection.execute(text("UPDATE versions SET added_at = '2020-01-01 00:00:00.000000'"))
        from index.storage.checksums import begin

        begin(connection)


def test_old_versions_go_without_a_trace(shell: Shell) -> None:
    """No byte of their words is left, the current one answers, all is sound."""
    assert shell.json("purge", "--older-than", "1d") == []
    age(shell)
    assert [line["version"] for line in shell.json("purge", "--older-than", "1y")] == [1, 2]
    data = b"".join(path.read_bytes() for path in shell.home.glob("library.db*"))
    assert b"to one percent" not in data
    assert b"to three percent" in data
    with Library.open(load(home=shell.home)) as library:
        assert library.faults() == {}
        assert [row.brief.version for row in library.versions()] == [3]


def test_what_an_answer_cites_stays(shell: Shell) -> None:
    age(shell)
    with Library.open(load(home=shell.home)) as library:
        brief = library.versions()[0].brief
        body = {"citations": [{"number": 1, "brief": {"id": brief.id, "version": 1}}]}
        Ledger(library.database).append("a1", body, {})
        assert cited(Ledger(library.database)) == {(brief.id, 1)}
    assert [line["version"] for line in shell.json("purge", "--older-than", "1y")] == [2]


@pytest.mark.parametrize("wrong", ["", "2", "y", "-1d", "999999y", "1 d"])
def test_what_is_no_age_is_one_line(shell: Shell, wrong: str) -> None:
    code, _, err = shell("purge", "--older-than", wrong)
    assert code == 2
    assert err.count("\n") == 1
