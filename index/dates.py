"""Partial ISO dates: "2016-09-07", "2019-01" or "2019", their bounds; and the calendar's units.

A unit is a day, week (from Monday), month, quarter or year. Knows nothing of how dates are written
in documents; `ingest/dates.py` does.
"""

import re
from calendar import monthrange
from datetime import date, timedelta

_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


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
