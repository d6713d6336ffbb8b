"""Find in the briefs when an event was: an Event and passages in, the day and who gives it out.

A day is taken only from a sentence that has one date, with at least month and year, and says that
the event was then: "visited Kars on 3 March 2022", "the vote of 3 March 2022". A sentence that only
speaks of it ("four days after the attack", "the visit is planned") gives none, nor does a brief
from before the day. Sentences that differ give none: no day is ever guessed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.answering.answer import Period, Standalone
from bot.language.dates import Moment, moments
from bot.language.words import LIGHT
from bot.question.events import Event, forms_of, stems_of
from bot.question.period import event_period
from index import sentences
from index.dates import first_day, is_iso, last_day
from index.passage import BriefRef, Hit
from index.words import content_words, stem

_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_RUN = r"(?:[\w’'()-]+\s+)"  # words with no mark between them
# The event only gives the time of something else.
_GOVERNED = re.compile(
    rf"\b(?:before|after|since|until|till|following|prior\s+to|ahead\s+of|without|despite|no|for|about"
    rf"|during|amid|if)\s+{_RUN}{{0,5}}$",
    re.IGNORECASE,
)
_DOUBT = re.compile(
    r"\b(?:sa(?:id|ys?)|told|announc\w+|critici\w+|discuss\w+|debated|welcomed|condemn\w+|warn\w+"
    r"|expect\w*|promis\w+|called\s+(?:for|on)|urg\w+|demand\w*|propos\w+|praised|prepar\w+|plan\w*"
    r"|schedul\w+|review\w*|anniversar\w+|commemorat\w+|would|could|may|might|should|had|not|never"
    r"|postpon\w+|cancel\w*|extend\w*|renew\w*|prolong\w*|suspend\w*|due)\b",
)
_LASTING = re.compile(r"\b(?:end(?:s|ed)?|expired|lapsed|collapsed|broke\s+down|failed)\b")
_HAPPENED = (
    r"(?:took\s+(?:place|effect|hold)|happened|occurred|began|started|broke\s+out|opened"
    r"|(?:came|entered)\s+into\s+(?:force|effect)"
    r"|(?:was|were)\s+(?:held|signed|agreed|declared|reached|concluded|launched|opened|made))"
)
_BEFALLS = re.compile(rf"^\s+{_RUN}{{0,9}}?{_HAPPENED}\b")
_DOES = re.compile(
    r"\b(?:held|holds|hosted|paid|pays|made|signed|agreed(?:\s+(?:to|on))?|declared|launched|reached"
    r"|concluded|struck|began|started|opened|ordered|carried\s+out)\s+(?:an?|the|its|his|her|their)\s+"
    rf"(?:(?!(?:of|on|in|at|to|about|for|with|from|by)\s){_RUN}){{0,3}}$",
)
_NEXT = re.compile(rf"^\s+{_RUN}{{0,5}}[\w’'-]+")
_DATED_BACK = re.compile(  # "as of 3 March", "until 3 March", "from 1 to 3 March", "1–3 March"
    r"(?:\b(?:as\s+of|before|after|until|till|by|since|from|through|between|to|and|or|than)\s+"
    r"(?:the\s+)?(?:(?:early|late|mid)[\s-])?|[-–—/]|\d)\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Told:
    """When an event was, as an ISO day or month, and the brief that says so."""

    day: str
    brief: BriefRef


@dataclass(frozen=True)
class EventPeriod(Period):
    """A Period on one side of an event: `word` is "before", `event` "the visit"."""

    word: str = ""
    event: str = ""
    told: Told | None = None


def period_by(question: str, event: Event, told: Told) -> EventPeriod:
    """Return the period that a question means by its event."""
    days = first_day(told.day), last_day(told.day)
    period = event_period(question, (event.start, event.core, event.end), event.word, days)
    return EventPeriod(
        **{name: getattr(period, name) for name in ("said", "since", "until", "narrows")},
        word=event.word,
        event=event.named,
        told=told,
    )


def told(event: Event, hits: Sequence[Hit], topic: frozenset[str] | None) -> list[Told]:
    """Return the different times that the passages give for the event, each with its first brief.

    `topic` are stems of which a sentence or its brief's title must have one where the event has no
    words of its own; None where the passages are known to be of the matter.
    """
    found: dict[str, Told] = {}
    for hit in hits:
        title = stems_of(hit.brief.title)
        for start, end in sentences.split(hit.passage.text):
            sentence = hit.passage.text[start:end]
            said = stems_of(sentence)
            if not event.forms & said or not _meant(event, said | title, topic):
                continue
            day = _day(event, sentence)
            if day and (hit.brief.date is None or last_day(hit.brief.date) >= first_day(day)):
                found.setdefault(day, Told(day, hit.brief))
    # A month says nothing else than a day in it.
    finer = [day for day in found if not any(one != day and one.startswith(day) for one in found)]
    return [found[day] for day in finer]


def topic_of(asked: Standalone, event: Event) -> frozenset[str]:
    """Return the stems of what the conversation, or else the question, is about; names if any."""
    said = asked.context or event.rest
    bare = [word for word in said if content_words(word) and word.lower() not in LIGHT]
    names = [word for word in bare if word != word.lower()]
    return frozenset(stem(part) for word in names or bare for part in content_words(word))


def _meant(event: Event, said: frozenset[str], topic: frozenset[str] | None) -> bool:
    """Tell whether a sentence with its title speaks of this event and no other of its kind."""
    if event.others:
        return event.others <= said
    return topic is None or bool(topic & said)


def _day(event: Event, sentence: str) -> str | None:
    """Return the one date of a sentence that says that the event was then."""
    dates = [one for one in moments(sentence) if one.weekday is None]
    full = [one for one in dates if one.year is not None and one.month is not None]
    if len(full) != 1 or (day := _iso(full[0])) is None:
        return None
    moment = full[0]
    words = [word.span() for word in _WORD.finditer(sentence)]
    places = [(start, end) for start, end in words if stems_of(sentence[start:end]) & event.forms]
    if any(_beside(sentence, place, moment) for place in places):
        return day
    if _DATED_BACK.search(sentence[: moment.start]) or _doubtful(event, sentence):
        return None
    if len(dates) > 1:  # "at the summit on 3 March 2022, and on 5 July"
        return day if any(sentence[end : moment.start] == " on " for _, end in places) else None
    if any(_GOVERNED.search(sentence[:start]) for start, _ in places):
        return None
    return day if any(_happens(event, sentence, place, moment) for place in places) else None


def _iso(moment: Moment) -> str | None:
    if moment.year is None or moment.month is None or moment.fiscal:
        return None
    iso = f"{moment.year:04d}-{moment.month:02d}" + (f"-{moment.day:02d}" if moment.day else "")
    return iso if is_iso(iso) else None


def _beside(sentence: str, place: tuple[int, int], moment: Moment) -> bool:
    """Tell "the vote of 3 March 2022" and "the 3 March 2022 vote"."""
    start, end = place
    if end <= moment.start:
        return sentence[end : moment.start] == " of "
    article = re.search(r"\b(?:the|a)\s$", sentence[: moment.start], re.IGNORECASE)
    return bool(article) and sentence[moment.end : start] == " "


def _doubtful(event: Event, sentence: str) -> bool:
    if _DOUBT.search(sentence):
        return True
    over = _LASTING.search(sentence)
    return over is not None and not stems_of(over[0]) & (event.forms | event.others)


def _happens(event: Event, sentence: str, place: tuple[int, int], moment: Moment) -> bool:
    """Tell whether the words around one naming of the event say that it came about."""
    start, end = place
    before, after = sentence[:start], sentence[end:]
    if (
        _is_verb(event, before, sentence[start:end])
        or _BEFALLS.match(after)
        or _DOES.search(before)
    ):
        return True
    if event.clause and event.clause in stems_of("".join(_NEXT.findall(after)[:1])):
        return True  # "the war ended", where the question says so too
    opens = re.match(rf"^\W*{_RUN}{{0,4}}$", before)
    return bool(opens and re.match(r"^\s+(?:on|in)\s+$", sentence[end : moment.start]))


def _is_verb(event: Event, before: str, said: str) -> bool:
    """Tell "Ms Arden visited Kars" from "the visit", and "was elected" from "elected members"."""
    lowered = said.lower()
    if lowered in {event.noun, f"{event.noun}s"}:
        return False
    if lowered == "elected":
        return bool(re.search(r"\b(?:was|were)\s+$", before))
    return lowered.endswith("ed") or stem(lowered) in forms_of(event.noun) - {stem(event.noun)}
