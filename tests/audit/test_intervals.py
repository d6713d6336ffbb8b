"""The Wilson interval of a share."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.measures import wilson


@pytest.mark.parametrize(
    ("good", "total", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_gives_the_figures_of_newcombe(good, total, low, high):
    """Table I, method 3 of the paper."""
    assert wilson(good, total) == pytest.approx((low, high), abs=5e-5)


def test_of_nothing_there_is_none():
    """Not an interval from 0 to 1."""
    assert wilson(0, 0) is None


@given(some.integers(1, 10_000).flatmap(lambda n: some.tuples(some.integers(0, n), some.just(n))))
def test_lies_in_the_unit_interval_round_its_share(counts):
    """And mirrors where good and bad change places."""
    good, total = counts
    low, high = wilson(good, total)
    assert 0 <= low <= good / total <= high <= 1
    assert wilson(total - good, total) == pytest.approx((1 - high, 1 - low))
