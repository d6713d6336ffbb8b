"""Search a library within the time, or the version, that a question speaks of.

In: a standalone question with its period, the filters that were given. Out: the hits, and the notes
that say what was searched. Where nothing passes, all briefs are searched, and a note says so: a
time misread must not lose the answer. Where the question tells its time by an event ("since the
ceasefire"), the briefs are asked for its day; where they give none, there is no period.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot import editions, freshness
from bot.answer import Period, Standalone
from bot.eventdays import EventPeriod, period_by, told, topic_of
from bot.events import Event, event_of
from bot.gathering import Gathered, Searchable, gather, query_of
from index.dates import first_day, last_day
from index.passage import Hit
from index.search import Query
from index.vectors.snapshot import Filters

LOOKED_AT = 30  # passages that may tell of an event
DEEPER = 3  # times as many hits are looked at where the period orders them


@dataclass(frozen=True)
class Found:
    """Hits with the notes on what was searched; `narrowed` if the question's own words kept out.

    `period` is the one that was taken: the question's, or that of its event. `whole` are the hits
    of the question by itself where its parts were searched too (bot/gathering.py).
    """

    hits: tuple[Hit, ...] = ()
    notes: tuple[str, ...] = ()
    narrowed: bool = False
    period: Period | None = None
    whole: tuple[Hit, ...] = ()


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
        if (got := gather(library, asked, filters, limit)).hits:
            found = _found(got, editions.shown(words))
            return replace(found, narrowed=True, period=asked.period)
        return _all(library, asked, given, limit, editions.missing(words))
    if asked.period is None and (event := event_of(asked.searched)):
        asked = replace(asked, period=_by_event(library, asked, event, given, cited))
    return replace(_within(library, asked, given, limit), period=asked.period)


def _within(library: Searchable, asked: Standalone, given: Filters, limit: int) -> Found:
    period = asked.period
    if period is None:
        return _found(gather(library, asked, given, limit))
    if not period.narrows:
        return _in_order(gather(library, asked, given, limit * DEEPER), period, limit)
    if (got := gather(library, asked, narrowed(given, period), limit)).hits:
        return replace(_found(got, freshness.taken(period)), narrowed=True)
    return _all(library, asked, given, limit, freshness.missed(period))


def _in_order(got: Gathered, period: Period, limit: int) -> Found:
    """Return hits with those that fit the period first, and the note if that changed anything."""
    ordered = freshness.arranged(got.hits, period)[:limit]
    said = ordered != got.hits[:limit] or isinstance(period, EventPeriod)
    whole = freshness.arranged(got.whole, period)[:limit]
    return Found(tuple(ordered), (freshness.taken(period),) if said else (), whole=tuple(whole))


def _found(got: Gathered, *notes: str) -> Found:
    return Found(tuple(got.hits), notes, whole=tuple(got.whole))


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
    queries = query_of(asked, given), Query(event.named, asked.context, given)
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
    return replace(_found(gather(library, asked, given, limit), *notes), period=asked.period)
