"""Claims about searching within the time or the version that a question names."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

import pytest

from bot.answering.search import SearchResult, editions, everywhere, find, gather, merged, narrowed
from bot.question.question import Question
from bot.question.reading import read
from index.library import Library
from index.passage import BriefRef, Hit
from index.search import Query
from index.settings import Settings
from index.vectors.snapshot import EVERYTHING, Filters
from tests.chatting import Plain, hit
from tests.drafts import draft
from tests.tamara import DAY, read_question

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


def asked(library: Library, question: str, given: Filters | None = None) -> SearchResult:
    return find(library, read_question(library, question), given or Filters(), 5)


def dates(found: SearchResult) -> set[str | None]:
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
    period = read_question(shelf, "briefs from 2019").period
    assert period is not None
    assert narrowed(Filters(since="2019-06"), period) == Filters(
        since="2019-06", as_of="2019-12-31"
    )


def test_an_answer_may_be_sought_everywhere(shelf: Library) -> None:
    """When the briefs of the time do not answer, and the note says so."""
    question = "what do the briefs since 2023 say about the toll?"
    found = everywhere(shelf, read_question(shelf, question), Filters(), 5)
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


PORT = hit(1, "The port of Aurelia is run by the harbour board.")
CARGO = hit(2, "The port of Aurelia handles two million tons of cargo a year.")
SAIL = hit(3, "Sailing boats need a licence to moor there.")


class Shelf:
    """Finds the passages that it is given for each text, and remembers what was searched."""

    reranker = None

    def __init__(self, **finds: list[Hit]) -> None:
        self.finds = finds
        self.searched: list[str] = []

    def search(self, query: Query, limit: int = 10) -> list[Hit]:
        self.searched.append(query.text)
        word = next((word for word in self.finds if query.text.startswith(word)), "")
        return self.finds.get(word, [])[:limit]

    def briefs(self, filters: Filters = EVERYTHING) -> tuple[BriefRef, ...]:
        return ()

    def unknown(self, terms: Sequence[str], filters: Filters = EVERYTHING) -> frozenset[str]:
        raise NotImplementedError

    def sentences(self, question: str, hits: Sequence[Hit]) -> NoReturn:
        raise NotImplementedError


def read_plainly(question: str) -> Question:
    return read(question, today=DAY, library=Plain())


def test_a_question_without_parts_is_searched_once() -> None:
    """And its hits are handed on as they are."""
    shelf = Shelf(who=[SAIL, PORT])
    found = gather(shelf, read_plainly("who runs the port?"), Filters(), 1)
    assert shelf.searched == ["who runs the port?"]
    assert (found.hits, found.whole) == ((SAIL,), ())


def test_the_best_of_every_part_comes_before_what_only_the_whole_question_finds() -> None:
    """Those of the whole question are kept beside them, in their order."""
    shelf = Shelf(who=[SAIL, PORT], how=[CARGO])
    question = "who runs the port of Aurelia, and how much cargo does it handle?"
    found = gather(shelf, read_plainly(question), Filters(), 2)
    assert shelf.searched == [
        question,
        "who runs the port of Aurelia?",
        "how much cargo does it handle?",
    ]
    assert found.whole == (SAIL, PORT)
    assert CARGO.passage_id in [
        one.passage_id for one in merged([SAIL, PORT], [[PORT], [CARGO]], 2)
    ]


def test_merged_scores_lie_between_those_of_whole_and_part() -> None:
    """So they stay in [0, 1], fall along the list, and do not hang on the order of the parts."""
    whole, parts = [PORT, SAIL], [[PORT], [CARGO, SAIL]]
    found = merged(whole, parts, 3)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert found[0].score == PORT.score
    assert merged(whole, parts[::-1], 3) == found


def test_what_was_known_at_a_time_is_searched_latest_first(shelf: Library) -> None:
    """The words of the time say which briefs, and are not searched for in them."""
    question = read_question(shelf, "As of June 2022, what was the toll for a car?")
    assert question.searched == "what was the toll for a car?"
    assert question.text.startswith("As of June 2022")
    found = find(shelf, question, Filters(), 5)
    assert dates(found) == {"2021-05-06"}
    assert found.notes == ("Searched briefs published until 2022-06-30 (“As of June 2022”).",)


def test_the_oldest_and_the_newest_brief_on_a_matter_are_searched_by_themselves(
    shelf: Library,
) -> None:
    """Of the briefs about as near to the question, and the note names it."""
    found = asked(shelf, "what does the latest brief on the ferry toll say?")
    assert dates(found) == {"2021-05-06"}
    assert found.notes == ("Searched the newest brief found on this: “Ferry tolls” (6 May 2021).",)
    assert found.narrowed


def test_a_brief_that_is_named_is_searched_first(shelf: Library) -> None:
    """By number or title; the version before it too. Where it does not say, all are searched."""
    found = asked(shelf, "does BR100 say who owns the mine at Orrin?")
    assert {hit.brief.number for hit in found.hits} == {"BR100"}
    assert found.notes == ("Searched the brief named: “Ferry tolls” (BR100).",)
    assert found.narrowed
    question = read_question(shelf, "does BR100 say who owns the mine at Orrin?")
    wide = everywhere(shelf, question, Filters(), 5)
    assert "Halden Metals" in wide.hits[0].passage.text
    assert dates(asked(shelf, "the earlier version of the ferry tolls brief")) == {"2019-04-02"}


def test_a_year_that_no_passage_names_is_told(shelf: Library) -> None:
    """Not dropped; a year that is named, or that the search was limited to, needs no note."""
    found = asked(shelf, "what was the toll in 1987?")
    assert found.notes[-1] == "No passage found mentions 1987."
    assert asked(shelf, "what was the toll for a car in 2021?").notes[-1:] != found.notes[-1:]


def series(*titles: str) -> list[BriefRef]:
    return [BriefRef(one, one, None, (), f"{one}.md", "default") for one in titles]


def test_a_question_of_a_time_means_the_edition_of_a_series_whose_title_says_it() -> None:
    """With what else the titles tell apart; a series without that time has none."""
    briefs = series(
        "Tolls, Orrin, July 2018",
        "Tolls, Sarn, July 2018",
        "Tolls, Halden, July 2018",
        "Tolls, Orrin, May 2020",
    )
    asked = {
        "which ferries ran to orrin in july 2018?": ("Tolls, Orrin, July 2018",),
        "orrin or sarn in july 2018: where were tolls higher?": (
            "Tolls, Orrin, July 2018",
            "Tolls, Sarn, July 2018",
        ),
        "what were the tolls in orrin in 2020?": ("Tolls, Orrin, May 2020",),
        "what were the tolls in orrin in 2019?": (),
        "what were the tolls in orrin since 2018?": (),
        "what were the tolls in july 2018?": (),
    }
    for question, titles in asked.items():
        assert editions(read_plainly(question), briefs) == titles, question
