"""The library as a whole: what is published is found, on SQLite and on PostgreSQL."""

import logging
import threading
from typing import Any

import numpy as np
import pytest

from index.errors import EmbeddingError, FingerprintMismatch, LibraryMissing, NotFound
from index.library import Library
from index.placement import DraftStatus
from index.search import Query
from index.settings import Settings
from index.storage.schema import CURRENT, SUPERSEDED, WITHDRAWN
from index.vectors.snapshot import Filters
from tests.drafts import draft
from tests.fakes import HashedWords

RATES = "Rates in the north\n\nThe bank raised its rate to 2.5 percent in March."
FISH = "Fishing quotas\n\nCod quotas fell by a third after the survey.\n\nHerring stays open."
STEEL = "Steel tariffs\n\nImports of steel pay a duty of 25 percent."


def found(library: Library, text: str, **filters: Any) -> list[str]:
    return [hit.passage.text for hit in library.search(Query(text, filters=Filters(**filters)))]


def states(library: Library) -> dict[tuple[str, int], str]:
    return {(row.brief.title, row.brief.version): row.state for row in library.versions()}


class TestPublish:
    def test_a_published_brief_is_found_with_its_offsets(self, either_library: Library) -> None:
        either_library.publish([draft("a.txt", RATES), draft("b.txt", FISH)])
        hit = either_library.search(Query("What happened to cod quotas?"))[0]
        assert hit.passage.text.startswith("Cod quotas fell")
        brief = either_library.brief(hit.brief.id)
        assert brief.text[hit.passage.start : hit.passage.end] == hit.passage.text

    def test_an_empty_library_finds_nothing(self, either_library: Library) -> None:
        assert either_library.search(Query("cod")) == []
        assert either_library.publish([]) == []
        assert either_library.generation == 0

    def test_a_new_text_hides_the_old_one(self, either_library: Library) -> None:
        either_library.publish([draft("a.txt", RATES)])
        changed = RATES.replace("2.5", "3.1")
        [outcome] = either_library.publish([draft("a.txt", changed)])
        assert (outcome.place, outcome.version) == (DraftStatus.VERSION, 2)
        assert found(either_library, "rate of the bank") == [changed.split("\n\n")[1]]
        assert "2.5 percent" in either_library.brief(outcome.brief_id, 1).text

    def test_what_did_not_change_is_not_embedded_again(self, either_settings, open_library) -> None:
        """A version shares the vectors of the passages that it did not change."""
        embedder = HashedWords()
        library = open_library(either_settings, embedder)
        library.publish([draft("b.txt", FISH)])
        embedder.embedded.clear()
        long = FISH.replace("by a third", "by a half")
        library.publish([draft("b.txt", long)])
        assert all("half" in text for text in embedder.embedded)
        embedder.embedded.clear()
        assert library.publish([draft("b.txt", long)])[0].place is DraftStatus.UNCHANGED
        assert embedder.embedded == []

    def test_publishing_the_same_again_changes_nothing(self, either_library: Library) -> None:
        drafts = [draft("a.txt", RATES), draft("b.txt", FISH)]
        either_library.publish(drafts)
        before = (either_library.generation, either_library.versions(), either_library.renditions())
        assert {o.place for o in either_library.publish(drafts)} == {DraftStatus.UNCHANGED}
        after = (either_library.generation, either_library.versions(), either_library.renditions())
        assert after == before

    def test_a_brief_without_a_body_is_kept(self, either_library: Library) -> None:
        """A document of a title alone is a brief without passages, not an error."""
        [outcome] = either_library.publish([draft("a.txt", "Only a title")])
        assert (outcome.passages, outcome.state) == (0, CURRENT)
        assert either_library.search(Query("title")) == []
        either_library.publish([draft("b.txt", FISH)])
        assert either_library.search(Query("cod"))

    def test_long_fields_and_words_are_stored(self, either_library: Library) -> None:
        word = "x" * 3000
        text = f"Odd\n\nThe word {word} stands here. Cod too."
        either_library.publish([draft("a.txt", text, number="N" * 300, edition="E" * 300)])
        assert either_library.search(Query("cod"))[0].brief.number == "N" * 300
        assert either_library.search(Query(word))[0].bm25 > 0

    def test_every_script_is_stored_and_found(self, either_library: Library) -> None:
        text = "Žlutý kůň 馬\n\n'Смета' & «бюджет» | !(a:*) \\ 預算は増えた O'Neill's “plan” №5 🐟"
        either_library.publish([draft("a.txt", text)])
        for query in ("Смета", "бюджет", "O'Neill", '"plan"', "a:* | & !", "🐟", "\\", "No 5"):
            assert isinstance(either_library.search(Query(query)), list)
        assert found(either_library, "смета бюджет")


