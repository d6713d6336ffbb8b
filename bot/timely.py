"""Search a library within the time, or the version, that a question speaks of.

In: a standalone question with its period, the filters that were given. Out: the hits, and the notes
that say what was searched. Where nothing passes, all briefs are searched, and a note says so: a
time misread must not lose the answer. Where the question tells its time by an event ("since the
ceasefire"), the briefs are asked for its day; where they give none, there is no period.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from bot import editions, freshness
from bot.answer import Period, Standalone
from bot.eventdays import EventPeriod, period_by, told, topic_of
from bot.events import Event, event_of
from index.dates import first_day, last_day
from index.passage import Hit
from index.search import Query
from index.snapshot import Filters

LOOKED_AT = 30  # passages that may tell of an event
DEEPER = 3  # times as many hits are looked at where the period orders them


class Searchable(Protocol):
    """What is needed of a library."""

    def search(self, query: Query, limit: int = 10) -> list[Hit]:
        """Return the best passages, best first."""
        ...


@dataclass(frozen=True)
class Found:
    """Hits with the notes on what was searched; `narrowed` if the question's own words kept out.

    `period` is the one that was taken: the question's, or that of its event.
    """

    hits: tuple[Hit, ...] = ()
    notes: tuple[str, ...] = ()
    narrowed: bool = False
    period: Period | None = None


def find(
    library: Searchable,
    asked: Standalone,
    given: Filters,
    limit: int,
    cited: Sequence[str] = (),
) -> Found:
    """Return the hits of the time and version that the question names, at most `limit`.

    `cited` are the ids of the briefs cited last, which know best what "the visit" is.
    """
    if version := editions.named(asked.question, given):
        filters, words = version
        if hits := library.search(_query(asked, filters), limit):
            return Found(tuple(hits), (editions.shown(words),), narrowed=True, period=asked.period)
        return _all(library, asked, given, limit, editions.missing(words))
    if asked.period is None and (event := event_of(asked.searched)):
        asked = replace(asked, period=_by_event(library, asked, event, given, cited))
    return replace(_within(library, asked, given, limit), period=asked.period)


def _within(library: Searchable, asked: Standalone, given: Filters, limit: int) -> Found:
    period = asked.period
    if period is None:
        return Found(tuple(library.search(_query(asked, given), limit)))
    if not period.narrows:
        hits = library.search(_query(asked, given), limit * DEEPER)
        ordered = freshness.arranged(hits, period)[:limit]
        said = ordered != hits[:limit] or isinstance(period, EventPeriod)
        return Found(tuple(ordered), (freshness.taken(period),) if said else ())
    if hits := library.search(_query(asked, narrowed(given, period)), limit):
        return Found(tuple(hits), (freshness.taken(period),), narrowed=True)
    return _all(library, asked, given, limit, freshness.missed(period))


def _by_event(
    library: Searchable,
    asked: Standalone,
    event: Event,
    given: Filters,
    cited: Sequence[str],
) -> EventPeriod | None:
    """Return the period on one side of an event, None where the briefs give not one day for it."""
    if cited and not given.briefs and not event.others:
        within = Query(event.named, (), replace(given, briefs=tuple(cited)))
        days = told(event, library.search(within, LOOKED_AT), None)
        if days:
            return period_by(asked.searched, event, days[0]) if len(days) == 1 else None
    queries = _query(asked, given), Query(event.named, asked.context, given)
    hits = [hit for query in queries for hit in library.search(query, LOOKED_AT)]
    days = told(event, hits, topic_of(asked, event))
    return period_by(asked.searched, event, days[0]) if len(days) == 1 else None


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
    hits = library.search(_query(asked, given), limit)
    return Found(tuple(hits), notes, period=asked.period)


def _query(asked: Standalone, filters: Filters) -> Query:
    return Query(asked.searched, asked.context, filters)
