"""Find the times that a question names: text and the day it is asked in, places and days out.

"Last March" and "since 2023" are days seen from that day; fiscal years are topics, not times.
English, by rules of our own: docs/decisions/0014-dates-in-a-question.md compares them with
dateparser.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from index.dates import (
    MONTH_NAME,
    begin,
    earlier,
    first_day,
    is_iso,
    last_day,
    month_number,
    months,
    next_begin,
)

SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9}  # first of three months
NUMBERS = {name: number for number, name in enumerate(
    ("a", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
     "twelve"), 1
)} | {"an": 1, "one": 1, "couple of": 2, "few": 3}  # fmt: skip
ORDINALS = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "1st": 1,
    "2nd": 2,
    "3rd": 3,
    "4th": 4,
}

_WEEKDAYS = "mon tue wed thu fri sat sun".split()
_MONTH_ASKED = rf"{MONTH_NAME}\b\.?"
_WEEKDAY = r"(?:mon|tues?|wednes|thurs?|fri|satur|sun)day"
_YEAR_ASKED = r"(?:19|20)\d\d(?!\d|[.,/-]?\d|\s?%|s\b)"
_SEASON = rf"(?:{'|'.join(SEASONS)}|winter)"
_NUMBER = rf"\d{{1,3}}|{'|'.join(NUMBERS)}"


@dataclass(frozen=True)
class Expression:
    """Words that name a time: their place in the question, end exclusive, and its days."""

    start: int
    end: int
    first: date
    last: date


def expressions(question: str, today: date) -> list[Expression]:
    """Return the times that a question names, by place; none overlaps another."""
    taken = [match.span() for match in _NO_TIME.finditer(question)]
    found: list[Expression] = []
    for pattern, days in _COMPILED:
        for match in pattern.finditer(question):
            start, end = match.span()
            if any(start < other_end and other_start < end for other_start, other_end in taken):
                continue
            span = days(match, today)
            if span is not None:
                taken.append((start, end))
                found.append(Expression(start, end, *span))
    return sorted(found, key=lambda expression: expression.start)


Days = tuple[date, date]


def _iso(match: re.Match[str], _: date) -> Days | None:
    return _covered(match[0]) if is_iso(match[0]) else None


def _written(match: re.Match[str], today: date) -> Days | None:
    """A month with or without its day and year: "12 March 2024", "Sept 2022", "in May"."""
    parts = match.groupdict()
    month = month_number(parts["month"])
    day = parts.get("day")
    year = int(parts["year"]) if parts.get("year") else None
    if year is None:
        year = today.year if (month, int(day or 1)) <= (today.month, today.day) else today.year - 1
    text = f"{year}-{month:02d}" + (f"-{int(day):02d}" if day else "")
    return _covered(text) if is_iso(text) else None


def _last_named(match: re.Match[str], today: date) -> Days | None:
    """ "last September": the one that ended last; "this September", "past" likewise."""
    name, which = match["name"].lower().rstrip("."), match["which"].lower()
    if name.endswith("day"):
        return _newest(name, today)
    count = 1
    if name in SEASONS:
        first, count = SEASONS[name], 3
    elif name == "winter":
        first, count = 12, 3
    else:
        first = month_number(name)
    span = months(today.year, first, count)
    year = today.year
    while (span[0] > today) if which == "this" else (span[1] >= today):
        year -= 1
        span = months(year, first, count)
    return span


def _last_unit(match: re.Match[str], today: date) -> Days | None:
    """ "last month": the calendar's; "past month": up to today; "this month": as far as it is."""
    which, unit = match["which"].lower(), match["unit"].lower()
    if which == "past":
        return earlier(today, 1, unit), today
    first = begin(today, unit)
    if which == "this":
        return first, today
    return begin(first - timedelta(days=1), unit), first - timedelta(days=1)


def _last_units(match: re.Match[str], today: date) -> Days | None:
    """ "the past three months": up to today."""
    return earlier(today, _count(match["count"]), match["unit"].lower()), today


