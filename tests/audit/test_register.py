"""The register: what the ledger holds, made searchable."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.audit.findings import Finding, FindingKind, Severity
from bot.audit.register import Register
from bot.audit.register_tables import TABLES
from bot.audit.register_update import LONGEST_TEXT
from bot.audit.selection import Order, Selection
from bot.ledger.ledger import Ledger
from bot.ledger.ledger import RecordKind as Record
from index.errors import NotFound, UsageError
from index.settings import Settings
from index.storage.database import Database, sqlite_url
from tests.audit.records import PORT, Told, brief, doubtful, quoting, record

SHIP = brief("Norvane owns nine ships.", id="ship", title="Norvane", number="NS7")
PORT_BRIEF = brief(*PORT)
WRONG = Finding(FindingKind.NUMBER, Severity.HIGH, "9 is not in it", 1, 1, {"said": "9"})
CALM = 0.167  # the risk of an answer without findings, with a confidence of .9
OLDER = Finding(FindingKind.SUPERSEDED, Severity.LOW, "there is a newer version")


@pytest.fixture
def database(either_settings: Settings) -> Iterator[Database]:
    url = either_settings.database_url
    either_settings.home.mkdir(exist_ok=True)
    stated = url.get_secret_value() if url else sqlite_url(either_settings.home / "library.db")
    opened = Database(stated)
    yield opened
    opened.close()


@pytest.fixture
def ledger(database: Database) -> Ledger:
    """Three answers: of the port, of ships with a doubt, and one declined."""
    made = Ledger(database)
    record(made, "a1", quoting(PORT_BRIEF, 1, PORT[0], question="How much cargo?"))
    doubt = doubtful("Norvane owns ten ships.", [1], "number", "“ten” is not in it")
    told = quoting(SHIP, 1, "Norvane owns nine ships.", asker="slack:T1:U2", mode="generative")
    record(made, "a2", replace(told, sentences=(doubt,), place="slack:T1:C2:5.5"))
    record(made, "a3", Told((), confidence=0.1, asker="kim", place="terminal", question="100% É?"))
    return made


@pytest.fixture
def register(database: Database, ledger: Ledger) -> Register:
    made = Register(database)
    made.catch_up()
    return made


def ids(register: Register, order: Order = Order.TIME, **wanted: object) -> list[str]:
    found = register.answers(Selection(**wanted), order)  # type: ignore[arg-type]
    assert register.count(Selection(**wanted)) == len(found)  # type: ignore[arg-type]
    return [row.answer_id for row in found]


def test_rows_tell_what_lists_show(register: Register) -> None:
    """Question, asker and place from the private part, the rest from the record."""
    row = register.get("a1")
    assert (row.question, row.asker, row.place) == (
        "How much cargo?", "slack:T1:U1", "slack:T1:C1:1.2",
    )  # fmt: skip
    assert (row.answered, row.mode, row.seq, row.checked_at, row.findings) == (
        True, "extractive", 1, None, (),
    )  # fmt: skip
    with pytest.raises(NotFound, match="zz: no such answer"):
        register.get("zz")


def test_the_riskiest_come_first_then_the_newest(register: Register) -> None:
    """Before any check, by the doubts on record; sure of itself, it still has the usual risk."""
    assert ids(register, Order.RISK) == ["a2", "a3", "a1"]
    assert ids(register) == ["a3", "a2", "a1"]
    assert register.get("a2").risk > 0.9
    assert register.get("a3").risk == register.get("a1").risk == CALM


def test_a_page_is_a_slice_of_the_order(register: Register) -> None:
    found = register.answers(Selection(), Order.TIME, limit=1, offset=1)
    assert [row.answer_id for row in found] == ["a2"]


FILTERS: tuple[tuple[dict[str, object], list[str]], ...] = (
    ({"channel": "C1"}, ["a1"]),
    ({"channel": "terminal"}, ["a3"]),
    ({"channel": "C%"}, []),
    ({"channel": "1.2"}, []),
    ({"asker": "U2"}, ["a2"]),
    ({"asker": "slack:T1:U1"}, ["a1"]),
    ({"asker": "kim"}, ["a3"]),
    ({"brief": "port"}, ["a1"]),
    ({"brief": "NS7"}, ["a2"]),
    ({"brief": "port#p1"}, ["a1"]),
    ({"brief": "port#2"}, []),
    ({"brief": "port@2"}, []),
    ({"brief": "port@1#p1"}, ["a1"]),
    ({"mode": "extractive"}, ["a3", "a1"]),
    ({"mode": "written"}, ["a2"]),
    ({"outcome": "declined"}, ["a3"]),
    ({"outcome": "unsure"}, []),
    ({"kind": "fact"}, ["a3", "a2", "a1"]),
    ({"small_talk": True}, []),
    ({"outcome": "answered"}, ["a2", "a1"]),
    ({"judged": True}, []),
    ({"judged": False}, ["a3", "a2", "a1"]),
    ({"since": "1999"}, ["a3", "a2", "a1"]),
    ({"until": "1999-12"}, []),
    ({"text": "how CARGO"}, ["a1"]),
    ({"text": "ten norvane"}, ["a2"]),
    ({"text": "0% é"}, ["a3"]),
    ({"text": "1_0"}, []),
    ({"text": "asker"}, []),
    ({"text": "verdict"}, []),
)


def test_an_answer_must_pass_all_filters(register: Register) -> None:
    """Exact ids, words in any case; the wild cards of SQL are taken literally."""
    for wanted, expected in FILTERS:
        assert ids(register, **wanted) == expected, wanted


def test_an_impossible_filter_is_named_by_its_flag(register: Register) -> None:
    for wanted, said in (
        ({"since": "soon"}, "--since soon"),
        ({"until": "2024-13"}, "--until 2024-13"),
        ({"mode": "x"}, "--mode x"),
        ({"outcome": "x"}, "--outcome x"),
        ({"finding": "odd"}, "--finding odd"),
        ({"sample": 0}, "--sample 0"),
        ({"brief": "#"}, "#: not a brief"),
    ):
        with pytest.raises(UsageError, match=said):
            register.answers(Selection(**wanted))  # type: ignore[arg-type]


def test_a_sample_is_the_same_for_one_seed(register: Register, ledger: Ledger) -> None:
    """And another for another; of few answers it takes all."""
    for number in range(30):
        record(ledger, f"b{number}", quoting(PORT_BRIEF, 1, PORT[0]))
    register.catch_up()
    first = ids(register, sample=5, seed=1)
    assert len(first) == 5
    assert ids(register, sample=5, seed=1) == first
    assert ids(register, sample=5, seed=2) != first
    assert len(ids(register, sample=5, brief="ship")) == 1
    page = register.answers(Selection(sample=5, seed=1), Order.TIME, limit=2, offset=2)
    assert [row.answer_id for row in page] == first[2:4]


def test_what_was_forgotten_is_found_no_more(register: Register, ledger: Ledger) -> None:
    ledger.forget(["a1"])
    assert ids(register, asker="U1") == ids(register, text="cargo how") == []
    row = register.get("a1")
    assert (row.question, row.asker, row.place) == (None, None, None)


def test_forgetting_whose_words_they_were_damages_no_count(
    register: Register, ledger: Ledger
) -> None:
    """Two records of one reader or editor count as one, and as two once nobody knows whose."""
    for _ in range(2):
        ledger.add(Record.FEEDBACK, "a1", {"good": False, "reason": None}, {"user": "U1"})
        body = {"sentence": None, "judged": "right"}
        ledger.add(Record.JUDGEMENT, "a1", body, {"editor": "Kim"})
    register.catch_up()
    ledger.forget(["a1"])
    register.catch_up()
    assert register.differing() == 0


def test_nothing_that_was_typed_stands_in_the_register(register, database, ledger):
    """Not the question, the asker, the place, nor the notes and names of feedback."""
    ledger.add(
        Record.FEEDBACK, "a1", {"good": False, "reason": None}, {"user": "U9", "note": "Pst"}
    )
    register.catch_up()
    with database.read() as connection:
        for table in TABLES:
            held = str(connection.execute(table.select()).all())
            for typed in ("How much", "U1", "C1", "kim", "U9", "Pst"):
                assert typed not in held


def test_findings_replace_those_before_them(register: Register) -> None:
    """With the time; they decide the risk and can be filtered by kind and by severity."""
    register.keep_all({"a1": [OLDER, WRONG]})
    assert register.findings("a1") == [WRONG, OLDER]
    row = register.get("a1")
    assert row.findings == (("number", "high"), ("superseded", "low"))
    assert row.checked_at
    assert row.risk > 0.9
    assert ids(register, finding="number") == ids(register, finding="medium") == ["a1"]
    register.keep_all({"a1": [OLDER]})
    assert register.findings("a1") == [OLDER]
    assert ids(register, finding="high") == []
    assert ids(register, finding="low") == ["a1"]
    register.keep_all({"a1": []})
    assert (register.get("a1").risk, register.get("a1").findings) == (CALM, ())


def test_complaints_count_readers_by_their_last_word(register: Register, ledger: Ledger) -> None:
    for user, good in (("U1", False), ("U2", False), ("U2", True), ("U3", True)):
        ledger.add(Record.FEEDBACK, "a1", {"good": good, "reason": None}, {"user": user})
    register.catch_up()
    assert (register.get("a1").complaints, register.get("a1").risk) == (1, 0.5835)
    register.keep_all({"a1": [WRONG]})
    worse = register.get("a1").risk
    assert worse > 0.94
    ledger.add(Record.FEEDBACK, "a1", {"good": True, "reason": None}, {"user": "U1"})
    register.catch_up()
    assert register.get("a1").complaints == 0
    assert 0.9 < register.get("a1").risk < worse


def test_sentences_judged_are_counted_once(register: Register, ledger: Ledger) -> None:
    for judged in ("supported", "unsupported"):
        ledger.add(Record.JUDGEMENT, "a1", {"sentence": 1, "judged": judged}, {"editor": "Kim"})
    register.catch_up()
    assert register.get("a1").judgements == 1
    assert ids(register, judged=True) == ["a1"]


def test_an_editor_who_finds_a_reply_wrong_moves_its_risk(
    register: Register, ledger: Ledger
) -> None:
    """Far up, as the interval says too; one who finds it right moves it down. Checks keep that."""
    unread = register.get("a1")
    assert unread.risk_high - unread.risk_low > 0.8
    for answer_id, sentence, word in (
        ("a1", 1, "unsupported"),
        ("a3", None, "should have been answered"),
        ("a2", None, "right"),
    ):
        before = register.get(answer_id).risk
        body = {"sentence": sentence, "judged": word}
        ledger.add(Record.JUDGEMENT, answer_id, body, {"editor": "Kim"})
        register.catch_up()
        row = register.get(answer_id)
        assert (row.verdict, row.judgements) == (word, 1)
        assert row.risk < before - 0.4 if word == "right" else row.risk > 0.6, answer_id
        assert row.risk_low < row.risk < row.risk_high
    risk = register.get("a1").risk
    assert register.keep_all({"a1": []}) == {"a1": risk}
    ledger.add(
        Record.JUDGEMENT, "a1", {"sentence": None, "judged": "does not answer"}, {"editor": "Bo"}
    )
    register.catch_up()
    assert register.get("a1").risk > risk
    assert register.get("a1").verdict == "does not answer"


def test_the_text_shown_stands_in_the_lists(register: Register, ledger: Ledger) -> None:
    """The beginning of an answer; of an unsure reply the sentence that is marked; else nothing."""
    assert register.get("a1").text == PORT[0]
    assert (register.get("a3").text, register.get("a3").outcome) == ("", "declined")
    long = "Ships " * 200
    record(ledger, "a5", quoting(brief(long, id="long"), 1, long))
    register.catch_up()
    text = register.get("a5").text
    assert (len(text), text.endswith(" …")) == (LONGEST_TEXT, True)


def test_a_register_of_an_older_form_is_made_again(register, database, ledger):
    """Without a command; judgements and risks are those of the ledger."""
    ledger.add(Record.JUDGEMENT, "a1", {"sentence": 1, "judged": "unsupported"}, {"editor": "Kim"})
    register.catch_up()
    before = register.answers()
    with database.write() as connection:
        connection.execute(text("UPDATE audit_state SET value = '1' WHERE key = 'format'"))
        connection.execute(text("ALTER TABLE audit_answers DROP COLUMN outcome"))
    assert Register(database).catch_up() == 4
    assert Register(database).answers() == before


def test_uses_are_the_citations_of_a_brief(register: Register, ledger: Ledger) -> None:
    """By id, report number or paragraph, the newest answer first."""
    record(ledger, "a4", quoting(PORT_BRIEF, 3, PORT[2]))
    register.catch_up()
    assert [use.answer_id for use in register.uses("port")] == ["a4", "a1"]
    assert [use.answer_id for use in register.uses("PA1#p3")] == ["a4"]
    (use,) = register.uses("port", 1)
    assert (use.answer_id, use.citation, use.version, use.paragraph, use.quote) == (
        "a1", 1, 1, 1, PORT[0],
    )  # fmt: skip
    assert register.uses("none") == []


def test_catching_up_takes_in_each_record_once(register: Register, ledger: Ledger) -> None:
    """It says how many; with nothing new there is nothing to do."""
    assert register.catch_up() == 0
    record(ledger, "a4", quoting(PORT_BRIEF, 3, PORT[2]))
    assert register.catch_up() == 1
    assert register.count() == 4


def test_two_may_catch_up_at_once(database: Database, ledger: Ledger) -> None:
    for number in range(60):
        record(ledger, f"b{number}", quoting(PORT_BRIEF, 1, PORT[0]))
    threads = [threading.Thread(target=Register(database).catch_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Register(database).count() == 63


def test_dropped_tables_are_made_anew(register, database, ledger):
    ledger.add(Record.JUDGEMENT, "a1", {"sentence": 1, "judged": "partly"}, {"editor": "Kim"})
    register.catch_up()
    before = register.answers()
    with database.write() as connection:
        connection.execute(text("DROP TABLE audit_answers"))
    assert Register(database).answers() == before


def test_another_ledger_in_its_place_is_read_from_the_start(tmp_path: Path) -> None:
    """A backup put back: what was taken in of the lost records goes."""
    database = Database(sqlite_url(tmp_path / "l.db"))
    ledger, register = Ledger(database), Register(database)
    for number in range(3):
        record(ledger, f"a{number}", quoting(PORT_BRIEF, 1, PORT[0]))
    register.catch_up()
    with database.write() as connection:
        connection.execute(text("DROP TRIGGER ledger_no_delete"))
        connection.execute(text("DELETE FROM ledger_private WHERE record_id <> 'a0'"))
        connection.execute(text("DELETE FROM ledger WHERE seq > 1"))
    record(ledger, "other", quoting(SHIP, 1, "Norvane owns nine ships."))
    assert register.catch_up() == 2
    assert ids(register) == ["other", "a0"]
    database.close()


def test_an_empty_library_has_no_answers(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "l.db"))
    assert Register(database).answers() == []
    assert Register(database).uses("port") == []
    database.close()


DAMAGE = {
    "a text": "UPDATE audit_answers SET text = 'forged' WHERE seq = 1",
    "an outcome": "UPDATE audit_answers SET outcome = 'declined' WHERE seq = 2",
    "a count": "UPDATE audit_answers SET complaints = 7 WHERE seq = 1",
    "an editor's word": "UPDATE audit_answers SET verdict = 'wrong' WHERE seq = 1",
    "an editor nobody knows": "UPDATE audit_answers SET verdict = 'right' WHERE seq = 2",
    "a sentence": "UPDATE audit_sentences SET verdict = 'supported' WHERE answer_seq = 2",
    "a citation": "UPDATE audit_citations SET paragraph = 9 WHERE answer_seq = 1",
    "a missing answer": "DELETE FROM audit_answers WHERE seq = 3",
    "a missing citation": "DELETE FROM audit_citations WHERE answer_seq = 1",
    "an invented answer": "UPDATE audit_citations SET answer_seq = 99 WHERE answer_seq = 1",
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_register_is_told_and_made_again(
    database: Database, register: Register, ledger: Ledger, damage: str
) -> None:
    """Records that it has not read do not count."""
    ledger.add(Record.FEEDBACK, "a1", {"good": False, "reason": None}, {"user": "U1"})
    ledger.add(Record.JUDGEMENT, "a1", {"sentence": None, "judged": "right"}, {"editor": "Kim"})
    register.catch_up()
    sound = register.answers()
    assert register.differing() == 0
    record(ledger, "a4", quoting(PORT_BRIEF, 2, "a mistake"))
    assert register.differing() == 0
    with database.write() as connection:
        assert connection.execute(text(DAMAGE[damage])).rowcount
    assert register.differing() > 0
    assert register.restore() > 0
    assert register.differing() == 0
    assert [row for row in register.answers() if row.answer_id != "a4"] == sound


@pytest.mark.parametrize("value", ["0", "x", "2", ""])
def test_a_damaged_note_of_how_far_it_read_has_all_read_again(
    database: Database, register: Register, value: str
) -> None:
    sound = register.answers()
    with database.write() as connection:
        connection.execute(
            text("UPDATE audit_state SET value = :v WHERE key = 'seq'"), {"v": value}
        )
    register.catch_up()
    assert register.answers() == sound
    assert register.differing() == 0
