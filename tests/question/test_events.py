"""Claims about which words of a question tell a time by an event."""

import pytest

from bot.question.events import event_of
from index.words import stem


@pytest.mark.parametrize(
    ("question", "words", "word", "others"),
    [
        ("what did we say before the visit?", "before the visit", "before", []),
        ("since the ceasefire, what has changed?", "since the ceasefire", "since", []),
        ("who governs Tamara after the election", "after the election", "after", []),
        ("what was known before the Aurelia blockage?", "before the Aurelia blockage", "before",
         ["aurelia"]),
        ("what is new since the last summit", "since the last summit", "since", []),
        ("Prior to the talks in Orrin who held it?", "Prior to the talks in Orrin", "before",
         ["orrin"]),
        ("how did prices move following the strike", "following the strike", "after", []),
        ("in the run-up to the vote on the lease, who spoke?",
         "in the run-up to the vote on the lease", "before", ["lease"]),
        ("what was agreed by the time of the referendum?", "by the time of the referendum",
         "until", []),
        ("who ran the port until the war ended?", "until the war ended", "until", ["ended"]),
        ("how much was sold before Tamara's invasion of Orrin did it stop?",
         "before Tamara's invasion of Orrin", "before", ["tamara", "orrin"]),
        ("what steps did the government take before the summit", "before the summit", "before", []),
        ("exports after the cease-fire", None, "", []),
        ("exports after the ceasefire was signed", "after the ceasefire was signed", "after",
         ["signed"]),
    ],
)  # fmt: skip
def test_an_event_tells_a_time(question, words, word, others):
    """With the words that belong to it, and on the side that its relation says."""
    event = event_of(question)
    if words is None:
        assert event is not None
        assert event.noun == "ceasefire"
        return
    assert event is not None
    assert question[event.start : event.end] == words
    assert event.word == word
    assert event.others == {stem(one) for one in others}


@pytest.mark.parametrize(
    "question",
    [
        "what stands after the jump?",
        "the case before the court",
        "what came before the committee?",
        "was the square named after the minister?",
        "is the street named after the battle?",
        "the section before the vote",
        "what was put before the summit?",
        "which matters are before the inquiry?",
        "we are following the trial closely",
        "what did the election commission say after the election commission met",
        "who came after the president?",
        "what happened after Monday?",
        "until the end",
        "how much is left after tax?",
        "in the following election",
        "since the committee has no chair, who leads?",
    ],
)
def test_a_place_an_order_or_a_person_is_no_time(question):
    """Nor is a noun that only stands beside one of an event."""
    assert event_of(question) is None


@pytest.mark.parametrize(
    "question",
    ["before the election of May 2024", "since the summit last year", "after the 2019 vote"],
)
def test_a_question_with_a_date_has_its_time(question):
    """Nothing need be looked up."""
    assert event_of(question) is None
