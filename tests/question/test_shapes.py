"""Claims about telling what is asked for as a whole from the form of a question."""

from bot.question.kinds import Kind, kind_of
from bot.question.shapes import head_of, list_of
from bot.question.sides import labels, sides

# Each list has the counterexamples of the others: a fact that looks like one of them.
FORMS = {
    Kind.LIST: """
        Which countries have recognised the new border?
        What are the options for Congress?
        options for the ministry on the ferry
        what are the reasons for the delay
        name the ports that the deal covered
        List the parties that won seats
        give me a list of the members of the council
        who are the top holders of the bonds?
        what policy options does the council have?
        In which districts is the blight found?
        Which U.S.-flagged vessels lay in the gulf?
        What are the main dangers?
        recommendations to the ministry
        """,
    Kind.TIMELINE: """
        timeline of the harbour lease
        chronology of the ferry strike
        harbour lease timeline
        key dates of the border treaty
        history of the stabilisation fund
        What has happened in Orrin since the ceasefire?
        what happened between 2019 and 2021 at the border
        What happened in 2019?
        How did the strike unfold, date by date?
        can you give me a timeline of the blockade
        """,
    Kind.COMPARISON: """
        Is the Orrin canal longer than the Sarn canal?
        who got more seats, Third Way or the Union?
        Orrin vs Sarn revenue per head
        how does the old fee compare with the new one
        what is the difference between a levy and a toll?
        Did exports rise more in 2023 than in 2022?
        Orrin or Sarn: how long may ships stay?
        ferry budget 2015 against 2024
        """,
    Kind.FACT: """
        Which country lost most?
        Which country exports most gas?
        Which state owns the port?
        which agency has the data
        Which upstart did Canberra shut out of its networks?
        What are commemorative coins?
        What are the Houthis?
        What happens if the brake is pulled?
        What drives inflation?
        what causes floods in the delta
        how many countries have joined
        what happened to the Ever Given in 2021
        What happened on 3 September?
        Has Russia lost more than 100,000 soldiers?
        Is inflation higher than expected?
        did more than half of the members vote
        Can ships pass with or without permission?
        is that governments or private investors?
        What became of the suit vs Halden Metals?
        Why did the exports fall?
        """,
}


def test_a_question_is_told_by_its_whole_form() -> None:
    """A plural, a name for a timeline, or two sides; a verb in -s or a bare number is neither."""
    wrong = [
        (question.strip(), kind_of(question.strip())[0], kind)
        for kind, questions in FORMS.items()
        for question in questions.strip().splitlines()
        if kind_of(question.strip())[0] is not kind
    ]
    assert not wrong


def test_sides_share_their_words_and_differ_by_their_labels() -> None:
    """Each side can be asked by itself."""
    cases = {
        "Orrin vs Sarn revenue per head": ("Orrin revenue per head", "Sarn revenue per head"),
        "who got more, the Union or Third Way?": (
            "who got more the Union",
            "who got more Third Way",
        ),
        "Which got more: the ferry in 2015 or in 2024?": (
            "Which got more the ferry in 2015",
            "Which got more the ferry in 2024",
        ),
        "Orrin or Sarn: how long may ships stay?": (
            "Orrin: how long may ships stay",
            "Sarn: how long may ships stay",
        ),
    }
    assert {question: sides(question) for question in cases} == cases
    assert labels("who got more the Union", "who got more Third Way") == ("Union", "Third Way")
    assert labels("the ferry in 2015", "the ferry in 2024") == ("2015", "2024")


def test_what_is_listed_is_its_first_plural() -> None:
    """By it a list is known again in a brief."""
    assert head_of(list_of("What are the policy options for Congress?")) == "options"
    assert head_of(list_of("which three countries hold most bonds")) == "countries"
