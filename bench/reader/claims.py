"""What is learnt of claims: pairs of claim and evidence in, losses of those drawn out.

    python -m bench.reader.claims DATA EXAMPLES
    python -m bench.reader.claims DATA --weigh

The first writes the examples: what the score of the checker is fitted on (`bench/claims.py`), but
for the claims on policy and the pairs of the tests. The second weighs the claim reader against that
score on claims about documents that neither has seen, one half of them, and tells how well both do
together on the other; bot/checking/entailment.py (`HEARD`) leans on the reader less than that.
"""

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from torch.nn import functional

from bench import claims, command
from bench.reader.network import Network, Texts
from bench.verify import auroc
from bench.workplace import Workplace
from bot.checking.entailment import closest, fitted_logit
from bot.checking.verify import as_read, compared
from index.models.claim_reader import logit, pair_ids
from index.models.embedder import tokenizer_of
from index.models.model_files import DEFAULT_MODEL, locate

PAIRS = 48  # learnt from at each step
APART = 0.5  # weight of the loss on a true and a false claim of the same evidence
VALIDATED = 0.03  # of the evidences, left out of training to follow it
LEFT = ("policy", "pairs")  # small, and of the kind that judges: only the fitted score learns them

Row = dict[str, Any]


class School:
    """The claims, and the losses of those drawn."""

    def __init__(self, examples: Sequence[Row], network: Network) -> None:
        self.network = network
        self.tokenizer = tokenizer_of(locate(DEFAULT_MODEL))
        grouped: dict[tuple[str, ...], list[Row]] = defaultdict(list)
        for row in examples:
            grouped[tuple(row["evidence"])].append(row)
        known = sorted(grouped)
        kept = set(random.Random(3).sample(known, int(VALIDATED * len(known))))
        self.validated = [row for one in sorted(kept) for row in grouped[one]]
        self.learnt = [grouped[one] for one in known if one not in kept]

    def groups(self, chance: random.Random) -> list[list[Row]]:
        """Return all claims in an order of chance, those on the same evidence together."""
        order = list(self.learnt)
        chance.shuffle(order)
        made: list[list[Row]] = [[]]
        for rows in order:
            made[-1] += rows
            if len(made[-1]) >= PAIRS:
                made.append([])
        return made[:-1]

    def loss(self, rows: Sequence[Row], _: random.Random) -> torch.Tensor:
        """Return the loss of claims: on each by itself, and on each true beside each false one."""
        scores = self._scores(rows)
        wanted = torch.tensor([float(row["sound"]) for row in rows])
        weights = torch.tensor([float(row["weight"]) for row in rows])
        each = functional.binary_cross_entropy_with_logits(scores, wanted, reduction="none")
        loss = (each * weights).sum() / weights.sum()
        margins = [
            scores[one] - scores[other]
            for one, right in enumerate(rows)
            for other, wrong in enumerate(rows)
            if right["sound"] and not wrong["sound"] and right["evidence"] == wrong["evidence"]
        ]
        return loss + APART * functional.softplus(-torch.stack(margins)).mean() if margins else loss

    def _scores(self, rows: Sequence[Row]) -> torch.Tensor:
        texts = Texts(self.network, compared=False)
        pairs, parts = [], []
        for row in rows:
            mine, theirs = pair_ids(self.tokenizer, row["claim"], row["evidence"])
            one, other = texts.add(row["claim"], mine), texts.add(tuple(row["evidence"]), theirs)
            pairs.append((one, other))
            parts.append([*mine[1], *theirs[1]])
        texts.run()
        scores: torch.Tensor = self.network.answers(texts.pairs(pairs, parts)).squeeze(-1)
        return scores

    def validate(self, most: int = 400) -> str:
        """Return how the claims left out fare."""
        rows = self.validated[:most]
        scores: list[float] = []
        with torch.no_grad():
            for start in range(0, len(rows), PAIRS):
                scores += self._scores(rows[start : start + PAIRS]).tolist()
        told = [(score, bool(row["sound"])) for score, row in zip(scores, rows, strict=True)]
        return f"AUROC {auroc(told):.3f} of {len(told)}"


def _closest(one: claims.Example) -> tuple[str, tuple[str, ...]]:
    claim, _, pieces = as_read(one.claim, one.evidence)
    return claim, closest(claim, pieces)


def _write(place: Workplace, path: Path) -> None:
    made = [
        {
            **dict(zip(("claim", "evidence"), _closest(one), strict=True)),
            "sound": one.sound,
            "weight": claims.WEIGHTS[one.name],
            "set": one.name,
        }
        for one in claims.learnt(place)
        if one.name not in LEFT
    ]
    path.write_text(json.dumps(made), "utf-8")
    print(f"{len(made)} claims")


def _weigh(place: Workplace) -> None:
    rows, sound, chosen = [], [], []
    for one in claims.SETS["own"](place):
        found = compared(one.claim, one.evidence) if one.held_out else None
        heard = logit(*_closest(one)) if found else None
        if found and heard is not None:
            rows.append([fitted_logit(found.features), heard])
            sound.append(one.sound)
            chosen.append(claims.by_hash(one.evidence[0]) % 2 == 0)
    given, wanted, half = np.array(rows), np.array(sound), np.array(chosen)
    fitted = LogisticRegression().fit(given[half], wanted[half])
    own, read = fitted.coef_[0]
    print(
        f"own {own:.3f}, heard {read:.3f}, border {fitted.intercept_[0]:.3f}: {half.sum()} claims"
    )
    for name, score in (
        ("own", given[~half, 0]), ("heard", given[~half, 1]),
        ("both", fitted.decision_function(given[~half])),
    ):  # fmt: skip
        told = auroc(list(zip(score.tolist(), wanted[~half].tolist(), strict=True)))
        print(f"{name}: AUROC {told:.3f}")


def main() -> None:
    """Write the examples, or weigh."""
    parser = argparse.ArgumentParser(prog="bench.reader.claims", description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("examples", type=Path, nargs="?")
    parser.add_argument("--weigh", action="store_true")
    options = parser.parse_args()
    with command.workplace(command.parser("claims").parse_args([str(options.data)])) as place:
        if options.weigh:
            _weigh(place)
        else:
            _write(place, options.examples)


if __name__ == "__main__":
    main()
