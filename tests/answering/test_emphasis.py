"""Bold stretches: the words that answer."""

import pytest

from bot.answering.emphasis import emphasis
from bot.question.wanted import wanted


def bold(question, sentence):
    return [sentence[a:b] for a, b in emphasis(question, wanted(question), sentence)]


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("How much did the port cost?", "The port cost $4.5 billion in 2019.", ["$4.5 billion"]),
        (
            "When was the port leased?",
            "The port was leased on March 5, 2024, to Norvane.",
            ["March 5, 2024"],
        ),
        ("Who runs the port?", "The port is run by the Norvane Company.", ["Norvane Company"]),
        ("Does the lease end early?", "The lease does not end early.", ["does not end early"]),
        ("How many ships?", "Under P.L. 116-93, see Figure 3, 12 ships came.", ["12"]),
    ],
)
def test_the_value_that_is_wanted_is_bold(question, sentence, expected):
    """Sums, dates, names, deciding words; never the number of a law or a figure."""
    assert bold(question, sentence) == expected


def test_a_clause_is_bold_where_no_value_is_wanted():
    """The part that says most of the question, if it is only a part."""
    sentence = "After years of talks, the lease was ended by parliament, and the port was sold."
    assert bold("what happened to the lease", sentence) == ["the lease was ended by parliament"]


def test_stretches_lie_in_order_inside_the_sentence():
    """No two overlap."""
    sentence = "In 2019 and 2020 the port of Aurelia took 5,000 and 6,000 ships."
    found = emphasis("how many ships did the port take", wanted("how many ships"), sentence)
    flat = [at for stretch in found for at in stretch]
    assert flat == sorted(flat)
    assert all(0 <= at <= len(sentence) for at in flat)
