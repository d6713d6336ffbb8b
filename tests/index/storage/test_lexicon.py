"""The lexicon: BM25 as the formula gives it, the same on SQLite and PostgreSQL."""

import math
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from index.search import Query
from index.settings import Settings
from index.storage.database import Database
from index.storage.lexicon import (
    BODY_WEIGHT,
    HEADING_WEIGHT,
    TITLE_WEIGHT,
    Lexicon,
    LexiconEntry,
    indexed_terms,
    lexicon_for,
)

CORPUS = [
    LexiconEntry(1, "Cod", "Quotas", "Cod quotas fell again: cod is rare."),
    LexiconEntry(2, "Cod", "Prices", "Prices rose by 2.5 percent."),
    LexiconEntry(3, "Steel", "Duties", "A duty of 25 percent hits steel."),
    LexiconEntry(4, "Steel", "Cod", "Nothing rare happened."),
]
K1, B = 1.2, 0.75


@pytest.fixture
def database(either_settings: Settings) -> Iterator[Database]:
    url = either_settings.database_url
    database = Database(url.get_secret_value() if url else "sqlite:///lexicon.db")
    yield database
    database.close()


@pytest.fixture
def filled(database: Database) -> tuple[Database, Lexicon]:
    lexicon = lexicon_for(database)
    with database.write() as connection:
        lexicon.create(connection)
        lexicon.add(connection, CORPUS)
    return database, lexicon


def by_formula(terms: list[str]) -> dict[int, float]:
    """BM25 as in the FTS5 documentation, section 5.1.1, worked out from the corpus."""
    columns = [
        [(weight, indexed_terms(part)) for weight, part in zip(
            (TITLE_WEIGHT, HEADING_WEIGHT, BODY_WEIGHT), (e.title, e.heading, e.body), strict=True)]
        for e in CORPUS
    ]  # fmt: skip
    lengths = [sum(len(found) for _, found in parts) for parts in columns]
    mean = sum(lengths) / len(lengths)
    scores: dict[int, float] = {}
    for term in dict.fromkeys(terms):
        counts = [sum(w * found.count(term) for w, found in parts) for parts in columns]
        holding = sum(any(term in found for _, found in parts) for parts in columns)
        idf = max(math.log((len(CORPUS) - holding + 0.5) / (holding + 0.5)), 1e-6)
        for entry, count, length in zip(CORPUS, counts, lengths, strict=True):
            if count:
                part = count * (K1 + 1) / (count + K1 * (1 - B + B * length / mean))
                scores[entry.pk] = scores.get(entry.pk, 0.0) + idf * part
    return scores


@pytest.mark.parametrize(
    "terms",
    [["rare"], ["cod"], ["cod", "rare", "steel"], ["2.5"], ["25", "percent"], ["whale"], []],
)
def test_scores_are_those_of_the_formula(filled, terms: list[str]) -> None:
    """Weighted counts, lengths, rarity: to six digits, with a common term too ("cod", 3 of 4)."""
    database, lexicon = filled
    terms = [term for text in terms for term in indexed_terms(text)]
    with database.read() as connection:
        assert lexicon.scores(connection, terms) == pytest.approx(by_formula(terms), rel=1e-6)


def test_document_frequencies_are_counted(filled) -> None:
    database, lexicon = filled
    wanted = [*indexed_terms("cod rare 2.5 whale"), "5"]
    with database.read() as connection:
        counts = lexicon.document_frequency(connection, wanted)
    assert [counts[term] for term in wanted] == [3, 2, 1, 0, 0]


def test_passages_with_a_stem_are_told_by_column_and_by_its_beginning(filled) -> None:
    database, lexicon = filled
    with database.read() as connection:
        assert lexicon.holding(connection, "cod", ["title", "heading", "body"]) == {1, 2, 4}
        assert lexicon.holding(connection, "cod", ["heading", "body"]) == {1, 4}
        assert lexicon.holding(connection, "cod", ["heading"]) == {4}
        assert lexicon.holding(connection, "perc", ["body"]) == set()
        assert lexicon.holding(connection, "perc", ["body"], longer=True) == {2, 3}


