"""Questions made independent of their conversation."""

import pytest

from bot.question.conversation import completed, leans, standalone
from bot.question.question import Turn


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
    assert result.text.startswith(f"{question} (about: ")


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
    assert (result.text, result.context, result.follows) == (question, (), False)


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
    assert (result.text, result.searched, result.context) == (whole, whole, ())
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
    assert (result.text, result.asked, result.follows) == (
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


def read_last(*said: str) -> tuple[str, tuple[str, ...]]:
    """Return what is searched for the last of these turns, and the words lent to it."""
    found = standalone(said[-1], said[:-1])
    return found.searched, found.context


def test_the_measure_asked_for_is_kept():
    """ "And Norland?" asks for the share that was asked of Tamara, of the same debt."""
    turns = ("Who are the top foreign holders of Sarn debt?", "What share does Tamara have?")
    assert read_last(*turns)[1] == ("top", "foreign", "holders", "Sarn", "debt")
    whole, lent = read_last(*turns, "and Norland?")
    assert whole == "What share does Norland have?"
    assert lent == ("top", "foreign", "holders", "Sarn", "debt")


@pytest.mark.parametrize(
    ("question", "before", "lent"),
    [
        ("how could Parliament rein it in?", "What is the levy fund?", "levy"),
        ("does Norland want it back?", "What is the harbour lease?", "lease"),
        ("is that ministries or private investors?", "Who holds the debt?", "debt"),
        ("who is most exposed on food?", "How many ships pass the strait daily?", "strait"),
        ("who was second?", "Who won the harbour tender?", "tender"),
        ("and who pays that?", "What is the $1,000 deposit at birth?", "$1,000"),
    ],
)
def test_an_object_a_rank_and_that_lean(question, before, lent):
    """The subject of a clause is not its own object; the most exposed are so among something."""
    assert lent in read_last(before, question)[1]


@pytest.mark.parametrize(
    "question",
    [
        "did Norland return the loan and did Tamara want it?",
        "will the Senate change the rule to weaken it?",
        "what is the interest on Norland bonds of ten years",
    ],
)
def test_an_antecedent_of_its_own_is_believed(question):
    """A noun before the pronoun, or another clause, may be what it means."""
    assert not leans(question)


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("OK, different topic: who leads the board?", "who leads the board?"),
        ("never mind, what is the farm law?", "what is the farm law?"),
        ("unrelated: how much does a ferry cost", "how much does a ferry cost"),
        ("let's change the subject. who owns the mine?", "who owns the mine?"),
    ],
)
def test_what_announces_another_topic_is_not_searched(typed, asked):
    """The question behind it stands alone."""
    assert read_last("What is the carbon levy of Norland?", typed) == (asked, ())


def test_politeness_does_not_hide_a_follow_up():
    """ "Thanks, and what about Norland?" is "and what about Norland?"."""
    found = read_last("When did Tamara join the PACT?", "thanks, and what about Norland?")
    assert found == ("When did Norland join the PACT?", ())


@pytest.mark.parametrize(
    ("fragment", "before", "whole"),
    [
        (
            "and now?",
            "How many ships used to pass Sarn before the war?",
            "How many ships pass Sarn now?",
        ),
        ("and today?", "Was Norland a member in 2015?", "Is Norland a member now?"),
        ("and last year?", "How much did it export in 2015?", "How much did it export last year?"),
        ("and India?", "What share does Tamara have?", "What share does India have?"),
        ("and China?", "What is Tamara's share?", "What is China's share?"),
        ("and the UK?", "How much does Tamara hold?", "How much does the UK hold?"),
    ],
)
def test_a_time_or_a_name_alone_makes_a_whole_sentence(fragment, before, whole):
    """In the present where now is meant, and with what belongs to the name."""
    assert completed(fragment, before) == whole


@pytest.mark.parametrize(
    ("fragment", "before"),
    [
        ("what about Norland?", "and why did some Members oppose that?"),
        ("and Norland?", "What did Members pass?"),
        ("and Norland?", "Who paid for the Swiss plan?"),
        ("and PiS?", "How many seats did it get in Tamara?"),
        ("and now?", "Who led Tamara in 2015?"),
    ],
)
def test_no_sentence_is_made_that_nobody_would_say(fragment, before):
    """Neither "some Norland" nor "the Norland plan" nor "who led it now"."""
    assert completed(fragment, before) is None
