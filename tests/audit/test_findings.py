"""The risk of a reply: a probability with its interval."""

import pytest

from bot.audit.findings import (
    BASE_RATE,
    EDITORS_AGREE,
    Finding,
    FindingKind,
    Observation,
    Severity,
    Signals,
    risk,
)

BAD, GOOD = Observation(wrong=1.0), Observation(wrong=0.0)
FABRICATED = Finding(FindingKind.FABRICATED, Severity.HIGH, "")
CORRECTED = Finding(FindingKind.CORRECTED, Severity.HIGH, "")


def test_before_anybody_judged_it_is_the_base_rate_raised_by_what_was_noticed() -> None:
    assert risk(Signals()).mean == BASE_RATE
    raised = [
        risk(one).mean
        for one in (
            Signals(),
            Signals(confidence=0.5),
            Signals(written=True),
            Signals(complaints=1),
            Signals(findings=(FABRICATED,)),
        )
    ]
    assert raised == sorted(raised)
    assert risk(Signals(small_talk=True)).mean < BASE_RATE / 5


def test_one_editors_word_moves_it_as_far_as_it_predicts_anothers() -> None:
    """The posterior of a beta-binomial whose judgements correlate by EDITORS_AGREE."""
    for findings in ((), (FABRICATED,)):
        signals = Signals(findings=findings)
        before = risk(signals).mean
        for said in (BAD, GOOD):
            now = risk(signals, [said]).mean
            expected = EDITORS_AGREE * said.wrong + (1 - EDITORS_AGREE) * before
            assert now == pytest.approx(expected, abs=1e-4)


def test_the_interval_is_wide_and_narrows_with_every_editor() -> None:
    widths = []
    for editors in range(6):
        found = risk(Signals(), [BAD] * editors)
        assert found.low <= found.mean <= found.high
        widths.append(found.high - found.low)
    assert widths[0] > 0.7
    assert widths[1:] == sorted(widths[1:], reverse=True)
    assert risk(Signals(), [BAD] * 6).low > 0.5


def test_what_became_of_a_brief_since_is_not_what_an_editor_judged() -> None:
    """A right answer that is out of date is still one to look at."""
    assert risk(Signals(findings=(FABRICATED,)), [GOOD]).mean < 0.4
    assert risk(Signals(findings=(CORRECTED,)), [GOOD]).mean > 0.9


def test_however_much_was_found_an_editor_is_heard() -> None:
    signals = Signals(findings=(FABRICATED,) * 40, complaints=30)
    assert risk(signals, [GOOD]).mean < risk(signals).mean - 0.5
