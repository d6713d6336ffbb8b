"""A closer look at candidates: what is seen of each, and how it ranks them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import Connection

from index import rerank, retrieval
from index.library import Library
from index.passage import Draft
from index.rerank import FAR, RERANKED, CandidateFeatures, Retrieved
from index.search import Query, fuse
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
    """Two briefs, read with their tokens."""
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
    def test_a_model_without_tokens_has_no_closer_look(self) -> None:
        """Only the vector of the question."""
        embedder = HashedWords()
        vector, look = rerank.encode(embedder, Query("cod quotas"), even)
        assert look is None
        assert vector @ embedder.embed_query("cod quotas") == pytest.approx(1)

    def test_a_question_is_read_whole_and_by_its_content_words(self) -> None:
        """The tokens are those of the question, the weights of its words sum to 1."""
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

    def test_the_block_that_a_passage_comes_from(
        self, settings: Settings, open_library: MakeLibrary
    ) -> None:
        """Footnotes and tables are told apart, and where in the brief they stand."""
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
    def test_without_a_closer_look_the_engines_rank(self, shelf: Library) -> None:
        """Nor does one over a library without tokens change their order."""
        with searched(shelf, Query("cod quotas")) as (connection, found, _):
            plain = rerank.scores(connection, found, None)
            assert plain.tolist() == fuse(*rerank.engines_of(found)).tolist()

    def test_a_library_without_tokens_is_ranked_by_the_engines(
        self, settings: Settings, open_library: MakeLibrary
    ) -> None:
        """As one is whose passages came before there were tokens."""
        open_library(settings, HashedWords()).publish([FISH, RATES])
        library = open_library(settings, HashedTokens())
        with searched(library, Query("cod quotas")) as (connection, found, look):
            near, nothing = rerank.features_of(connection, found, rerank.engines_of(found), look)
            assert (len(near), nothing) == (len(found.pks), None)
            scores = rerank.scores(connection, found, look)
            assert scores.tolist() == fuse(*rerank.engines_of(found)).tolist()

    def test_what_is_not_looked_at_comes_after_what_is(
        self, settings: Settings, open_library: MakeLibrary
    ) -> None:
        """However many candidates there are, a hundred are looked at."""
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
