"""Which brief a question means: by the words of its title, however they are written."""

import pytest

from bot.answering.kinds.catalogue import by_author
from bot.answering.kinds.naming import brief_named
from bot.answering.kinds.sources import Sources
from bot.question.kinds import Kind, Wanted, asked_of
from bot.question.question import Question
from index.library import Library
from index.passage import BriefRef


def named(chronicle: Library, subject: str) -> list[str]:
    found = brief_named(Question(subject, subject, subject=subject), Sources(chronicle))
    return [one.title for one in found.briefs]


def test_of_titles_that_fit_alike_the_one_of_which_most_is_typed_comes_first(
    chronicle: Library,
) -> None:
    """The rest are kept behind it."""
    assert named(chronicle, "the brief on the Orrin canal tolls")[:1] == [
        "The Orrin canal: dredging and tolls"
    ]


def test_a_first_name_and_a_family_name_are_of_one_author() -> None:
    both = BriefRef("a", "A", None, ("Orrin, Ada", "Sarn, Bela"), "a.md", "default")
    one = BriefRef("b", "B", None, ("Sarn, Ada",), "b.md", "default")
    assert by_author("Ada Sarn", [both, one]) == [one]


@pytest.mark.parametrize(
    ("asked", "kind", "wanted"),
    [
        ("who wrote the report on Trump Accounts", Kind.CATALOGUE, Wanted.AUTHORS),
        ("summary of the harbour board's fy2027 budget", Kind.SUMMARY, Wanted.BRIEFS),
    ],
)
def test_what_a_brief_is_asked_in_so_many_words_is_no_fact(
    asked: str, kind: Kind, wanted: Wanted
) -> None:
    found = asked_of(asked, names_brief=kind is Kind.CATALOGUE)
    assert (found.kind, found.selection.wanted) == (kind, wanted)


def test_the_author_asked_for_has_all_names() -> None:
    found = asked_of("how many reports has Andrew Feickert written")
    assert found.selection.author == "Andrew Feickert"


def test_of_two_times_compared_each_is_a_time_alone() -> None:
    """Though the first was typed with what it is the time of."""
    found = asked_of("compare ferry sales in orrin in 2016 and 2017")
    assert found.compared == ("2016", "2017")
