"""Fit the small networks of index/perceptron.py: features and what is right in, a JSON file out.

Listwise, where among the rows of one question the right ones are to come first, and pointwise, for
a yes or a no. Several networks from different seeds are put side by side into one, whose score is
their mean. Needs torch, which every installation has. Knows nothing of what the features mean.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch

UNITS = 16  # of each network
SEEDS = 4
RATE, BATCH = 3e-3, 64
_FEW = 5  # decimals in the file

Rows = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Question:
    """The rows (n, k) of one question, which are right (n,), which are to be passed over (n,).

    `weight` is what the question counts against others.
    """

    rows: Rows
    right: NDArray[np.bool_]
    passed: NDArray[np.bool_]
    weight: float


@dataclass(frozen=True)
class Training:
    """How long and how carefully to fit."""

    epochs: int = 25
    decay: float = 0.05
    dropout: float = 0.2


def listwise(questions: Sequence[Question], training: Training) -> "Network":
    """Fit so that the right rows of a question come first (Cao et al., 2007).

    The loss is minus the logarithm of the share that the right rows have in a softmax over all.
    """
    import torch

    most = max(len(item.rows) for item in questions)
    means, scales = _standard(np.concatenate([item.rows for item in questions]))
    rows = torch.zeros(len(questions), most, len(means))
    right = torch.zeros(len(questions), most, dtype=torch.bool)
    passed = torch.ones(len(questions), most, dtype=torch.bool)
    for at, item in enumerate(questions):
        rows[at, : len(item.rows)] = _tensor((item.rows - means) / scales)
        right[at, : len(item.rows)] = torch.tensor(item.right)
        passed[at, : len(item.rows)] = torch.tensor(item.passed)
    weights = _weights(np.array([item.weight for item in questions]))

    def loss(network: Any, part: "torch.Tensor") -> "torch.Tensor":
        scores = network(rows[part]).squeeze(-1)
        every = torch.logsumexp(scores.masked_fill(passed[part], -1e9), 1)
        good = torch.logsumexp(scores.masked_fill(~right[part], -1e9), 1)
        return ((every - good) * weights[part]).mean()

    return Network(means, scales, _fitted(loss, len(means), len(questions), training))


def pointwise(rows: Rows, right: NDArray[np.bool_], weights: Rows, training: Training) -> "Network":
    """Fit by logistic loss to say which rows (n, k) are right (n,)."""
    import torch

    means, scales = _standard(rows)
    given, wanted, each = _tensor((rows - means) / scales), _tensor(right), _weights(weights)

    def loss(network: Any, part: "torch.Tensor") -> "torch.Tensor":
        scores = network(given[part]).squeeze(-1)
        lost = torch.nn.functional.binary_cross_entropy_with_logits(
            scores, wanted[part], reduction="none"
        )
        return (lost * each[part]).mean()

    return Network(means, scales, _fitted(loss, len(means), len(rows), training))


@dataclass(frozen=True, eq=False)
class Network:
    """Fitted networks over features standardised by means and scales (k,)."""

    means: Rows
    scales: Rows
    members: tuple[Any, ...]

    def scores(self, rows: Rows) -> Rows:
        """Return one score for each row (n, k), shape (n,)."""
        import torch

        with torch.no_grad():
            standard = _tensor((rows - self.means) / self.scales)
            return np.mean([one(standard).squeeze(-1).numpy() for one in self.members], axis=0)

    def write(self, path: Path, features: Sequence[str], fitted_on: str, offset: float = 0) -> None:
        """Write the members as one network; `offset` is added to every score."""
        first = [(one[0].weight.numpy(force=True), one[0].bias.numpy(force=True)) for one in self.members]  # fmt: skip  # noqa: E501
        last = [(one[3].weight.numpy(force=True)[0], one[3].bias.item()) for one in self.members]
        stored = {
            "fitted_on": fitted_on,
            "features": list(features),
            "means": _short(self.means),
            "scales": _short(self.scales),
            "hidden": _short(np.concatenate([weight for weight, _ in first])),
            "thresholds": _short(np.concatenate([bias for _, bias in first])),
            "out": _short(np.concatenate([weight for weight, _ in last]) / len(last)),
            "offset": round(float(np.mean([bias for _, bias in last])) + offset, _FEW),
        }
        path.parent.mkdir(exist_ok=True)
        lines = (f'"{key}": {json.dumps(value)}' for key, value in stored.items())
        path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def _fitted(
    loss: Callable[[Any, Any], Any], features: int, examples: int, training: Training
) -> tuple[Any, ...]:
    return tuple(_member(loss, features, examples, training, seed) for seed in range(SEEDS))


def _member(
    loss: Callable[[Any, Any], Any], features: int, examples: int, training: Training, seed: int
) -> Any:
    import torch
    from torch import nn

    torch.manual_seed(seed)
    network = nn.Sequential(
        nn.Linear(features, UNITS), nn.ReLU(), nn.Dropout(training.dropout), nn.Linear(UNITS, 1)
    )
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=training.decay)
    for _ in range(training.epochs):
        for part in torch.randperm(examples).split(BATCH):
            optimiser.zero_grad()
            loss(network, part).backward()
            optimiser.step()
    return network.eval()


def _standard(rows: Rows) -> tuple[Rows, Rows]:
    """Return means and scales (k,); 1 is the scale of what does not vary: it says nothing."""
    spread = rows.std(axis=0)
    return rows.mean(axis=0), np.where(spread > 10**-_FEW, spread, 1.0)


def _weights(weights: Rows) -> "torch.Tensor":
    return _tensor(weights / weights.mean())


def _tensor(values: NDArray[Any]) -> "torch.Tensor":
    import torch

    return torch.tensor(values, dtype=torch.float)


def _short(values: Rows) -> Any:
    return np.round(values.astype(np.float64), _FEW).tolist()
