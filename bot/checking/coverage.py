"""Find what of a claim its evidence does not say: tokens in, the lacking ones and a score out.

The score is for long evidence, a whole article, where the order of words tells nothing: a logistic
rule over the share of the claim's content words that its three best sentences say, and the numbers,
dates and names that no sentence says. Its weights are a class-weighted logistic regression on WiCE
dev without each fifth claim.
"""

import math
from collections.abc import Iterable, Sequence

from bot.checking.matching import agreement
from bot.language.tokens import DATE, NAME, NUMBER, STOP, Token

BEST = 3  # sentences that may share a claim
INTERCEPT = -1.9
COVERED = 3.5
MISSING_NUMBER = -1.2
MISSING_NAME = -0.9
ALIKE = 0.5  # least likeness of two spellings of a name

Row = Sequence[Token]


def lacking(content: Row, rows: Sequence[Row]) -> list[Token]:
    """Return the words of a claim that its three best sentences, chosen one by one, lack."""
    left = {token.key for token in content}
    keys = [{token.key for token in row} for row in rows]
    for _ in range(BEST):
        left = left - max(keys, key=lambda held: len(left & held))
    return [token for token in content if token.key in left]


def coverage(content: Row, rows: Sequence[Row]) -> float:
    """Return how much of a claim the sentences say, in [0, 1]."""
    numbers, named = missing(content, rows)
    logit = (
        INTERCEPT + COVERED * (1 - len(lacking(content, rows)) / len(content))
        + MISSING_NUMBER * numbers + MISSING_NAME * named
    )  # fmt: skip
    return 1 / (1 + math.exp(-logit))


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
            named += 1 - most_alike(token.key, held)
    return numbers, named


def most_alike(key: str, held: Iterable[str]) -> float:
    """Return the likeness of a name to the nearest word: Dice's share of common letter triples."""
    near = (other for other in held if other[:2] == key[:2] and other[0] not in "#@")
    likeness = max((_dice(_triples(key), _triples(other)) for other in near), default=0.0)
    return likeness if likeness >= ALIKE else 0.0


def _dice(one: set[str], other: set[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other))


def _triples(word: str) -> set[str]:
    framed = f"^{word}$"
    return {framed[at : at + 3] for at in range(len(framed) - 2)}
