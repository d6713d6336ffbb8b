"""Fitting small networks: what can be learned is learned, and the file says the same."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.networks import Network, Question, Training, listwise, pointwise
from index.perceptron import load

FEATURES = ("near", "noise", "always")
SHORT = Training(epochs=12)


def numbers(n: int, seed: int) -> NDArray[np.float64]:
    """Return rows of two features by chance and one that does not vary."""
    rows = np.random.default_rng(seed).normal(size=(n, 3)) * (2, 100, 0) + (5, -40, 0.3)
    return np.asarray(rows, dtype=np.float64)


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    """Networks this small take far longer with several."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def ranking() -> Network:
    """Fitted on questions whose nearest row is right."""
    return listwise([question(seed) for seed in range(200)], SHORT)


def question(seed: int) -> Question:
    rows = numbers(4 + seed % 5, seed)
    right = rows[:, 0] == rows[:, 0].max()
    return Question(rows, right, np.zeros(len(rows), dtype=bool), 1.0)


@pytest.fixture(scope="module")
def deciding() -> Network:
    """Fitted on rows that are right from a border on."""
    rows = numbers(600, 1)
    return pointwise(rows, rows[:, 0] > 6, np.ones(len(rows)), SHORT)


def test_the_nearest_row_comes_first(ranking: Network) -> None:
    """On questions that it has not seen, nine times in ten at least."""
    asked = [question(seed) for seed in range(1_000, 1_100)]
    first = [one.right[ranking.scores(one.rows).argmax()] for one in asked]
    assert np.mean(first) >= 0.9


def test_a_yes_or_a_no_is_learned(deciding: Network) -> None:
    """Above zero is yes: on rows that it has not seen, nine times in ten at least."""
    rows = numbers(300, 2)
    assert np.mean((deciding.scores(rows) > 0) == (rows[:, 0] > 6)) >= 0.9


def test_rows_that_are_passed_over_teach_nothing() -> None:
    """Right ones of another need stand above without being wrong."""
    questions = []
    for seed in range(200):
        one = question(seed)
        rows = np.concatenate([one.rows, one.rows[one.right] + (9, 0, 0)])
        passed = np.arange(len(rows)) == len(rows) - 1
        questions.append(Question(rows, np.append(one.right, False), passed, 1.0))
    network = listwise(questions, SHORT)
    asked = [question(seed) for seed in range(1_000, 1_050)]
    assert np.mean([one.right[network.scores(one.rows).argmax()] for one in asked]) >= 0.9


def test_what_weighs_nothing_teaches_nothing() -> None:
    """Wrong answers without weight do not disturb the right ones."""
    rows = numbers(600, 1)
    weights = np.where(np.arange(600) % 2, 1.0, 0.0)
    right = np.where(weights > 0, rows[:, 0] > 6, rows[:, 0] < 6)
    network = pointwise(rows, right, weights, Training(epochs=24))
    fresh = numbers(300, 2)
    assert np.mean((network.scores(fresh) > 0) == (fresh[:, 0] > 6)) >= 0.85


def test_the_file_gives_the_same_scores(
    ranking: Network, deciding: Network, tmp_path: Path
) -> None:
    """All members as one network, to a thousandth, the offset added; a constant harms nothing."""
    rows = numbers(50, 3)
    for name, network, offset in (("ranking", ranking, 0.0), ("deciding", deciding, 0.7)):
        path = tmp_path / "weights" / f"{name}.json"
        network.write(path, FEATURES, "rows by chance", offset)
        read = load(path).takes(FEATURES)
        assert read.scores(rows) == pytest.approx(network.scores(rows) + offset, abs=1e-3)


def test_the_same_rows_give_the_same_network(deciding: Network) -> None:
    """Seeds are fixed: a fit can be repeated."""
    rows = numbers(600, 1)
    again = pointwise(rows, rows[:, 0] > 6, np.ones(len(rows)), SHORT)
    assert again.scores(rows) == pytest.approx(deciding.scores(rows), abs=1e-5)
