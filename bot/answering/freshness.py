"""Weigh hits by the question's period, and note how old the cited briefs are.

A passage counts as old where the newest brief of the collection is two years newer than the newest
brief cited, and either most of the collection is newer than that too, or a newer brief is among the
hits. A share alone would call the oldest brief of a young collection old; two years alone would
mark half of an archive.
"""

import re
from calendar import month_name
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.answering.answer import Citation
from bot.language.dates import moments
from bot.question.question import Period, Question
from index.dates import first_day, last_day
from index.passage import BriefRef, Hit

_YEAR = re.compile(r"(?<![\w$€£.,-])(?:19|20)\d\d(?![\w%-]|[.,]\d)")
BONUS = 0.1  # added to a fused score in [0, 1], at most; of .02, .05, .1: bench/RESULTS.md
UNSURE = 0.5  # of the bonus for a brief of long after the event, and for one without a date
YEAR = timedelta(days=365)
OLD = 2 * YEAR  # behind the newest brief of the collection
MOST = 0.5  # of the dated briefs
NEAR = 0.8  # of the best score, from which a hit speaks of the same


@dataclass(frozen=True)
class CitedDates:
    """What the dates of an answer's briefs come to; `newest` is as the brief has it, "2019-03"."""

    newest: str | None
    undated: int  # briefs cited without a date
    cited: int  # briefs cited


def cited_dates(citations: Sequence[Citation]) -> CitedDates:
    """Return the date of the newest brief cited, and how many have none."""
    dates = {
        (citation.brief.id, citation.brief.version): citation.brief.date for citation in citations
    }
    known = [day for day in dates.values() if day]
    return CitedDates(max(known, key=last_day, default=None), len(dates) - len(known), len(dates))


def arranged(hits: Sequence[Hit], period: Period | None) -> list[Hit]:
    """Return the hits in order of score and fitness to the period; the scores stay as they are.

    The bonus is bounded: a hit that scores less by more than BONUS stays behind.
    """
    orders = period is not None and (period.as_of or not period.narrows)
    if period is None or not orders or not any(hit.brief.date for hit in hits):
        return list(hits)
    enough = NEAR * max(hit.score for hit in hits)  # newer briefs on other matters set no measure
    near = [hit.brief.date for hit in hits if hit.brief.date and hit.score >= enough]
    newest = max(map(last_day, near), default="9999-12-31")
    fits = {hit.passage_id: _fitness(hit.brief.date, period, newest) for hit in hits}
    return sorted(hits, key=lambda hit: -(hit.score + BONUS * fits[hit.passage_id]))


def at_edge(hits: Sequence[Hit], edge: str) -> BriefRef | None:
    """Return the "oldest" or "newest" dated brief of the hits about as near as the best."""
    enough = NEAR * max((hit.score for hit in hits), default=0.0)
    near = [hit.brief for hit in hits if hit.brief.date and hit.score >= enough]
    if not near:
        return None
    choose = min if edge == "oldest" else max
    return choose(near, key=lambda brief: first_day(brief.date or ""))


def mentions(text: str, period: Period) -> bool:
    """Whether a text names the last day or month of a period."""
    if period.until is None:
        return False
    until = date.fromisoformat(period.until)
    month = month_name[until.month]
    return any(
        moment.year == until.year and moment.month == until.month and month[:3] in moment.said
        for moment in moments(text)
    )


def unmentioned(question: Question, hits: Sequence[Hit]) -> tuple[str, ...]:
    """Return the years of a question that neither the passages found nor their dates name."""
    years = _YEAR.findall(question.searched)
    if not years or not hits:
        return ()
    said = " ".join(
        " ".join((hit.brief.date or "", hit.brief.title, *hit.passage.heading, hit.passage.text))
        for hit in hits
    )
    period = question.period
    bounds = (period.since, period.until) if period and period.narrows else ()
    told = {bound[:4] for bound in bounds if bound}  # the note on the period speaks of these
    return tuple(year for year in dict.fromkeys(years) if year not in said and year not in told)


