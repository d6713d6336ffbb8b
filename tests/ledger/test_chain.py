"""The check of the chain: what is wrong with the first bad record, in one line."""

import re

import pytest

from bot.ledger.chain import Wrong
from bot.ledger.ledger import By, Ledger, Mark, RecordKind
from bot.ledger.streamed import StreamedAnswer
from index.storage.database import Database, sqlite_url
from tests.audit.ledgers import fill, rewrite, tamper

RECORDS = 12  # ten answers, two judgements


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ledger.db"


@pytest.fixture
def ledger(path):
    database = Database(sqlite_url(path))
    yield fill(database, 10)
    database.close()


def test_a_sound_chain_says_where_it_ends(ledger):
    checked = ledger.check()
    assert checked.fault is None
    assert (checked.head.count, checked.head.head) == ledger.head()
    assert ledger.unguarded() == []


@pytest.mark.parametrize(
    ("statement", "seq", "wrong", "said"),
    [
        ("UPDATE ledger SET body = replace(body, 'Café', 'Tea') WHERE seq = 6",
         6, Wrong.BODY, r"record 6 \(answer a5, 2.*\): its body was edited"),
        ("UPDATE ledger SET hash = 'x' WHERE seq = 6",
         6, Wrong.COLUMN, "its column hash was changed"),
        ("UPDATE ledger SET prev_hash = 'x' WHERE seq = 6",
         6, Wrong.COLUMN, "its column prev_hash was changed"),
        ("UPDATE ledger SET created_at = '1999' WHERE seq = 7",
         7, Wrong.COLUMN, "its column created_at was changed"),
        ("UPDATE ledger SET answer_id = 'a1' WHERE seq = 7",
         7, Wrong.COLUMN, "its column answer_id was changed"),
        ("UPDATE ledger SET record_id = 'zz' WHERE seq = 7",
         7, Wrong.COLUMN, "its column record_id was changed"),
        ("UPDATE ledger SET kind = 'feedback' WHERE seq = 5",
         5, Wrong.COLUMN, r"record 5 \(feedback .* of a4, .*\): its column kind was changed"),
        ("UPDATE ledger SET kind = 'answer' WHERE seq = 5",
         5, Wrong.COLUMN, "its column record_id was changed"),
        ("DELETE FROM ledger WHERE seq = 4", 4, Wrong.MISSING, "record 4: is missing; the next is"),
        ("DELETE FROM ledger WHERE seq = 1", 1, Wrong.MISSING, "record 1: is missing"),
        ("DELETE FROM ledger WHERE seq = 12", 12, Wrong.CUT, "record 12: is missing; the private"),
        ("UPDATE ledger_private SET body = '{}' WHERE record_id = 'a3'",
         3, Wrong.QUESTION, "its question or private part was changed"),
        ("UPDATE ledger SET seq = 0 WHERE seq = 9", 1, Wrong.ADDED, ""),
    ],
)  # fmt: skip
def test_names_what_was_done(ledger, path, statement, seq, wrong, said):
    """And which record it was done to, its kind and its time."""
    if wrong is Wrong.ADDED:
        seq = 0
    tamper(path, statement)
    fault = ledger.check().fault
    assert (fault.seq, fault.wrong) == (seq, wrong)
    assert re.search(said, str(fault)), str(fault)
    assert "\n" not in str(fault)


@pytest.mark.parametrize(
    ("statement", "lost"),
    [
        ("DELETE FROM ledger_private WHERE record_id = 'a3'", 3),
        ("DELETE FROM ledger_private", 1),
        ("DELETE FROM ledger_private WHERE record_id NOT IN ('a1', 'a2', 'a3', 'a4')", 5),
    ],
)
def test_questions_deleted_without_a_receipt_are_found(ledger, path, statement, lost):
    """The first record whose question is gone, while every hash still agrees."""
    tamper(path, statement)
    fault = ledger.check().fault
    assert (fault.seq, fault.wrong) == (lost, Wrong.RECEIPT)
    assert "there is no receipt" in str(fault)


def test_a_receipt_accounts_for_what_it_deleted_and_no_more(ledger, path):
    """Not for another answer, not for what was said later, not for more records than it names."""
    ledger.add(RecordKind.FEEDBACK, "a1", {"good": False}, {"user": "U2"})
    ledger.forget(["a1", "a2"], by=By.ADMIN)
    assert ledger.check().fault is None
    later = ledger.add(RecordKind.FEEDBACK, "a1", {"good": True}, {"user": "U3"})
    assert ledger.check().fault is None
    tamper(path, f"DELETE FROM ledger_private WHERE record_id = '{later}'")
    assert ledger.check().fault.record_id == later
    assert ledger.check(after=Mark(5, ledger.hash_at(5))).fault.record_id == later


def test_truncate_is_refused_on_postgresql(postgres_url):
    """Row triggers do not see it; a database of an earlier release gets the trigger when opened."""
    database = Database(postgres_url)
    fill(database, 3)
    with database.write() as connection:
        connection.exec_driver_sql("DROP TRIGGER ledger_private_no_truncate ON ledger_private")
    ledger = Ledger(database)
    assert (ledger.check().fault, ledger.unguarded()) == (None, [])
    for table in ("ledger_private", "ledger CASCADE"):
        with pytest.raises(Exception, match="append-only"), database.write() as connection:
            connection.exec_driver_sql(f"TRUNCATE {table}")
    assert ledger.check().fault is None
    database.close()


