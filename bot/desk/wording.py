"""Say how two texts differ, word by word: two texts in, pieces kept, taken out and put in out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

SAME, OUT, IN = "same", "out", "in"
LONGEST = 3_000  # words of a text that is compared word by word

_WORDS = re.compile(r"\w+(?:[.,]\w+)*|\s+|[^\w\s]")


@dataclass(frozen=True)
class Piece:
    """Words that both texts have, or one of them."""

    kind: str
    text: str


def differences(old: str, new: str) -> list[Piece]:
    """Return the pieces that, in order, lead from the old text to the new one."""
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    if len(before) > LONGEST or len(after) > LONGEST:
        return [Piece(SAME, old)] if old == new else [Piece(OUT, old), Piece(IN, new)]
    return list(_pieces(before, after))


def _pieces(before: list[str], after: list[str]) -> Iterator[Piece]:
    # White space matches everywhere and would tear the changed words into single ones.
    matcher = SequenceMatcher(str.isspace, before, after, autojunk=False)
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind == "equal":
            yield Piece(SAME, "".join(before[i:j]))
            continue
        if i < j:
            yield Piece(OUT, "".join(before[i:j]))
        if k < m:
            yield Piece(IN, "".join(after[k:m]))


def words(text: str) -> frozenset[str]:
    """Return the words of a text by which paragraphs are told to be alike."""
    return frozenset(word for word in _WORDS.findall(text.lower()) if word[0].isalnum())


def likeness(some: frozenset[str], others: frozenset[str]) -> float:
    """Return in [0, 1] how many words two texts share, as a share of all."""
    union = len(some | others)
    return len(some & others) / union if union else 1.0
