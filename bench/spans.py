"""Compare the passages found with spans of a corpus, word by word: recall, precision, IoU.

After Smith and Troynikov, "Evaluating Chunking Strategies for Retrieval", 2024
(research.trychroma.com/evaluating-chunking), which counts tokens; words that are found twice count
once. Knows nothing of ranking.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_KEY_WORDS = 6  # by which the place of a passage in its corpus is looked up
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Overlap:
    """How the words found lie to the words wanted, each in [0, 1]."""

    recall: float
    precision: float
    iou: float


class Corpus:
    """The words of a text, by position in characters and by what stands together."""

    def __init__(self, text: str) -> None:
        """Cut the text into words."""
        found = list(_WORD.finditer(text))
        self._words = [match.group().lower() for match in found]
        self._starts = [match.start() for match in found]
        self._places: dict[tuple[str, ...], list[int]] = {}
        for at in range(len(found)):
            self._places.setdefault(tuple(self._words[at : at + _KEY_WORDS]), []).append(at)

    def between(self, start: int, end: int) -> set[int]:
        """Return the numbers of the words that begin in the characters start:end."""
        return {at for at, place in enumerate(self._starts) if start <= place < end}

    def of(self, passage: str) -> set[int]:
        """Return the numbers of the words of a passage; empty where it does not stand here."""
        words = [word.lower() for word in _WORD.findall(passage)]
        if len(words) < _KEY_WORDS:
            return set()
        for at in self._places.get(tuple(words[:_KEY_WORDS]), ()):
            if self._words[at : at + len(words)] == words:
                return set(range(at, at + len(words)))
        return set()


def overlap(found: Iterable[set[int]], wanted: Iterable[set[int]]) -> Overlap:
    """Return how the words of all passages lie to the words of all spans."""
    here, there = set[int]().union(*found), set[int]().union(*wanted)
    both = len(here & there)
    return Overlap(
        recall=both / len(there) if there else 0.0,
        precision=both / len(here) if here else 0.0,
        iou=both / len(here | there) if here | there else 0.0,
    )
