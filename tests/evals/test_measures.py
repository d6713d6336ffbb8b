"""Shares, intervals and curves, on outcomes worked out by hand."""

import pytest

from bot.evals.evaluation import Answered, Outcome
from bot.evals.measures import Share, auroc, balanced, curve, figures, percentiles


def asked(confidence: float, answerable: bool, *, answered: bool = True) -> tuple[Outcome, bool]:
    ranks = (1,) if answerable else ()
    cited = (answered,) if answerable else ()
    answer = Answered(
        answered, confidence, 1, cited, cited, int(answered), int(answered and answerable)
    )
    return Outcome(ranks, 0.1, answer), answerable


def test_the_interval_is_wilsons() -> None:
    """Values from Brown, Cai and DasGupta (2001): it never leaves [0, 1] nor shrinks to a point."""
    low, high = Share(0, 10).interval or (1, 0)
    assert (low, round(high, 3)) == (0, 0.278)
    assert [round(bound, 3) for bound in Share(81, 263).interval or ()] == [0.255, 0.366]
    assert Share(0, 0).interval is None
    assert Share(0, 0).value is None


def test_all_any_and_share_of_the_needed_passages() -> None:
    """Two passages needed, at ranks 1 and 7; a third question needs none and counts nowhere."""
    outcomes = [
        (Outcome((1, 7), 0.1), True),
        (Outcome((None,), 0.1), True),
        (Outcome((), 0.1), False),
    ]
    found = figures(outcomes, depth=10)
    assert (found["all_at_5"].good, found["all_at_5"].total) == (0, 2)
    assert found["all_at_10"].good == 1
    assert found["any_at_1"].good == 1
    assert found["recall_at_5"].good == 0.5
    assert found["mrr"].good == 1
    assert "all_at_50" not in found
    assert found["answered"].total == 0


def test_balanced_accuracy_weighs_both_kinds_alike() -> None:
    """Three of four answered, one of two declined: (.75 + .5) / 2."""
    outcomes = [asked(0.9, True, answered=at > 0) for at in range(4)]
    outcomes += [asked(0.1, False, answered=at > 0) for at in range(2)]
    assert balanced(figures(outcomes, 50)) == pytest.approx(0.625)
    assert balanced(figures(outcomes[:4], 50)) is None


def test_the_precision_of_citations_counts_citations() -> None:
    """Over answerable questions alone."""
    outcomes = [asked(0.9, True), asked(0.8, False)]
    found = figures(outcomes, 50)["precise_passages"]
    assert (found.good, found.total) == (1, 1)


def test_the_curve_has_every_threshold_and_ends_with_nothing_answered() -> None:
    """Confidences .2 .6 .8 for what can be answered, .2 .4 for what cannot."""
    outcomes = [asked(value, True) for value in (0.2, 0.6, 0.8)]
    outcomes += [asked(value, False) for value in (0.2, 0.4)]
    points = curve(outcomes)
    assert [point.threshold for point in points[:-1]] == [0.2, 0.4, 0.6, 0.8]
    assert [round(point.answered, 3) for point in points] == [1, 0.667, 0.667, 0.333, 0]
    assert [point.mistaken for point in points] == [1, 0.5, 0, 0, 0]
    assert max(points, key=lambda point: point.balanced).threshold == 0.6
    assert auroc(outcomes) == pytest.approx((0.5 + 0 + 2 + 2) / 6)
    assert curve(outcomes[:3]) == []
    assert auroc(outcomes[:3]) is None


def test_percentiles_are_values_that_occurred() -> None:
    """By nearest rank."""
    assert percentiles([0.3, 0.1, 0.2]) == {"p50": 0.2, "p95": 0.3}
    assert percentiles([]) == {"p50": None, "p95": None}
