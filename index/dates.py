"""Partial ISO dates: "2016-09-07", "2019-01" or "2019", their validity and their bounds in days.

Knows nothing of how dates are written in documents; `ingest/dates.py` does.
"""

import re
from calendar import monthrange

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


def _check(iso: str) -> None:
    if not is_iso(iso):
        raise ValueError(f"{iso!r}: not a date; write it as 2016-09-07, 2016-09 or 2016")
