"""Samples of replies, and how often replies are wrong."""

import pytest

from bot.audit.judgements import Judged, JudgedReply
from bot.audit.report import ReportScope, report
from bot.audit.report_formats import report_html
from bot.audit.samples import Rate, draw_answers, rates, sampled_json, sampled_lines
from bot.audit.selection import Selection
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
)  # fmt: skip

__all__ = ["database", "ledger"]  # found here by pytest
# (answer, majority) and how many sentences each answer has.
WORDS = [("a", YES), ("a", PARTLY), ("b", WRONG), ("c", YES)]
SENTENCES = {"a": 2, "b": 1, "c": 3}
RIGHT, BESIDE, MISSED = JudgedReply


@pytest.mark.parametrize(
    ("count", "total", "interval"),
    [(81, 263, (0.2553, 0.3662)), (0, 20, (0.0, 0.1611)), (1, 29, (0.0061, 0.1718))],
)
def test_the_interval_of_a_rate_is_wilsons(count, total, interval):
    assert Rate(count, total).interval == pytest.approx(interval, abs=5e-5)


def test_a_sentence_is_faulty_unless_supported_and_wrong_only_without_support():
    found = rates(WORDS, SENTENCES)
    assert (found.faulty_sentences, found.wrong_sentences) == (Rate(2, 4), Rate(1, 4))


def test_an_answer_counts_once_it_is_fully_judged_and_is_as_bad_as_its_worst_sentence():
    found = rates(WORDS, SENTENCES)
    assert (found.faulty_answers, found.wrong_answers, found.begun) == (Rate(2, 2), Rate(1, 2), 1)


def test_nothing_judged_has_no_rate():
    found = rates([], {})
    assert (found.faulty_answers.share, found.faulty_answers.interval) == (None, None)


def test_a_sample_has_replies_of_every_outcome_but_no_small_talk(ledger, database):
    """What is said of an answer is its sentences; of another reply, what was nearest."""
    put(ledger, "a1")
    put_declined(ledger, "d1")
    put_declined(ledger, "d2", off_topic=True)
    put_declined(ledger, "d3", kind="help", outcome="answered")
    near = {"text": "Norland has a king. He is old.", "brief": {"title": "Norland"}}
    put_declined(ledger, "u1", outcome="unsure", nearest=[near])
    drawn = draw_answers(database, Selection(), 9, 1)
    assert {one.entry.answer_id for one in drawn.items} == {"a1", "d1", "u1"}
    shown = {one.entry.answer_id: sampled_lines(one) for one in drawn.items}
    assert "unsure  not judged  Who leads Norland?" in shown["u1"]
    assert "nearest: Norland: “Norland has a king." in shown["u1"]
    assert {sampled_json(one, drawn)["outcome"] for one in drawn.items} == {
        "answered", "declined", "unsure",
    }  # fmt: skip
    only = draw_answers(database, Selection(outcome="declined"), 9, 1)
    assert (only.population, only.items[0].entry.answer_id) == (1, "d1")


def test_a_reply_is_judged_once_somebody_said_enough_of_it(ledger, database):
    """A word on the whole is enough, or one for each sentence, or one that is bad enough."""
    for name in ("a1", "a2", "a3"):
        put(ledger, name)
    put_declined(ledger, "d1")
    judged(ledger, "a1", 1, Ann=YES)
    judged(ledger, "a2", None, Ann=RIGHT)
    judged(ledger, "a3", 2, Ann=NO)
    judged(ledger, "d1", None, Ann=RIGHT)
    drawn = draw_answers(database, Selection(), 9, 1)
    states = {one.entry.answer_id: one.word for one in drawn.items}
    assert states == {"a1": None, "a2": RIGHT, "a3": NO, "d1": RIGHT}
    assert drawn.unjudged == 1
    (shown,) = [one for one in drawn.items if one.entry.answer_id == "a2"]
    assert sampled_json(shown, drawn)["reply"] == {"judged": {"Ann": "right"}, "verdict": "right"}


def test_a_report_counts_wrong_replies_of_all_outcomes(ledger, database):
    """Of the sample that was drawn; by outcome and by kind of question."""
    put(ledger, "a1")
    put(ledger, "a2")
    put_written(ledger, "a3")
    put_declined(ledger, "d1", kind="overview")
    judged(ledger, "a1", None, Ann=RIGHT)
    judged(ledger, "a2", None, Ann=BESIDE)
    judged(ledger, "a3", 1, Ann=NO)
    judged(ledger, "d1", None, Ann=MISSED)
    found = report(database, ReportScope(Selection(), sample=4, seed=1))
    errors = found["errors"]
    assert errors["sampling"]["complete"]
    assert (errors["replies"]["wrong"]["count"], errors["replies"]["right"]["count"]) == (3, 1)
    assert errors["replies"]["by_kind"]["overview"]["words"]["should have been answered"] == 1
    assert errors["answers"]["wrong"]["count"] == 1, "support alone"
    page = report_html(found)
    assert "75.0 %" in page
    assert "4 replies drawn at random from 4 questions" in page
    assert "as a whole, declined" in page
    of_one = report(database, ReportScope(Selection(outcome="declined"), sample=4, seed=1))
    assert of_one["errors"]["sampling"]["of"] == 1


def test_wrong_is_a_lower_bound_while_replies_are_judged_for_support_only(ledger, database):
    put(ledger, "a1")
    judged(ledger, "a1", 1, Ann=YES)
    judged(ledger, "a1", 2, Ann=Judged.SUPPORTED)
    found = report(database, ReportScope(Selection()))
    replies = found["errors"]["replies"]
    assert (replies["right"]["count"], replies["wrong"]["count"], replies["judged"]) == (0, 0, 1)
    assert "more of these may be wrong" in report_html(found)
