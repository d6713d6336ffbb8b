"""Queries, and the fusion of dense and BM25 scores; near-identical hits are collapsed.

The same query on the same generation gives the same ranking: candidates are scored exactly, and
ties go to the newer brief, then by passage id.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from index.languages import language
from index.passage import Hit
from index.storage.lexicon import indexed_terms
from index.vectors.snapshot import Filters
from index.words import content_words, stem, stems_in

Scores = NDArray[np.float64]

# Chosen on crs gold-dev; bench/RESULTS.md has what was tried.
DENSE_WEIGHT = 0.5
CONTEXT_WEIGHT = 0.25  # weight of the words of earlier turns against those of the question
BRIEF_WEIGHT = 0.2  # of how well the brief's best three passages do, against the passage's own
FOOTNOTE_FACTOR = 0.7  # a footnote repeats the words of what it is a note to
CANDIDATES = 150  # passages from each engine
SAME_PASSAGE = 0.9  # share of equal words above which two passages count as one


@dataclass(frozen=True)
class Query:
    """What to look for. `context` holds words of earlier turns, searched with less weight."""

    text: str
    context: tuple[str, ...] = ()
    filters: Filters = field(default_factory=Filters)

    def terms(self) -> list[str]:
        """Return the stems of the question's content words; all its words if there are none.

        In another language than English, its stems too.
        """
        said = content_words(self.text)
        found = [*map(stem, said), *stems_in(language(self.text), said)]
        return found or indexed_terms(self.text)

    def context_terms(self) -> list[str]:
        """Return the stems of the context that the question does not hold itself."""
        own = set(self.terms())
        found = [stem(word) for part in self.context for word in content_words(part)]
        return [term for term in dict.fromkeys(found) if term not in own]

    def with_context(self) -> str:
        """Return context and question as one text, for the embedding model."""
        return " ".join((*self.context, self.text))

    def content(self) -> str:
        """Return the question's content words as one text, without what people say around them."""
        return " ".join(content_words(self.text)) or self.text


def fuse(own: NDArray[np.float64], brief: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return scores in [0, 1], shape (n,), of both parts of `engine_scores`."""
    return (own + BRIEF_WEIGHT * brief) / (1 + BRIEF_WEIGHT)


def engine_scores(
    cosines: NDArray[np.float64],
    bm25: NDArray[np.float64],
    briefs: NDArray[np.int64],
    footnotes: NDArray[np.bool_],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the passages' own scores and those of their briefs, in [0, 1], shape (n,) all.

    A passage's own is the convex combination of its engines' scores after min-max scaling, as in
    Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", 2023,
    doi:10.1145/3596512. `briefs` says which passages share a brief: one that answers has other
    passages near the question too.
    """
    own = DENSE_WEIGHT * scaled(cosines) + (1 - DENSE_WEIGHT) * scaled(bm25)
    own = np.where(footnotes, FOOTNOTE_FACTOR * own, own)
    return own, scaled(_brief_scores(own, briefs))


def _brief_scores(scores: NDArray[np.float64], briefs: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return for each passage the mean of its brief's three best scores, missing ones being 0."""
    means = np.zeros_like(scores)
    for brief in np.unique(briefs):
        members = briefs == brief
        means[members] = np.sort(scores[members])[-3:].sum() / 3
    return means


def scaled(values: Scores) -> Scores:
    """Return values moved and stretched to [0, 1]; all 0 where they do not differ."""
    if not len(values):
        return values
    low, high = float(values.min()), float(values.max())
    return (values - low) / (high - low) if high > low else np.zeros_like(values)


def merge_scores(own: Mapping[int, float], context: Mapping[int, float]) -> dict[int, float]:
    """Return BM25 scores of the question with those of the context added at their lower weight."""
    merged = dict(own)
    for pk, score in context.items():
        merged[pk] = merged.get(pk, 0.0) + CONTEXT_WEIGHT * score
    return merged


def best(scores: Mapping[int, float], limit: int) -> list[int]:
    """Return the passage numbers with the highest scores, highest first, ties by number."""
    return sorted(scores, key=lambda pk: (-scores[pk], pk))[:limit]


def order(hits: Sequence[Hit]) -> list[Hit]:
    """Sort hits by score; equal ones by date, newest first, then by id."""
    by_id = sorted(hits, key=lambda hit: hit.passage_id)
    by_date = sorted(by_id, key=lambda hit: hit.brief.date or "", reverse=True)
    return sorted(by_date, key=lambda hit: hit.score, reverse=True)


def collapse(hits: Sequence[Hit], limit: int) -> list[Hit]:
    """Return the first `limit` hits; one that says the same as an earlier one is named there.

    Passages with other numbers never say the same, however alike their words are.
    """
    kept: list[Hit] = []
    bags: list[tuple[frozenset[str], frozenset[str]]] = []
    for hit in hits:
        bag = _bag(hit.passage.text)
        twin = next((row for row, other in enumerate(bags) if _same(bag, other)), None)
        if twin is not None:
            kept[twin] = replace(kept[twin], also_in=(*kept[twin].also_in, hit.passage_id))
        elif len(kept) < limit:
            kept.append(hit)
            bags.append(bag)
        else:
            break
    return kept


def _bag(text: str) -> tuple[frozenset[str], frozenset[str]]:
    terms = frozenset(indexed_terms(text))
    return terms, frozenset(term for term in terms if any(map(str.isdigit, term)))


def _same(
    first: tuple[frozenset[str], frozenset[str]], second: tuple[frozenset[str], frozenset[str]]
) -> bool:
    if first[1] != second[1]:
        return False
    union = len(first[0] | second[0])
    return union > 0 and len(first[0] & second[0]) / union >= SAME_PASSAGE
