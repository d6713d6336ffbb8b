"""Fragments that complete the question before them."""

import pytest

from bot.question.ellipsis import completed


@pytest.mark.parametrize(
    ("fragment", "before", "whole"),
    [
        ("and Norland?", "When did Tamara join the PACT?", "When did Norland join the PACT?"),
        (
            "and to Norland?",
            "How much gas did Tamara sell to Aurelia?",
            "How much gas did Tamara sell to Norland?",
        ),
        ("in 2023?", "How large was the deficit?", "How large was the deficit in 2023?"),
        ("FY2026?", "What is asked for in FY2027?", "What is asked for in FY2026?"),
        ("and the Norland Sea?", "what flows to the Aurelia Bay", "what flows to the Norland Sea"),
    ],
)
def test_a_name_or_a_year_takes_the_place_of_its_like(fragment, before, whole):
    """The rest of the question stays, word for word."""
    assert completed(fragment, before) == whole


@pytest.mark.parametrize(
    ("fragment", "before"),
    [
        ("and Norland?", "How much gas did Tamara sell to Aurelia?"),  # either may be meant
        ("what about Norland?", "What did the Senate pass?"),  # "the Senate" is another thing
        ("and exports?", "How much did imports rise?"),  # no name
        ("thanks", "When did Tamara join?"),
        ("in 2023?", "What changed between 2019 and 2021?"),
        ("and why did the Senate refuse it in the end?", "Did the House pass the bill?"),
        ("", "When did Tamara join?"),
    ],
)
def test_nothing_is_guessed_where_it_is_open_what_is_replaced(fragment, before):
    """The topic of the conversation serves then."""
    assert completed(fragment, before) is None
