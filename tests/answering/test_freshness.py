"""Claims about the dates of evidence: what is said of them and what order they make."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from bot.answering.answer import Citation
from bot.answering.freshness import BONUS, arranged, cited_dates, missed, notes, taken
from bot.question.period import period_of
from bot.question.question import Period
from index.library import Library
from index.passage import BriefRef, Hit, Passage
from index.search import Query
from index.settings import Settings
from tests.drafts import draft

SPREAD = ["2018", "2019-03", "2021-06-01", "2023", "2024-02-02", "2026-05-01", None]
LATEST = Period("latest", narrows=False)


def hit(name: str, day: str | None, score: float = 0.9) -> Hit:
    brief = BriefRef(name, name, day, (), f"{name}.md", "default")
    return Hit(f"{name}.1.0", Passage(0, 0, 4, "Text"), brief, score, score, 1.0)


def cited(*hits: Hit) -> list[Citation]:
    return [Citation(number, one, 0, 4) for number, one in enumerate(hits, 1)]


def order(hits: list[Hit], period: Period | None) -> list[str]:
    return [one.brief.id for one in arranged(hits, period)]


class TestEvidence:
    def test_the_newest_date_counts(self) -> None:
        """A brief of a month is as new as its last day; two passages of one brief count once."""
        citations = cited(hit("a", "2019-03"), hit("b", "2019-03-15"), hit("a", "2019-03"))
        found = cited_dates([*citations, *cited(hit("c", None))])
        assert (found.newest, found.undated, found.cited) == ("2019-03", 1, 3)

    def test_without_a_date_there_is_none(self) -> None:
        """Nothing stands in for a date that is not known."""
        assert cited_dates(cited(hit("a", None))).newest is None
        assert notes(cited(hit("a", None)), [], SPREAD) == ("No brief cited has a date.",)


class TestNotes:
    def test_old_evidence_is_called_old(self) -> None:
        """Two years behind, and most of the collection is newer."""
        [line] = notes(cited(hit("a", "2019-03")), [], SPREAD)
        assert line == "The newest brief cited is of 2019-03; the collection runs to 2026-05-01."

    def test_newer_briefs_that_speak_of_it_are_counted(self) -> None:
        """Only those among the hits that score near the best one cited, each brief once."""
        old = hit("a", "2023")
        hits = [
            old,
            hit("b", "2026-05-01", 0.8),
            hit("b", "2026-05-01", 0.8),
            hit("c", "2025", 0.3),
        ]
        [line] = notes(cited(old), hits, SPREAD)
        assert line.endswith("2026-05-01, and a newer brief speaks of something like it.")
        assert notes(cited(old), hits[:1], SPREAD) == ()

    @pytest.mark.parametrize("day", ["2024-05-02", "2026-05-01", "2026"])
    def test_less_than_two_years_is_not_old(self, day: str) -> None:
        """However many briefs are newer."""
        newer = ["2026-05-01"] * 20
        assert notes(cited(hit("a", day)), [hit("b", "2026-05-01")], newer) == ()

    def test_evidence_of_the_time_asked_for_is_not_old(self) -> None:
        """Who asks what was written in 2019 wants what was written in 2019."""
        old = cited(hit("a", "2019-03"))
        assert notes(old, [], SPREAD, Period("in 2019", "2019-01-01", "2019-12-31")) == ()
        assert notes(old, [], SPREAD, Period("since 2015", "2015-01-01", narrows=False))

    def test_undated_briefs_are_named_beside_dated_ones(self) -> None:
        """The reader must not take the newest date for the date of all."""
        [line] = notes(cited(hit("a", "2026-05-01"), hit("b", None)), [], SPREAD)
        assert line == "Of the 2 briefs cited 1 has no date."

    def test_no_answer_needs_no_dates(self) -> None:
        """Nothing cited, nothing old."""
        assert notes([], [hit("a", "2019")], SPREAD) == ()


class TestArranged:
    def test_of_hits_alike_the_latest_comes_first(self) -> None:
        """The scores stay as they were found."""
        hits = [hit("old", "2019", 0.90), hit("undated", None, 0.89), hit("new", "2026", 0.86)]
        assert order(hits, LATEST) == ["new", "old", "undated"]
        assert sorted(one.score for one in arranged(hits, LATEST)) == [0.86, 0.89, 0.90]

    def test_a_hit_that_fits_worse_never_comes_first(self) -> None:
        """The bonus is bounded."""
        hits = [hit("old", "2001", 0.9), hit("new", "2026", 0.9 - BONUS - 0.01)]
        assert order(hits, LATEST) == ["old", "new"]

    def test_briefs_from_before_the_event_come_last(self) -> None:
        """They cannot know; one without a date may."""
        since = Period("since 2020", "2020-01-01", narrows=False)
        hits = [hit("before", "2019", 0.9), hit("undated", None, 0.9), hit("after", "2024", 0.9)]
        assert order(hits, since) == ["after", "undated", "before"]

    def test_briefs_of_the_time_of_the_event_come_before_much_later_ones(self) -> None:
        """A brief of 2026 that sounds the same may speak of 2026."""
        event = Period("in 2019", "2019-01-01", "2019-12-31", narrows=False)
        hits = [hit("before", "2018"), hit("late", "2026"), hit("then", "2020-06")]
        assert order(hits, event) == ["then", "late", "before"]

    @pytest.mark.parametrize("period", [None, Period("in 2019", "2019-01-01", "2019-12-31")])
    def test_without_a_period_that_orders_nothing_moves(self, period: Period | None) -> None:
        """One that narrows has done its work in the search."""
        assert order([hit("a", "2018"), hit("b", "2026")], period) == ["a", "b"]

    def test_undated_hits_keep_their_order(self) -> None:
        """There is nothing to go by."""
        assert order([hit("a", None), hit("b", None)], LATEST) == ["a", "b"]


def test_the_answer_says_which_period_it_took() -> None:
    """With the words that it was taken from."""
    assert taken(Period("since 2015", "2015-01-01")) == (
        "Searched briefs published since 2015-01-01 (“since 2015”)."
    )
    assert taken(Period("yesterday", "2026-11-23", "2026-11-23")) == (
        "Searched briefs published on 2026-11-23 (“yesterday”)."
    )
    assert "until 2026-04-30" in taken(Period("as of April 2026", until="2026-04-30"))
    assert "newest come first" in taken(LATEST)
    assert missed(Period("in 2019", "2019-01-01", "2019-12-31")).startswith(
        "No brief published from 2019-01-01 to 2019-12-31 (“in 2019”)"
    )


# Each matter twice: the older brief is the nearer to the words of the question.
TOLLS = {
    "2019-04-02": "Ferry tolls\n\nThe toll for a car on the ferry to Sarn island is 12 crowns.",
    "2025-09-14": "Ferries\n\nSince the summer a car pays a toll of 19 crowns to Sarn island.",
}
BARLEY = {
    "2018": "Barley harvest\n\nThe barley harvest of Tamara was 3 million tons.",
    "2025-10": "Harvest\n\nFarmers of Tamara brought in 2 million tons of barley at harvest.",
}
MINE = {
    "2020-01-20": "Mine at Orrin\n\nThe owner of the copper mine at Orrin is Halden Metals.",
    "2026-02-11": "Orrin\n\nThe copper mine at Orrin has been sold; Vesper Mining is the owner.",
}


@pytest.fixture(scope="module")
def dated(tmp_path_factory: pytest.TempPathFactory, model_cache: Path) -> Iterator[Library]:
    """Six briefs in a library with the real model."""
    home = tmp_path_factory.mktemp("dated")
    (home / "models").symlink_to(model_cache)
    texts = {**TOLLS, **BARLEY, **MINE}
    with Library.open(Settings(home=home), create=True, one_shot=True) as library:
        library.publish([draft(f"{day}.txt", text, date=day) for day, text in texts.items()])
        yield library


@pytest.mark.parametrize(
    ("question", "newest"),
    [
        ("what is the current toll for a car on the ferry to Sarn island?", "2025-09-14"),
        ("the latest barley harvest of Tamara", "2025-10"),
        ("who is the owner of the copper mine at Orrin these days?", "2026-02-11"),
        ("who was the owner of the copper mine at Orrin in 2025?", "2026-02-11"),
    ],
)
def test_the_newer_of_two_briefs_alike_comes_first(
    dated: Library, question: str, newest: str
) -> None:
    """On the scores of the real model, and briefs of another matter stay behind both."""
    hits = dated.search(Query(question))
    ranked = arranged(hits, period_of(question, date(2026, 11, 24)))
    assert ranked[0].brief.date == newest
    assert {one.brief.id for one in ranked[:2]} == {one.brief.id for one in hits[:2]}


def test_the_older_brief_of_the_time_asked_for_stays_first(dated: Library) -> None:
    """Who asks about 2019 is not given the brief of 2025."""
    question = "what was the toll for a car on the ferry to Sarn island in 2019?"
    ranked = arranged(dated.search(Query(question)), period_of(question, date(2026, 11, 24)))
    assert ranked[0].brief.date == "2019-04-02"
