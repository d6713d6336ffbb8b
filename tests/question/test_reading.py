"""A question is read once."""

from datetime import date

import pytest

from bot.question.question import Question
from bot.question.reading import is_about_cited, names, read
from bot.question.wanted import AnswerKind
from index.library import Library


def test_all_that_a_question_says_is_in_one_object(library: Library) -> None:
    """Kind, time, version, names, weights and parts; nothing behind it looks at the text again."""
    asked = "When did Port Aurelia close, and how many tons did BR100 v2 count since 2020?"
    found = read(asked, today=date(2026, 11, 24), library=library)
    assert (found.text, found.asked, found.follows) == (asked, asked, False)
    assert found.period is not None
    assert (found.period.since, found.period.narrows) == ("2020-01-01", True)
    assert found.version is not None
    assert "BR100v2" in found.version.briefs
    assert found.names >= {"port", "aurelia", "br100"}
    assert sum(found.weights.values()) == pytest.approx(1)
    assert [part.wants for part in found.parts] == [AnswerKind.DATE, AnswerKind.NUMBER]
    assert all(part.weights and not part.parts for part in found.parts)


def test_a_follow_up_is_read_as_it_is_understood(library: Library) -> None:
    """What it wants is what the completed question wants."""

    def understand(asked: str, _: object) -> Question:
        return Question("How many tons in 2019?", asked, follows=True, rewritten=True)

    found = read("and in 2019?", ["hm"], today=date(2026, 11, 24), library=library,
                 understand=understand)  # fmt: skip
    assert (found.asked, found.wants) == ("and in 2019?", AnswerKind.NUMBER)
    assert found.period is not None
    assert found.period.said == "in 2019"


@pytest.mark.parametrize(
    ("question", "points"),
    [
        ("what else does it say?", True),
        ("does that report mention Norland?", True),
        ("who wrote it?", True),
        ("when was the report on Norland published?", False),
        ("what does it cost?", False),
    ],
)
def test_tells_a_document_from_what_it_is_about(question: str, points: bool) -> None:
    """ "That report" is the source of the answer; "it" alone is its subject."""
    assert is_about_cited(question) is points


def test_names_are_capitals_and_numbers_but_not_the_first_word() -> None:
    """The question word is no name, an acronym in its place is one."""
    assert names("What did Norvane pay in 2015?") == {"norvan", "2015"}
    assert names("FY27 request?") == {"fy27"}
