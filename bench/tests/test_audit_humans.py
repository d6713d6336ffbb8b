"""Rank correlation with people."""

import pytest

from bench.audit_humans import spearman


def test_equal_order_is_one_and_its_contrary_minus_one() -> None:
    """Whatever the distances."""
    assert spearman([(1, 10), (2, 11), (9, 30)]) == pytest.approx(1.0)
    assert spearman([(1, 30), (2, 11), (9, 10)]) == pytest.approx(-1.0)


def test_ties_share_their_mean_rank() -> None:
    """As in scipy.stats.spearmanr, whose value this is."""
    assert spearman([(1, 1), (2, 1), (2, 2), (3, 4)]) == pytest.approx(0.8333333)


def test_a_variable_that_does_not_vary_has_no_correlation() -> None:
    """0, not an error."""
    assert spearman([(1, 1), (1, 2)]) == 0.0
