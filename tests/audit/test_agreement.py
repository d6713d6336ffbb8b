"""The checks compared with editors, and editors with each other."""

import pytest
from sqlalchemy import delete

from bot.audit.agreement import agreement, at_threshold, best_threshold, compare
from bot.audit.judgements import JudgedReply, judge, judged_sentences, standing_judgements
from bot.audit.report import ReportScope, report
from bot.audit.samples import draw_answers
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
    put_declined,
    put_written,
)

__all__ = ["database", "ledger"]  # found here by pytest
EVERYTHING = Selection()
SCORED = [(0.9, True), (0.8, True), (0.7, False), (0.2, False)]


@pytest.mark.parametrize(
    ("pairs", "same", "kappa"),
    [
        ([("a", "a")] * 20 + [("a", "b")] * 5 + [("b", "a")] * 10 + [("b", "b")] * 15, 35, 0.4),
        ([("a", "a"), ("b", "b")], 2, 1),
        ([("a", "a"), ("a", "b")], 1, 0),
        ([("a", "a")] * 3, 3, None),
        ([], 0, None),
    ],
)
def test_kappa_is_the_agreement_beyond_chance(pairs, same, kappa):
    """The textbook's example, full agreement, chance; undefined if all words are the same."""
    found = agreement(pairs)
    assert (found.total, found.same) == (len(pairs), same)
    assert found.share == (same / len(pairs) if pairs else None)
    assert found.kappa == (None if kappa is None else pytest.approx(kappa))


def test_a_threshold_separates_the_supported_from_the_others():
    found = at_threshold([(0.9, True), (0.6, True), (0.7, False), (0.2, False)], 0.5)
    assert (found.supported_kept, found.others_caught, found.balanced) == (1.0, 0.5, 0.75)


def test_the_best_threshold_is_in_the_middle_and_of_equals_the_nearest_to_todays():
    assert best_threshold(SCORED, 0.5).score == pytest.approx(0.75)
    assert best_threshold(SCORED, 0.5).balanced == 1
    assert best_threshold([(0.9, True), (0.2, False)], 0.5).score == 0.5


def test_there_is_no_threshold_for_one_kind_alone():
    assert best_threshold([(0.9, True)], 0.5) is None
    assert at_threshold([], 0.5) is None


def test_the_score_is_computed_from_the_evidence_on_record(ledger):
    """A quotation is fully supported; another number is not."""
    put(ledger, "a1")
    put_written(ledger, "a2")
    judged(ledger, "a1", 2, Ann=YES)
    judged(ledger, "a2", 1, Ann=NO)
    first, second = judged_sentences(ledger, standing_judgements(ledger))
    assert (first.sentence, first.verdict, first.score) == (2, "supported", 1.0)
    assert second.verdict == "check"
    assert second.score < 0.5


def test_a_later_judgement_of_the_same_editor_replaces_the_first(ledger, database):
    put(ledger, "a1")
    judge(ledger, "a1", 1, NO, "Ann")
    judge(ledger, "a1", 1, YES, "Ann", "I misread it.")
    found = compare(database, EVERYTHING)
    assert found.sentences == 1
    assert found.confusion[0] == (1, 0, 0, 0)
    assert len(ledger.further("a1")) == 2


def test_checks_and_majority_are_compared_by_sentence(ledger, database):
    """Three grades: the checker's "check" is partly, a wrong source is unsupported."""
    put(ledger, "a1")
    put_written(ledger, "a2")
    judged(ledger, "a1", 1, Ann=YES, Bo=YES)
    judged(ledger, "a1", 2, Ann=WRONG)
    judged(ledger, "a2", 1, Ann=PARTLY)
    found = compare(database, EVERYTHING).to_json()
    assert found["judged"] == {"sentences": 3, "answers": 2, "replies": 2}
    assert found["machine"]["confusion"]["supported"]["wrong source"] == 1
    assert found["machine"]["grades"] == {"sentences": 3, "same": 2, "share": 0.6667, "kappa": 0.5}
    assert found["errors"]["answers"]["wrong"] | {"interval": 0} == {
        "count": 1, "of": 2, "share": 0.5, "interval": 0,
    }  # fmt: skip
    assert found["threshold"]["best"]["balanced_accuracy"] >= 0.75


