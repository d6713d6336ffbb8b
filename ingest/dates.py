"""Find the date that a line or a short text states, as a partial ISO date.

A wrong date is worse than none: impossible days, two-digit years, bare years inside a text, season
ranges such as "2010-11" and day/month pairs that can be read both ways are left alone. Month names
are English.
"""

import re

from index.dates import is_iso

_MONTHS = (
    "january february march april may june july august september october november december"
).split()
_MONTH = (
    r"(?P<{0}>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
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
            rf"(?<![\d./-])(?P<a4>\d{{1,2}})(?P<s4>[/.-])(?P<b4>\d{{1,2}})(?P=s4){_YEAR.format('y4')}"
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
        return _joined(match["y2"], _month(match["m2"]), match["d2"])
    if match["y3"]:
        return _joined(match["y3"], _month(match["m3"]), match["d3"])
    if match["y4"]:
        return _numeric(match["a4"], match["b4"], match["y4"], match["s4"], month_first)
    if match["m5"][0].islower():  # "we may 2016 times": a month's name is written with a capital
        return None
    return _joined(match["y5"], _month(match["m5"]), None)


def _numeric(first: str, second: str, year: str, mark: str, month_first: bool) -> str | None:
    us, european = _joined(year, first, second), _joined(year, second, first)
    if mark == ".":  # 7.9.2016 is day first wherever it is written
        return european
    if us and european and us != european:
        return us if month_first else None
    return us or european


def _month(name: str) -> str:
    return str(next(i for i, m in enumerate(_MONTHS, 1) if m.startswith(name.lower()[:3])))


def _joined(year: str, month: str | None, day: str | None) -> str | None:
    iso = "-".join([year, *(part.zfill(2) for part in (month, day) if part)])
    return iso if is_iso(iso) else None
