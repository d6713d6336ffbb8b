"""An answer, feedback and the ledger's keeping, with connections to PostgreSQL cut under them."""

from pathlib import Path

import pytest

from bot.app.deleting import cited
from bot.audit.check_run import run as audit
from bot.audit.register import Register
from bot.audit.selection import Selection
from bot.errors import LedgerError
from bot.ledger.ledger import Ledger, RecordKind
from bot.ledger.recording import Answerer
from index.library import Library
from index.settings import load
from tests.conftest import MakeLibrary
from tests.postgres import cut_all, cutting, restart, statements
from tests.tamara import HARBOUR, WHEAT, draft

QUESTION = "How many tons of cargo does Port Aurelia handle?"


@pytest.fixture
def library(postgres_url: str, tmp_path: Path, open_library: MakeLibrary) -> Library:
    made = open_library(load(home=tmp_path / "home", database_url=postgres_url))
    made.publish([draft(*HARBOUR), draft(*WHEAT)])
    return made


@pytest.fixture
def ledger(library: Library) -> Ledger:
    return Ledger(library.database)


def test_a_record_cut_before_any_of_its_statements_or_at_its_commit_is_there_once(
    library: Library, ledger: Ledger, postgres_url: str
) -> None:
    total = statements(library, lambda: ledger.append("a0", {"n": 0}, {"question": "0"}))
    for at in range(1, total + 1):
        with cutting(library, postgres_url, at):
            assert ledger.append(f"a{at}", {"n": at}, {"question": str(at)}) == at + 1
    for moment in ("commit", "after commit"):
        with cutting(library, postgres_url, 1, moment):
            ledger.append(moment, {}, {})
    assert [entry.record_id for entry in ledger.entries()] == [
        *(f"a{at}" for at in range(total + 1)), "commit", "after commit",
    ]  # fmt: skip
    assert ledger.verify() is None


@pytest.mark.slow
def test_an_answer_cut_before_any_of_its_statements_is_the_same_and_recorded_once(
    library: Library, ledger: Ledger, postgres_url: str
) -> None:
    answerer = Answerer(library, ledger)
    answerer.ask(QUESTION)
    total = statements(library, lambda: answerer.ask(QUESTION))
    whole = answerer.ask(QUESTION)
    for at in range(1, total + 1):
        with cutting(library, postgres_url, at):
            answer = answerer.ask(QUESTION)
        assert [one.text for one in answer.sentences] == [one.text for one in whole.sentences], at
    restart(postgres_url)
    answerer.ask(QUESTION)
    with cutting(library, postgres_url, total // 2, by=restart):
        answerer.ask(QUESTION)
    assert len(list(ledger.entries())) == total + 5
    assert ledger.verify() is None


def test_feedback_cut_before_any_of_its_statements_counts_once(
    library: Library, ledger: Ledger, postgres_url: str
) -> None:
    """So do what an audit reads and writes, and what a purge asks of the ledger."""
    answer = Answerer(library, ledger).ask(QUESTION)
    register = Register(library.database)

    def judged(number: int) -> None:
        said = {"good": False, "reason": None}
        ledger.add(RecordKind.FEEDBACK, answer.answer_id, said, {"user": f"U{number}"})
        register.catch_up()

    total = statements(library, lambda: judged(0))
    for at in range(1, total + 1):
        with cutting(library, postgres_url, at):
            judged(at)
        assert register.get(answer.answer_id).complaints == at + 1
    for work in (lambda: audit(library.database, Selection()), lambda: cited(ledger)):
        for at in range(1, statements(library, work) + 1):
            with cutting(library, postgres_url, at):
                work()
    assert register.differing() == 0


def test_a_server_that_stays_away_is_one_line(
    library: Library, ledger: Ledger, postgres_url: str
) -> None:
    def cut_for_good(*_: object) -> None:
        cut_all(postgres_url)

    from sqlalchemy import event

    event.listen(library.database.engine, "before_cursor_execute", cut_for_good)
    with pytest.raises(LedgerError, match="could not be recorded, so it is not shown") as raised:
        ledger.append("a1", {}, {})
    assert "\n" not in str(raised.value)
