"""English dates, as documents write them and as partial ISO dates: "2016-09-07", "2019-01", "2019".

Here are the names of the months, the calendar's units (day, week from Monday, month, quarter,
year), and the search for the date that a line states. A wrong date is worse than none: impossible
days, two-digit years, bare years inside a text, season ranges such as "2010-11" and day/month pairs
that can be read both ways are left alone.
"""

import re
from calendar import monthrange
from datetime import date, timedelta

MONTHS = tuple(
    "January February March April May June July August September October November December".split()
)
# Long or short, without the full stop; in capitals, and for patterns that ignore case.
CAPITAL_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|"
    r"Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
)
MONTH_NAME = CAPITAL_MONTH.lower()
_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def month_number(name: str) -> int:
    """Return 1 to 12 for what MONTH_NAME matches."""
    return next(n for n, month in enumerate(MONTHS, 1) if month[:3].lower() == name[:3].lower())


def is_iso(value: str) -> bool:
    """Tell whether this is a year, month or day that the calendar has (so not "2023-02-30")."""
    match = _ISO.fullmatch(value)
    if match is None or not value.isascii():
        return False
    year, month, day = int(match[1]), int(match[2] or 1), int(match[3] or 1)
    return year >= 1 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]


def first_day(iso: str) -> str:
    """Return the first day that a partial date covers: "2019-02" gives "2019-02-01".

    Raises ValueError for what is no date.
    """
    _check(iso)
    return iso + "-01-01"[len(iso) - 4 :]


def last_day(iso: str) -> str:
    """Return the last day that a partial date covers: "2019-02" gives "2019-02-28".

    Raises ValueError for what is no date.
    """
    _check(iso)
    month = iso if len(iso) > 4 else f"{iso}-12"
    if len(month) == 10:
        return month
    return f"{month}-{monthrange(int(month[:4]), int(month[5:]))[1]:02d}"


def months(year: int, first: int, count: int) -> tuple[date, date]:
    """Return the first and last day of `count` months, which may run into the next year."""
    years, last = divmod(first + count - 2, 12)
    end = last_day(f"{year + years:04d}-{last + 1:02d}")
    return date(year, first, 1), date.fromisoformat(end)


def begin(day: date, unit: str) -> date:
    """Return the first day of the unit that holds a day."""
    if unit == "day":
        return day
    if unit == "week":
        return day - timedelta(days=day.weekday())
    if unit == "month":
        return day.replace(day=1)
    return date(day.year, (day.month - 1) // 3 * 3 + 1 if unit == "quarter" else 1, 1)


def next_begin(day: date, unit: str) -> date:
    """Return the first day of the unit after the one that holds a day."""
    longest = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}[unit]
    return begin(begin(day, unit) + timedelta(days=longest), unit)


def earlier(day: date, count: int, unit: str) -> date:
    """Return the day so many units before; a month before 31 March is the last of February."""
    if unit in {"day", "week"}:
        return day - timedelta(days=count * (7 if unit == "week" else 1))
    back = count * {"month": 1, "quarter": 3, "year": 12}[unit]
    year, month = divmod(day.year * 12 + day.month - 1 - back, 12)
    last = monthrange(max(1, year), month + 1)[1]
    return date(max(1, year), month + 1, min(day.day, last))


def _check(iso: str) -> None:
    if not is_iso(iso):
        raise ValueError(f"{iso!r}: not a date; write it as 2016-09-07, 2016-09 or 2016")


_MONTH = rf"(?P<{{0}}>{MONTH_NAME})\.?"
_DAY = r"(?P<{0}>\d{{1,2}})(?:st|nd|rd|th|\.)?(?:\s?[-–—]\s?\d{{1,2}}(?:st|nd|rd|th|\.)?)?"
_YEAR = r"(?P<{0}>(?:1[5-9]|20)\d\d)(?!\d)"
_CLOCK = r"(?:[T\s]\d{2}:?\d{2}\S*)?"

