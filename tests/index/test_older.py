"""Claims about finding superseded versions where a filter names them, on both databases."""

from typing import Any

import pytest

from index import older, publishing, retrieval
from index.library import Library
from index.passage import Hit
from index.search import Query
from index.vectors.snapshot import Filters
from tests.drafts import draft

RATE = "Rates in the north\n\nThe bank raised its rate to {} percent after the meeting."
FISH = "Fishing quotas\n\nCod quotas fell by a third; the bank of the river is closed."


@pytest.fixture
def shelf(either_library: Library) -> Library:
    """A brief in three versions, March to May 2024, and one that came in April."""
    for edition, rate in (("1", "2.5"), ("2", "3.1"), ("3", "4.7")):
        made = draft(
            "a.txt", RATE.format(rate), date=f"2024-0{int(edition) + 2}-10",
            number="BR100", edition=edition,
        )  # fmt: skip
        either_library.publish([made])
    either_library.publish([draft("b.txt", FISH, date="2024-04-20")])
    return either_library


def find(library: Library, text: str = "rate of the bank", **filters: Any) -> list[Hit]:
    query = Query(text, filters=Filters(**filters))
    vector = library.embedder.embed_query(query.text)
    with library.database.read() as connection, library._published.use(connection) as opened:
        wide, scores = older.widened(connection, opened, library._lexicon, query.filters)
        return retrieval.search(connection, wide, scores, query, vector, 10)


def briefs(hits: list[Hit]) -> set[tuple[str, int]]:
    return {(hit.brief.title, hit.brief.version) for hit in hits}


RATES, QUOTAS = "Rates in the north", "Fishing quotas"


class TestNamed:
    @pytest.mark.parametrize("name", ["{}@2", "BR100@2", "BR100v2"])
    def test_a_version_that_is_named_is_found(self, shelf: Library, name: str) -> None:
        """By id or number, as the library counts or as the publisher does."""
        brief_id = find(shelf)[0].brief.id
        [hit] = find(shelf, briefs=(name.format(brief_id),))
        assert "3.1 percent" in hit.passage.text
        assert (hit.brief.version, hit.brief.date) == (2, "2024-04-10")
        text = shelf.brief(hit.brief.id, hit.brief.version).text
        assert text[hit.passage.start : hit.passage.end] == hit.passage.text

    def test_a_brief_that_is_named_is_the_current_one(self, shelf: Library) -> None:
        """An id without a version means the version in force."""
        assert briefs(find(shelf, briefs=("BR100",))) == {(RATES, 3)}
        assert briefs(find(shelf, briefs=("BR100@3",))) == {(RATES, 3)}

    def test_a_version_that_was_never_is_not_found(self, shelf: Library) -> None:
        """Nothing else takes its place."""
        assert find(shelf, briefs=("BR100v9",)) == []


class TestPrevious:
    def test_the_version_before_the_current_one_is_found(self, shelf: Library) -> None:
        """Of several older ones the newest; briefs without one have nothing to say."""
        assert briefs(find(shelf, previous=True)) == {(RATES, 2)}
        assert find(shelf, "cod quotas", previous=True, briefs=("BR999",)) == []

    def test_a_library_without_older_versions_finds_nothing(self, either_library: Library) -> None:
        """An answer from the current version would not be what was asked for."""
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
    def test_each_brief_is_shown_as_it_stood(
        self, shelf: Library, day: str, expected: set[tuple[str, int]]
    ) -> None:
        """One version a brief: the newest that was published by the end of the day."""
        assert briefs(find(shelf, as_of=day)) == expected

    def test_other_filters_hold_too(self, shelf: Library) -> None:
        """A window of time shows what was in force at its end, if it was published within."""
        assert briefs(find(shelf, since="2024-04", as_of="2024-04-30")) == {
            (RATES, 2), (QUOTAS, 1),
        }  # fmt: skip
        assert briefs(find(shelf, since="2024-04-15", as_of="2024-04-30")) == {(QUOTAS, 1)}
        assert find(shelf, as_of="2024-04", collections=("other",)) == []


def test_without_such_a_filter_nothing_changes(shelf: Library) -> None:
    """The opened generation and the lexicon come back themselves."""
    with shelf.database.read() as connection, shelf._published.use(connection) as opened:
        for filters in (Filters(), Filters(since="2020"), Filters(briefs=("BR100",))):
            wide, scores = older.widened(connection, opened, shelf._lexicon, filters)
            assert wide is opened
            assert scores is shelf._lexicon


def test_a_withdrawn_brief_is_not_found_in_any_version(shelf: Library) -> None:
    """What was taken away does not come back by an older text of it."""
    row = shelf.rendition("a.txt", "default")
    assert row is not None
    shelf.publish([], [row])
    assert briefs(find(shelf, as_of="2024-04")) == {(QUOTAS, 1)}
    assert find(shelf, previous=True) == []
    assert find(shelf, briefs=("BR100@2",)) == []


def test_older_passages_are_scored_by_the_formula_of_the_lexicon(shelf: Library) -> None:
    """Over the same passages, all of them, both give the same scores."""
    terms = Query("what rate did the bank of the river raise").terms()
    with shelf.database.read() as connection, shelf._published.use(connection) as opened:
        rarity = shelf._lexicon.document_frequency(connection, terms)
        total = len(opened.snapshot.pks)
        weights = {term: older.weight(total, count) for term, count in rarity.items()}
        entries = [
            entry
            for pk in opened.snapshot.versions
            for entry in publishing.lexicon_entries(connection, pk)
        ]
        expected = shelf._lexicon.scores(connection, terms)
    assert expected
    assert older.bm25(entries, weights) == pytest.approx(expected, rel=1e-6)
