"""Put that likely sentence first which the question's own words call for: ranked in, ranked out.

The ranking weighs what a sentence is about. Of which time it speaks, and whether it tells two
things apart, it hardly sees:

- "now", "today": a sentence on what was before gives way to one on what is;
- "last", "latest": the latest date of those that fit;
- "A or B?": a sentence that tells them apart, or is on one of them, beside one that has them in one
  breath;
- no time at all: an item torn from its list gives way to a sentence, and of two briefs that answer
  about equally well the newer goes first.

Each looks only at sentences that are not much less likely than the best.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from bot.answering.answerability import around
from bot.answering.selection import UNFIT, Scored
from bot.language import yesno
from bot.language.dates import moments
from bot.language.quantities import quantities
from bot.language.words import LIGHT, lines
from bot.question.question import Question
from index.words import STOP_WORDS, said, share, stem, words

# Logarithms of how much less likely than the best a sentence may be that takes its place. Chosen by
# reading what changes over CRS reports and the example briefs; docs/questions.md.
PRESENT, LATEST, APART, ALONE, WHOLE, NEWER = 4.0, 8.0, 7.0, 4.0, 1.5, 0.4
AS_MUCH = 0.6  # share of what the best says of the question, which the other must say
NEARLY_ALL = 0.9  # … where no word of the question calls for the other
OPENING = 40  # characters in which a sentence says that it is of a time before
LONG_AGO = 2  # years before publication from which "In 2019, …" is no present state
OF_ONE = 0.5  # share of the words of one of two things that speak of it
_FORMS = {
    name: rf"\b(?:{'|'.join(one.strip() for one in rest.split('|'))})\b"
    for name, _, rest in (line.partition(":") for line in lines("asked_times"))
}
_NOW = re.compile(_FORMS["now"], re.IGNORECASE)
# Not "the last three years", which is a time of its own.
_LAST = re.compile(
    rf"{_FORMS['last']}(?!\s+(?:\d+|few|two|three|four|five|six|ten|several)?\s*"
    r"(?:days?|weeks?|months?|quarters?|years?|decades?|century|nights?)\b)",
    re.IGNORECASE,
)
_PAST = re.compile(r"\b(?:was|were|did|had|has|have|been)\b", re.IGNORECASE)
_USED_TO = re.compile(r"\bused to\b", re.IGNORECASE)
_OPENS_BEFORE = re.compile(rf"\W*{_FORMS['before']}", re.IGNORECASE)
_OPENS_IN = re.compile(r"\W*(?:in|during|by|from|between|throughout)\b", re.IGNORECASE)
_PRESENT = re.compile(_FORMS["present"], re.IGNORECASE)
_APART = re.compile(_FORMS["apart"], re.IGNORECASE)
_TOGETHER = re.compile(_FORMS["together"], re.IGNORECASE)
_EITHER = re.compile(r"(?P<one>[^,;:?]+?),?\s+or\s+(?!not\b)(?P<other>[^,;:?]+)", re.IGNORECASE)
_IN_ONE_BREATH = re.compile(r"\W*(?:\w+['’]s?\s+)?(?:and|or|&|/)\s+(?:the\s+|from\s+|by\s+)?")

Day = tuple[int, int, int]  # 0 for what is not said
Things = tuple[frozenset[str], frozenset[str]]


def preferred(question: Question, ranked: Sequence[Scored]) -> list[Scored]:
    """Return the sentences with that one first which the words of the question call for."""
    best = next(iter(ranked), None)
    if best is None or question.parts:
        return list(ranked)
    for rule in _RULES:
        item = rule(question, best, [one for one in ranked[1:] if _may_lead(one)])
        if item is not None:
            first = replace(item, score=max(item.score, best.score))
            return [first, *(one for one in ranked if one is not item)]
    return list(ranked)


def _may_lead(item: Scored) -> bool:
    candidate = item.candidate
    return not candidate.unfit and candidate.penalty < UNFIT / 2 and not candidate.is_row


def _near(best: Scored, others: Sequence[Scored], behind: float) -> list[Scored]:
    return [one for one in others if best.score - one.score <= behind]


def _says_as_much(
    weights: Mapping[str, float], text: str, other: str, least: float = AS_MUCH
) -> bool:
    """Return whether a text says some of the weighted words, and not much less than another."""
    mine, theirs = (share(weights, said(weights, one)) for one in (text, other))
    return mine > 0 and mine >= least * theirs


def _present_state(question: Question, best: Scored, others: Sequence[Scored]) -> Scored | None:
    """Return a sentence on what is, where one on what was before is the best."""
    if not _NOW.search(question.searched) or not _is_of_before(best):
        return None
    near = _near(best, others, PRESENT)
    return next(
        (one for one in near if _PRESENT.search(one.candidate.sentence) and not _is_of_before(one)),
        None,
    )


def _is_of_before(item: Scored) -> bool:
    """Return whether a sentence is of a time that is over: by how it opens, or by "used to"."""
    text = item.candidate.sentence
    if _OPENS_BEFORE.match(text) or _USED_TO.search(text):
        return True
    published = _year_of(item)
    opening = [one.year for one in moments(text[:OPENING]) if one.year and not one.fiscal]
    long_ago = bool(opening) and published - max(opening) >= LONG_AGO
    return long_ago and bool(_OPENS_IN.match(text)) and not re.match(r"\W*since", text, re.I)


def _year_of(item: Scored) -> int:
    published = item.candidate.hit.brief.date
    return int(published[:4]) if published else 0


def _latest(question: Question, best: Scored, others: Sequence[Scored]) -> Scored | None:
    """Return the sentence with the latest date, where the last or the latest is asked for."""
    if not _LAST.search(question.searched):
        return None
    own = {one: question.weights.get(one, 0.0) for one in _content(question.searched)}
    fitting = [
        one
        for one in _near(best, others, LATEST)
        if _says_as_much(own, one.candidate.text, best.candidate.text)
        and _says_as_much(question.weights, around(one.candidate.hit), around(best.candidate.hit))
    ]
    to_come = not _PAST.search(question.searched)
    days = [(_day(one, to_come=to_come), one.score, one) for one in fitting]
    latest = max(days, key=lambda entry: entry[:2], default=None)
    if latest and _is_later(latest[0], _day(best, to_come=to_come)):
        return latest[-1]
    return None


def _is_later(day: Day, other: Day) -> bool:
    """Return whether a day is surely later; months are compared where both are known."""
    return day[0] > other[0] or (day > other and 0 not in (day[1], other[1]))


def _day(item: Scored, *, to_come: bool = False) -> Day:
    """Return the latest day that a sentence names, of those that were over unless `to_come`."""
    published = item.candidate.hit.brief.date or "9999"
    day = [int(part) for part in published.split("-")]
    over = day[0], *(*day[1:], 12, 31)[:2]
    found = [
        (one.year, one.month or 0, one.day or 0)
        for one in moments(item.candidate.sentence)
        if one.year and not one.span
    ]
    return max((one for one in found if to_come or one <= over), default=(0, 0, 0))


def _told_apart(question: Question, best: Scored, others: Sequence[Scored]) -> Scored | None:
    """Return the sentence that sets two things apart, or is on one of them with a figure."""
    things = _alternatives(question.searched)
    sentence = best.candidate.sentence
    if not things or sum(_named(things, sentence)) == 1 or _settles(things, sentence):
        return None
    for one in _near(best, others, APART):
        if _settles(things, one.candidate.sentence):
            return one
    for one in _near(best, others, ALONE):
        text = one.candidate.sentence
        if sum(_named(things, text)) == 1 and _figures(text):
            return one
    return None


def _alternatives(question: str) -> Things | None:
    """Return the words of the two things of "is that A or B?", None for another question."""
    found = _EITHER.search(question) if yesno.opens(question) else None
    if not found:
        return None
    one, other = _content(found["one"])[-1:], _content(found["other"])[:2]
    return (frozenset(one), frozenset(other)) if one and other and one != other else None


def _content(text: str) -> list[str]:
    said = [word for word in words(text) if word not in STOP_WORDS and word not in LIGHT]
    return [stem(word) for word in said]


def _named(things: Things, text: str) -> tuple[bool, bool]:
    one, other = (len(said(thing, text)) >= OF_ONE * len(thing) for thing in things)
    return one, other


def _figures(text: str) -> int:
    return sum(bool(figure.unit) and not figure.ordinal for figure in quantities(text))


def _settles(things: Things, text: str) -> bool:
    """Return whether a sentence sets two things apart, or says that it is both."""
    if not all(_named(things, text)):
        return False
    if _TOGETHER.search(text):
        return True
    units = [figure.unit for figure in quantities(text) if not figure.ordinal]
    alike = any(units.count(unit) > 1 for unit in units if unit)
    return not _in_one_breath(things, text) and (alike or bool(_APART.search(text)))


def _in_one_breath(things: Things, text: str) -> bool:
    """Return whether a sentence has the two only side by side: "governments and investors"."""
    spans = [
        [
            (one.start(), one.end())
            for one in re.finditer(r"[\w$%.’'-]+", text)
            if set(map(stem, words(one.group()))) & thing
        ]
        for thing in things
    ]
    pairs = [sorted((one, other)) for one in spans[0] for other in spans[1] if one != other]
    beside = [bool(_IN_ONE_BREATH.fullmatch(text[first[1] : second[0]])) for first, second in pairs]
    alone = max(len(spans[0]), len(spans[1])) > 1
    return any(beside) and not (alone and _APART.search(text))


def _without_a_time(question: Question, best: Scored, others: Sequence[Scored]) -> Scored | None:
    """Return a whole sentence for an item of a list, or the newer of two briefs about as likely."""
    if question.period or question.version or _LAST.search(question.searched):
        return None
    if _is_torn(best):
        return next(
            (one for one in _near(best, others, WHOLE) if _stands(question, best, one)), None
        )
    date = best.candidate.hit.brief.date
    newer = (
        one
        for one in _near(best, others, NEWER)
        if date and (one.candidate.hit.brief.date or "") > date
    )
    return next((one for one in newer if _stands(question, best, one)), None)


def _is_torn(item: Scored) -> bool:
    """Return whether a stretch opens in lower case: an item of a list without its lead."""
    return item.candidate.text[:1].islower()


def _stands(question: Question, best: Scored, other: Scored) -> bool:
    """Return whether a sentence stands by itself and offers what the best offers."""
    offers = other.feature("offers") >= best.feature("offers")
    texts = other.candidate.text, best.candidate.text
    return not _is_torn(other) and offers and _says_as_much(question.weights, *texts, NEARLY_ALL)


Rule = Callable[[Question, Scored, Sequence[Scored]], Scored | None]
_RULES: tuple[Rule, ...] = (_present_state, _told_apart, _latest, _without_a_time)