# One alternation, so that the rest of an impossible date is never read as another date.
_DATE = re.compile(
    "|".join(
        (
            rf"(?<![\d.-]){_YEAR.format('y1')}(?P<s1>[-/.])(?P<m1>\d{{1,2}})(?P=s1)(?P<d1>\d{{1,2}})"
            rf"(?!\d|[-/.]\d){_CLOCK}",
            rf"\b{_MONTH.format('m2')}\s*{_DAY.format('d2')},?\s+{_YEAR.format('y2')}",
            rf"(?<![\d.])\b{_DAY.format('d3')}(?:\s+of)?[\s-]*{_MONTH.format('m3')},?[\s-]*"
            rf"{_YEAR.format('y3')}",
            rf"(?<![\d./-])(?P<a4>\d{{1,2}})(?P<s4>[/.-])(?:(?<=\.)\s)?(?P<b4>\d{{1,2}})(?P=s4)"
            rf"(?:(?<=\.)\s)?{_YEAR.format('y4')}"
            rf"(?![./-]\d)",
            rf"\b{_MONTH.format('m5')},?\s+{_YEAR.format('y5')}",
        )
    ),
    re.IGNORECASE,
)
_WHOLE = re.compile(r"((?:1[5-9]|20)\d\d)(?:-(\d{2})|(\d{2})(\d{2})(?:T?\d{4,6}Z?)?)?")


def find_date(text: str, *, month_first: bool = False) -> str | None:
    """Return the first date in `text`, or None where there is none that can only mean one day.

    `month_first` says that the author writes 04/05/2026 for April 5; without it such a date, which
    can be read both ways, is passed over. A year or a year and month in digits count only when they
    are the whole text.
    """
    found = locate_date(text, month_first=month_first)
    return found[0] if found else None


def locate_date(text: str, *, month_first: bool = False) -> tuple[str, int, int] | None:
    """Return the first date in `text` with the start and end of its wording."""
    stripped = text.strip()
    if whole := _WHOLE.fullmatch(stripped):
        iso = _joined(whole[1], whole[2] or whole[3], whole[4])
        return (iso, 0, len(text)) if iso else None
    for match in _DATE.finditer(text):
        if iso := _read(match, month_first):
            return iso, match.start(), match.end()
    return None


def two_ways(text: str) -> str | None:
    """Return the wording of the first date in digits that can be read as two days: "09/07/2016"."""
    for match in _DATE.finditer(text):
        if match["y4"] and match["s4"] != ".":
            us, european = (_read(match, month_first) for month_first in (True, False))
            if us and not european:
                return match[0]
    return None


def writes_month_first(text: str) -> bool:
    """Tell whether a text always writes dates as Americans do: "April 5, 2026", "4/23/2026"."""
    month_first = day_first = False
    for match in _DATE.finditer(text):
        if match["m2"] and _read(match, False):
            month_first = True
        elif match["m3"] and _read(match, False):
            day_first = True
        elif match["s4"] == "/":
            month_first = month_first or int(match["b4"]) > 12
            day_first = day_first or int(match["a4"]) > 12
    return month_first and not day_first


def _read(match: re.Match[str], month_first: bool) -> str | None:
    if match["y1"]:
        return _joined(match["y1"], match["m1"], match["d1"])
    if match["y2"]:
        return _joined(match["y2"], month_number(match["m2"]), match["d2"])
    if match["y3"]:
        return _joined(match["y3"], month_number(match["m3"]), match["d3"])
    if match["y4"]:
        return _numeric(match["a4"], match["b4"], match["y4"], match["s4"], month_first)
    if match["m5"][0].islower():  # "we may 2016 times": a month's name is written with a capital
        return None
    return _joined(match["y5"], month_number(match["m5"]), None)


def _numeric(first: str, second: str, year: str, mark: str, month_first: bool) -> str | None:
    us, european = _joined(year, first, second), _joined(year, second, first)
    if mark == ".":  # 7.9.2016 is day first wherever it is written
        return european
    if us and european and us != european:
        return us if month_first else None
    return us or european


def _joined(year: str, month: str | int | None, day: str | None) -> str | None:
    iso = "-".join([year, *(f"{part:0>2}" for part in (month, day) if part)])
    return iso if is_iso(iso) else None
