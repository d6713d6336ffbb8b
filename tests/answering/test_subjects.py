"""Names in brackets for pronouns and definite nouns that open a sentence."""

import pytest

from bot.answering.readable import BRACKETED, faithful
from bot.answering.subjects import named

AGENCY = "In 2019 Congress created the Norvane Port Agency."


@pytest.mark.parametrize(
    ("before", "sentence", "expected"),
    [
        ("The Norvane Company ran the port.", "It closed in 2019.", "[The Norvane Company]"),
        ("In 2019, Frontex moved.", "Its budget fell.", "[Frontex’s] budget"),
        ("Minister Ilse Brandt resigned.", "She said no.", "[Minister Ilse Brandt] said"),
        ("The United States signed it.", "Their envoy left.", "[The United States’] envoy"),
    ],
)
def test_the_subject_of_the_sentence_before_is_named(before, sentence, expected):
    """A name that opens the sentence before and fits the pronoun."""
    assert named(sentence, [before]).startswith(expected)


@pytest.mark.parametrize(
    ("before", "sentence"),
    [
        ("It is said that exports rose.", "They fell later."),  # no name
        ("Minister Ilse Brandt resigned.", "It fell."),  # a person is no it
        ("Norvane and Acme signed.", "It fell."),  # two names
        ("Norvane signed.", "It is unclear whether it holds."),  # nothing is meant
        ("Norvane signed.", "The port closed."),  # no pronoun
        ("However the port closed.", "It fell."),
    ],
)
def test_nothing_is_named_in_doubt(before, sentence):
    """A wrong name is worse than none."""
    assert named(sentence, [before]) is None


def test_a_chain_of_pronouns_leads_back_to_the_name():
    """The same pronoun again stands for the same name."""
    assert named("It closed.", ["Norvane runs the port.", "It grew."]) == "[Norvane] closed."


def test_without_sentences_before_nothing_is_named():
    """The first sentence of a passage has no antecedent in it."""
    assert named("It closed.", []) is None


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("The agency closed in May.", "[The Norvane Port Agency] closed in May."),
        ("This agency must report.", "[The Norvane Port Agency] must report."),
        ("The Agency also hired pilots.", "[The Norvane Port Agency] also hired pilots."),
        ("The agency’s docks fell.", "[The Norvane Port Agency’s] docks fell."),
        ("The agency's docks fell.", "[The Norvane Port Agency’s] docks fell."),
    ],
)
def test_a_definite_noun_is_named_and_proved(sentence, expected):
    """By the one name of its kind, wherever it stands before; the proof of quotations holds."""
    assert named(sentence, [AGENCY]) == expected
    assert faithful(expected, sentence, f"{AGENCY} {sentence}")


@pytest.mark.parametrize(
    "sentence",
    [
        "The agency head closed it.",  # another's subject
        "The agency in Marsk closed.",
        "The agency, the Docks Bureau, closed.",
        "The agency-wide ban fell.",
        "The new agency closed.",
        "An agency closed.",
        "The agency created in May would close.",  # there may be another
        "The agencies closed.",
        "The court held that it may.",  # no name of that kind
    ],
)
def test_a_noun_with_words_of_its_own_is_not_named(sentence):
    """They may tell one thing of the kind from another."""
    assert named(sentence, [AGENCY]) is None


def test_the_court_with_a_capital_is_the_highest():
    """No other court is meant by it."""
    assert named("The Court held that.", ["The Norvane District Court met."]) is None
    assert named("The Court held that.", ["The Supreme Court met."]) == (
        "[The Supreme Court] held that."
    )


def test_a_name_too_long_for_brackets_is_not_given():
    """Not cut either."""
    long = f"The Grand {'Norvane ' * 8}Agency"
    assert len(long) <= BRACKETED < len(f"{long}’s")
    assert named("The agency closed in May.", [f"{long} ran it."]) is not None
    assert named("The agency’s docks fell.", [f"{long} ran it."]) is None
