"""Reranking: the features of candidates, and how they rank them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace

import numpy as np
import pytest
from sqlalchemy import Connection

from index import rerank, retrieval
from index.library import Library
from index.passage import Draft
from index.perceptron import load
from index.rerank import (
    FAR,
    FEATURES,
    FIRST_PASSAGES,
    RERANKED,
    WEIGHTS,
    CandidateFeatures,
    Retrieved,
    beside,
    features,
    of_briefs,
    place,
    rank,
)
from index.search import Query, fuse, scaled
from index.settings import Settings
from tests.conftest import MakeLibrary
from tests.drafts import draft, each_alone
from tests.fakes import HashedTokens, HashedWords

FISH = draft(
    "b.txt",
    "Fishing quotas\n\nCod quotas fell by a third. Herring survey closed early.\n\n"
    "Whaling ended.\n\nThe survey of herring came first.",
    count=each_alone,
)
RATES = draft("a.txt", "Rates in the north\n\nThe bank raised its rate in March.")


def even(terms: Sequence[str]) -> dict[str, float]:
    return dict.fromkeys(terms, 1.0)


@pytest.fixture
def shelf(settings: Settings, open_library: MakeLibrary) -> Library:
    library = open_library(settings, HashedTokens())
    library.publish([FISH, RATES])
    return library


@contextmanager
def searched(
    library: Library, query: Query
) -> Iterator[tuple[Connection, Retrieved, rerank.EncodedQuestion]]:
    """Yield the candidates of a query and what they are looked at by."""
    vector, look = rerank.encode(library.embedder, query, library.idf)
    assert look
    with library.database.read() as connection, library._published.use(connection) as opened:
        yield (
            connection,
            retrieval.candidates(connection, opened, [library._lexicon], query, vector, look),
            look,
        )


def seen(library: Library, question: str) -> tuple[list[str], CandidateFeatures]:
    """Return the texts of the candidates that are looked at, and what is seen of them."""
    with searched(library, Query(question)) as (connection, found, look):
        near, candidates = rerank.features_of(connection, found, rerank.engines_of(found), look)
        assert candidates
        return [found.rows[row][1].text for row in near], candidates


class TestRead:
    def test_a_model_without_tokens_is_not_reranked(self) -> None:
        embedder = HashedWords()
        vector, look = rerank.encode(embedder, Query("cod quotas"), even)
        assert look is None
        assert vector @ embedder.embed_query("cod quotas") == pytest.approx(1)

    def test_a_question_is_read_whole_and_by_its_content_words(self) -> None:
        embedder = HashedTokens()
        vector, look = rerank.encode(embedder, Query("what about the cod quotas"), even)
        assert look
        assert (look.vector == vector).all()
        assert look.content @ embedder.embed_query("cod quotas") == pytest.approx(1)
        assert look.tokens.shape[0] == 5
        assert look.weights == {"cod": 0.5, "quota": 0.5}

    def test_earlier_turns_move_the_vector_and_lend_words(self) -> None:
        """They weigh less than the question's own words, and are no tokens of it."""
        embedder = HashedTokens()
        plain, _ = rerank.encode(embedder, Query("cod quotas"), even)
        vector, look = rerank.encode(embedder, Query("cod quotas", context=("the survey",)), even)
        assert look
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-6)
        survey = embedder.embed_query("survey")
        assert vector @ survey > plain @ survey
        assert vector @ plain > 0.8
        assert 0 < look.weights["survei"] < look.weights["cod"]
        assert look.tokens.shape[0] == 2


class TestSeen:
    def test_words_of_the_passage_and_of_its_title_alone(self, shelf: Library) -> None:
        """A word that both say counts for the passage."""
        texts, found = seen(shelf, "fishing quotas of cod")
        cod, whaling = (
            next(at for at, text in enumerate(texts) if text.startswith(word))
            for word in ("Cod", "Whaling")
        )
        assert found.covered[cod] + found.title_covered[cod] == pytest.approx(1)
        assert found.title_covered[cod] > 0
        assert found.covered[whaling] == 0
        assert 0 < found.title_covered[whaling] < 1

    def test_the_two_nearest_sentences(self, shelf: Library) -> None:
        """The very sentence is near; a passage of one sentence has it twice."""
        texts, found = seen(shelf, "Herring survey closed early")
        at = next(row for row, text in enumerate(texts) if text.startswith("Cod"))
        assert found.best_sentence[at] > 0.9 > 0.3 > found.second_sentence[at]
        single = next(row for row, text in enumerate(texts) if text.startswith("Whaling"))
        assert found.best_sentence[single] == found.second_sentence[single]

    def test_neighbours_and_briefs_lend_their_tokens(self, shelf: Library) -> None:
        """Whaling stands between two passages that meet the question."""
        texts, found = seen(shelf, "herring survey")
        rows = {text.split()[0]: row for row, text in enumerate(texts)}
        whaling = rows["Whaling"]
        others = [found.tokens[rows["Cod"]], found.tokens[rows["The"]]]
        assert found.beside[whaling] == max(others) > found.tokens[whaling]
        assert len({found.brief_tokens[rows[word]] for word in ("Cod", "Whaling")}) == 1

    def test_the_block_that_a_passage_comes_from(self, settings, open_library) -> None:
        library = open_library(settings, HashedTokens())
        kinds = ("footnote", "table", "paragraph")
        marked = [replace(one, kind=kind) for one, kind in zip(FISH.passages, kinds, strict=True)]
        library.publish([Draft(FISH.brief, tuple(marked), FISH.rendition)])
        texts, found = seen(library, "herring survey whaling")
        rows = [texts.index(one.text) for one in FISH.passages]
        assert found.footnote[rows].tolist() == [True, False, False]
        assert found.table[rows].tolist() == [False, True, False]
        assert sorted(found.place[rows]) == found.place[rows].tolist()


