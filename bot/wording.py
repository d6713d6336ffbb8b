"""Weigh the words of a standalone question: question and frequencies in, stems with weights out."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from bot.answer import Standalone
from index import words


class Frequencies(Protocol):
    """What is needed of a library to weigh words."""

    def idf(self, terms: Sequence[str]) -> Mapping[str, float]:
        """Return the inverse document frequency of each stem."""
        ...


def word_weights(question: Standalone, library: Frequencies) -> dict[str, float]:
    """Return the stems of the question and its context with their weights; they sum to 1."""
    return words.word_weights(question.searched, question.topic, library.idf)
