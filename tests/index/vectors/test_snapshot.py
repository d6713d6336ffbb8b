"""Claims about finding superseded versions where a filter names them, on both databases."""

from typing import Any

import pytest
from sqlalchemy import text

from index.library import Library
from index.passage import BriefRef, Hit
from index.search import Query
from index.storage.catalogue import VersionRow
from index.storage.schema import CURRENT
from index.vectors.snapshot import Filters, names_of, passes
from tests.drafts import draft

RATE = "Rates in the north\n\nThe bank raised its rate to {} percent after the meeting."
FISH = "Fishing quotas\n\nCod quotas fell by a third; the bank of the river is closed."


@pytest.fixture
def shelf(either_library: Library) -> Library:
    for edition, rate in (("1", "2.5"), ("2", "3.1"), ("3", "4.7")):
        made = draft(
            "a.txt", RATE.format(rate), date=f"2024-0{int(edition) + 2}-10",
            number="BR100", edition=edition,
        )  # fmt: skip
        either_library.publish([made])
    either_library.publish([draft("b.txt", FISH, date="2024-04-20")])
    return either_library


def find(library: Library, words: str = "rate of the bank", **filters: Any) -> list[Hit]:
    return library.search(Query(words, filters=Filters(**filters)))


def briefs(hits: list[Hit]) -> set[tuple[str, int]]:
    return {(hit.brief.title, hit.brief.version) for hit in hits}


RATES, QUOTAS = "Rates in the north", "Fishing quotas"


class TestNamed:
    @pytest.mark.parametrize("name", ["{}@2", "BR100@2", "BR100v2"])
    def test_a_version_that_is_named_is_found(self, shelf: Library, name: str) -> None:
        brief_id = find(shelf)[0].brief.id
        [hit] = find(shelf, briefs=(name.format(brief_id),))
        assert "3.1 percent" in hit.passage.text
        assert (hit.brief.version, hit.brief.date) == (2, "2024-04-10")
        text = shelf.brief(hit.brief.id, hit.brief.version).text
        assert text[hit.passage.start : hit.passage.end] == hit.passage.text

    def test_a_brief_that_is_named_is_the_current_one(self, shelf: Library) -> None:
        assert briefs(find(shelf, briefs=("BR100",))) == {(RATES, 3)}
        assert briefs(find(shelf, briefs=("BR100@3",))) == {(RATES, 3)}

    def test_a_version_that_was_never_is_not_found(self, shelf: Library) -> None:
        assert find(shelf, briefs=("BR100v9",)) == []


class TestPrevious:
    def test_the_version_before_the_current_one_is_found(self, shelf: Library) -> None:
        """Of several older ones the newest; briefs without one have nothing to say."""
        assert briefs(find(shelf, previous=True)) == {(RATES, 2)}
        assert find(shelf, "cod quotas", previous=True, briefs=("BR999",)) == []

    def test_a_library_without_older_versions_finds_nothing(self, either_library: Library) -> None:
        either_library.publish([draft("b.txt", FISH)])
        assert find(either_library, "cod", previous=True) == []


class TestAsOf:
    @pytest.mark.parametrize(
        ("day", "expected"),
        [
            ("2024-03-09", set()),
            ("2024-03-10", {(RATES, 1)}),
            ("2024-04", {(RATES, 2), (QUOTAS, 1)}),
            ("2024-05-09", {(RATES, 2), (QUOTAS, 1)}),
            ("2025", {(RATES, 3), (QUOTAS, 1)}),
        ],
    )
    def test_each_brief_is_shown_as_it_stood(self, shelf, day, expected) -> None:
        """One version a brief: the newest that was published by the end of the day."""
        assert briefs(find(shelf, as_of=day)) == expected

    def test_other_filters_hold_too(self, shelf: Library) -> None:
        """A window of time shows what was in force at its end, if it was published within."""
        assert briefs(find(shelf, since="2024-04", as_of="2024-04-30")) == {
            (RATES, 2), (QUOTAS, 1),
        }  # fmt: skip
        assert briefs(find(shelf, since="2024-04-15", as_of="2024-04-30")) == {(QUOTAS, 1)}
        assert find(shelf, as_of="2024-04", collections=("other",)) == []


def test_older_text_does_not_weigh_on_the_current(shelf: Library) -> None:
    """Whatever stands in superseded versions alone is unknown, and rare terms stay rare."""
    [hit] = find(shelf, "cod quotas")[:1]
    assert (hit.brief.title, shelf.unknown(["3.1", "4.7"])) == (QUOTAS, {"3.1"})


def test_a_withdrawn_brief_is_not_found_in_any_version(shelf: Library) -> None:
    row = shelf.rendition("a.txt", "default")
    assert row is not None
    shelf.publish([], [row])
    assert briefs(find(shelf, as_of="2024-04")) == {(QUOTAS, 1)}
    assert find(shelf, previous=True) == []
    assert find(shelf, briefs=("BR100@2",)) == []


def test_a_library_of_an_older_release_is_completed_when_it_is_opened(shelf, open_library) -> None:
    """Its superseded versions had no full text; nobody has to type anything."""
    expected = find(shelf, previous=True)
    assert expected[0].bm25 > 0
    with shelf.database.write() as connection:
        connection.execute(text("DROP TABLE lexicon_older"))
    opened = open_library(shelf.settings, create=False)
    assert find(opened, previous=True) == expected
    assert opened.faults() == {}


def version(date: str | None = "2024-03-05", number: str | None = "IF10753") -> VersionRow:
    brief = BriefRef("abc123", "Title", date, (), "a.md", "default", version=2, number=number)
    return VersionRow(1, brief, "7", CURRENT)


@pytest.mark.parametrize("name", ["abc123", "abc123@2", "IF10753", "IF10753@2", "IF10753v7"])
def test_a_version_is_known_by_id_number_version_and_edition(name):
    assert name in names_of(version())
    assert passes(version(), Filters(briefs=(name,)))


@pytest.mark.parametrize("name", ["abc123@1", "IF10753v2", "IF10753@7", "None", "Nonev7"])
def test_another_version_does_not_pass(name):
    """The edition is no version number, and a brief without a number has no edition's name."""
    assert not passes(version(), Filters(briefs=(name,)))
    assert not passes(version(number=None), Filters(briefs=(name,)))


@pytest.mark.parametrize(
    ("day", "through"), [("2024-03-05", True), ("2024-03", True), ("2024-03-04", False)]
)
def test_as_of_is_the_end_of_a_day(day, through):
    """What was published on the day itself, or in the month, was known at its end."""
    assert passes(version(), Filters(as_of=day)) is through
    assert passes(version(), Filters(until="2025", as_of=day)) is through


def test_what_has_no_date_was_known_at_no_day():
    assert not passes(version(date=None), Filters(as_of="2024"))
    assert passes(version(date=None), Filters(previous=True))
