"""Tell which time, or which version of a brief, a question speaks of.

The asker's day is given, for "yesterday" depends on it.

A date in a question is nearly always the date of an event ("the deal of March 2025"), and a brief
of any later time may tell of it. So a period narrows the search only where the words speak of
publishing or knowing:

- briefs, reports, updates … with a time beside them ("reports since 2019", "last month's brief"),
  but not those of others ("GAO's 2014 report", "the 2019 World Bank report");
- what we, or the briefs, wrote or said, with a time beside the verb ("did we say last September");
- "as of April 2026": what the briefs published up to then said, the latest of them first;
- "since 2024": what was published before cannot know.

Every other time only puts first the briefs that can know: "in March 2025" those of that month and
the year after. A day without a year ("on 3 September") is the day of an event of any year, and
says nothing of publishing. "latest" and "current" put the newest first, and "the first brief on",
"the latest brief on" want that one.

A version is named as "IF10753 v6", "version 6 of IF10753" or "the previous version". Only versions
of briefs: the previous version of a bill, a rule or a program is a topic. Whether there is such a
version is for the index to say; it is named as the publisher counts ("IF10753v6") and as the
library does ("IF10753@6").
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import zip_longest
from zoneinfo import ZoneInfo

from bot.language.times import Expression, expressions
from bot.question.question import NamedVersion, Period
from index.dates import MONTH_NAME

_OURS = r"(?:briefs?|briefings|write-?ups?|memos?)"  # nobody else's, in a question to us
_ANYONES = (
    r"(?:reports?|updates?|editions?|versions?|notes?|papers?|analys[ei]s|primers?|bulletins?"
    r"|assessments?|pieces?|newsletters?)"
)
_DETERMINER = (
    r"(?:the|our|your|that|this|any|all|which|what|these|those|some|only|list|show|find|me|in|from"
    r"|of|and|or|no|a|an|are|other|new|newer|older|recent|earlier|previous|relevant"
    r"|newest|latest|oldest|last|first|do)"
)
_PUBLISHED = r"(?:published|written|issued|dated|released|posted|updated|filed|added)"
_SINCE = r"(?:(?:ever\s+)?since|after|(?:starting|beginning)(?:\s+(?:in|from|with))?|from)"
_UNTIL = r"(?:before|prior\s+to|until|till|up\s+to|up\s+until|through|by|no\s+later\s+than)"
_EDGE = r"(?:(?:the\s+)?(?:very\s+)?(?:start|beginning|end|early|mid|late)(?:\s+of|-|\s)\s*)?"
_ARTICLE = r"(?:the\s+)?"
_RELATION = re.compile(
    rf"(?P<as_of>\bas\s+(?:of|at)\s+)?(?:(?<!\w)(?P<word>{_SINCE}|{_UNTIL}|in|during|on|for|of"
    rf"|between|within|at|over|dated)\s+)?{_ARTICLE}{_EDGE}$",
    re.IGNORECASE,
)
_STRICTLY_AFTER = re.compile(r"after", re.IGNORECASE)
_STRICTLY_BEFORE = re.compile(r"before|prior", re.IGNORECASE)
_JOINED = re.compile(r"\s*(?:and|to|until|till|through|[-–—])\s+" + _ARTICLE + _EDGE, re.IGNORECASE)

_SAID = (
    r"(?:writ(?:e|ten|ing)|wrote|sa(?:y|id|ying)|publish(?:ed)?|report(?:ed)?|conclude[d]?|note[d]?"
    r"|cover(?:ed)?|brief(?:ed)?|put\s+out|issued?|assess(?:ed)?)"
)
_WE = (
    rf"(?:\b(?:we|you|our\s+\w+|the\s+{_OURS})\b(?:\W+\w+){{0,2}}?\W+{_SAID}"
    r"(?:\s+about\s+(?:it|this|that)|\s+(?:any|some)thing)?)"
)
# What stands before a time that is one of publication: "briefs on Iran published since", …
_TOPIC = r"(?:\s+(?:on|about|covering|regarding)(?:\s+[\w’'-]+){1,5}?)?"
_WERE = r"(?:\s+(?:that|we|you|was|were|have|had|has|been|came\s+out|come\s+out))*"
_BEFORE_OURS = rf"(?<!amicus\s)(?<!legal\s)\b{_OURS}{_TOPIC}{_WERE}"
_BEFORE_ANYONES = rf"(?:(?<![\w’']){_DETERMINER}\s+|^\W*){_ANYONES}{_TOPIC}{_WERE}"
_BEFORE = re.compile(
    rf"(?:{_BEFORE_OURS}|{_BEFORE_ANYONES}\s+{_PUBLISHED})[\s,(]*$"
    rf"|{_BEFORE_OURS}\s+{_PUBLISHED}[\s,(]*$",
    re.IGNORECASE,
)
_BEFORE_BARE = re.compile(rf"{_BEFORE_ANYONES}[\s,(]*$", re.IGNORECASE)
_WHILE = ("", "in", "during", "on", "at", "within", "for", "over", "by", "through")
_WE_SAID = re.compile(rf"{_WE}\W*$", re.IGNORECASE)
_WE_SAY_NEXT = re.compile(
    rf"^\W*(?:what|which|how|why|did|do|where|who)\b(?:\W+\w+){{0,2}}?\W+{_WE}", re.IGNORECASE
)
_RELATIVE = re.compile(r"last|past|previous|this|yesterday|\w+\s+\w+\s+ago", re.IGNORECASE)
_MODIFIER = r"(?!(?:in|of|the|to|for|from|on|our|your|and|by|per|with|do|does|did|is|are)\b)[\w-]+"
_AFTER = re.compile(rf"^(?:[’']s?)?\s+(?:{_MODIFIER}\s+){{0,2}}?{_OURS}\b", re.IGNORECASE)
_AFTER_ANYONES = re.compile(
    rf"^(?:[’']s?)?\s+{_ANYONES}\b(?!\s+(?:by|from|of)\s+(?:the\s+)?(?-i:[A-Z])|\s*[’'])",
    re.IGNORECASE,
)
_UNOWNED = re.compile(rf"(?:^|\b(?:{_DETERMINER}|to|with|on|for)\s+)$", re.IGNORECASE)
_AFTER_ONE = re.compile(r"^\s+ones?\b", re.IGNORECASE)
_ANY_DOCUMENT = re.compile(rf"\b(?:{_OURS}|{_ANYONES})\b", re.IGNORECASE)
# A day without its year.
_ANY_YEAR = re.compile(
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{MONTH_NAME}\.?|{MONTH_NAME}\.?\s+\d{{1,2}}(?:st|nd|rd|th)?)$",
    re.IGNORECASE,
)
_AT_EDGE = re.compile(
    r"\b(?:the|our|your)\s+(?:very\s+)?(?:(?P<oldest>first|oldest|earliest)|newest|latest|last"
    rf"|most\s+recent)\s+(?:ever\s+)?(?:{_OURS}|{_ANYONES})\b(?!\s+(?:by|from|of)\s+(?:the\s+)?(?-i:[A-Z]))",
    re.IGNORECASE,
)
_NEWEST = re.compile(
    r"\b(?:latest|newest|most\s+recent(?:ly)?|current(?:ly)?|up[- ]to[- ]date|these\s+days"
    r"|right\s+now|rn|now(?=\W*$)|nowadays|today|at\s+present|as\s+of\s+now)\b",
    re.IGNORECASE,
)

_ID = r"(?P<id>(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[A-Za-z0-9][\w-]{3,31}?)"
_NUMBER = r"(?P<number>\d{1,3})"
_NAMED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:version|edition|v\.?)\s?{_NUMBER}\s+of\s+(?:the\s+)?(?:brief\s+|report\s+)?{_ID}(?![\w-])",
        rf"(?<![\w-]){_ID}(?:,|\s|\s?\()\s?(?:version\s|edition\s|v\.?\s?){_NUMBER}\b",
        rf"(?<![\w-]){_ID}[v@]{_NUMBER}(?![\w-])",
    )
)
_BRIEF = r"(?:brief|report|note|memo|paper|update|analysis|primer)"
_PREVIOUS = re.compile(
    r"(?:^\W*|\b(?:the|its|your|our|an?)\s+)(?:previous|older|earlier|prior|old|former|superseded|last)\s+"
    rf"(?:(?:version|edition)(?:\s+of\s+(?:the|this|that|our)\s+(?:[\w’'-]+\s+){{0,5}}{_BRIEF}\b"
    rf"|\s+of\s+(?:the\s+)?{_ID}(?![\w-])|(?!\s+(?:of|for|to|in)\b))"
    rf"|version\s+of\s+it\b)"
    rf"|\b(?:say|said|read|state[ds]?|wr[oi]te|show(?:ed)?)\b[^?.!]*\bbefore\s+(?:it|the\s+{_BRIEF})\s+was"
    r"\s+(?:updated|revised|corrected|replaced)\b"
    rf"|\bbefore\s+(?:the|this|that|our)\s+{_BRIEF}\s+was\s+(?:updated|revised|corrected|replaced)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Time:
    """A named time with the words before it that belong to it: "since 2015"."""

    start: int  # of its words in the question, end exclusive
    core: int  # where the time itself starts, behind its relation
    end: int
    first: date | None
    last: date | None
    word: str = ""  # the preposition
    as_of: bool = False


def day_in(zone: str | None, moment: datetime) -> date:
    """Return the asker's day at a moment that knows its zone; `zone` None is the machine's.

    Raises ZoneInfoNotFoundError for a name that is no time zone's.
    """
    return moment.astimezone(ZoneInfo(zone) if zone else None).date()


def period_of(question: str, today: date) -> Period | None:
    """Return the time that a question speaks of, None if it names none."""
    times = _times(question, expressions(question, today))
    published = [time for time in times if _of_publishing(question, time)]
    if published:
        return _period(question, published[0], narrows=True)
    if known := next((time for time in times if time.as_of), None):
        period = _period(question, replace(known, first=None), narrows=True)
        return replace(period, as_of=True)
    if found := _AT_EDGE.search(question):
        edge = "oldest" if found["oldest"] else "newest"
        return Period(said=found[0], narrows=False, edge=edge)
    if newest := _NEWEST.search(question):
        return Period(said=newest[0], narrows=False)
    past = [
        time
        for time in times
        if time.first
        and time.first <= today
        and not _ANY_YEAR.match(question[time.core : time.end])
    ]
    if past:
        # Who is to tell of all of them must be published after the last.
        latest = max(past, key=lambda time: time.first or today)
        return _period(question, latest, narrows=latest.last is None)
    return None


def version_of(question: str) -> NamedVersion | None:
    """Return the version of a brief that a question names, None if it names none."""
    for pattern in _NAMED:
        if found := pattern.search(question):
            marks = (f"v{found['number']}", f"@{found['number']}")
            briefs = tuple(name + mark for name in _names(found["id"]) for mark in marks)
            return NamedVersion(found[0].strip(), briefs)
    if found := _PREVIOUS.search(question):
        return NamedVersion(found[0], _names(found["id"]) if found["id"] else (), previous=True)
    return None


def _times(question: str, found: Sequence[Expression]) -> list[_Time]:
    """Join each expression with its relation, and two that bound one time."""
    times: list[_Time] = []
    skip = False
    for here, following in zip_longest(found, found[1:]):
        if skip:
            skip = False
            continue
        relation = _RELATION.search(question[: here.start])
        word = (relation["word"] or "").lower() if relation else ""
        start = relation.start() if relation else here.start
        joined = following and _JOINED.fullmatch(question[here.end : following.start])
        if following and joined and (word in {"from", "between"} or following.start - here.end < 5):
            times.append(_Time(start, here.start, following.end, here.first, following.last, word))
            skip = True
            continue
        first, last = _bounded(word, question[here.end : here.end + 8], here)
        as_of = bool(relation and relation["as_of"])
        times.append(_Time(start, here.start, here.end, first, last, word, as_of))
    return times


def _bounded(word: str, after: str, here: Expression) -> tuple[date | None, date | None]:
    onward = re.match(r"\s+(?:and\s+)?on(?:wards?\b|\W*$)", after) is not None
    if re.fullmatch(_UNTIL, word):
        strictly = _STRICTLY_BEFORE.match(word)
        return None, here.first - timedelta(days=1) if strictly else here.last
    if onward or (re.fullmatch(_SINCE, word) and word != "from"):
        return here.last + timedelta(days=1) if _STRICTLY_AFTER.match(word) else here.first, None
    return here.first, here.last


def _of_publishing(question: str, time: _Time) -> bool:
    before, after = question[: time.start], question[time.end :]
    if _BEFORE.search(before) or (_BEFORE_BARE.search(before) and time.word not in _WHILE):
        return True
    # "did we say in 2015", "last May", but not "did we cover the 2015 deal"
    if _WE_SAID.search(before) and (time.word or _RELATIVE.match(question[time.core :])):
        return True
    if not before.strip(" ,") and _WE_SAY_NEXT.match(after.lstrip(" ,")):
        return True
    # With the relation's words or without: "in last month's brief", "the 2019 report".
    if _AFTER.match(after):
        return True
    if _AFTER_ANYONES.match(after) and _UNOWNED.search(question[: time.core]):
        return True
    rest = question[: time.start] + question[time.end :]
    return bool(_AFTER_ONE.match(after) and _ANY_DOCUMENT.search(rest))


def _period(question: str, time: _Time, *, narrows: bool) -> Period:
    return Period(
        said=question[time.start : time.end].strip(),
        since=time.first.isoformat() if time.first else None,
        until=time.last.isoformat() if time.last else None,
        narrows=narrows,
    )


def _names(typed: str) -> tuple[str, ...]:
    """Return what may be meant: report numbers are in capitals, ids of the library are not."""
    return tuple(dict.fromkeys((typed.upper(), typed)))
