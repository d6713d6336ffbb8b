"""Bold stretches: the words that answer."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.emphasis import STRETCHES, emphasis
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


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("Who signed the lease?", "Ilse Brandt signed the lease with Norvane.", ["Ilse Brandt"]),
        (
            "Who leased it?",
            "In May it was leased by the U.S. Norvane Co to Acme.",
            ["U.S. Norvane Co"],
        ),
        ("Who signed the lease?", "Brandt, Acme and Norvane met Tamara about it.", []),
        ("Which countries took part?", "Tamara and Norvania took part.", []),
        ("What share was lost?", "Of all, 12.8% was lost.", ["12.8%"]),
        ("Why was it shut?", "It was shut because of drought, and fell.", ["because of drought"]),
        ("Why was it shut?", "A drought had emptied the canal.", []),
        ("What happened to the lease?", "After long talks, the lease was ended by parliament.", []),
        ("Does the lease end early?", "The lease is for 99 years.", []),
    ],
)
def test_what_answers_is_bold_or_nothing(question, sentence, expected):
    """Who does what is asked, the whole figure, the reason; nothing where that is not sure."""
    assert bold(question, sentence) == expected


WORDS = st.sampled_from(
    "The U.S. u-235 12.8% $4.5 billion Norvane’s R&D 3 March 2022 port by signed leased because of "
    "(CSO) ships, Brandt; 1,200 Acme—and not does 70 percent of B.C. end.".split()
)
QUESTIONS = st.sampled_from(
    [
        "Who signed it?",
        "How many ships?",
        "When was it leased?",
        "Why did it end?",
        "Does it end?",
        "What share?",
        "How much does it cost?",
        "Which company leased the port?",
    ]
)


@given(st.lists(WORDS, min_size=1, max_size=20).map(" ".join), QUESTIONS)
def test_bold_begins_and_ends_at_whole_words(sentence, question):
    """Never inside a word, a number or an abbreviation; never more than three, in order."""
    found = emphasis(question, wanted(question), sentence)
    assert len(found) <= STRETCHES
    for start, end in found:
        assert 0 <= start < end <= len(sentence)
        assert not (start and sentence[start - 1].isalnum() and sentence[start].isalnum())
        assert (
            not re.match(r"\w|[.,]\d|%|-\w|’s|&\w", sentence[end:])
            or sentence[end - 1 : end] == "."
        )
        assert (
            not re.search(r"(?:^|\s)(?:[A-Z]\.)*[A-Z]$", sentence[start:end])
            or sentence[end : end + 1] != "."
        )


def test_stretches_lie_in_order_inside_the_sentence():
    """No two overlap."""
    sentence = "In 2019 and 2020 the port of Aurelia took 5,000 and 6,000 ships."
    found = emphasis("how many ships did the port take", wanted("how many ships"), sentence)
    flat = [at for stretch in found for at in stretch]
    assert flat == sorted(flat)
    assert all(0 <= at <= len(sentence) for at in flat)
