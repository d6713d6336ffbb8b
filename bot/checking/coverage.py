"""Score how much of a claim the evidence says: tokens in, a score in [0, 1] and lacking words out.

A logistic rule over three features:

- `covered`: share of the claim's content words, by stem, that its three best sentences say;
- `numbers`: numbers and dates that no sentence says; rough agreement counts half;
- `names`: words of names that no sentence says; a like spelling counts by its likeness.

The weights are a class-weighted logistic regression on WiCE dev without each fifth claim (280
claims; supported against partially supported and not): area under the ROC curve .84 in ten-fold
cross-validation, .81 on the 69 left out. Which features to take was seen on all of them.
bench/RESULTS.md has what did not pay.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bot.checking.matching import agreement
from bot.language.tokens import DATE, NAME, NUMBER, STOP, Token

BEST = 3  # sentences that may share a claim
INTERCEPT = -1.9
COVERED = 3.5
MISSING_NUMBER = -1.2
MISSING_NAME = -0.9
ALIKE = 0.5  # least likeness of two spellings of a name

Row = Sequence[Token]


@dataclass(frozen=True)
class Coverage:
    """How well a claim is covered: the score, and the words that the best sentences lack.

    `nothing`: they lack all of them.
    """

    score: float
    lacking: tuple[str, ...]
    nothing: bool = False


def coverage(claim: Row, rows: Sequence[Row]) -> Coverage:
    """Return how much of a claim the sentences say."""
    content = [token for token in claim if token.kind != STOP]
    if not content:
        return Coverage(0.0, ())
    left = _uncovered(content, rows)
    lacking = [token for token in content if token.key in left]
    numbers, named = missing(content, rows)
    logit = (
        INTERCEPT + COVERED * (1 - len(lacking) / len(content))
        + MISSING_NUMBER * numbers + MISSING_NAME * named
    )  # fmt: skip
    said = tuple(token.said for token in lacking)
    return Coverage(1 / (1 + math.exp(-logit)), said, nothing=len(lacking) == len(content))


def missing(content: Row, rows: Sequence[Row]) -> tuple[float, float]:
    """Return how many numbers and dates, and how many words of names, no sentence says."""
    held = {token.key: token for row in rows for token in row if token.kind != STOP}
    numbers = named = 0.0
    for token in content:
        if token.key in held:
            continue
        if token.kind in (NUMBER, DATE):
            numbers += 1 - max((agreement(token, other) for other in held.values()), default=0.0)
        elif token.kind == NAME:
            named += 1 - _most_alike(token.key, held)
    return numbers, named


def _uncovered(content: Row, rows: Sequence[Row]) -> set[str]:
    """Return the keys that are left when the best sentences have been chosen one by one."""
    left = {token.key for token in content}
    keys = [{token.key for token in row} for row in rows]
    for _ in range(BEST):
        left = left - max(keys, key=lambda held: len(left & held))
    return left


def _most_alike(key: str, held: Sequence[str] | dict[str, Token]) -> float:
    """Return the likeness of a name to the nearest word: Dice's share of common letter triples."""
    near = (other for other in held if other[:2] == key[:2] and other[0] not in "#@")
    likeness = max((_dice(_triples(key), _triples(other)) for other in near), default=0.0)
    return likeness if likeness >= ALIKE else 0.0


def _dice(one: set[str], other: set[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other))


def _triples(word: str) -> set[str]:
    framed = f"^{word}$"
    return {framed[at : at + 3] for at in range(len(framed) - 2)}
