"""Machine and editors compared, from the ledger."""

from sqlalchemy import delete

from bot.audit.comparison import compare, to_json
from bot.audit.comparison_lines import lines
from bot.audit.drawn import draw_answers
from bot.audit.judgements import Judged, judge
from bot.audit.rated import house, judgements, rated
from bot.audit.report import Scope, report
from bot.audit.selection import Selection
from bot.ledger.ledger import Ledger
from bot.ledger.tables import ledger_private
from tests.audit.judged import (
    NO,
    PARTLY,
    WRONG,
    YES,
    database,
    judged,
    ledger,
    put,
    put_written,
)

__all__ = ["database", "ledger"]  # found here by pytest
EVERYTHING = Selection()


def test_the_house_says_what_most_editors_say_and_of_a_tie_the_more_severe():
    """One word a sentence, however many judged it."""
    assert house([YES, YES, NO]) is YES
    assert house([YES, PARTLY]) is PARTLY
    assert house([NO, WRONG]) is WRONG
    assert house([Judged.SUPPORTED]) is YES


def test_the_score_is_worked_out_from_the_evidence_on_record(ledger):
    """A quotation is borne out in full; another number is not."""
    put(ledger, "a1")
    put_written(ledger, "a2")
    judged(ledger, "a1", 2, Ann=YES)
    judged(ledger, "a2", 1, Ann=NO)
    first, second = rated(ledger, judgements(ledger))
    assert (first.sentence, first.machine, first.score) == (2, "supported", 1.0)
    assert second.machine == "check"
    assert second.score < 0.5


def test_a_later_word_of_the_same_editor_counts_alone(ledger, database):
    """Both stay on record."""
    put(ledger, "a1")
    judge(ledger, "a1", 1, NO, "Ann")
    judge(ledger, "a1", 1, YES, "Ann", "I misread it.")
    found = compare(database, EVERYTHING)
    assert found.sentences == 1
    assert found.table[0] == (1, 0, 0, 0)
    assert len(ledger.further("a1")) == 2


def test_machine_and_house_are_compared_by_sentence(ledger, database):
    """Three grades: the machine's "check" is partly, a wrong source is unsupported."""
    put(ledger, "a1")
    put_written(ledger, "a2")
    judged(ledger, "a1", 1, Ann=YES, Bo=YES)
    judged(ledger, "a1", 2, Ann=WRONG)
    judged(ledger, "a2", 1, Ann=PARTLY)
    found = to_json(compare(database, EVERYTHING))
    assert found["judged"] == {"sentences": 3, "answers": 2}
    assert found["machine"]["confusion"]["supported"]["wrong source"] == 1
    assert found["machine"]["grades"] == {"sentences": 3, "same": 2, "share": 0.6667, "kappa": 0.5}
    assert found["errors"]["answers"]["wrong"] | {"interval": 0} == {
        "count": 1, "of": 2, "share": 0.5, "interval": 0,
    }  # fmt: skip
    assert found["threshold"]["best"]["balanced_accuracy"] >= 0.75


def test_editors_are_compared_where_both_judged(ledger, database):
    """Pair by pair, those with most in common first."""
    put(ledger, "a1")
    judged(ledger, "a1", 1, Ann=YES, Bo=YES, Cy=NO)
    judged(ledger, "a1", 2, Ann=NO, Bo=YES)
    pairs = to_json(compare(database, EVERYTHING))["editors"]
    assert [(pair["editors"], pair["sentences"], pair["same"]) for pair in pairs] == [
        (["Ann", "Bo"], 2, 1),
        (["Ann", "Cy"], 1, 0),
        (["Bo", "Cy"], 1, 0),
    ]


def test_few_judgements_are_said_to_be_few(ledger, database):
    """And none at all, with what to do."""
    assert list(lines(compare(database, EVERYTHING))) == [
        "no sentence of these answers is judged; draw some: briefs audit sample 50"
    ]
    put(ledger, "a1")
    judged(ledger, "a1", 1, Ann=YES)
    said = "\n".join(lines(compare(database, EVERYTHING)))
    assert "note: 1 judged sentences are too few to rely on" in said
    assert "none can be fitted" in said


def test_a_selection_limits_what_is_compared(ledger, database):
    """Only answers that pass."""
    put(ledger, "a1")
    put_written(ledger, "a2")
    judged(ledger, "a1", 1, Ann=YES)
    judged(ledger, "a2", 1, Ann=NO)
    assert compare(database, Selection(mode="written")).sentences == 1


def test_judging_is_the_same_on_both_databases(either_library):
    """Judgements, samples, comparison and report, on SQLite and on PostgreSQL."""
    database = either_library.database
    ledger = Ledger(database)
    put(ledger, "a1")
    put_written(ledger, "a2")
    judged(ledger, "a1", 1, Ann=YES, Bo=NO)
    judged(ledger, "a2", 1, Ann=NO)
    assert compare(database, Selection(mode="written")).sentences == 1
    drawn = draw_answers(database, EVERYTHING, 5, 1)
    assert (drawn.population, drawn.unjudged) == (2, 1)
    assert report(database, Scope(EVERYTHING, 5, 1))["errors"]["sentences"]["wrong"]["count"] == 2


def test_a_forgotten_editor_still_counts(ledger, database):
    """What was typed goes, what was judged stays."""
    put(ledger, "a1")
    judged(ledger, "a1", 1, Ann=YES)
    with database.write() as connection:
        connection.execute(delete(ledger_private))
    (one,) = rated(ledger, judgements(ledger))
    assert (one.editors, one.house) == ({"(forgotten)": YES}, YES)