class TestScores:
    def test_without_reranking_the_engines_rank(self, shelf: Library) -> None:
        with searched(shelf, Query("cod quotas")) as (connection, found, _):
            plain = rerank.scores(connection, found, None)
            assert plain.tolist() == fuse(*rerank.engines_of(found)).tolist()

    def test_a_library_without_tokens_is_ranked_by_the_engines(self, settings, open_library):
        """As one is whose passages came before there were tokens."""
        open_library(settings, HashedWords()).publish([FISH, RATES])
        library = open_library(settings, HashedTokens())
        with searched(library, Query("cod quotas")) as (connection, found, look):
            near, nothing = rerank.features_of(connection, found, rerank.engines_of(found), look)
            assert (len(near), nothing) == (len(found.pks), None)
            scores = rerank.scores(connection, found, look)
            assert scores.tolist() == fuse(*rerank.engines_of(found)).tolist()

    def test_what_is_not_looked_at_comes_after_what_is(self, settings, open_library) -> None:
        library = open_library(settings, HashedTokens())
        lines = [f"Cod landed at quay {number * 7919}." for number in range(RERANKED)]
        lines += [f"Boat {number * 7907} was repainted." for number in range(RERANKED)]
        library.publish([draft("a.txt", "\n\n".join(["Harbour log", *lines]), count=each_alone)])
        with searched(library, Query("cod at the quay")) as (connection, found, look):
            assert len(found.pks) > RERANKED
            near, _ = rerank.features_of(connection, found, rerank.engines_of(found), look)
            scores = rerank.scores(connection, found, look)
            far = np.setdiff1d(np.arange(len(found.pks)), near)
        assert len(near) == RERANKED
        assert scores[far].max() <= FAR <= scores[near].min()
        assert scores.max() == 1


def candidates(n: int, **changes: object) -> CandidateFeatures:
    facts: dict[str, object] = {field.name: np.full(n, 0.5) for field in fields(CandidateFeatures)}
    facts |= {name: np.zeros(n, dtype=bool) for name in ("footnote", "table")}
    return CandidateFeatures(**(facts | changes))  # type: ignore[arg-type]


def test_scores_lie_between_zero_and_one_and_the_best_is_one() -> None:
    scores = rank(candidates(3, tokens=np.array([0.2, 0.6, 0.4])))
    assert (scores.min(), scores.max(), scores.argmax()) == (0, 1, 1)
    assert rank(candidates(2)).tolist() == [0, 0]
    assert rank(candidates(0)).size == 0
    assert scaled(np.zeros(0)).size == 0


def test_the_weights_are_for_these_features() -> None:
    assert load(WEIGHTS).features == FEATURES
    made = features(candidates(2, tokens=np.array([0.7, 0.4])))
    assert made.shape == (2, len(FEATURES))
    at = FEATURES.index("tokens")
    assert FEATURES[at + 1] == "tokens below the best"
    assert made[:, at : at + 2] == pytest.approx(np.array([[0.7, 0], [0.4, -0.3]]))


@pytest.mark.parametrize("name", ["cosine", "engines", "tokens", "covered", "best_sentence"])
def test_what_meets_the_question_better_comes_first(name: str) -> None:
    assert rank(candidates(2, **{name: np.array([0.4, 0.6])})).argmax() == 1


def test_a_footnote_comes_after_an_equal_paragraph() -> None:
    """It repeats the words of what it is a note to."""
    assert rank(candidates(2, footnote=np.array([True, False]))).argmax() == 1


def test_a_passage_stands_between_the_first_and_the_last() -> None:
    ordinals = np.array([0, FIRST_PASSAGES // 2, FIRST_PASSAGES, 10 * FIRST_PASSAGES])
    assert place(ordinals).tolist() == [0, 0.5, 1, 1]


def test_a_neighbour_lends_its_value() -> None:
    """The better of the two of the same brief; the least of all to one that stands alone."""
    values = np.array([0.2, 0.9, 0.4, 0.3, 0.8])
    briefs = np.array([1, 1, 1, 2, 2])
    ordinals = np.array([3, 4, 5, 4, 6])
    assert beside(values, briefs, ordinals).tolist() == [0.9, 0.4, 0.9, 0, 0]
    assert beside(values - 0.5, briefs, ordinals)[3:].tolist() == pytest.approx([-0.3, -0.3])


def test_a_brief_is_judged_by_its_best_three() -> None:
    """Those that it lacks count as the least of all."""
    values = np.array([0.9, 0.6, 0.3, 0.1, 0.9, 0.6])
    briefs = np.array([1, 1, 1, 1, 2, 2])
    assert of_briefs(values, briefs).tolist() == pytest.approx([0.6] * 4 + [0.5] * 2)
    assert of_briefs(np.zeros(0), np.zeros(0, dtype=np.int64)).size == 0
