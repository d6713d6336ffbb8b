"""Measure how far judges agree, and which threshold fits them: pairs of words in, figures out.

Knows nothing of answers, ledgers and editors. No I/O.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

Pair = tuple[str, str]  # what one judge said of a thing, and what another did
Scored = tuple[float, bool]  # the machine's score in [0, 1], and whether the sentence is supported


@dataclass(frozen=True)
class Agreement:
    """How far two judges agree. `kappa` is None where chance alone explains all there is."""

    total: int
    same: int
    kappa: float | None

    @property
    def share(self) -> float | None:
        """The share on which they agree, in [0, 1]; None of nothing."""
        return self.same / self.total if self.total else None


@dataclass(frozen=True)
class Threshold:
    """The least score of what is taken for supported, and what that gives."""

    score: float
    balanced: float  # mean of the supported and the unsupported told right, in [0, 1]
    supported_kept: float  # share of the supported that reach it
    others_caught: float  # share of the rest that do not


def agreement(pairs: Iterable[Pair]) -> Agreement:
    """Return the agreement with Cohen's kappa: what exceeds chance, by what could exceed it.

    J. Cohen, 1960, doi:10.1177/001316446002000104. 1 is full agreement, 0 what chance gives; it is
    undefined where both judges said one and the same word of everything.
    """
    listed = list(pairs)
    total = len(listed)
    same = sum(one == other for one, other in listed)
    if not total:
        return Agreement(0, 0, None)
    ones, others = (Counter(side) for side in zip(*listed, strict=True))
    chance = sum(ones[word] * others[word] for word in ones) / (total * total)
    kappa = None if math.isclose(chance, 1) else (same / total - chance) / (1 - chance)
    return Agreement(total, same, kappa)


def confusion(
    pairs: Iterable[Pair], rows: Sequence[str], columns: Sequence[str]
) -> list[list[int]]:
    """Return how often each pair of words came, shape (rows, columns)."""
    counted = Counter(pairs)
    return [[counted[row, column] for column in columns] for row in rows]


def at_threshold(scored: Sequence[Scored], score: float) -> Threshold | None:
    """Return what a threshold gives; None unless there are sentences of both kinds."""
    supported = [value for value, held in scored if held]
    others = [value for value, held in scored if not held]
    if not supported or not others:
        return None
    kept = sum(value >= score for value in supported) / len(supported)
    caught = sum(value < score for value in others) / len(others)
    return Threshold(score, (kept + caught) / 2, kept, caught)


def best_threshold(scored: Sequence[Scored], today: float) -> Threshold | None:
    """Return the threshold of the highest balanced accuracy, of equals the nearest to today's.

    Thresholds between two scores seen are one and the same to them: the middle stands for all.
    """
    seen = sorted({value for value, _ in scored})
    between = [(low + high) / 2 for low, high in pairwise(seen)]
    tried = [at_threshold(scored, score) for score in (today, *between)]
    found = [one for one in tried if one is not None]
    return max(found, key=lambda one: (one.balanced, -abs(one.score - today)), default=None)
