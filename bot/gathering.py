"""Search for a question and for each of its parts: question and filters in, one list of hits out.

A hit of the merged list has the mean of its score for the whole question and of its best score for
a part, the part's counting twice, so that the best passages of every part come first. A question
without parts is searched once, and its hits stay as they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from bot.answer import Standalone
from bot.parts import parts_of
from index.passage import Hit
from index.search import Query, collapse, order
from index.vectors.snapshot import Filters

# Of .3 to 3, any weight from 1 on does as well; bench/RESULTS.md has the tries.
PART_WEIGHT = 2.0  # of the best score for a part, against the score for the whole question
DEEP = 50  # hits of each search that are merged


class Searchable(Protocol):
    """What is needed of a library."""

    def search(self, query: Query, limit: int = 10) -> list[Hit]:
        """Return the best passages, best first."""
        ...


@dataclass(frozen=True)
class Gathered:
    """The hits, and where parts were searched too, those of the whole question by itself."""

    hits: list[Hit]
    whole: list[Hit]  # [] for a question without parts


def gather(library: Searchable, asked: Standalone, filters: Filters, limit: int) -> Gathered:
    """Return at most `limit` hits of a question and its parts, best first."""
    parts = parts_of(asked)
    if not parts:
        return Gathered(library.search(query_of(asked, filters), limit), [])
    deep = max(limit, DEEP)
    whole, *others = (library.search(query_of(one, filters), deep) for one in (asked, *parts))
    return Gathered(merged(whole, others, limit), whole[:limit])


def merged(whole: Sequence[Hit], others: Sequence[Sequence[Hit]], limit: int) -> list[Hit]:
    """Return the best of the hits of the whole question and of its parts; see the module."""
    own = {hit.passage_id: hit.score for hit in whole}
    parts: dict[str, float] = {}
    known = {hit.passage_id: hit for hit in whole}
    for hit in (hit for hits in others for hit in hits):
        known.setdefault(hit.passage_id, hit)
        parts[hit.passage_id] = max(hit.score, parts.get(hit.passage_id, 0.0))
    scored = [
        replace(hit, score=_mean(own.get(key, 0.0), parts.get(key, 0.0)))
        for key, hit in known.items()
    ]
    return collapse(order(scored), limit)


def query_of(asked: Standalone, filters: Filters) -> Query:
    """Return what is searched for a question."""
    return Query(asked.searched, asked.context, filters)


def _mean(whole: float, part: float) -> float:
    return round((whole + PART_WEIGHT * part) / (1 + PART_WEIGHT), 6)