class TestWithdraw:
    def test_a_brief_without_documents_is_withdrawn(self, either_library: Library) -> None:
        [outcome, _] = either_library.publish([draft("a.txt", RATES), draft("b.txt", FISH)])
        row = either_library.rendition("a.txt", "default")
        assert row is not None
        either_library.publish([], [row])
        assert "2.5 percent" not in " ".join(found(either_library, "bank rate percent"))
        assert "2.5 percent" in either_library.brief(outcome.brief_id).text
        assert states(either_library)["Rates in the north", 1] == WITHDRAWN

    def test_a_withdrawn_brief_comes_back(self, either_library: Library) -> None:
        """The same document ingested again is the same brief and the same version."""
        [first] = either_library.publish([draft("a.txt", RATES)])
        either_library.publish([], either_library.renditions())
        assert either_library.search(Query("bank rate")) == []  # the index is empty now
        [again] = either_library.publish([draft("elsewhere/a.txt", RATES)])
        assert (again.brief_id, again.version, again.state) == (first.brief_id, 1, CURRENT)
        assert found(either_library, "bank rate")

    def test_withdrawing_the_newest_brings_back_the_one_before(self, either_library) -> None:
        """Where another document still stands for the older version, that one is current again."""
        either_library.publish([draft("v1.md", FISH, number="R1", edition="1")])
        newer = FISH.replace("third", "half")
        either_library.publish([draft("v2.md", newer, number="R1", edition="2")])
        assert "half" in found(either_library, "cod quotas")[0]
        row = either_library.rendition("v2.md", "default")
        assert row is not None
        either_library.publish([], [row])
        assert "third" in found(either_library, "cod quotas")[0]
        assert sorted(states(either_library).values()) == [CURRENT, SUPERSEDED]

    def test_withdrawn_text_does_not_weigh_on_rarity(self, either_library: Library) -> None:
        """The lexicon holds the passages of current versions alone."""
        either_library.publish([draft("a.txt", RATES), draft("b.txt", STEEL)])
        before = either_library.idf(["percent"])["percent"]
        row = either_library.rendition("a.txt", "default")
        assert row is not None
        either_library.publish([], [row])
        assert either_library.idf(["percent"])["percent"] != before
        assert either_library.faults() == {}


class TestFilters:
    def test_filters_let_through_what_they_name(self, either_library: Library) -> None:
        """By date, collection, brief id and report number; an undated brief passes no date."""
        either_library.publish(
            [
                draft("a.txt", RATES, date="2019-01", number="R7"),
                draft("b.txt", FISH.replace("cod", "percent"), date="2020-06-01"),
                draft("c.txt", STEEL, collection="trade"),
            ]
        )
        titles = lambda **filters: {  # noqa: E731
            hit.brief.title
            for hit in either_library.search(Query("percent", filters=Filters(**filters)))
        }
        everything = {"Rates in the north", "Fishing quotas", "Steel tariffs"}
        assert titles() == everything
        assert titles(since="2019-01-15", until="2019") == {"Rates in the north"}
        assert titles(since="2019-02-01") == {"Fishing quotas"}
        assert titles(collections=("trade",)) == {"Steel tariffs"}
        assert titles(briefs=("R7",)) == {"Rates in the north"}
        assert titles(briefs=("nothing",)) == set()