def taken(period: Period) -> str:
    """Return the note that says which period was taken."""
    if period.narrows:
        return f"Searched briefs published {_bounds(period)} (“{period.said}”)."
    if period.since is None:
        return f"Of passages that fit alike, the newest come first (“{period.said}”)."
    return f"Of passages that fit alike, briefs since {period.since} come first (“{period.said}”)."


def bounds_line(period: Period) -> str:
    """Return the note for briefs that were listed by the time they were published."""
    return f"Briefs published {_bounds(period)}."


def missed(period: Period) -> str:
    """Return the note for an answer that had to be sought outside of the period."""
    return (
        f"No brief published {_bounds(period)} (“{period.said}”) answers this; "
        f"all briefs were searched."
    )


def notes(
    citations: Sequence[Citation],
    hits: Sequence[Hit],
    dates: Sequence[str | None],
    period: Period | None = None,
) -> tuple[str, ...]:
    """Return what a reader should know of the dates; `dates` are those of all current briefs.

    Nothing is old for a question that names its time.
    """
    if not citations:
        return ()
    found = cited_dates(citations)
    if found.newest is None:
        return ("No brief cited has a date.",)
    lines = []
    if found.undated:
        number = "1 has" if found.undated == 1 else f"{found.undated} have"
        lines.append(f"Of the {found.cited} briefs cited {number} no date.")
    asked_for_then = period is not None and (period.narrows or period.until is not None)
    if not asked_for_then and (line := _old(found.newest, citations, hits, dates)):
        lines.append(line)
    return tuple(lines)


def _old(
    newest: str, citations: Sequence[Citation], hits: Sequence[Hit], dates: Sequence[str | None]
) -> str | None:
    known = [day for day in dates if day]
    ends = max(known, key=last_day, default=newest)
    if _day(ends) - _day(newest) < OLD:
        return None
    enough = NEAR * max(citation.hit.score for citation in citations)
    speaking = {
        hit.brief.id
        for hit in hits
        if hit.brief.date and first_day(hit.brief.date) > last_day(newest) and hit.score >= enough
    }
    share = sum(first_day(day) > last_day(newest) for day in known) / len(known) if known else 0.0
    if share <= MOST and not speaking:
        return None
    line = f"The newest brief cited is of {newest}; the collection runs to {ends}"
    if not speaking:
        return f"{line}."
    which = "a newer brief speaks" if len(speaking) == 1 else f"{len(speaking)} newer briefs speak"
    return f"{line}, and {which} of something like it."


def _day(iso: str) -> date:
    return date.fromisoformat(last_day(iso))


def _bounds(period: Period) -> str:
    if period.since and period.until:
        if period.since == period.until:
            return f"on {period.since}"
        return f"from {period.since} to {period.until}"
    if period.since:
        return f"since {period.since}"
    return f"until {period.until}"


def _fitness(day: str | None, period: Period, newest: str) -> float:
    """Return in [0, 1] how likely a brief of this date knows best what the question asks."""
    if day is None:
        return UNSURE if period.since or period.until else 0.0
    published = _day(day)
    if period.since is None and period.until and not period.as_of:
        return float(first_day(day) <= period.until)
    if period.since is None:
        return float(0.5 ** max(0.0, (_day(newest) - published) / YEAR))
    if last_day(day) < period.since:
        return 0.0
    if period.until is None or published <= date.fromisoformat(period.until) + YEAR:
        return 1.0
    return UNSURE


def said_date(iso: str | None) -> str:
    """Return a partial ISO date in words: "12 March 2024"; "no date" for None."""
    if not iso:
        return "no date"
    year, *rest = iso.split("-")
    month = [month_name[int(rest[0])]] if rest else []
    day = [str(int(rest[1]))] if len(rest) > 1 else []
    return " ".join([*day, *month, year])
