"""Claims about cutting a comparison into the things compared."""

import pytest

from bot.question.compared import compared


@pytest.mark.parametrize(
    ("question", "things"),
    [
        ("What is the toll in Orrin vs. Sarn?", ("toll in Orrin", "toll in Sarn")),
        (
            "Fee for a lorry under the old rule versus the new one, 2024?",
            ("under the old rule, 2024", "under the new one, 2024"),
        ),
        ("Orrin vs Sarn: which costs more", ("Orrin: which", "Sarn: which")),
        (
            "Put the requests of the coast guard and the weather service side by side",
            ("of the coast guard side", "of the weather service side"),
        ),
        (
            "Put the requests for Orrin and Sarn side by side",
            ("for Orrin side by side", "for Sarn side by side"),
        ),
        (
            "Compare the toll of 2021 with that of 2024",
            ("the toll of 2021", "that of 2024"),
        ),
        (
            "How does the harbour of Orrin compare with what Sarn has?",
            ("the harbour of Orrin", "what Sarn has"),
        ),
        (
            "Yield of the copper mine: in wet years vs in dry years?",
            ("in wet years", "in dry years"),
        ),
    ],
)
def test_each_part_has_one_thing_and_the_words_that_both_share(
    question: str, things: tuple[str, ...]
) -> None:
    """A name is cut by its like, other things behind a preposition or a mark."""
    found = compared(question)
    assert len(found) == len(things)
    assert all(thing in part for thing, part in zip(things, found, strict=True)), found


@pytest.mark.parametrize(
    "question",
    [
        "Orrin vs Sarn vs Arl, which is dearest?",
        "the lawsuit vs Halden Metals",
        "how did the judges decide on miners vs Halden?",
        "What do Orrin and Sarn export?",
    ],
)
def test_what_is_no_comparison_of_two_is_left_alone(question: str) -> None:
    """Three things, suits, and lists without a word that compares."""
    assert compared(question) == ()
