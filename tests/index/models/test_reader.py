"""The reader: question and windows in, a number for each window out."""

import numpy as np
import pytest

from index.models.embedder import tokenizer_of
from index.models.joint_network import SEP
from index.models.model_files import DEFAULT_MODEL, locate
from index.models.reader import (
    LONGEST_BEFORE,
    LONGEST_QUESTION,
    LONGEST_SENTENCE,
    LONGEST_TITLE,
    Reader,
    question_ids,
    window_ids,
)
from index.models.reranker import Window

QUESTION = "How many soldiers does the army of Ruritania have?"
ANSWERS = Window("Its army has 40,000 men under arms.", "Ruritania is small.", "Ruritania > Forces")
BESIDE = Window("Its navy was sold in 1911.", "Ruritania is small.", "Ruritania > Forces")
ELSEWHERE = Window("The central bank left its rate unchanged.", "", "Monetary policy")


@pytest.fixture(scope="module")
def reader() -> Reader:
    """The reader as it is trained so far."""
    return Reader()


def test_what_answers_scores_above_what_does_not(reader: Reader) -> None:
    """The window with the answer is above one on another matter."""
    answers, elsewhere = reader.scores(QUESTION, [ANSWERS, ELSEWHERE])
    assert answers > elsewhere


def test_a_window_has_the_same_number_whatever_is_read_beside_it() -> None:
    """Padding to the longest window of a batch changes nothing."""
    long = Window("The minister spoke at length about roads. " * 8, "", "Roads")
    alone = [Reader().scores(QUESTION, [one])[0] for one in (ANSWERS, BESIDE)]
    together = Reader().scores(QUESTION, [long, ANSWERS, BESIDE])[1:]
    np.testing.assert_allclose(together, alone, atol=0.05)  # bfloat16 where there is one


def test_white_space_in_a_question_changes_nothing(reader: Reader) -> None:
    """A question is folded before it is read."""
    folded = reader.scores(QUESTION, [ANSWERS])
    assert reader.scores("  " + QUESTION.replace(" ", "\n "), [ANSWERS]) == folded


def test_nothing_is_read_of_no_windows(reader: Reader) -> None:
    """No windows give no numbers."""
    assert reader.scores(QUESTION, []).shape == (0,)


def test_long_texts_are_cut_where_they_may_be() -> None:
    """Of a question and of the sentence before, the end is kept; of the others, the beginning."""
    tokenizer = tokenizer_of(locate(DEFAULT_MODEL))
    long = "alpha " + "beta " * 300 + "omega"
    asked, _ = question_ids(tokenizer, long)
    ids, parts = window_ids(tokenizer, Window(long, long, long))
    omega = tokenizer.encode("omega", add_special_tokens=False).ids[-1]
    assert len(asked) == LONGEST_QUESTION + 2
    assert asked[-2] == omega
    assert len(ids) == 1 + LONGEST_SENTENCE + LONGEST_BEFORE + LONGEST_TITLE + 3
    before_ends = [at for at, token in enumerate(ids) if token == SEP][1]
    assert ids[before_ends - 1] == omega
    assert sorted(set(parts)) == [1, 2, 3]
