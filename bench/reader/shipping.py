"""Write a checkpoint's weights as the reader takes them: the upper layers and the head, as int8.

python -m bench.reader.shipping CHECKPOINT [WEIGHTS]
"""

import argparse
from pathlib import Path

import torch

from index.models.joint_network import LOWER
from index.models.reader import WEIGHTS
from index.models.small_networks import write_weights


def main() -> None:
    """Write the weights."""
    parser = argparse.ArgumentParser(prog="bench.reader.shipping", description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("weights", type=Path, nargs="?", default=WEIGHTS)
    options = parser.parse_args()
    kept = torch.load(options.checkpoint)["network"]
    for name in [one for one in kept if one.startswith(("likeness", "bears"))]:
        kept.pop(name)  # of training alone
    options.weights.parent.mkdir(parents=True, exist_ok=True)
    write_weights(
        {_named(name): value.float().numpy() for name, value in kept.items()}, options.weights
    )
    print(f"{options.weights}: {options.weights.stat().st_size / 1e6:.1f} MB")


def _named(name: str) -> str:
    """Return a weight's name as the bundled model counts layers."""
    if not name.startswith("upper."):
        return name
    _, layer, rest = name.split(".", 2)
    return f"encoder.layer.{int(layer) + LOWER}.{rest}"


if __name__ == "__main__":
    main()
