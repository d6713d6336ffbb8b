"""Answer a question for a timeline: dated sentences on the topic, in order of their dates.

A sentence stands at the first date that it names within the time asked for; a day without a year
takes the year last named before it in its passage, else that of the brief. The date is its label,
with a year that the sentence does not say in [brackets].
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.answering.answer import DraftAnswer, Outcome
from bot.answering.answerability import around
from bot.answering.candidates import Quotable, candidates
from bot.answering.kinds.citing import passages_of
from bot.answering.kinds.quoting import Line, drafted
from bot.answering.kinds.sources import Sources
from bot.answering.readable import cells
from bot.answering.reranking import judged
from bot.answering.sentence_features import look
from bot.language.dates import Moment, moments
from bot.question.question import Period, Question
from index.dates import first_day, is_iso, last_day
from index.passage import BriefRef, Hit
from index.words import said, share, stems, words

EVENTS = 12  # shown at most
ON_IT = 0.5  # weight of the topic's words in a brief that is all on the topic
LEADS = 0.3  # worth of a sentence of its opening, which has the main events
FEWEST = 2  # that make a timeline
BRIEFS = 3  # that may add events
TITLED = 0.5  # weight of the topic's words from which a title says that a brief is on it
FIT = 0.75  # of the best passage's score, from which a passage of another brief is on the topic
MOST_FOUND = (
    0.6  # share of the passages found, of one brief, from which the topic may be its subject
)
OFTEN = 0.25  # … and share of its passages that say the topic
TOLD = 0.6  # weight of the topic's words that such a passage and its title must say
ALIKE = 0.6  # share of the shorter one's words from which two sentences of one date are one event
WEIGHED = 30  # events whose nearness to the question is looked at
ASIDE = 0.3  # penalty of a date in brackets, or of one as of which something holds
LONG_PAST = 2  # years before publication, from which a day without a year is one of that year
UNTELLING = 0.3  # penalty from which a sentence tells of no event: a source, a note, a caption
PRECISE = 0.15  # worth of a date's year, of its month and of its day
WORDS_OF_ROW = 6  # that are no figures, from which a table row tells of an event
_WHEN = re.compile(
    r"(?:^|[(\s])(?:in|since|from|by|during|until|till|between|and|to|through|after|before|of|about"
    r"|around|early|late|mid|year|years|the|mid-|early-|late-)[\s-]*$",
    re.IGNORECASE,
)
_THE = re.compile(  # "the", and "the 19 February and"
    r"\b(?:the|its|a|an|his|her|their)\s+(?:[\w,]+\s[\w,]+\s(?:and|or)\s+)?$", re.IGNORECASE
)
_OF_A_NAME = re.compile(r"[a-z]\s+(?:[A-Z]\w+\s+)*[A-Z]\w+\s+of\s+$")  # "the Harbour Act of" 1920
_OPENING = re.compile(r"\W*(?:the|an?)\s+$", re.IGNORECASE)
_ASIDE = re.compile(r"\([^)]*$|\bas\s+of\s+$|\bdated\s+$", re.IGNORECASE)
_WHOLE = re.compile(r"^[^a-z\d].*[.!;\"”’)\]\d]$", re.DOTALL)
_BOUNDS = ("since", "after", "from", "between", "before", "until", "by", "in", "during", "up to")


@dataclass(frozen=True)
class Event:
    """A dated sentence; `day` sorts it: year, month and day, 0 where it does not say."""

    candidate: Quotable
    day: tuple[int, int, int]
    label: str
    worth: float

    @property
    def quoted(self) -> Line:
        """The sentence with its date before it; a row that begins with the date has none."""
        item = self.candidate
        opens = item.is_row and self.label in cells(item.text)[0]
        return Line(item.hit, item.start, item.end, "" if opens else self.label)


def timeline_answer(question: Question, sources: Sources) -> DraftAnswer | None:
    """Return the dated sentences on the topic; None where there are fewer than two."""
    hits, library = sources.found.hits, sources.library
    _, decision = judged(question, hits, library)
    topic = _topic(question, sources)
    if not hits or not topic or decision.outcome is Outcome.DECLINED:
        return None
    events = _once(_events(topic, _on_topic(topic, sources, hits), _asked_for(question)))
    if len(events) < FEWEST:
        return None
    best = _best(question, events, sources)
    left = len(events) - len(best)
    more = "sentence on this was" if left == 1 else "sentences on this were"
    notes = [f"{left} more dated {more} left out."] if left else []
    lines = [event.quoted for event in sorted(best, key=lambda event: event.day)]
    return drafted(question, lines, decision, notes)


def _best(question: Question, events: Sequence[Event], sources: Sources) -> list[Event]:
    """Return at most twelve events, of more those nearest to the question."""
    if len(events) <= EVENTS:
        return list(events)
    weighed = events[:WEIGHED]
    hits = list({id(one.candidate.hit): one.candidate.hit for one in weighed}.values())
    places = {id(hit): rank for rank, hit in enumerate(hits)}
    found = [replace(one.candidate, rank=places[id(one.candidate.hit)]) for one in weighed]
    cosines = look(question.subject, hits, found, sources.library).cosines
    worth = [one.worth + float(cosine) for one, cosine in zip(weighed, cosines, strict=True)]
    order = [weighed[at] for at in sorted(range(len(weighed)), key=lambda at: -worth[at])]
    firsts = {one.day: one for one in reversed(order) if all(one.day)}  # the worthiest of a day
    later = [one for one in order if firsts.get(one.day, one) is not one]
    return [*(one for one in order if one not in later), *later][:EVENTS]


def _asked_for(question: Question) -> Period | None:
    """Return the time within which events are asked for; a year in a name is none."""
    period = question.period
    return period if period and period.said.lower().startswith(_BOUNDS) else None


def _topic(question: Question, sources: Sources) -> dict[str, float]:
    """Return the weights of the topic's own words; they sum to 1. Words that no brief has go."""
    own = {stem for stem in stems(question.subject) if not stem.isdigit()}
    own -= sources.library.unknown(sorted(own))
    weights = {stem: one for stem, one in question.weights.items() if stem in own}
    total = sum(weights.values())
    return {stem: one / total for stem, one in weights.items()} if total else {}


