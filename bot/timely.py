"""Search a library within the time, or the version, that a question speaks of.

In: a standalone question with its period, the filters that were given. Out: the hits, and the notes
that say what was searched. Where nothing passes, all briefs are searched, and a note says so: a
time misread must not lose the answer.
"""

from dataclasses import dataclass, replace
from typing import Protocol

from bot import editions, freshness
from bot.answer import Period, Standalone
from index.dates import first_day, last_day
from index.passage import Hit
from index.search import Query
from index.snapshot import Filters

DEEPER = 3  # times as many hits are looked at where the period orders them


class Searchable(Protocol):
    """What is needed of a library."""

    def search(self, query: Query, limit: int = 10) -> list[Hit]:
        """Return the best passages, best first."""
        ...


@dataclass(frozen=True)
class Found:
    """Hits with the notes on what was searched; `narrowed` if the question's own words kept out."""

    hits: tuple[Hit, ...] = ()
    notes: tuple[str, ...] = ()
    narrowed: bool = False


def find(library: Searchable, asked: Standalone, given: Filters, limit: int) -> Found:
    """Return the hits of the time and version that the question names, at most `limit`."""
    period = asked.period
    if version := editions.named(asked.question, given):
        filters, words = version
        if hits := library.search(_query(asked, filters), limit):
            return Found(tuple(hits), (editions.shown(words),), narrowed=True)
        return _all(library, asked, given, limit, editions.missing(words))
    if period is None:
        return Found(tuple(library.search(_query(asked, given), limit)))
    if not period.narrows:
        hits = library.search(_query(asked, given), limit * DEEPER)
        ordered = freshness.arranged(hits, period)[:limit]
        moved = ordered != hits[:limit]
        return Found(tuple(ordered), (freshness.taken(period),) if moved else ())
    if hits := library.search(_query(asked, narrowed(given, period)), limit):
        return Found(tuple(hits), (freshness.taken(period),), narrowed=True)
    return _all(library, asked, given, limit, freshness.missed(period))


def everywhere(library: Searchable, asked: Standalone, given: Filters, limit: int) -> Found:
    """Return what all briefs have, for a question that its own time or version does not answer."""
    if version := editions.named(asked.question, given):
        return _all(library, asked, given, limit, editions.missing(version[1]))
    if asked.period is not None:
        return _all(library, asked, given, limit, freshness.missed(asked.period))
    return _all(library, asked, given, limit)


def narrowed(filters: Filters, period: Period) -> Filters:
    """Return the filters with the days of a period; of two bounds the narrower holds."""
    since = [day for day in (filters.since, period.since) if day]
    until = [day for day in (filters.as_of, period.until) if day]
    return replace(
        filters,
        since=max(since, key=first_day, default=None),
        as_of=min(until, key=last_day, default=None),
    )


def _all(library: Searchable, asked: Standalone, given: Filters, limit: int, *notes: str) -> Found:
    return Found(tuple(library.search(_query(asked, given), limit)), notes)


def _query(asked: Standalone, filters: Filters) -> Query:
    return Query(asked.searched, asked.context, filters)
