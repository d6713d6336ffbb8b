"""Matrices come back from their file as they were, but for rounding; the rest unchanged."""

from pathlib import Path

import numpy as np

from index.models.small_networks import LARGEST, read_weights, write_weights


def test_weights_come_back_as_they_were_but_for_the_rounding(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    given = {
        "layer.weight": random.normal(size=(7, 30)).astype(np.float32),
        "layer.bias": random.normal(size=7).astype(np.float32),
        "nothing.weight": np.zeros((2, 3), dtype=np.float32),
    }
    write_weights(given, tmp_path / "weights.safetensors")
    found = read_weights(tmp_path / "weights.safetensors")
    assert set(found) == set(given)
    np.testing.assert_array_equal(found["layer.bias"], given["layer.bias"])
    np.testing.assert_array_equal(found["nothing.weight"], given["nothing.weight"])
    step = np.abs(given["layer.weight"]).max(axis=1, keepdims=True) / LARGEST
    assert (np.abs(found["layer.weight"] - given["layer.weight"]) <= step / 2 + 1e-7).all()
