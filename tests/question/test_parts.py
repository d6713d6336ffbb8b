"""Claims about cutting a question into its parts."""

import pytest

from bot.question.parts import MOST, parts, parts_of, sides
from bot.question.question import Question


def of(question: str) -> tuple[Question, ...]:
    return parts_of(Question(question, question))


@pytest.mark.parametrize(
    ("question", "cut"),
    [
        (
            "Who runs the port of Aurelia, and how much cargo does it handle?",
            ("Who runs the port of Aurelia?", "how much cargo does it handle?"),
        ),
        (
            "what did the Orrin court decide & can it be appealed",
            ("what did the Orrin court decide?", "can it be appealed?"),
        ),
        (
            "Sarn ferry: how many crossings in 2021 and what share was late?",
            ("Sarn ferry: how many crossings in 2021?", "Sarn ferry: what share was late?"),
        ),
    ],
)
def test_questions_one_after_the_other_are_cut(question: str, cut: tuple[str, ...]) -> None:
    """Before a word that asks; what stands before a colon belongs to each."""
    assert parts(question) == cut


@pytest.mark.parametrize(
    "question",
    [
        "What does the Fish and Wildlife Service ask for?",
        "Who owns the oil and gas wells at Orrin?",
        "If the agency misses the deadline, how long does it have?",
        "How many ferries run between Orrin and Sarn?",
        "Who can lose the deposit, and why?",
        "What became of the suit vs Halden Metals?",
        "Who won Arden v. Halden?",
        "money that flows in vs out of the country",
        "What is the toll?",
    ],
)
def test_what_asks_one_thing_or_is_doubtful_is_left_alone(question: str) -> None:
    """Names, conditions, case names and bare tails are not cut."""
    assert parts(question) == ()


def test_more_than_three_questions_are_left_alone() -> None:
    """An answer has three sentences at most."""
    asked = [f"what does mine {name} earn" for name in ("Arl", "Bree", "Cane", "Dorn")]
    assert len(parts(", and ".join(asked[:MOST]) + "?")) == MOST
    assert parts(", and ".join(asked) + "?") == ()


def test_a_part_that_leans_gets_the_names_of_the_other() -> None:
    """A pronoun leans, and so do few words; a part with a name and more to say does not."""
    second = of("Who runs the port of Aurelia, and how much cargo does it handle?")[1]
    assert second.asked == "how much cargo does it handle?"
    assert {"port", "Aurelia"} <= set(second.context)
    both = of("Who ran the port of Aurelia in 2020, and what did the Sarn ferry carry in 2021?")
    assert [part.context for part in both] == [(), ()]


def test_a_part_keeps_what_the_conversation_lends() -> None:
    """Behind the names of the other part."""
    asked = Question("", "who runs it and what does it cost?", context=("Orrin",), follows=True)
    assert all(part.context[-1] == "Orrin" for part in parts_of(asked))


def test_each_side_has_one_thing_and_the_words_that_both_share() -> None:
    cases = {
        ("Orrin vs Sarn: revenue per head", "Orrin", "Sarn"): (
            "Orrin: revenue per head",
            "Sarn: revenue per head",
        ),
        ("who got more, the Union or Third Way?", "the Union", "Third Way"): (
            "who got more, the Union?",
            "who got more, Third Way?",
        ),
        ("Is the Orrin lock longer than that of Sarn?", "the Orrin lock", "Sarn"): (
            "Is the Orrin lock longer?",
            "Is Sarn longer?",
        ),
        ("What sets the old levy apart from the new one", "the old levy", "the new one"): (
            "What sets the old levy apart",
            "What sets the new one apart",
        ),
        ("differences between a quota and a toll", "a quota", "a toll"): (
            "differences a quota",
            "differences a toll",
        ),
        ("How does Orrin's toll differ from Sarn's?", "Orrin", "Sarn"): (
            "How does Orrin's toll differ?",
            "How does Sarn's toll differ?",
        ),
        ("Is Orrin's toll higher than Sarn's?", "Orrin's toll", "Sarn"): (
            "Is Orrin's toll higher?",
            "Is Sarn's toll higher?",
        ),
        ("ferry budget 2015 against 2024", "2015", "2024"): (
            "ferry budget 2015",
            "ferry budget 2024",
        ),
    }
    assert {case: sides(*case) for case in cases} == cases


def test_things_that_the_question_does_not_say_in_order_are_no_sides() -> None:
    assert sides("Orrin or Sarn", "Sarn", "Orrin") == ()
    assert sides("Orrin or Sarn", "Orrin", "Arl") == ()
    assert sides("Orrin or Sarn", "", "") == ()