def test_a_term_given_twice_counts_once(filled) -> None:
    database, lexicon = filled
    with database.read() as connection:
        once = lexicon.scores(connection, ["cod", "rare"])
        assert lexicon.scores(connection, ["cod", "rare", "cod"]) == pytest.approx(once)


def test_removed_passages_weigh_on_nothing(filled) -> None:
    """After removing and adding again the scores are the same; unknown ones are ignored."""
    database, lexicon = filled
    with database.write() as connection:
        lexicon.remove(connection, [2, 99])
        assert lexicon.members(connection) == {1, 3, 4}
        assert 2 not in lexicon.scores(connection, ["cod"])
        lexicon.add(connection, [CORPUS[1]])
        found = lexicon.scores(connection, ["cod"])
    assert found == pytest.approx(by_formula(["cod"]))


def test_clearing_leaves_an_empty_index(filled) -> None:
    database, lexicon = filled
    with database.write() as connection:
        lexicon.clear(connection)
        assert lexicon.members(connection) == set()
        lexicon.add(connection, CORPUS)
        assert lexicon.scores(connection, ["rare"]) == pytest.approx(by_formula(["rare"]))


def test_a_change_that_fails_leaves_nothing(filled) -> None:
    database, lexicon = filled

    def stopped() -> None:
        with database.write() as connection:
            lexicon.remove(connection, [1, 2, 3, 4])
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        stopped()
    with database.read() as connection:
        assert lexicon.members(connection) == {1, 2, 3, 4}


@hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60).map(lambda text: text.replace("\0", "")))
def test_whatever_is_indexed_is_found_by_its_own_terms(filled, text: str) -> None:
    """No character is an operator, and both engines agree with words.py on what a term is."""
    database, lexicon = filled
    terms = indexed_terms(text)
    with database.write() as connection:
        lexicon.remove(connection, [9])
        lexicon.add(connection, [LexiconEntry(9, "", "", text)])
        found = lexicon.scores(connection, terms)
        counts = lexicon.document_frequency(connection, terms)
    assert (9 in found) == bool(terms)
    assert all(counts.values())


def test_stored_terms_are_compared_with_those_of_the_texts(filled) -> None:
    """A stored term, an entry's text or its place that differs is told of; what is right is not."""
    database, lexicon = filled
    moved = LexiconEntry(2, CORPUS[1].heading, CORPUS[1].title, CORPUS[1].body)
    with database.read() as connection:
        assert lexicon.wrong(connection, CORPUS) == []
        assert lexicon.wrong(connection, []) == []
        assert lexicon.wrong(connection, [CORPUS[0], moved, *CORPUS[2:]]) == [2]
        assert lexicon.wrong(connection, [LexiconEntry(9, "not", "in", "it")]) == []
    with database.write() as connection:
        lexicon.remove(connection, [3])
        lexicon.add(
            connection, [LexiconEntry(3, "Steel", "Duties", "A duti of 25 percent hitsed steel.")]
        )
    with database.read() as connection:
        assert lexicon.wrong(connection, CORPUS) == [3]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (
            "Die Regierung verlängerte die Sanktionen gegen die Banken des Landes.",
            "Wie lange gilt die Verlängerung der Sanktion?",
        ),
        (
            "Правительство продлило санкции против банков страны на один год.",
            "Когда была продлена санкция против банка?",
        ),
        ("政府は予算案を三月に承認し、防衛費を増やした。", "防衛費の予算はいつ承認されたか"),
    ],
)
def test_other_languages_are_found_by_other_forms_of_their_words(
    database: Database, text: str, asked: str
) -> None:
    """A German, Russian or Japanese passage comes first for a question in its language."""
    lexicon = lexicon_for(database)
    with database.write() as connection:
        lexicon.create(connection)
        lexicon.add(connection, [*CORPUS, LexiconEntry(5, "", "", text)])
        scores = lexicon.scores(connection, Query(asked).terms())
    assert max(scores, key=scores.__getitem__) == 5
