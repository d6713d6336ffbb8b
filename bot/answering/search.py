"""Find the passages for a question: the one way of searching, for whoever asks.

A question is searched within the time, or the version of a brief, that it names. Where nothing
passes, all briefs are searched, and a note says so: a time misread must not lose the answer. So it
is with the briefs that it names by number or title, and with the edition of a series whose title
says the time and something else of the question ("Boston, July 2018").

Of a question that asks several things each part is searched too. A hit of the merged list has the
mean of its score for the whole question and of its best score for a part, the part's counting
twice, so that the best passages of every part come first.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from bot.answering import freshness
from bot.answering.amendments import without_amended
from bot.answering.reranking import DEPTH, RerankedLibrary, reordered
from bot.language.dates import Moment, moments
from bot.question.question import LONGEST_QUESTION, Period, Question, Turn
from bot.question.reading import read, today_in
from index.dates import first_day, last_day
from index.library import Library
from index.passage import BriefRef, Hit
from index.search import Query, collapse, order
from index.vectors.snapshot import EVERYTHING, Filters
from index.visible import VisibleLibrary
from index.words import stems

HITS = 10  # passages searched for, where nobody says how many
DEEPER = 3  # times as many hits are looked at where the period orders them
# Of .3 to 3, any weight from 1 on does as well; bench/RESULTS.md has the tries.
PART_WEIGHT = 2.0  # of the best score for a part, against the score for the whole question
DEEP = 50  # hits of each search that are merged
EDITIONS = 4  # briefs of a series that one question may mean
COMMON = 0.5  # share of the titles from which a word tells none of them from the others
_OPEN = ("since", "after", "from", "before", "until", "till", "by", "up to", "prior")


class Searchable(RerankedLibrary, Protocol):
    """What is needed of a library."""

    def search(self, query: Query, limit: int = 10) -> list[Hit]:
        """Return the best passages, best first."""
        ...

    def briefs(self, filters: Filters = ...) -> tuple[BriefRef, ...]:
        """Return the current briefs that filters let through."""
        ...


@dataclass(frozen=True)
class SearchResult:
    """Hits with the notes on what was searched; `narrowed` if the question's own words kept out.

    `whole` are the hits of the question by itself where those of its parts are merged into `hits`:
    by them it is decided whether it is answered. `filters` are those that were given. `asked` is
    the question as it was searched, where that is not as it was put: without what names the brief.
    """

    hits: tuple[Hit, ...] = ()
    notes: tuple[str, ...] = ()
    narrowed: bool = False
    whole: tuple[Hit, ...] = ()
    filters: Filters = EVERYTHING
    asked: Question | None = None


def search(
    library: Library,
    query: str,
    turns: Sequence[Turn | str] = (),
    filters: Filters = EVERYTHING,
    limit: int = HITS,
    *,
    zone: str | None = None,
) -> tuple[Question, SearchResult]:
    """Return how a query is understood, and what is found for it.

    `zone` is the asker's time zone, the settings' if None. A text longer than a question may be is
    searched as it stands.
    """
    if len(query) > LONGEST_QUESTION:
        question = Question(query, query)
    else:
        today = today_in(zone or library.settings.timezone)
        question = read(query, turns, today=today, library=VisibleLibrary.through(library, filters))
    return question, find(library, question, filters, limit)


def find(library: Searchable, question: Question, given: Filters, limit: int) -> SearchResult:
    """Return the hits of the time and version that the question names, at most `limit`.

    Filters that name briefs hold against a version that the question names.
    """
    return _told(question, replace(_find(library, question, given, limit), filters=given))


def _told(question: Question, found: SearchResult) -> SearchResult:
    """Return a result with notes on words read otherwise and on years not found."""
    notes = found.notes
    if question.respelled:
        changes = " and ".join(f"“{typed}” as “{read}”" for typed, read in question.respelled)
        notes = (*notes, f"Read {changes}.")
    if years := freshness.unmentioned(question, found.hits):
        notes = (*notes, f"No passage found mentions {' or '.join(years)}.")
    return replace(found, notes=notes)


def _find(library: Searchable, question: Question, given: Filters, limit: int) -> SearchResult:
    if question.version and not given.briefs:
        version = question.version
        if (got := gather(library, question, version.within(given), limit)).hits:
            note = f"Searched “{version.said}”, not the current version."
            return replace(got, notes=(note,), narrowed=True)
        return _everywhere(library, question, given, limit)
    if question.briefs and not given.briefs:
        named = replace(given, briefs=question.briefs)
        got = _of_period(library, question.inside or question, named, limit)
        if got.hits and not (question.period and question.period.narrows and not got.narrowed):
            notes = (_searched_in(got.hits), *got.notes)
            return replace(got, notes=notes, narrowed=True, asked=question.inside)
    if not given.briefs and (ids := editions(question, library.briefs(given))):
        got = gather(library, question, replace(given, briefs=ids), limit)
        if got.hits:
            return replace(got, notes=(_searched_in(got.hits),), narrowed=True)
    return _of_period(library, question, given, limit)


def editions(question: Question, briefs: Sequence[BriefRef]) -> tuple[str, ...]:
    """Return the ids of the briefs whose titles say the time of a question and most else of it.

    At most EDITIONS; a word that most titles have says nothing.
    """
    period = question.period
    if period is None or period.edge or period.said.lower().startswith(_OPEN):
        return ()
    asked = [one for one in moments(period.said) if one.year]
    dated = [one for one in briefs if any(_says_time(one.title, time) for time in asked)]
    if not dated:
        return ()
    counts = Counter(stem for brief in briefs for stem in set(stems(brief.title)))
    telling = {one for one in question.stems if 0 < counts[one] <= COMMON * len(briefs)}
    telling -= set(stems(period.said))
    said = {brief.id: len(telling & set(stems(brief.title))) for brief in dated}
    most = max(said.values())
    best = tuple(name for name, count in said.items() if count == most)
    return best if most and len(best) <= EDITIONS else ()


def _says_time(title: str, asked: Moment) -> bool:
    return any(
        one.year == asked.year and asked.month in (None, one.month) and not one.fiscal
        for one in moments(title)
    )


def _of_period(library: Searchable, question: Question, given: Filters, limit: int) -> SearchResult:
    """Return the hits of the period that a question names; of amended briefs only the newer."""
    period = question.period
    if period is None:
        return _in_force(question, gather(library, question, given, limit))
    if period.edge:
        return _at_edge(library, question, given, limit)
    if period.as_of:
        got = _known_then(library, question, given, limit)
    elif period.narrows:
        got = gather(library, question, narrowed(given, period), limit)
    else:
        got = gather(library, question, given, limit * DEEPER)
        return _in_force(question, _in_order(got, period, limit))
    if not got.hits:
        return _everywhere(library, question, given, limit)
    return _in_force(question, replace(got, notes=(freshness.taken(period),), narrowed=True))


def _in_force(question: Question, got: SearchResult) -> SearchResult:
    """Return the hits without those of briefs that another of them amends."""
    hits, notes = without_amended(got.hits, question.wants)
    if not notes:
        return got
    left = {hit.brief.id for hit in hits}
    whole = tuple(hit for hit in got.whole if hit.brief.id in left)
    return replace(got, hits=hits, notes=(*got.notes, *notes), whole=whole)


def _known_then(
    library: Searchable, question: Question, given: Filters, limit: int
) -> SearchResult:
    """Return what was published up to a time, the latest first, with later words of that time.

    A figure as of a day is often published later: a passage that names the time counts too.
    """
    period = question.period
    assert period is not None
    then = gather(library, question, narrowed(given, period), limit * DEEPER)
    if not then.hits:
        return then
    known = {hit.passage_id for hit in then.hits}
    later = tuple(
        hit
        for hit in gather(library, question, given, limit).hits
        if hit.passage_id not in known and freshness.mentions(hit.passage.text, period)
    )
    ordered = freshness.arranged(order([*then.hits, *later]), period)
    return replace(then, hits=tuple(ordered[:limit]))


def _at_edge(library: Searchable, question: Question, given: Filters, limit: int) -> SearchResult:
    """Return the hits of the oldest, or the newest, of the briefs that are about as near."""
    period = question.period
    assert period is not None
    got = gather(library, question, given, limit * DEEPER)
    chosen = freshness.at_edge(got.hits, period.edge)
    if chosen is None:
        return replace(got, hits=got.hits[:limit])
    within = gather(library, question, replace(given, briefs=(chosen.id,)), limit)
    title = f"“{chosen.title}” ({freshness.said_date(chosen.date)})"
    note = f"Searched the {period.edge} brief found on this: {title}."
    return replace(within, notes=(note,), narrowed=True)


def _searched_in(hits: Sequence[Hit]) -> str:
    """Return the note on the briefs that the question names, by what was found in them."""
    briefs = {hit.brief.id: hit.brief for hit in hits}.values()
    titles = (f"“{one.title}”{f' ({one.number})' if one.number else ''}" for one in briefs)
    return f"Searched the brief named: {', '.join(titles)}."


def everywhere(library: Searchable, question: Question, given: Filters, limit: int) -> SearchResult:
    """Return what all briefs have, for a question that its own time or version does not answer."""
    return _told(question, _everywhere(library, question, given, limit))


def _everywhere(
    library: Searchable, question: Question, given: Filters, limit: int
) -> SearchResult:
    notes: tuple[str, ...] = ()
    if question.version and not given.briefs:
        notes = (
            f"“{question.version.said}”: no such version answers this; "
            "the current briefs were searched.",
        )
    elif question.briefs and not given.briefs:
        notes = ("The brief named does not answer this; all briefs were searched.",)
    elif question.period is not None and not question.period.edge:
        notes = (freshness.missed(question.period),)
    got = replace(gather(library, question, given, limit), notes=notes, filters=given)
    return _in_force(question, got)


def narrowed(filters: Filters, period: Period) -> Filters:
    """Return the filters with the days of a period; of two bounds the narrower holds."""
    since = [day for day in (filters.since, period.since) if day]
    until = [day for day in (filters.as_of, period.until) if day]
    return replace(
        filters,
        since=max(since, key=first_day, default=None),
        as_of=min(until, key=last_day, default=None),
    )


def gather(library: Searchable, question: Question, filters: Filters, limit: int) -> SearchResult:
    """Return at most `limit` hits of a question and its parts, best first."""
    if not question.parts:
        return SearchResult(tuple(_ordered(library, question, filters, limit)[:limit]))
    deep = max(limit, DEEP)
    asked = (question, *question.parts)
    whole, *others = (_ordered(library, one, filters, deep) for one in asked)
    return SearchResult(tuple(merged(whole, others, limit)), whole=tuple(whole[:limit]))


def _ordered(
    library: Searchable, question: Question, filters: Filters, limit: int
) -> Sequence[Hit]:
    """Return hits in the order of how well the likeliest of their sentences answer."""
    hits = library.search(
        _query_of(question, filters), max(limit, DEPTH) if library.reranker else limit
    )
    return reordered(question, hits, library)


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


def _mean(whole: float, part: float) -> float:
    return round((whole + PART_WEIGHT * part) / (1 + PART_WEIGHT), 6)


def _query_of(question: Question, filters: Filters) -> Query:
    return Query(question.searched, question.context, filters)


def _in_order(got: SearchResult, period: Period, limit: int) -> SearchResult:
    """Return hits with those that fit the period first, and the note if that changed anything."""
    ordered = tuple(freshness.arranged(got.hits, period)[:limit])
    said = ordered != got.hits[:limit]
    whole = tuple(freshness.arranged(got.whole, period)[:limit])
    return SearchResult(ordered, (freshness.taken(period),) if said else (), whole=whole)
