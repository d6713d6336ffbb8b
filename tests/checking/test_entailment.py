"""The score of a claim: features of a comparison, and the network that weighs them."""

import pytest

from bot.checking import entailment
from bot.checking.verify import check, compared

ORDERS = "The navy cancelled two frigates in 2019 because the yard had raised its price."


def _score(claim: str, evidence: str = ORDERS) -> float:
    return check(claim, [evidence]).score


def test_the_weights_were_fitted_on_the_features_that_are_computed() -> None:
    """In this order, or the network would weigh one feature with another's weight."""
    found = compared("The navy cancelled two frigates.", [ORDERS])
    assert found is not None
    assert entailment.load(entailment.WEIGHTS).features == tuple(found.features)
    assert 0 < entailment.probability(found.features) < 1


@pytest.mark.parametrize(
    ("true", "false"),
    [
        ("In 2019 the navy cancelled two frigates.", "In 2019 the navy ordered two frigates."),
        ("Two frigates were cancelled by the navy.", "Two frigates were cancelled by the yard."),
        ("The yard had raised its price.", "The navy had raised its price."),
        ("The navy cancelled two frigates.", "The navy never cancelled two frigates."),
        ("The navy cancelled two frigates.", "The navy cancelled all of its submarines."),
    ],
)
def test_what_follows_scores_above_what_does_not(true: str, false: str) -> None:
    """Also where both share all their words with the evidence."""
    assert _score(true) > _score(false)


def test_words_in_another_connection_are_told() -> None:
    """All words are there, in the same sentence: their order is a feature."""
    evidence = "Shipments rose while new orders fell."
    kept = compared("Shipments rose and orders fell.", [evidence])
    traded = compared("Orders rose and shipments fell.", [evidence])
    assert kept is not None
    assert traded is not None
    assert kept.features["out of order"] == 0
    assert traded.features["out of order"] > 0


def test_a_small_word_counts_where_it_stands_on_one_side_alone() -> None:
    """ "Only" of the claim, which the evidence lacks; "once" of the evidence, left out."""
    evidence = "The firm, once the largest of the region, sells boats and nets."
    found = compared("The firm is the largest of the region and only sells boats.", [evidence])
    assert found is not None
    assert found.features["here only"] == 1
    assert found.features["there former"] > 0


def test_a_copy_is_not_compared() -> None:
    """Nor is what is written in another language."""
    assert compared(ORDERS, [ORDERS]) is None
    assert compared("Die Marine hat zwei Fregatten abbestellt.", [ORDERS]) is None
