"""Questions for a yes or a no, and the words that decide."""

import pytest

from bot.language.yesno import asks, deciding, opens


@pytest.mark.parametrize(
    "question",
    ["Did Tamara join?", "and is it still in force?", "can states opt out", "hasn't it expired?"],
)
def test_a_question_that_opens_with_an_auxiliary_wants_a_yes_or_a_no(question):
    """Greetings and conjunctions may stand before it."""
    assert asks(question)


@pytest.mark.parametrize(
    "question",
    ["When did Tamara join?", "who is she", "can you tell me the price", "is it 5 or 6 percent?"],
)
def test_other_questions_do_not(question):
    """Question words, polite orders and choices want something else."""
    assert not asks(question)


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("The lease does not end early.", "does not end early"),
        ("There is no plan for it.", "There is no plan for it"),
        ("The court rejected the claim in May.", "rejected the claim in"),
    ],
)
def test_the_deciding_words_are_found(sentence, said):
    """A negation first, else a verb that settles it."""
    start, end = deciding(sentence)
    assert sentence[start:end] == said


def test_a_sentence_may_decide_nothing():
    """No stretch without such words."""
    assert deciding("The port is large and old.") is None


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Would bakeries run out of flour because of the strike?", True),
        ("did the ports or the mines lose more?", True),
        ("Are the five ferries insured?", True),
        ("Can you list the ports?", False),
        ("Do we know which ferries were insured?", False),
        ("Is there a list of the ports?", False),
        ("Which ports would the strike close?", False),
    ],
)
def test_tells_what_opens_with_an_auxiliary(question: str, expected: bool) -> None:
    """What asks the reader to tell or list something does not count."""
    assert opens(question) is expected