def _on_topic(
    topic: dict[str, float], sources: Sources, hits: Sequence[Hit]
) -> Iterator[tuple[Hit, bool]]:
    """Yield the passages on the topic: whole briefs that are about it, of others those found.

    A brief is about it by its title, or where most that was found is of it and it says the topic
    again and again. They stand brief by brief, in the order of the text, with whether it is.
    """
    near = {hit.passage_id for hit in hits if hit.score >= FIT * hits[0].score}
    briefs: dict[str, BriefRef] = {
        hit.brief.id: hit.brief for hit in hits if hit.passage_id in near
    }
    titled = [one for one in briefs.values() if share(topic, said(topic, one.title)) >= TITLED]
    for brief in [*titled, *(one for one in briefs.values() if one not in titled)][:BRIEFS]:
        passages = [
            hit for hit in passages_of(sources.library, brief) if hit.passage.kind != "footnote"
        ]
        told = [share(topic, said(topic, around(hit))) >= TOLD for hit in passages]
        found = sum(hit.brief.id == brief.id for hit in hits) / len(hits)
        whole = brief in titled or (found >= MOST_FOUND and sum(told) >= OFTEN * len(passages))
        for hit, on in zip(passages, told, strict=True):
            if whole or (on and hit.passage_id in near):
                yield hit, whole


