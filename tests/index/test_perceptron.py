"""Small networks: what they reckon, and what they refuse."""

import json
from pathlib import Path

import numpy as np
import pytest

from bot.answering import answerability, selection
from index import rerank
from index.perceptron import load

TINY = {
    "fitted_on": "nothing: made by hand",
    "features": ["near", "long"],
    "means": [1.0, 10.0],
    "scales": [2.0, 5.0],
    "hidden": [[1.0, 0.0], [0.0, -1.0], [1.0, 1.0]],
    "thresholds": [0.0, 0.5, -1.0],
    "out": [2.0, 3.0, -1.0],
    "offset": 0.25,
}


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.json"
    path.write_text(json.dumps(TINY))
    return path


def test_scores_are_reckoned_by_hand(tiny: Path) -> None:
    rows = np.array([[5.0, 15.0], [1.0, 5.0], [-1.0, 20.0]])  # standard: 2 1, 0 -1, -1 2
    expected = [
        2 * 2 + 3 * 0 - 1 * 2 + 0.25,  # hidden: 2, -0.5, 2
        2 * 0 + 3 * 1.5 - 1 * 0 + 0.25,  # hidden: 0, 1.5, -2
        0.25,  # hidden: -1, -1.5, 0
    ]
    assert load(tiny).scores(rows).tolist() == pytest.approx(expected)
    assert load(tiny).scores(rows[:0]).shape == (0,)


@pytest.mark.parametrize(
    "features", [("near",), ("long", "near"), ("near", "long", "new"), ("near", "wide")]
)
def test_other_features_are_refused_with_the_fix(tiny: Path, features: tuple[str, ...]) -> None:
    network = load(tiny)
    assert network.takes(("near", "long")) is network
    with pytest.raises(ValueError, match=r"run: python -m bench\.fit"):
        network.takes(features)


@pytest.mark.parametrize("path", [rerank.WEIGHTS, selection.WEIGHTS, answerability.WEIGHTS])
def test_what_is_shipped_can_be_read_and_says_what_it_was_fitted_on(path: Path) -> None:
    network = load(path)
    assert json.loads(path.read_text())["fitted_on"]
    width, units = len(network.features), len(network.out)
    assert network.hidden.shape == (units, width)
    assert network.means.shape == network.scales.shape == (width,)
    assert network.thresholds.shape == (units,)
    assert (network.scales > 0).all()
    assert np.isfinite(network.scores(np.zeros((1, width)))).all()
