"""A run checks stored answers and stores what it finds."""

from dataclasses import replace

from bot.answering.answer import Sentence
from bot.audit.check_run import run
from bot.audit.findings import FindingKind, Severity
from bot.audit.register import Register
from bot.audit.selection import Selection
from bot.checking.verdict import Verdict
from bot.ledger.ledger import Ledger
from index.library import Library
from tests.audit.records import PORT, Told, brief, quoting, record
from tests.drafts import draft, each_alone

WRONG = Sentence(PORT[0].replace("41", "43"), (1,), Verdict.SUPPORTED)


def ledger_of(library: Library, answers: int = 3) -> Ledger:
    """Sound answers, of which the second has a number changed."""
    (outcome,) = library.publish([draft("p.md", "Port\n\n" + "\n\n".join(PORT), count=each_alone)])
    stored = library.brief(outcome.brief_id)
    made = Ledger(library.database)
    for number in range(answers):
        told = quoting(stored, 2, PORT[0])
        if number == 1:
            told = replace(told, sentences=(WRONG,), question="How much?")
        record(made, f"a{number}", told)
    return made


def test_a_run_counts_what_it_finds_and_keeps_it(library: Library) -> None:
    """By kind, severity and answer; sound answers are marked as checked."""
    ledger_of(library)
    ticks: list[int] = []
    tally = run(library.database, Selection(), tick=ticks.append)
    assert (tally.checked, tally.flagged, sum(ticks)) == (3, 1, 3)
    assert tally.kinds == {FindingKind.NUMBER: tally.kinds[FindingKind.NUMBER]}
    assert (tally.answers[FindingKind.NUMBER], tally.worst[Severity.HIGH]) == (1, 1)
    assert (tally.at_least(Severity.HIGH), tally.at_least(Severity.LOW)) == (1, 1)
    register = Register(library.database)
    assert [row.answer_id for row in register.answers()] == ["a1", "a2", "a0"]
    assert {kind for kind, _ in register.get("a1").findings} == {"number"}
    assert all(row.checked_at for row in register.answers())


def test_a_run_lists_the_riskiest(library: Library) -> None:
    made = ledger_of(library, 2)
    for number in range(4):
        record(made, f"b{number}", quoting(brief("Gone.", id=f"gone{number}"), 1, "Gone."))
    tally = run(library.database, Selection(), most=3)
    assert [one.answer_id for one in tally.riskiest] == ["a1", "b3", "b2"]
    assert tally.flagged == 5
    assert tally.riskiest[1].findings[0].kind is FindingKind.WITHDRAWN


def test_only_what_the_selection_lets_through_is_checked(library: Library) -> None:
    ledger_of(library, 9)
    assert run(library.database, Selection(sample=4, seed=2)).checked == 4
    assert run(library.database, Selection(mode="written")).checked == 0


def test_a_record_that_cannot_be_read_is_a_finding(library: Library) -> None:
    made = ledger_of(library)
    body, private = Told(()).record()
    body |= {"citations": [{"number": 1, "quote": "x", "brief": {"id": "b"}}], "sentences": []}
    made.append("odd", body, private)
    tally = run(library.database, Selection())
    assert tally.checked == 4
    assert tally.answers[FindingKind.RECORD] == 1