def test_names_records_that_changed_places(ledger, path):
    tamper(
        path,
        "UPDATE ledger SET seq = 99 WHERE seq = 3",
        "UPDATE ledger SET seq = 3 WHERE seq = 8",
        "UPDATE ledger SET seq = 8 WHERE seq = 99",
    )
    fault = ledger.check().fault
    assert (fault.seq, fault.wrong) == (3, Wrong.ORDER)
    assert "it was record 8" in fault.detail


def test_a_gap_that_was_closed_shows(ledger, path):
    moved = [f"UPDATE ledger SET seq = {n - 1} WHERE seq = {n}" for n in range(5, RECORDS + 1)]
    tamper(path, "DELETE FROM ledger WHERE seq = 4", *moved)
    fault = ledger.check().fault
    assert (fault.seq, fault.wrong) == (4, Wrong.ORDER)
    assert "it was record 5" in fault.detail


@pytest.mark.parametrize("last", [6, 8])
def test_a_record_that_was_hashed_anew_shows_by_those_after_it(ledger, path, last):
    """The record itself is named, not the one that follows; or the last of several."""
    rewrite(path, 6, "Caf", "Kaf", last=last)
    fault = ledger.check().fault
    assert (fault.seq, fault.wrong) == (last, Wrong.REWRITTEN)
    assert f"record {last + 1} followed another" in fault.detail


def test_a_full_rewrite_shows_against_a_mark_alone(ledger, path):
    marks = [Mark(seq, ledger.hash_at(seq), "then") for seq in (0, 2, 5, 9, RECORDS)]
    rewrite(path, 7, "Caf", "Kaf")
    assert ledger.check().fault is None
    fault = ledger.check(marks).fault
    assert (fault.seq, fault.wrong) == (9, Wrong.REWRITTEN)
    assert "one of 6 to 9 first: the anchor of then has another hash" in fault.detail


def test_a_cut_tail_shows_against_a_mark_alone(ledger, path):
    mark = Mark(*ledger.head(), "then")
    tamper(
        path,
        "DELETE FROM ledger_private WHERE record_id IN"
        " (SELECT record_id FROM ledger WHERE seq > 8)",
        "DELETE FROM ledger WHERE seq > 8",
    )
    assert ledger.check().fault is None
    fault = ledger.check([mark]).fault
    assert (fault.seq, fault.wrong) == (9, Wrong.CUT)
    assert str(fault) == ("record 9: is missing; the chain ends at 8, the anchor of then has 12")


def test_the_check_can_go_on_from_a_mark(ledger, path):
    mark = Mark(4, ledger.hash_at(4))
    tamper(path, "UPDATE ledger SET body = replace(body, 'Caf', 'Kaf') WHERE seq = 2")
    assert ledger.check(after=mark).fault is None
    assert ledger.check().fault.seq == 2
    assert ledger.check(after=Mark(4, "0" * 64)).fault.seq in {4, 5}


def test_triggers_that_were_taken_away_are_named(ledger, path):
    tamper(path)
    assert set(ledger.unguarded()) == {
        "ledger_no_update", "ledger_no_delete", "ledger_private_no_update", "ledger_next",
        "ledger_private_keep",
    }  # fmt: skip


@pytest.fixture
def streamed(ledger, path):
    database = Database(sqlite_url(path))
    stream = StreamedAnswer(database, "s1")
    stream.begin({"hits": []}, {"question": "typed"})
    stream.add({"sentence": "One."})
    stream.add({"sentence": "Two."})
    ledger.append("s1", {"streamed": stream.digest}, {"question": "typed"})
    database.close()
    return ledger


def test_streamed_rows_that_agree_are_sound(streamed):
    assert streamed.check().fault is None


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE answers_streamed SET body = '{}' WHERE number = 1", "was edited"),
        ("DELETE FROM answers_streamed WHERE number = 2", "are missing or were put in"),
        ("DELETE FROM answers_streamed", "are missing or were put in"),
        ("DROP TABLE answers_streamed", "are missing or were put in"),
    ],
)
def test_streamed_rows_that_were_changed_show(streamed, path, statement, said):
    tamper(path, statement)
    fault = streamed.check().fault
    assert (fault.record_id, fault.wrong) == ("s1", Wrong.STREAMED)
    assert said in fault.detail


def test_either_database_is_checked(either_settings):
    """PostgreSQL has its triggers, and a change without them is found."""
    url = either_settings.database_url
    where = url.get_secret_value() if url else sqlite_url(either_settings.home / "l.db")
    either_settings.home.mkdir(parents=True, exist_ok=True)
    database = Database(where)
    ledger = fill(database, 5)
    ledger.add(RecordKind.FEEDBACK, "a1", {"good": False}, {"user": "U2"})
    assert (ledger.check().fault, ledger.unguarded()) == (None, [])
    table = "" if database.is_sqlite else " ON ledger"
    with database.write() as connection:
        connection.exec_driver_sql(f"DROP TRIGGER ledger_no_update{table}")
        connection.exec_driver_sql("UPDATE ledger SET body = replace(body, 'Caf', 'K') WHERE seq=3")
    assert ledger.check().fault.seq == 3
    assert ledger.unguarded() == ["ledger_no_update"]
    assert isinstance(Ledger(database).verify(), int)
    database.close()
