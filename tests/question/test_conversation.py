"""Questions made independent of their conversation."""

import pytest

from bot.answering.answer import Turn
from bot.question.conversation import leans, standalone


@pytest.mark.parametrize(
    ("turns", "question", "lent"),
    [
        (["when does the carbon levy start in Norland?"], "at what rate?", {"carbon", "Norland"}),
        (["Is the Harbour Rebuilding Fund open?"], "is anyone trying to revive it?", {"Fund"}),
        (["what is going on with the steel tariff"], "have the judges ruled on it?", {"steel"}),
        (["how large is the army of tamara?"], "and Norland?", {"army", "tamara"}),
        (["Did Acme settle the antitrust case?"], "so did the states give up as well?", {"Acme"}),
        (["What did the wheat study find?"], "who sued because of it, and when?", {"wheat"}),
        (["What does the harbour cost?"], "how many?", {"harbour"}),
        (
            ["Tell me about the Aurelia port lease"],
            "what did the minister say about that?",
            {"lease"},
        ),
    ],
)
def test_lends_the_topic_to_a_question_that_leans_on_it(turns, question, lent):
    """Pronouns, cut-short questions and "the states" take over the words of the turn before."""
    result = standalone(question, turns)
    assert result.follows
    assert lent <= set(result.context)
    assert result.asked == question
    assert result.question.startswith(f"{question} (about: ")


@pytest.mark.parametrize(
    "question",
    [
        "How much wheat did Tamara export in 2023?",
        "What causes wildfires in Norland and its neighbours?",
        "Who heads the Norland Harbour Board at present?",
        "what is the difference between the levy in Norland and the one in Tamara",
    ],
)
def test_leaves_the_old_topic_behind_when_the_subject_changes(question):
    """A question with names and content words of its own carries nothing over."""
    result = standalone(question, ["when does the carbon levy start?"])
    assert (result.question, result.context, result.follows) == (question, (), False)


def test_carries_a_topic_through_a_turn_that_leans_itself():
    """The third turn takes the topic of the first through the second."""
    turns = ["Is congestion pricing in Aurelia still running?", "what is the peak charge?"]
    result = standalone("any break for people who can't afford it?", turns)
    assert {"congestion", "pricing", "Aurelia", "peak", "charge"} <= set(result.context)


def test_a_new_topic_replaces_the_first_one():
    """After a change of subject only the new one is lent."""
    turns = ["What is the carbon levy?", "How large is the army of Tamara?"]
    assert "levy" not in standalone("and who leads it?", turns).context


def test_a_year_of_its_own_replaces_the_year_of_the_topic():
    """A question about another year does not search for the old one."""
    turns = ["What did the 2022 wheat report of Tamara find?"]
    result = standalone("what did it say in 2019 on prices?", turns)
    assert "2022" not in result.context
    assert "wheat" in result.context


@pytest.mark.parametrize(
    ("turns", "fragment", "whole"),
    [
        (
            ["What did the 2022 wheat report of Tamara find?"],
            "no, the 2019 one",
            "What did the 2019 wheat report of Tamara find?",
        ),
        (["When did Tamara join the PACT?"], "and Norland?", "When did Norland join the PACT?"),
        (
            ["When did Tamara join the PACT?", "and Norland?", "thanks"],
            "what about Aurelia?",
            "When did Aurelia join the PACT?",
        ),
    ],
)
def test_a_fragment_completes_the_question_before_it(turns, fragment, whole):
    """ "and Norland?" asks of Norland what was asked before, and nothing else is searched."""
    result = standalone(fragment, turns)
    assert (result.question, result.searched, result.context) == (whole, whole, ())
    assert result.follows


@pytest.mark.parametrize(
    "question", ["new question: who pays for it?", "on another topic, what are the costs?"]
)
def test_a_change_of_topic_that_is_announced_carries_nothing_over(question):
    """Who says that it is about something else is believed."""
    assert not standalone(question, ["What is the carbon levy of Norland?"]).follows


def test_small_talk_neither_leans_nor_changes_the_topic():
    """Thanks between two questions leave the topic as it was."""
    turns = ["What is the carbon levy of Norland?", "thanks a lot!"]
    assert not standalone("thank you", turns).follows
    assert "levy" in standalone("when does it start?", turns).context


def test_nothing_is_lent_without_earlier_turns():
    """The first question of a conversation is searched as typed."""
    result = standalone("  at what\nrate? ", [])
    assert (result.question, result.asked, result.follows) == (
        "at what rate?",
        "  at what\nrate? ",
        False,
    )


def test_takes_recorded_turns_like_plain_questions():
    """A Turn and its text give the same."""
    question = "who signed it?"
    as_text = standalone(question, ["What is the Aurelia lease?"])
    assert standalone(question, [Turn("What is the Aurelia lease?", "a1")]) == as_text


def test_the_carried_topic_is_bounded():
    """A hundred earlier turns do not drown the question."""
    turns = ["What is the carbon levy?"] + [
        f"and what of its Alpha{n} Beta{n} part?" for n in range(99)
    ]
    assert len(standalone("when does it start?", turns).context) <= 14


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("is it legal to fish in Norland waters near Tamara", False),
        ("Congress killed the EPA rule. Does that wipe out the fee?", False),
        ("would that touch the fee?", True),
        ("which programs that pay for bridges in Norland have ended", False),
        ("What are the benefits?", True),
        ("What are treasury bills?", False),
    ],
)
def test_tells_words_that_point_back_from_those_that_do_not(question, expected):
    """Dummy "it", relative "that" and an antecedent in the same question do not lean."""
    assert leans(question) is expected
