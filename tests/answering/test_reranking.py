"""Reranking: what a cross-encoder thinks of sentences moves them and their passages."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.answering.candidates import candidates
from bot.answering.reranking import READ, judged, reordered, window
from bot.answering.search import find
from index.library import Library
from index.models.reranker import Window
from index.passage import HEADER_KNOWN, BriefRef, Hit, Passage
from index.settings import Settings
from index.vectors.snapshot import EVERYTHING
from tests.drafts import draft
from tests.tamara import read_question

FERRY = "Ferry to Sarn\n\nThe ferry sails at nine.\n\nA car costs 14 crowns. A bicycle is free."
ROWS = "| List | Votes | Seats |\n| Aurel | 40 % | 21 |\n| Brenn | 22 % | 12 |"
QUESTION = "when does the ferry sail?"


class Liking:
    """Likes windows that hold a word, and remembers what it was shown."""

    weight = 1.0
    decides = False

    def __init__(self, word: str) -> None:
        self.word = word
        self.shown: list[Window] = []

    def reads(self, question: str) -> bool:
        return "fährt" not in question

    def scores(self, question: str, windows: Sequence[Window]) -> NDArray[np.float32]:
        self.shown = list(windows)
        return np.array([50.0 if self.word in one.sentence else 0.0 for one in windows], np.float32)


@pytest.fixture
def library(tmp_path: Path, model_cache: Path) -> Iterator[Library]:
    settings = Settings(home=tmp_path / "home", model_cache=model_cache)
    with Library.open(settings, create=True, one_shot=True) as library:
        library.publish([draft("f.txt", FERRY)])
        yield library


def test_without_a_reranker_the_networks_order(library: Library) -> None:
    """Nothing is moved; nor where it cannot read the question."""
    library.reranker = None
    question = read_question(library, QUESTION)
    hits = find(library, question, EVERYTHING, 5).hits
    assert reordered(question, hits, library) == list(hits)
    assert "nine" in judged(question, hits, library)[0][0].candidate.text
    library.reranker = Liking("bicycle")
    asked = read_question(library, "wann fährt the ferry?")
    assert reordered(asked, hits, library) == list(hits)


def test_what_the_reranker_likes_comes_first(library: Library) -> None:
    """Its sentence leads, and its passage; the scores of places stay what they were."""
    question = read_question(library, QUESTION)
    before = find(library, question, EVERYTHING, 5).hits
    library.reranker = Liking("bicycle")
    after = find(library, question, EVERYTHING, 5).hits
    assert "bicycle" in after[0].passage.text
    assert [hit.score for hit in after] == [hit.score for hit in before]
    ranked, _ = judged(question, after, library)
    assert "bicycle" in ranked[0].candidate.text


def test_it_reads_few_sentences_with_what_stands_around_them(library: Library) -> None:
    """The sentence before, and title and headings above it."""
    question = read_question(library, QUESTION)
    liking = Liking("bicycle")
    library.reranker = liking
    hits = find(library, question, EVERYTHING, 5).hits
    judged(question, hits, library)
    assert len(liking.shown) <= READ
    (about,) = [one for one in liking.shown if "bicycle" in one.sentence]
    assert (about.before, about.title) == ("A car costs 14 crowns.", "Ferry to Sarn")
    first = judged(question, hits, library)[0][0]
    assert window(replace(first.candidate)) == about


def test_a_row_is_read_in_words() -> None:
    """A table's row is shown by its header, without the row before it."""
    passage = Passage(0, 0, len(ROWS), ROWS, ("Diet",), context=HEADER_KNOWN, kind="table")
    brief = BriefRef("b1", "Sarn", None, (), "s.md", "default")
    found = candidates([Hit("p1", passage, brief, 1.0, 0.5, 1.0)])
    read = window(found[-1])
    assert read == Window("Brenn — Votes: 22 %; Seats: 12", "", "Sarn > Diet")
