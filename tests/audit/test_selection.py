"""Random samples of answers."""

from collections import Counter

from bot.audit.selection import LARGEST_SEED, draw, fresh_seed

IDS = [f"a{number}" for number in range(40)]


def test_one_seed_draws_one_sample():
    """In whatever order the answers come, and however often."""
    assert draw(IDS, 5, 7) == draw([*reversed(IDS), *IDS], 5, 7)
    assert draw(IDS, 5, 7) != draw(IDS, 5, 8)


def test_a_larger_sample_begins_with_the_smaller_one():
    assert draw(IDS, 9, 7)[:5] == draw(IDS, 5, 7)


def test_no_answer_is_drawn_twice_and_none_beyond_those_there():
    assert sorted(draw(IDS, 100, 3)) == sorted(IDS)


def test_every_answer_is_as_likely():
    """Over 2,000 seeds, each of 40 comes in 5 of 40 draws, give or take five deviations."""
    drawn = Counter(one for seed in range(2_000) for one in draw(IDS, 5, seed))
    assert set(drawn) == set(IDS)
    assert max(abs(count - 250) for count in drawn.values()) < 5 * (250 * 7 / 8) ** 0.5


def test_a_fresh_seed_can_be_typed_again():
    assert 0 <= fresh_seed() <= LARGEST_SEED