def _ago(match: re.Match[str], today: date) -> Days | None:
    """ "two years ago": the whole unit that the day lies in."""
    unit = match["unit"].lower()
    first = begin(earlier(today, _count(match["count"]), unit), unit)
    return first, next_begin(first, unit) - timedelta(days=1)


def _before_last(match: re.Match[str], today: date) -> Days | None:
    """ "the week before last": the whole unit before it."""
    unit = match["unit"].lower()
    last = begin(begin(today, unit) - timedelta(days=1), unit)
    return begin(last - timedelta(days=1), unit), last - timedelta(days=1)


def _half_a_year_ago(_: re.Match[str], today: date) -> Days | None:
    first = begin(earlier(today, 6, "month"), "month")
    return first, next_begin(first, "month") - timedelta(days=1)


def _fortnight(match: re.Match[str], today: date) -> Days | None:
    """ "the last fortnight": up to today; "a fortnight ago": the week that the day lies in."""
    if match["ago"] is None:
        return today - timedelta(days=14), today
    first = begin(today - timedelta(days=14), "week")
    return first, first + timedelta(days=6)


def _since_weekday(match: re.Match[str], today: date) -> Days | None:
    return _newest(match["name"].lower(), today)


def _newest(weekday: str, today: date) -> Days:
    """Return the newest of a weekday that is over."""
    behind = (today.weekday() - _WEEKDAYS.index(weekday[:3]) - 1) % 7 + 1
    day = today - timedelta(days=behind)
    return day, day


def _yesterday(match: re.Match[str], today: date) -> Days | None:
    day = today - timedelta(days=2 if match["before"] else 1)
    return day, day


def _quarter_or_half(match: re.Match[str], _: date) -> Days | None:
    groups = match.groupdict()
    number = groups.get("number") or str(ORDINALS[match["ordinal"].lower()])
    count = 6 if (groups.get("letter") or match["unit"] or "").lower() in {"h", "half"} else 3
    if int(number) * count > 12:
        return None
    return months(int(match["year"]), (int(number) - 1) * count + 1, count)


def _season(match: re.Match[str], _: date) -> Days | None:
    year, name = int(match["year"]), match["season"].lower()
    if name == "winter":  # of either end of the year
        return months(year - 1, 12, 3)[0], months(year, 12, 3)[1]
    return months(year, SEASONS[name], 3)


def _decade(match: re.Match[str], _: date) -> Days | None:
    first = int(match["century"] or "19") * 100 + int(match["decade"]) * 10
    return date(first, 1, 1), date(first + 9, 12, 31)


def _years(match: re.Match[str], _: date) -> Days | None:
    """ "2019–2021", "2019-20"."""
    first, last = int(match["first"]), match["last"]
    end = int(last if len(last) == 4 else match["first"][:2] + last)
    if len(last) == 2 and int(last) <= 12 and end != first + 1:  # 2001-09 is a month
        return None
    return (date(first, 1, 1), date(end, 12, 31)) if first < end else None


def _whole_year(match: re.Match[str], _: date) -> Days | None:
    return _covered(match[0])


def _covered(text: str) -> Days:
    return date.fromisoformat(first_day(text)), date.fromisoformat(last_day(text))


def _count(text: str) -> int:
    return int(text) if text.isdigit() else NUMBERS[text.lower()]


_UNIT = r"(?P<unit>day|week|month|quarter|year)"
_DAY = r"(?P<day>\d{1,2})"
_THE_YEAR = rf"(?P<year>{_YEAR_ASKED})"
_THE_MONTH = rf"(?P<month>{_MONTH_ASKED})"
_OPEN = r"(?<![\w$€£#.,/-])"  # not inside of a number, a name or a reference
_AFTER_PREPOSITION = "|".join(
    rf"(?<=\b{word} )"
    for word in ("in", "of", "since", "from", "until", "before", "after", "by", "during")
)

