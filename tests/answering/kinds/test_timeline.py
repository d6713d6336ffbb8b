"""Timelines: dated sentences in order of their dates."""

from index.library import Library
from tests.answering.kinds.chronicle import drafted, is_exact


def labels(library: Library, question: str) -> list[str]:
    draft = drafted(library, question)
    assert is_exact(library, draft)
    return [sentence.label for sentence in draft.sentences]


def test_events_come_in_order_and_a_year_that_is_not_said_stands_in_brackets(
    chronicle: Library,
) -> None:
    """A day without a year is the last such day before the brief was published."""
    assert labels(chronicle, "timeline of the Sarn ferry strike") == [
        "2022",
        "4 May 2023",
        "9 May [2023]",
        "2 February [2024]",
        "June 2025",
    ]


def test_the_date_is_no_part_of_the_quotation(chronicle: Library) -> None:
    """It stands before it, as a label of ours."""
    for sentence in drafted(chronicle, "timeline of the Sarn ferry strike").sentences:
        assert not sentence.text.startswith(f"{sentence.label}:")


def test_events_outside_the_time_asked_for_are_left_out(chronicle: Library) -> None:
    """By the day of the event, not of the brief."""
    assert labels(chronicle, "What has happened at the Sarn ferry since June 2023?") == [
        "2 February [2024]",
        "June 2025",
    ]


def test_another_topic_adds_no_events(chronicle: Library) -> None:
    """The canal's dates are not the ferry's."""
    found = drafted(chronicle, "timeline of the Sarn ferry strike")
    assert {citation.brief.title for citation in found.citations} == {
        "The Sarn ferry: strike and settlement"
    }


def test_a_brief_all_on_the_topic_gives_all_its_dates(chronicle: Library) -> None:
    """Its title need not say the topic; a date that only tells one lease from others is none."""
    assert labels(chronicle, "timeline of the harbour wall") == [
        "2011",
        "14 October 2021",
        "3 March 2022",
        "8 June 2023",
        "21 August 2023",
    ]