class TestRebuild:
    def test_everything_is_rebuilt_without_embedding(self, either_settings, open_library) -> None:
        embedder = HashedWords()
        library = open_library(either_settings, embedder)
        library.publish([draft("a.txt", RATES), draft("b.txt", FISH), draft("c.txt", STEEL)])
        query = Query("percent of cod and steel")
        before = library.search(query)
        embedder.embedded.clear()
        assert library.maintenance.rebuild() == library.passage_count
        assert embedder.embedded == []
        assert library.search(query) == before
        library.check_index()

    def test_new_passages_after_a_rebuild_are_found(self, either_library: Library) -> None:
        either_library.publish([draft("a.txt", RATES)])
        either_library.maintenance.rebuild()
        either_library.publish([draft("b.txt", FISH)])
        assert found(either_library, "cod quotas")[0].startswith("Cod")
        either_library.check_index()


class TestFingerprint:
    @pytest.mark.parametrize(
        "change",
        [
            {"model": "another"},
            {"weights_sha256": "1" * 64},
            {"dimension": 128},
            {"max_tokens": 512},
            {"pooling": "cls"},
            {"passage_format": "another: 2"},
        ],
        ids=lambda change: next(iter(change)),
    )
    def test_another_fingerprint_is_refused_with_the_fix(self, settings, open_library, change):
        open_library(settings).publish([draft("a.txt", RATES)])
        library = open_library(settings, HashedWords(**change), create=False)
        for use in (
            library.require_fingerprint,
            lambda: library.search(Query("rate")),
            lambda: library.publish([draft("b.txt", FISH)]),
        ):
            with pytest.raises(FingerprintMismatch, match="briefs reindex --embed"):
                use()

    def test_reembedding_takes_the_library_to_another_model(self, either_settings, open_library):
        """After it the new model searches, and a process with the old one is told."""
        old = open_library(either_settings)
        old.publish([draft("a.txt", RATES), draft("b.txt", FISH)])
        old.search(Query("cod"))
        library = open_library(either_settings, HashedWords(dimension=128, model="small"))
        assert library.maintenance.reembed() == 2
        assert found(library, "cod quotas")[0].startswith("Cod")
        library.check_index()
        with pytest.raises(FingerprintMismatch, match="reindex --embed"):
            old.search(Query("cod"))


class BadEmbedder(HashedWords):
    def __init__(self, value: float) -> None:
        super().__init__()
        self.value = value

    def embed(self, texts, *, progress=None):
        vectors = super().embed(texts, progress=progress)
        return np.full_like(vectors, self.value) if len(vectors) else vectors


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0, 3.0])
def test_vectors_that_are_none_are_refused(settings, open_library, value) -> None:
    """NaN, infinity, zero and unscaled vectors stop a publication; nothing is half in."""
    library = open_library(settings, BadEmbedder(value))
    with pytest.raises(EmbeddingError, match="BRIEFS_EMBEDDING_MODEL"):
        library.publish([draft("a.txt", RATES)])
    assert (library.generation, library.versions(), library.renditions()) == (0, [], [])


def test_a_folder_without_a_library_says_what_to_type(settings: Settings, open_library) -> None:
    with pytest.raises(LibraryMissing, match="briefs ingest"):
        open_library(settings, create=False)
    assert not settings.home.exists()


def test_an_unknown_brief_is_named(library: Library) -> None:
    with pytest.raises(NotFound, match="zzz: no such brief; `briefs list`"):
        library.brief("zzz")


def test_two_writers_at_once_both_end_with_all_in(either_settings, open_library) -> None:
    doors = [open_library(either_settings), open_library(either_settings)]
    failures: list[BaseException] = []

    def publish(number: int) -> None:
        try:
            for part in range(3):
                text = f"Brief {number} {part}\n\nword{number}{part} stands here alone."
                doors[number].publish([draft(f"{number}-{part}.txt", text)])
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=publish, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert [len(door.versions()) for door in doors] == [6, 6]
    assert all(door.search(Query("word12"))[0].bm25 > 0 for door in doors)
    doors[0].check_index()


