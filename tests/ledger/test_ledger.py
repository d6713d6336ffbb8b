"""The append-only record of answers."""

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import DatabaseError

from bot.errors import LedgerError
from bot.ledger.ledger import GENESIS, Ledger, RecordKind, canonical
from bot.ledger.rows import chain_hash, private_hash
from index.errors import NotFound
from index.storage.database import Database, sqlite_url


@pytest.fixture
def database(tmp_path):
    opened = Database(sqlite_url(tmp_path / "ledger.db"))
    yield opened
    opened.close()


OLDER_TABLES = (
    "CREATE TABLE answers_ledger (seq INTEGER PRIMARY KEY, answer_id VARCHAR(64) UNIQUE, prev_hash"
    " VARCHAR(64), hash VARCHAR(64) UNIQUE, body TEXT, created_at VARCHAR(40))",
    "CREATE TABLE answers_private (answer_id VARCHAR(64) PRIMARY KEY"
    " REFERENCES answers_ledger (answer_id), salt VARCHAR(64), body TEXT)",
)
OLDER_ROW = "INSERT INTO answers_ledger VALUES (:seq, :id, :prev, :hash, :body, '2026-01-01')"


@pytest.fixture
def ledger(database):
    made = Ledger(database)
    for n in range(5):
        made.append(f"a{n}", {"n": n, "text": "Café"}, {"question": f"question {n}", "asker": "U1"})
    return made


def test_gives_back_what_was_recorded(ledger):
    """An entry holds body, private part, its place in the chain and the time."""
    entry = ledger.get("a2")
    assert (entry.seq, entry.body["n"], entry.body["text"]) == (3, 2, "Café")
    assert entry.private == {"question": "question 2", "asker": "U1"}
    assert entry.prev_hash == ledger.get("a1").hash
    assert entry.body["created_at"] == entry.created_at
    assert entry.created_at.endswith("+00:00")


def test_lists_the_newest_first(ledger):
    assert [entry.answer_id for entry in ledger.recent(2)] == ["a4", "a3"]


def test_an_empty_ledger_is_sound(database):
    empty = Ledger(database)
    assert (empty.verify(), empty.recent(), empty.head()) == (None, [], (0, GENESIS))


def test_an_unknown_answer_is_named(ledger):
    with pytest.raises(NotFound, match="zz: no such answer"):
        ledger.get("zz")


REFUSED = (
    "UPDATE ledger SET body = '{}' WHERE seq = 2",
    "DELETE FROM ledger WHERE seq = 5",
    "INSERT OR REPLACE INTO ledger SELECT * FROM ledger WHERE seq = 2",
    "INSERT INTO ledger SELECT 9, 'x', 'answer', 'x', hash, 'y', body, created_at"
    " FROM ledger WHERE seq = 5",
    "INSERT INTO ledger SELECT 6, 'x', 'answer', 'x', prev_hash, 'y', body, created_at"
    " FROM ledger WHERE seq = 5",
    "UPDATE ledger_private SET body = '{}'",
    "INSERT OR REPLACE INTO ledger_private SELECT * FROM ledger_private",
)


def run(database, statement):
    with database.write() as connection:
        connection.execute(text(statement))


def test_the_database_itself_refuses_to_change_a_record(ledger, database):
    """Triggers refuse update, delete, replacement, gaps and rows that do not follow the head."""
    for statement in REFUSED:
        with pytest.raises(DatabaseError, match=r"append-only|never changed"):
            run(database, statement)
    assert ledger.verify() is None


def test_a_further_record_stands_in_the_chain(ledger, monkeypatch):
    """It names its answer, comes after it, and lists of answers leave it out."""
    made = ledger.add(RecordKind.FEEDBACK, "a1", {"good": False}, {"user": "U2"})
    (found,) = ledger.further("a1")
    assert (found.record_id, found.kind, found.answer_id, found.seq) == (made, "feedback", "a1", 6)
    assert (found.body["good"], found.private) == (False, {"user": "U2"})
    monkeypatch.setattr("bot.ledger.ledger._BATCH", 2)  # read in pages
    assert [entry.seq for entry in ledger.entries()] == [1, 2, 3, 4, 5]
    assert [entry.seq for entry in ledger.entries(None, after=4)] == [5, 6]
    assert ledger.recent(1)[0].answer_id == "a4"
    assert ledger.further("a1", RecordKind.JUDGEMENT) == []
    assert ledger.verify() is None


def test_a_further_record_needs_its_answer(ledger):
    with pytest.raises(NotFound, match="zz: no such answer"):
        ledger.add(RecordKind.FEEDBACK, "zz", {})
    assert ledger.head()[0] == 5


def test_an_older_build_s_ledger_is_taken_over(database):
    """Its rows keep their places and hashes; its tables go."""
    hashes, prev = [], GENESIS
    with database.write() as connection:
        for statement in OLDER_TABLES:
            connection.execute(text(statement))
        for seq in (1, 2):
            salt, typed = f"s{seq}", canonical({"question": f"q{seq}"})
            body = canonical({"answer_id": f"a{seq}", "created_at": "2026-01-01",
                              "private_sha256": private_hash(salt, typed)})  # fmt: skip
            hashes.append(chain_hash(seq, prev, body))
            row = {"seq": seq, "id": f"a{seq}", "prev": prev, "hash": hashes[-1], "body": body}
            connection.execute(text(OLDER_ROW), row)
            connection.execute(text("INSERT INTO answers_private VALUES (:id, :salt, :typed)"),
                               {"id": f"a{seq}", "salt": salt, "typed": typed})  # fmt: skip
            prev = hashes[-1]
    ledger = Ledger(database)
    assert ledger.verify() is None
    assert ledger.head() == (2, hashes[1])
    assert ledger.get("a2").private == {"question": "q2"}
    with database.read() as connection:
        assert not inspect(connection).has_table("answers_ledger")


def test_the_chained_body_holds_nothing_that_was_typed(ledger, database):
    with database.read() as connection:
        bodies = connection.execute(text("SELECT group_concat(body) FROM ledger")).scalar()
    assert "question 2" not in bodies
    assert "U1" not in bodies


def test_says_so_when_a_record_cannot_be_written(tmp_path):
    path = tmp_path / "ledger.db"
    path.write_bytes(b"this is no database" * 100)
    with pytest.raises(LedgerError, match="ledger: the answer could not be recorded"):
        Ledger(Database(sqlite_url(path))).append("a", {}, {})


def test_a_second_record_of_the_same_answer_is_refused(ledger):
    with pytest.raises(LedgerError):
        ledger.append("a1", {}, {})
    assert ledger.head()[0] == 5


def test_canonical_json_has_one_form():
    """Sorted keys, no spaces, NFC, no characters that a database refuses."""
    assert (
        canonical({"b": [1, "e\u0301"], "a": "x\ud800y\x00"})
        == '{"a":"x\ufffdy\ufffd","b":[1,"é"]}'
    )