def _events(
    topic: dict[str, float], passages: Iterable[tuple[Hit, bool]], period: Period | None
) -> Iterator[Event]:
    for hit, whole in passages:
        year = None
        for candidate in candidates([hit]):
            text = candidate.sentence
            found = [one for one in moments(text) if _is_event(one, candidate)]
            days: list[tuple[Moment, tuple[int, int, int]]] = []
            for one in found:
                before = days[-1][1][0] if days else year
                if day := _day(one, before, hit.brief.date):
                    days.append((one, day))
            year = next((one.year for one in found if one.year), year)
            fitting = [(one, day) for one, day in days if _within(day, period)]
            if not fitting or candidate.penalty >= UNTELLING or not _tells(candidate):
                continue
            moment, day = max(fitting, key=lambda entry: sum(map(bool, entry[1])))
            precise = PRECISE * sum(map(bool, day))
            aside = ASIDE if _ASIDE.search(text[: moment.start]) else 0.0
            covered = share(topic, said(topic, text)) * (ON_IT if whole else 1.0)
            leads = LEADS if whole and hit.passage.ordinal == 0 else 0.0
            label = moment.said if moment.year else f"{moment.said} [{day[0]}]"
            yield Event(
                candidate, day, label, covered + leads + precise - candidate.penalty - aside
            )


def _is_event(moment: Moment, candidate: Quotable) -> bool:
    """Return whether a date is one of an event: a bare year needs a preposition or its own cell.

    One that only tells a thing from others ("ended the November 2024 agreement") dates nothing,
    unless what it tells is what the sentence is of ("The 4 May strike closed …").
    """
    text = candidate.sentence
    before = text[: moment.start]
    own_cell = candidate.is_row and moment.said in cells(text)[0]
    behind = re.match(r"\s+[a-zA-Z]+", text[moment.end :])
    named = bool(behind and _THE.search(before)) or bool(_OF_A_NAME.search(before))
    if moment.month or moment.day:
        return own_cell or not named or bool(_OPENING.fullmatch(before))
    return own_cell or bool(_WHEN.search(before) and not named)


def _day(moment: Moment, year: int | None, published: str | None) -> tuple[int, int, int] | None:
    """Return the day of a mention; None for a weekday, a fiscal year, a month of no known year.

    `year` is the year last spoken of. A day without one is the last such day before publication,
    unless the text speaks of years long past.
    """
    if moment.fiscal or moment.weekday is not None or moment.parts == (None, None, None):
        return None
    month, number = moment.month or 0, moment.day or 0
    if moment.year is not None:
        return moment.year, month, number
    if not number:
        return None
    newest = int(published[:4]) if published else year
    if newest is None:
        return None
    if year is not None and newest - year >= LONG_PAST:
        return year, month, number
    late = published is not None and _iso((newest, month, number)) > last_day(published)
    return newest - late, month, number


def _iso(day: tuple[int, int, int]) -> str:
    year, month, number = day
    parts = f"{year:04d}", *(f"{one:02d}" for one in (month, number) if one)
    return "-".join(parts)


def _within(day: tuple[int, int, int], period: Period | None) -> bool:
    text = _iso(day)
    if period is None or not is_iso(text):
        return period is None
    since, until = period.since, period.until
    early = since is not None and last_day(text) < first_day(since)
    return not early and not (until is not None and first_day(text) > last_day(until))


def _tells(candidate: Quotable) -> bool:
    """Return whether a sentence may tell of an event: no question, no row of mere figures."""
    text = candidate.sentence
    if candidate.is_row:
        return sum(word.isalpha() for word in words(text)) >= WORDS_OF_ROW
    return bool(_WHOLE.match(text))


def _once(events: Iterable[Event]) -> list[Event]:
    """Return each event once: of two sentences much alike on one day, the worthier."""
    kept: list[Event] = []
    for event in sorted(events, key=lambda one: -one.worth):
        if not any(_same(event, other) for other in kept):
            kept.append(event)
    return kept


def _same(one: Event, other: Event) -> bool:
    if one.candidate.overlaps(other.candidate):
        return True
    if not all(a == b or 0 in (a, b) for a, b in zip(one.day, other.day, strict=True)):
        return False
    first, second = set(stems(one.candidate.sentence)), set(stems(other.candidate.sentence))
    return len(first & second) >= ALIKE * min(len(first), len(second))
