"""Put days together to the bars that a plot has room for, and name them in few words."""

from collections.abc import Sequence
from datetime import date, timedelta

from bot.audit.statistics import Day

DAYS, WEEKS = 62, 366  # days up to which a bar is a day, or a week; of more it is a month
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_MONTH = len("2026-05")


def grain(count: int) -> str:
    """Return what one bar of so many days stands for."""
    return "Day" if count <= DAYS else "Week from" if count <= WEEKS else "Month"


def spans(found: Sequence[Day]) -> list[Day]:
    """Return days, weeks from Monday on, or months ("2026-05"), by how many days there are."""
    named = grain(len(found))
    together: dict[str, Day] = {}
    for one in found:
        begins = _monday(one.day) if named == "Week from" else one.day
        begins = begins[:_MONTH] if named == "Month" else begins
        before = together.get(begins, Day(begins, 0, 0))
        together[begins] = Day(begins, before.answers + one.answers, before.declined + one.declined)
    return list(together.values())


def label(span: Day) -> str:
    """Return a span's name, such as "3 May 2026" or "May 2026"."""
    if len(span.day) == _MONTH:
        return month_label(span.day)
    return f"{short_label(span)} {span.day[:4]}"


def short_label(span: Day) -> str:
    """Return the name without the year of a day; a month keeps it."""
    if len(span.day) == _MONTH:
        return month_label(span.day)
    return f"{int(span.day[8:])} {_MONTHS[int(span.day[5:7]) - 1]}"


def month_label(month: str) -> str:
    """Return "May 2026" for "2026-05"."""
    return f"{_MONTHS[int(month[5:7]) - 1]} {month[:4]}"


def _monday(day: str) -> str:
    at = date.fromisoformat(day)
    return (at - timedelta(days=at.weekday())).isoformat()
