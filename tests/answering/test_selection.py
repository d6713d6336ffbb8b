"""Sentences described in numbers, over the two briefs."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from bot.answering import selection, sentence_features
from bot.answering.candidates import Quotable
from bot.answering.sentence_features import COLUMNS
from bot.question.question import Question
from index.library import Library
from index.perceptron import load
from index.search import Query
from tests.tamara import read_question

LEASE = "When was the harbour leased to Norvane?"


def table(library: Library, question: str) -> tuple[list[Quotable], dict[str, Any]]:
    """Return the sentences of the hits, and the column of each feature."""
    hits = library.search(Query(question), 10)
    found, _, rows = sentence_features.measured(read_question(library, question), hits, library)
    assert rows.shape == (len(found), len(COLUMNS))
    return found, dict(zip(COLUMNS, rows.T, strict=True))


def row_of(found: list[Quotable], beginning: str) -> int:
    return next(at for at, one in enumerate(found) if one.sentence.startswith(beginning))


def test_the_weights_are_for_these_columns() -> None:
    """In the same order."""
    assert load(selection.WEIGHTS).features == COLUMNS


def test_no_hits_have_no_rows(library: Library) -> None:
    """Nor does it fail."""
    found, _, rows = sentence_features.measured(Question(LEASE, LEASE), [], library)
    assert (found, rows.shape) == ([], (0, len(COLUMNS)))


def test_distances_are_measured_from_the_best(library: Library) -> None:
    """0 for the best of all, and for the best of each passage; below it for all others."""
    found, columns = table(library, LEASE)
    passages = [one.hit.passage_id for one in found]
    for value, behind, within in (
        ("cosine", "behind", "first_in_passage"),
        ("tokens", "tokens_behind", "tokens_in_passage"),
    ):
        assert columns[behind] == pytest.approx(columns[value] - columns[value].max())
        for name in set(passages):
            rows = [at for at, other in enumerate(passages) if other == name]
            best = columns[value][rows].max()
            assert columns[within][rows] == pytest.approx(columns[value][rows] - best)


def test_a_word_counts_where_it_is_said(library: Library) -> None:
    """In the sentence, or else above it, around it, before it: once."""
    found, columns = table(library, LEASE)
    leased, called = row_of(found, "In 2015"), row_of(found, "Minister Ilse")
    assert columns["covers"][leased] > columns["covers"][called] > 0
    assert columns["before_covers"][called] > columns["before_covers"][leased] == 0
    parts = columns["covers"] + columns["title_covers"] + columns["passage_covers"]
    assert parts.max() <= 1 + 1e-9


def test_the_kind_that_is_wanted_is_offered_or_lacks(library: Library) -> None:
    """A day is asked for: the sentence with the year offers it."""
    found, columns = table(library, LEASE)
    leased, largest = row_of(found, "In 2015"), row_of(found, "Port Aurelia is")
    assert (columns["offers_date"][leased], columns["lacks"][leased]) == (1, 0)
    assert (columns["offers_date"][largest], columns["lacks"][largest]) == (0, 1)
    assert columns["near"][leased] > columns["near"][largest] == 0


def test_a_row_of_a_table_counts_by_what_is_asked(library: Library) -> None:
    """For a figure it may be the answer, for a reason hardly."""
    for question, column in (
        ("How many tons of wheat did Tamara export in 2022?", "figure_row"),
        ("Why did wheat exports of Tamara fall?", "row"),
    ):
        found, columns = table(library, question)
        rows = np.array([one.is_row for one in found])
        assert rows.any()
        assert (columns[column] == rows).all(), question


def test_the_first_sentence_opens_its_passage(library: Library) -> None:
    """It has no place in it yet; later ones have."""
    found, columns = table(library, LEASE)
    first, last = row_of(found, "In 2015"), row_of(found, "She promised")
    assert (columns["opening"][first], columns["place"][first]) == (1, 0)
    assert columns["opening"][last] == 0 < columns["place"][last] < 1


def test_a_sentence_is_found_in_its_passage(library: Library) -> None:
    """By its place among the sentences, marks before it or not."""
    found, _ = table(library, LEASE)
    assert sentence_features.place_of(found[row_of(found, "She promised")]) == 2
    one = found[row_of(found, "In 2015")]
    marked = replace(one.hit.passage, text="• " + one.hit.passage.text)
    moved = replace(one, hit=replace(one.hit, passage=marked), core=one.core + 2)
    assert sentence_features.place_of(moved) == 0