def test_searches_go_on_while_briefs_are_published(either_settings, open_library, caplog) -> None:
    """Eight threads that search during publications see one generation each, never an error."""
    library = open_library(either_settings)
    library.publish([draft("0.txt", "Brief 0\n\nCod number 0 swims.")])
    stop, failures = threading.Event(), []

    def search() -> None:
        while not stop.is_set():
            try:
                hits = library.search(Query("cod"))
                assert hits
            except BaseException as error:
                failures.append(error)
                return

    threads = [threading.Thread(target=search) for _ in range(8)]
    with caplog.at_level(logging.WARNING):
        for thread in threads:
            thread.start()
        for number in range(1, 6):
            library.publish([draft(f"{number}.txt", f"Brief {number}\n\nCod {number} swims.")])
        stop.set()
        for thread in threads:
            thread.join()
    assert failures == []
    assert not [record for record in caplog.records if "exact scan" in record.message]


def test_dense_candidates_are_those_of_an_exact_scan(library: Library) -> None:
    """Cosines reported are those of the stored vectors, and none nearer was missed."""
    texts = [f"Brief {n}\n\n{' '.join(f'w{(n * k) % 37}' for k in range(1, 9))}" for n in range(80)]
    library.publish([draft(f"{n}.txt", text) for n, text in enumerate(texts)])
    query = library.embedder.embed_query("w3 w6 w9")
    hits = library.search(Query("w3 w6 w9"), limit=80)
    inputs = {hit.passage_id: f"{hit.brief.title}\n{hit.passage.text}" for hit in hits}
    for hit in hits:
        vector = library.embedder.embed_query(inputs[hit.passage_id])
        assert hit.cosine == pytest.approx(float(vector @ query), abs=1e-5)
    assert len(hits) + sum(len(hit.also_in) for hit in hits) == 80


def test_the_same_query_gives_the_same_ranking(either_library: Library) -> None:
    either_library.publish(
        [draft(f"{n}.txt", f"Brief {n}\n\nCod number {n} swims.") for n in range(20)]
    )
    first = either_library.search(Query("cod swims"), 20)
    either_library.maintenance.rebuild()
    assert either_library.search(Query("cod swims"), 20) == first


def test_a_library_of_another_schema_is_refused(settings: Settings, open_library) -> None:
    from sqlalchemy import text

    library = open_library(settings)
    with library.database.write() as connection:
        connection.execute(text("UPDATE library SET value = '99' WHERE key = 'schema'"))
    with pytest.raises(FingerprintMismatch, match="schema 99"):
        open_library(settings, create=False)


class TestMentions:
    def test_it_is_told_which_briefs_speak_of_a_topic_and_where(
        self, either_library: Library
    ) -> None:
        """A title alone is no passage's; the first passage counts as the opening."""
        either_library.publish([draft("b.txt", FISH), draft("c.txt", STEEL)])
        by_title = {brief.title: brief.id for brief in either_library.briefs()}
        found = either_library.mentions({"cod": 0.6, "survei": 0.4}, 0.7)
        assert set(found) == {by_title["Fishing quotas"]}
        mentions = found[by_title["Fishing quotas"]]
        assert (len(mentions.said), mentions.opens) == (1, True)
        assert either_library.mentions({"fish": 1.0}, 0.7) == {}

    def test_the_nearest_passages_of_each_group_are_given(self, either_library: Library) -> None:
        either_library.publish([draft("b.txt", FISH), draft("c.txt", STEEL)])
        found = either_library.mentions({"quota": 1.0}, 0.7)
        groups = [[*one.said] for one in found.values()]
        [[nearest]] = either_library.nearest_of("cod quotas", groups, 1)
        assert nearest.passage.text.startswith("Cod quotas fell")
        assert either_library.nearest_of("cod", [[]], 1) == [[]]

    def test_the_versions_of_a_brief_come_first_one_first(self, either_library: Library) -> None:
        either_library.publish([draft("a.txt", RATES)])
        either_library.publish([draft("a.txt", RATES.replace("2.5", "3.1"))])
        [brief] = either_library.briefs()
        versions = either_library.versions_of(brief.id)
        assert [(row.brief.version, row.state) for row in versions] == [
            (1, SUPERSEDED),
            (2, CURRENT),
        ]
