"""Files of weights in which matrices lie as int8, one scale a row: a quarter of their size."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

SCALE = ":scale"  # after the name of a matrix
LARGEST = 127

Weights = Mapping[str, NDArray[np.float32]]


def write(weights: Weights, path: Path) -> None:
    """Write weights: matrices as int8 with one scale a row, the rest as float32."""
    made: dict[str, NDArray[Any]] = {}
    for name, value in weights.items():
        if value.ndim < 2:
            made[name] = value.astype(np.float32)
            continue
        scale = np.maximum(np.abs(value).max(axis=1, keepdims=True), 1e-8) / LARGEST
        made[name] = np.rint(value / scale).astype(np.int8)
        made[name + SCALE] = scale.astype(np.float32)
    save_file(made, path)


def read(path: Path) -> Weights:
    """Return weights as `write` was given them, but for the rounding."""
    found = load_file(path)
    return {
        name: value.astype(np.float32) * found[name + SCALE] if name + SCALE in found else value
        for name, value in found.items()
        if not name.endswith(SCALE)
    }
