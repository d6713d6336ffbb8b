"""The sentence that a question's own words call for goes first, if it is not much less likely."""

import numpy as np
import pytest

from bot.answering.candidates import candidates
from bot.answering.preferences import preferred
from bot.answering.selection import Scored
from bot.answering.sentence_features import COLUMNS
from bot.question.question import Question
from index.passage import BriefRef, Hit, Passage
from index.words import content_words, said, stem


def question(text: str) -> Question:
    own = [stem(word) for word in content_words(text)]
    return Question(text, text, weights=dict.fromkeys(own, 1 / max(1, len(own))))


def ranked(asked: Question, *texts: str, behind: float = 1.0, dates: tuple[str, ...] = ()) -> list:
    """Return sentences, each so much less likely than the one before."""
    found = []
    for at, text in enumerate(texts):
        date = dates[at] if dates else "2025-06-01"
        brief = BriefRef(f"b{date}", "Ports", date, (), "b.md", "default")
        hit = Hit(f"p{at}", Passage(at, 0, len(text), text, (), 1), brief, 0, 0, 0)
        (one,) = candidates([hit])
        features = np.zeros(len(COLUMNS))
        vector = np.eye(8, dtype=np.float32)[at]
        covered = said(asked.weights, text)
        found.append(Scored(one, 3.0 - behind * at, 0.0, covered, features, vector))
    return found


def first(text: str, *texts: str, behind: float = 1.0, dates: tuple[str, ...] = ()) -> int:
    """Return which of the sentences goes first."""
    asked = question(text)
    found = ranked(asked, *texts, behind=behind, dates=dates)
    best = preferred(asked, found)[0].candidate
    return next(at for at, one in enumerate(found) if one.candidate is best)


BEFORE = "Before the storm about 90 barges used the canal each day."
IS = "As of May 3 only a few barges a day use the canal."


@pytest.mark.parametrize(
    ("asked", "sentences", "expected"),
    [
        ("How many barges use the canal now?", (BEFORE, IS), 1),
        ("How many barges used the canal?", (BEFORE, IS), 0),
        ("How many barges use the canal now?", (BEFORE, "Barges are built at Arl before sale."), 1),
        (
            "What does a crossing cost today?",
            ("In 2012, a crossing cost 4 crowns.", "A crossing is 7 crowns."),
            1,
        ),
        (
            "What does a crossing cost today?",
            ("The pilots used to charge 4 crowns a crossing.", "The crossing fee has risen to 7."),
            1,
        ),
    ],
)
def test_a_question_about_now_is_not_answered_by_what_was_before(
    asked: str, sentences: tuple[str, ...], expected: int
) -> None:
    assert first(asked, *sentences) == expected


def test_what_is_much_less_likely_stays_behind() -> None:
    assert first("How many barges use the canal now?", BEFORE, IS, behind=6.0) == 0


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("When was the lock last repaired?", 1),
        ("When was the lock most recently repaired?", 1),
        ("When was the lock repaired?", 0),
        ("How was the lock repaired in the last ten years?", 0),
    ],
)
def test_the_last_is_the_one_of_the_latest_date(asked: str, expected: int) -> None:
    """A date that was still to come when the brief was written is none."""
    sentences = (
        "The lock was repaired in 1998 and in 2011.",
        "In March 2024 the lock was repaired after the flood.",
        "The lock is to be repaired again in 2027.",
    )
    assert first(asked, *sentences) == expected


def test_what_was_last_is_nothing_that_is_to_come() -> None:
    """A deadline may well be."""
    planned = "The envoy is to speak at Arl on 28 August 2025."
    spoke = "On 4 May 2022 an envoy spoke at Arl."
    assert first("When was the last time an envoy spoke at Arl?", planned, spoke) == 1
    assert first("What is the latest day for an envoy at Arl?", planned, spoke) == 0


@pytest.mark.parametrize(
    ("sentences", "expected"),
    [
        (
            (
                "Including towns and private owners, the largest lenders are Arl and Bree.",
                "The loans are held by towns (40%) and, for the other 60%, by private owners.",
            ),
            1,
        ),
        (
            (
                "Including towns and private owners, the largest lenders are Arl and Bree.",
                "Private owners hold 60% of the loans.",
            ),
            1,
        ),
        (
            (
                "Both towns and private owners hold the loans.",
                "Private owners hold 60% of the loans.",
            ),
            0,
        ),
        (
            (
                "Including towns and private owners, the largest lenders are Arl and Bree.",
                "The loans are held jointly by towns and private owners.",
            ),
            1,
        ),
        (("Private owners hold 60% of the loans.", "Towns hold the other 40%."), 0),
    ],
)
def test_one_of_two_things_is_told_by_what_sets_them_apart(
    sentences: tuple[str, ...], expected: int
) -> None:
    """Both in one breath answer only where it is said that both do it."""
    assert (
        first("Are the loans held by towns or private owners?", *sentences, behind=2.0) == expected
    )


def test_an_item_torn_from_its_list_gives_way_to_a_sentence() -> None:
    item = "an immediate 30% duty on rolled zinc and zinc wire;"
    whole = "Since May the duty on rolled zinc is 50% of its value."
    assert first("What is the duty on rolled zinc?", item, whole) == 1
    assert first("What is the duty on rolled zinc?", whole, item) == 0
    assert first("What is the duty on rolled zinc?", item, whole, behind=2.0) == 0


def test_of_two_briefs_about_as_likely_the_newer_goes_first() -> None:
    """Not where one is clearly likelier, nor where the last is asked for by its own date."""
    one, other = "The duty on zinc is 20%.", "The duty on zinc is 25%."
    dates = ("2021-01-05", "2024-02-01")
    assert first("What is the duty on zinc?", one, other, behind=0.2, dates=dates) == 1
    assert first("What is the duty on zinc?", one, other, behind=0.8, dates=dates) == 0
    assert first("What is the duty on zinc?", one, other, behind=0.2, dates=dates[::-1]) == 0
