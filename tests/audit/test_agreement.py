"""Agreement of judges, and the threshold that fits them."""

import pytest

from bot.audit.agreement import agreement, at_threshold, best_threshold, confusion

YES_NO = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15


def test_kappa_is_what_exceeds_chance():
    """The textbook's 20, 5, 10, 15: they agree on .7, chance gives .5."""
    found = agreement(YES_NO)
    assert (found.total, found.same, found.share) == (50, 35, 0.7)
    assert found.kappa == pytest.approx(0.4)


def test_kappa_is_one_for_the_same_words_and_zero_where_chance_explains_all():
    """Full agreement, and a judge who always says the same."""
    assert agreement([("a", "a"), ("b", "b")]).kappa == pytest.approx(1)
    assert agreement([("a", "a"), ("a", "b")]).kappa == pytest.approx(0)


def test_kappa_is_undefined_where_there_is_one_word_alone():
    """Or nothing at all."""
    assert agreement([("a", "a")] * 3).kappa is None
    assert (agreement([]).kappa, agreement([]).share) == (None, None)


def test_confusion_counts_every_pair():
    """Rows are the first judge, columns the second."""
    assert confusion(YES_NO, ("yes", "no"), ("yes", "no")) == [[20, 5], [10, 15]]


def test_a_threshold_tells_the_supported_from_the_others():
    """Balanced: the mean of the shares told right."""
    scored = [(0.9, True), (0.6, True), (0.7, False), (0.2, False)]
    found = at_threshold(scored, 0.5)
    assert (found.supported_kept, found.others_caught, found.balanced) == (1.0, 0.5, 0.75)


def test_the_best_threshold_is_found_and_of_equals_the_nearest_to_todays():
    """Between two scores seen, in the middle."""
    scored = [(0.9, True), (0.8, True), (0.7, False), (0.2, False)]
    assert best_threshold(scored, 0.5).score == pytest.approx(0.75)
    assert best_threshold(scored, 0.5).balanced == 1
    apart = [(0.9, True), (0.2, False)]
    assert best_threshold(apart, 0.5).score == 0.5


def test_there_is_no_threshold_for_one_kind_alone():
    """Nothing could be told apart."""
    assert best_threshold([(0.9, True)], 0.5) is None
    assert at_threshold([], 0.5) is None
