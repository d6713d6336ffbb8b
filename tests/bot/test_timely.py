"""Claims about searching within the time or the version that a question names."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from bot.answer import Standalone
from bot.period import with_period
from bot.timely import Found, everywhere, find, narrowed
from index.library import Library
from index.settings import Settings
from index.vectors.snapshot import Filters
from tests.drafts import draft

TOLL = "Ferry tolls\n\nThe toll for a car on the ferry to Sarn island is {} crowns."
MINE = "Mine at Orrin\n\nThe copper mine at Orrin belongs to Halden Metals."


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory, model_cache: Path) -> Iterator[Library]:
    """A brief of 2019 with a correction of 2021, and one of 2024."""
    home = tmp_path_factory.mktemp("timely")
    (home / "models").symlink_to(model_cache)
    with Library.open(Settings(home=home), create=True, one_shot=True) as library:
        for edition, (toll, day) in enumerate([(12, "2019-04-02"), (14, "2021-05-06")], 1):
            made = draft(
                "t.txt", TOLL.format(toll), date=day, number="BR100", edition=str(edition)
            )  # fmt: skip
            library.publish([made])
        library.publish([draft("m.txt", MINE, date="2024-02-11")])
        yield library


def asked(library: Library, question: str, given: Filters | None = None) -> Found:
    whole = with_period(Standalone(question, question), date(2026, 11, 24))
    return find(library, whole, given or Filters(), 5)


def dates(found: Found) -> set[str | None]:
    return {hit.brief.date for hit in found.hits}


def test_a_time_of_publication_narrows_and_is_said(shelf: Library) -> None:
    """Briefs of other years are kept out."""
    found = asked(shelf, "what do the briefs since 2023 say about the toll?")
    assert dates(found) == {"2024-02-11"}
    assert found.narrowed
    assert found.notes == ("Searched briefs published since 2023-01-01 (“since 2023”).",)


def test_a_time_before_a_correction_finds_what_stood_then(shelf: Library) -> None:
    """The version that was in force answers, not the current one."""
    found = asked(shelf, "as of June 2020, was there a toll for the ferry?")
    assert dates(found) == {"2019-04-02"}
    assert "12 crowns" in found.hits[0].passage.text


def test_a_version_that_is_named_is_searched(shelf: Library) -> None:
    """By its edition, or as the one before."""
    for question in ("the toll in version 1 of BR100?", "the toll in the previous version?"):
        found = asked(shelf, question)
        assert dates(found) == {"2019-04-02"}
        assert found.narrowed
        assert "not the current version" in found.notes[0]


@pytest.mark.parametrize(
    "question", ["what did we publish in 2011 on the toll?", "the toll in version 7 of BR100?"]
)
def test_where_nothing_passes_all_briefs_are_searched(shelf: Library, question: str) -> None:
    """A time or version that was misread, or never was, does not lose the answer."""
    found = asked(shelf, question)
    assert "14 crowns" in found.hits[0].passage.text
    assert not found.narrowed
    assert "current briefs" in found.notes[0] or "all briefs" in found.notes[0]


def test_filters_that_were_given_hold_to_the_last(shelf: Library) -> None:
    """Neither a period nor its failing widens what the asker asked for outright."""
    found = asked(shelf, "what did we publish in 2011 on the toll?", Filters(since="2024"))
    assert dates(found) == {"2024-02-11"}
    period = with_period(Standalone("briefs from 2019", ""), date(2026, 11, 24)).period
    assert period is not None
    assert narrowed(Filters(since="2019-06"), period) == Filters(
        since="2019-06", as_of="2019-12-31"
    )


def test_an_answer_may_be_sought_everywhere(shelf: Library) -> None:
    """When the briefs of the time do not answer, and the note says so."""
    question = "what do the briefs since 2023 say about the toll?"
    whole = with_period(Standalone(question, question), date(2026, 11, 24))
    found = everywhere(shelf, whole, Filters(), 5)
    assert "14 crowns" in found.hits[0].passage.text
    assert found.notes[0].startswith("No brief published since 2023-01-01")


def test_a_question_without_a_time_is_searched_as_ever(shelf: Library) -> None:
    """No notes, no other order."""
    found = asked(shelf, "what is the toll for a car?")
    assert (found.notes, found.narrowed) == ((), False)
    assert "14 crowns" in found.hits[0].passage.text


def test_the_parts_of_a_question_are_searched_within_its_time(shelf: Library) -> None:
    """Hits of every part, and beside them those of the whole question."""
    found = asked(shelf, "as of June 2020, what was the toll and who owned the mine at Orrin?")
    assert dates(found) == {"2019-04-02"}
    assert found.whole
    assert asked(shelf, "who owned the mine at Orrin?").whole == ()


VISIT = "Orrin talks\n\nMs Arden visited Orrin on 3 March 2022 to speak of the mine."
BEFORE = "Copper\n\nThe copper mine at Orrin had 900 miners."
AFTER = "Copper again\n\nThe copper mine at Orrin had 400 miners."


@pytest.fixture(scope="module")
def visited(tmp_path_factory: pytest.TempPathFactory, model_cache: Path) -> Iterator[Library]:
    """A brief from before a visit, one from after it, and one that tells of it."""
    home = tmp_path_factory.mktemp("visited")
    (home / "models").symlink_to(model_cache)
    with Library.open(Settings(home=home), create=True, one_shot=True) as library:
        library.publish(
            [
                draft("b.txt", BEFORE, date="2021-06-01"),
                draft("a.txt", AFTER, date="2023-06-01"),
                draft("v.txt", VISIT, date="2022-03-05"),
            ]
        )
        yield library


NOTE = "{} 3 March 2022, the day that “Orrin talks” (2022-03-05) gives for the visit to Orrin."


@pytest.mark.parametrize(("word", "first"), [("before", "2021-06-01"), ("since", "2023-06-01")])
def test_an_event_orders_by_the_day_that_the_briefs_give(
    visited: Library, word: str, first: str
) -> None:
    """Nothing is kept out, and the note says what was understood."""
    found = asked(visited, f"how many miners had the copper mine {word} the visit to Orrin?")
    assert found.hits[0].brief.date == first
    assert dates(found) == {"2021-06-01", "2022-03-05", "2023-06-01"}
    assert found.notes == (NOTE.format(f"Taken as {word}"),)
    assert not found.narrowed


def test_an_event_narrows_where_the_words_speak_of_writing(visited: Library) -> None:
    """As a date does."""
    found = asked(visited, "what did we write before the visit to Orrin about the copper mine?")
    assert dates(found) == {"2021-06-01"}
    assert found.narrowed
    assert "published until 2022-03-02" in found.notes[0]


@pytest.mark.parametrize(
    "question",
    ["how many miners had the mine before the visit to Sarn?", "miners since the ceasefire?"],
)
def test_an_event_that_the_briefs_give_no_day_is_no_period(visited: Library, question: str) -> None:
    """Nothing is said and nothing is lost."""
    found = asked(visited, question)
    assert (found.period, found.notes, found.narrowed) == (None, (), False)
    assert len(found.hits) == 3


def test_a_bare_event_is_that_of_the_briefs_cited_last(visited: Library) -> None:
    """Or that of the conversation's topic; alone it is none."""
    question = "what did we say before the visit?"
    today = date(2026, 11, 24)
    alone = with_period(Standalone(question, question), today)
    assert find(visited, alone, Filters(), 5).period is None
    cited = [hit.brief.id for hit in asked(visited, "what did Ms Arden do?").hits][:1]
    found = find(visited, alone, Filters(), 5, cited)
    assert found.period is not None
    assert found.period.until == "2022-03-02"
    talked = with_period(Standalone(question, question, context=("Orrin", "mine")), today)
    assert find(visited, talked, Filters(), 5).period == found.period
