"""An amending brief beats what it amends."""

from dataclasses import replace

from bot.answering.amendments import without_amended
from bot.question.wanted import AnswerKind
from index.passage import BriefRef, Hit, Passage


def of(key: str, title: str, day: str | None, text: str, score: float, number: str = "") -> Hit:
    """Return a hit of a brief."""
    brief = BriefRef(key, title, day, (), "f.txt", "default", number=number or None)
    return Hit(f"{key}.1.0", Passage(0, 0, len(text), text), brief, score, 0.5, 1.0)


RULE = of("old", "The wagon rule of Sarn", "2021-05", "Wagons may stay for 180 days.", 0.9, "NV107")
CHANGE = of(
    "new", "Amendment of the wagon rule of Sarn", "2023-02-10", "It rises from 180 to 270.", 0.8
)


def kept(*hits: Hit, kind: AnswerKind = AnswerKind.ANY) -> list[str]:
    return [hit.brief.id for hit in without_amended(hits, kind)[0]]


def test_the_title_says_what_is_amended() -> None:
    """The reader is told what is left out, and why."""
    hits, notes = without_amended([RULE, CHANGE], AnswerKind.ANY)
    assert hits == (CHANGE,)
    assert notes == (
        "“Amendment of the wagon rule of Sarn” (10 February 2023) amends "
        "“The wagon rule of Sarn” (May 2021), which is left out here.",
    )


def test_a_brief_may_say_so_of_itself() -> None:
    """By number or title; that a law amends a law of the same name makes no relation."""
    texts = {
        "This brief supersedes NV107. It says 190.": ["new"],
        "The present note replaces “The wagon rule of Sarn”.": ["new"],
        "The bill amends the wagon rule of Sarn.": ["old", "new"],
        "This brief describes the wagon rule of Sarn.": ["old", "new"],
    }
    found = {}
    for text in texts:
        newer = of("new", "Wagons", "2023", text, 0.8)
        found[text] = kept(RULE, newer)
    assert found == texts


def test_what_the_newer_does_not_touch_is_found_in_the_older() -> None:
    """A newer brief far from the question leaves the older, but for a figure that it names."""
    far = replace(CHANGE, score=0.5)
    assert kept(RULE, far) == ["old", "new"]
    assert kept(RULE, far, kind=AnswerKind.NUMBER) == ["new"]
    elsewhere = of("new", CHANGE.brief.title, "2023", "It needs 3 seals from 2023 on.", 0.5)
    assert kept(RULE, elsewhere, kind=AnswerKind.NUMBER) == ["old", "new"]


def test_without_dates_or_of_the_same_day_nothing_is_amended() -> None:
    """Which came later is not guessed."""
    for day in (None, "2021-05", "2020"):
        assert kept(RULE, of("new", CHANGE.brief.title, day, "270 days", 0.9)) == ["old", "new"]
