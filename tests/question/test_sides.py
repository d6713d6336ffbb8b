"""A comparison is put for each of its two things alone, in the words that both share."""

from bot.question.sides import sides


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