def test_editors_are_compared_where_both_judged(ledger, database):
    put(ledger, "a1")
    judged(ledger, "a1", 1, Ann=YES, Bo=YES, Cy=NO)
    judged(ledger, "a1", 2, Ann=NO, Bo=YES)
    pairs = compare(database, EVERYTHING).to_json()["editors"]
    assert [(pair["editors"], pair["sentences"], pair["same"]) for pair in pairs] == [
        (["Ann", "Bo"], 2, 1), (["Ann", "Cy"], 1, 0), (["Bo", "Cy"], 1, 0),
    ]  # fmt: skip


def test_replies_are_counted_by_how_they_ended_and_what_editors_made_of_them(ledger, database):
    """Fidelity to a quotation is not all: an answer may be faithful and beside the question."""
    put(ledger, "a1")
    put(ledger, "a2")
    put_declined(ledger, "d1")
    judged(ledger, "a1", None, Ann=JudgedReply.RIGHT, Bo=JudgedReply.DOES_NOT_ANSWER)
    judged(ledger, "a2", 1, Ann=YES)
    judged(ledger, "a2", 2, Ann=YES)
    judged(ledger, "d1", None, Ann=JudgedReply.SHOULD_HAVE_BEEN_ANSWERED)
    found = compare(database, EVERYTHING)
    replies = found.to_json()["replies"]
    words = {name: one["words"] for name, one in replies["by_outcome"].items()}
    assert (words["answered"]["does not answer"], words["answered"]["supported"]) == (1, 1)
    assert words["declined"]["should have been answered"] == 1
    assert (replies["wrong"]["count"], replies["wrong"]["of"]) == (2, 3)
    said = "\n".join(found.lines())
    assert "judged: 3 replies, 2 sentences" in said
    assert "supported only: nobody said whether they answer; more of them may be wrong" in said
    assert "Ann and Bo: whether replies are wrong: agree on 0 of 1" in said


def test_few_judgements_are_said_to_be_few(ledger, database):
    assert list(compare(database, EVERYTHING).lines()) == [
        "none of these replies is judged; draw a sample: briefs audit sample 50"
    ]
    put(ledger, "a1")
    judged(ledger, "a1", 1, Ann=YES)
    said = "\n".join(compare(database, EVERYTHING).lines())
    assert "note: 1 judged sentence is too few to rely on" in said
    assert "none can be fitted" in said


def test_judging_is_the_same_on_both_databases(either_library):
    """Judgements, samples, comparison and report, on SQLite and on PostgreSQL."""
    database = either_library.database
    ledger = Ledger(database)
    put(ledger, "a1")
    put_written(ledger, "a2")
    judged(ledger, "a1", 1, Ann=YES)
    judged(ledger, "a2", 1, Ann=NO)
    assert compare(database, Selection(mode="written")).sentences == 1
    drawn = draw_answers(database, EVERYTHING, 5, 1)
    assert (drawn.population, drawn.unjudged) == (2, 1)
    errors = report(database, ReportScope(EVERYTHING, 5, 1))["errors"]
    assert errors["sentences"]["wrong"]["count"] == errors["replies"]["wrong"]["count"] == 1


def test_a_forgotten_editor_still_counts(ledger, database):
    put(ledger, "a1")
    judged(ledger, "a1", 1, Ann=YES)
    with database.write() as connection:
        connection.execute(delete(ledger_private))
    (one,) = judged_sentences(ledger, standing_judgements(ledger))
    assert (one.editors, one.majority) == ({"(forgotten)": YES}, YES)
