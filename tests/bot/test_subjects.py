"""Names in brackets for pronouns that open a sentence."""

import pytest

from bot.subjects import named


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
