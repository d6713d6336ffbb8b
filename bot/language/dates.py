"""Find the dates that a text mentions: text in, what each says of year, month and day out.

Every mention is read, however partial: full dates in any usual order, month and year, month and
day, years, fiscal years, decades, quarters and weekdays.
"""

import re
from dataclasses import dataclass

from index.dates import (
    MONTHS,
    month_number,
)

_DAY_NAMES = "monday tuesday wednesday thursday friday saturday sunday".split()
_SHORT_MONTH = "|".join(month[:3] for month in MONTHS).replace("Sep", "Sept?")
_MONTH = rf"(?:{'|'.join(MONTHS)}|(?:{_SHORT_MONTH})\.?)"
_VERBS = ("March", "April", "May")  # words or names too: a date only beside others
_YEAR = r"(?:1[5-9]|20)\d\d"
_DATE = re.compile(
    rf"""
    (?<![\d.-])(?P<y1>{_YEAR})[-/.](?P<m1>\d\d)[-/.](?P<d1>\d\d)(?!\d)
  | \b(?P<m2>{_MONTH})\s(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?!\d|:|,\d{{3}}\b)
      (?:,?\s(?P<y2>{_YEAR})(?!\d))?
  | (?<![\d.,-])(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?\s(?:of\s)?(?P<m3>{_MONTH})(?![a-z])
      (?:,?\s(?P<y3>{_YEAR})(?!\d))?
  | \b(?P<m4>{_MONTH})(?:\sof)?,?\s(?P<y4>{_YEAR})(?!\d)
  | \b(?:FY\s?|[Ff]iscal\s(?:[Yy]ears?\s)?)(?:'|’)?(?P<fiscal>{_YEAR}|\d\d)(?!\d)
  | \b(?P<quarter>first|second|third|fourth)[\s-]quarter(?:\sof)?\s(?P<y5>{_YEAR})
  | \bQ(?P<q6>[1-4])[\s-](?P<y6>{_YEAR})
  | (?<![\w.,$€£-])(?P<decade>{_YEAR[:-4]}\d0)['’]?s\b
  | (?<![\w.,$€£/§-])(?P<year>{_YEAR})(?![\d%]|[,.]\d|-[a-z]|\s(?:percent|per\scent|million|billion
      |people|men|women|troops|miles|km|tons|dollars|U\.S\.C))
  | (?<=[-–/])(?P<until>{_YEAR}|(?<=\b[12]\d\d\d[-–/])\d\d)(?![\d%]|[,.]\d|[-–]\d)
  | \b(?P<weekday>{"|".join(day.title() for day in _DAY_NAMES)})s?\b
  | (?:(?<=\b[Ii]n\s)|(?<=\b[Oo]f\s)|(?<=\b[Bb]y\s)|(?<=since\s)|(?<=until\s)|(?<=early\s)
      |(?<=late\s)|(?<=mid-)|(?<=last\s)|(?<=from\s)|(?<=this\s)|(?<=next\s)|(?<=during\s))
      (?P<bare>{_MONTH})(?![a-z])
  | \b(?P<plain>{"|".join(month for month in MONTHS if month not in _VERBS)})\b
    """,
    re.VERBOSE,
)
_QUARTERS = ("first", "second", "third", "fourth")


@dataclass(frozen=True)
class Moment:
    """One mention of a time; what it does not say is None. `span` is "decade", "Q1" … or ""."""

    year: int | None
    month: int | None
    day: int | None
    weekday: int | None
    span: str
    fiscal: bool
    start: int
    end: int
    said: str

    @property
    def parts(self) -> tuple[int | None, int | None, int | None]:
        """(year, month, day)."""
        return self.year, self.month, self.day


def moments(text: str) -> list[Moment]:
    """Return the mentions of dates in a text, in order."""
    found = []
    for match in _DATE.finditer(text):
        moment = _moment(match)
        if moment is not None:
            found.append(moment)
    return found


def agreement(claim: Moment, other: Moment) -> float:
    """Return 1 where the other says all that the claim says, 0.5 where part of it, else 0."""
    if claim.weekday is not None or other.weekday is not None:
        return float(claim.weekday == other.weekday)
    if "decade" in (claim.span, other.span):
        return _decades(claim, other)
    said = [one for one in claim.parts if one is not None]
    both = [(a, b) for a, b in zip(claim.parts, other.parts, strict=True) if None not in (a, b)]
    if not both or any(a != b for a, b in both):
        return 0.0
    whole = len(both) == len(said) and claim.fiscal == other.fiscal
    return 1.0 if whole and claim.span in ("", other.span) else 0.5


def _decades(claim: Moment, other: Moment) -> float:
    if claim.year is None or other.year is None:
        return 0.0
    if claim.span == other.span:
        return float(claim.year == other.year)
    if claim.year // 10 != other.year // 10:
        return 0.0
    return 1.0 if claim.span == "decade" else 0.5  # "the 1990s" of 1994 says less


def _moment(match: re.Match[str]) -> Moment | None:
    group = match.groupdict()
    year = next((group[key] for key in ("y1", "y2", "y3", "y4", "y5", "y6", "fiscal", "decade",
                                        "year", "until") if group[key]), None)  # fmt: skip
    month = group["m1"] or _month(
        group["m2"] or group["m3"] or group["m4"] or group["bare"] or group["plain"]
    )
    day = group["d1"] or group["d2"] or group["d3"]
    if (month and not 1 <= int(month) <= 12) or (day and not 1 <= int(day) <= 31):
        return None
    return Moment(
        year=_year(year),
        month=int(month) if month else None,
        day=int(day) if day else None,
        weekday=_DAY_NAMES.index(group["weekday"].lower()) if group["weekday"] else None,
        span=_span(group),
        fiscal=group["fiscal"] is not None,
        start=match.start(),
        end=match.end(),
        said=match.group(),
    )


def _span(group: dict[str, str | None]) -> str:
    if group["decade"]:
        return "decade"
    if quarter := group["quarter"]:
        return f"Q{_QUARTERS.index(quarter.lower()) + 1}"
    return f"Q{group['q6']}" if group["q6"] else ""


def _year(said: str | None) -> int | None:
    if said is None:
        return None
    return int(said) if len(said) == 4 else 2000 + int(said)


def _month(name: str | None) -> str | None:
    if name is None:
        return None
    return str(month_number(name))