# The longer forms before those that are a part of them.
_FORMS: tuple[tuple[str, Callable[[re.Match[str], date], Days | None]], ...] = (
    (r"\b\d{4}-\d\d-\d\d\b", _iso),
    (rf"(?<!\w){_DAY}(?:st|nd|rd|th)?\s+(?:of\s+)?{_THE_MONTH}(?:,?\s+{_THE_YEAR})?", _written),
    (
        rf"\b{_THE_MONTH}\s+{_DAY}(?!\d|[.,]\d)(?:st|nd|rd|th)?(?:,?\s+{_THE_YEAR})?",
        _written,
    ),
    (rf"\b{_THE_MONTH}(?:\s+of)?,?\s+{_THE_YEAR}", _written),
    (
        rf"\b(?P<which>last|past|this)\s+(?P<name>{_MONTH_ASKED}|{_SEASON}|{_WEEKDAY})\b",
        _last_named,
    ),
    (rf"\b(?:last|past|previous)\s+(?P<count>{_NUMBER})\s+{_UNIT}s?\b", _last_units),
    (rf"\b(?P<which>last|past|previous|this)\s+{_UNIT}\b", _last_unit),
    (r"\bhalf\s+a\s+year\s+ago\b", _half_a_year_ago),
    (rf"\b(?P<count>{_NUMBER})\s+{_UNIT}s?\s+ago\b", _ago),
    (r"\b(?P<before>(?:the\s+)?day\s+before\s+)?(?:yesterday|last\s+night)\b", _yesterday),
    (rf"\bthe\s+{_UNIT}\s+before\s+last\b", _before_last),
    (r"\b(?:last\s+fortnight|past\s+fortnight|fortnight\s+(?P<ago>ago))\b", _fortnight),
    (rf"(?<=\bsince )(?P<name>{_WEEKDAY})\b", _since_weekday),
    (rf"\b(?P<letter>[QH])(?P<number>[1-4])\s*(?:of\s+)?{_THE_YEAR}", _quarter_or_half),
    (
        rf"\b(?P<ordinal>{'|'.join(ORDINALS)})\s+(?P<unit>quarter|half)\s+(?:of\s+)?{_THE_YEAR}",
        _quarter_or_half,
    ),
    (rf"\b(?P<season>{_SEASON})\s+(?:of\s+)?{_THE_YEAR}", _season),
    (r"(?<!\w)(?:the\s+)?(?P<century>19|20)(?P<decade>\d)0s\b", _decade),
    (r"(?<!\w)['’](?P<century>)(?P<decade>[5-9])0s\b", _decade),
    (rf"{_OPEN}(?P<first>(?:19|20)\d\d)\s?[-–—/]\s?(?P<last>(?:19|20)\d\d|\d\d)\b(?!-)", _years),
    (rf"{_OPEN}\d{{4}}-\d\d\b(?!-)", _iso),
    (rf"{_OPEN}{_YEAR_ASKED}(?!\s?[$€£])", _whole_year),
    (
        rf"\b{_THE_MONTH}(?=\s+(?:brief|report|update|edition|version|note|bulletin|newsletter)s?\b)",
        _written,
    ),
    # A month alone, where a preposition says that it is one: "may" and "march" are words too.
    (
        rf"(?:{_AFTER_PREPOSITION}){_THE_MONTH}"
        r"(?!\s+(?:be|have|not|also)\b)",
        _written,
    ),
)


_NO_TIME = re.compile(  # fiscal years; years that are names
    r"\b(?:FYs?|fiscal(?:\s+years?)?)\s?['’]?\d\d(?:\d\d)?"
    r"(?:\s?(?:[-–/]|and|to)\s?(?:FY)?\d\d(?:\d\d)?)*\b"
    rf"|\b(?:vision|agenda|horizon|windows|office|option|title|no\.|h\.?\s?r\.?|s\.)\s+{_YEAR_ASKED}",
    re.IGNORECASE,
)
_COMPILED = [(re.compile(pattern, re.IGNORECASE), days) for pattern, days in _FORMS]
