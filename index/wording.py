"""Say which of a question's words a text says, and what each is worth: texts in, stems out.

A word counts by how rare it is among the passages, and is said by its stem or a longer form of it.
Knows nothing of vectors or of sentences.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

from index.words import content_words, stem, words

CONTEXT_WEIGHT = 0.4  # of a word lent by earlier turns, against one of the question
ROOT = 5  # letters from which the beginning of a word stands for the word

_FISCAL_YEAR = re.compile(r"^fy(\d\d)$")
_NOTHING = r"(?!)"  # matches nowhere


def word_weights(
    question: str, context: str, idf: Callable[[Sequence[str]], Mapping[str, float]]
) -> dict[str, float]:
    """Return the stems of a question and of its context with their weights; they sum to 1.

    `idf` gives the inverse document frequency of each stem.
    """
    own = {stem(word) for word in content_words(question)}
    lent = {stem(word) for word in content_words(context)} - own
    rarity = idf(sorted(own | lent))
    weights = {term: rarity[term] * (1.0 if term in own else CONTEXT_WEIGHT) for term in rarity}
    total = sum(weights.values())
    return {term: weight / total for term, weight in weights.items()} if total else {}


def said(terms: Iterable[str], text: str) -> frozenset[str]:
    """Return those stems that a text says, or says as a longer or shorter form."""
    present, joined = _stems(text)
    return frozenset(
        term for term in terms if term in present or re.search(rf"\b{_other_forms(term)}", joined)
    )


def share(weights: Mapping[str, float], terms: Iterable[str]) -> float:
    """Return the summed weight of stems."""
    return sum(weights[term] for term in terms)


@lru_cache(maxsize=16_384)
def _stems(text: str) -> tuple[frozenset[str], str]:
    present = frozenset(stem(word) for word in words(text))
    return present, " ".join(sorted(present))


@lru_cache(maxsize=1024)
def _other_forms(term: str) -> str:
    """Return a pattern of what else says it: "appropriations" for "approp", "FY2027" for FY27."""
    year = _FISCAL_YEAR.match(term)
    if year:
        return f"fy20{year[1]}\\b"
    return term if len(term) >= ROOT and term.isalpha() else _NOTHING
