"""A library as those see it who may see only some of its collections.

What is read into a question, a word spelled right or a brief recognised by its title, would betray
what they may not see. Filters in, the library's own methods with them out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.library import Library
from index.passage import BriefRef
from index.vectors.snapshot import Filters
from index.words import stem, words


@dataclass(frozen=True)
class VisibleLibrary:
    """What a question is read with."""

    library: Library
    filters: Filters

    @classmethod
    def through(cls, library: Library, filters: Filters) -> "VisibleLibrary | Library":
        """Return the library as it is seen through the collections of filters."""
        return (
            cls(library, Filters(collections=filters.collections))
            if filters.collections
            else library
        )

    def briefs(self) -> tuple[BriefRef, ...]:
        """Return the current briefs; the same tuple until something is published."""
        return self.library.briefs(self.filters)

    def idf(self, terms: Sequence[str]) -> Mapping[str, float]:
        """Return the inverse document frequency of each stem."""
        return self.library.idf(terms)

    def spellings(self, typed: Sequence[str]) -> dict[str, str]:
        """Return how the passages write those words that none has and that are typed wrong."""
        found = self.library.spellings(typed)
        return {word: meant for word, meant in found.items() if self._says(meant)}

    def compounds(self, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """Return the one word that passages write for those pairs of words that none has."""
        found = self.library.compounds(pairs)
        return {pair: whole for pair, whole in found.items() if self._says(whole)}

    def _says(self, text: str) -> bool:
        return not self.library.unknown([stem(word) for word in words(text)], self.filters)
