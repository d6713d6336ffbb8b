"""Claims about which words name a time, and which days they cover. The day is fixed."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.language.times import expressions
from bot.question.period import day_in

TODAY = date(2026, 11, 24)  # a Tuesday


def found(text: str) -> list[tuple[str, str, str]]:
    return [
        (text[one.start : one.end], one.first.isoformat(), one.last.isoformat())
        for one in expressions(text, TODAY)
    ]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-04-09", "2026-04-09", "2026-04-09"),
        ("2026-04", "2026-04-01", "2026-04-30"),
        ("12 March 2024", "2024-03-12", "2024-03-12"),
        ("March 12, 2024", "2024-03-12", "2024-03-12"),
        ("12th of March 2024", "2024-03-12", "2024-03-12"),
        ("Sept. 2022", "2022-09-01", "2022-09-30"),
        ("1999", "1999-01-01", "1999-12-31"),
        ("the 1990s", "1990-01-01", "1999-12-31"),
        ("Q1 2026", "2026-01-01", "2026-03-31"),
        ("H2 2025", "2025-07-01", "2025-12-31"),
        ("fourth quarter of 2024", "2024-10-01", "2024-12-31"),
        ("spring 2025", "2025-03-01", "2025-05-31"),
        ("2019–2021", "2019-01-01", "2021-12-31"),
        ("2019-20", "2019-01-01", "2020-12-31"),
    ],
)
def test_a_date_covers_its_days(text, first, last):
    """Written in figures or in words, to the day or the decade."""
    assert found(text) == [(text, first, last)]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("yesterday", "2026-11-23", "2026-11-23"),
        ("last Friday", "2026-11-20", "2026-11-20"),
        ("last Tuesday", "2026-11-17", "2026-11-17"),
        ("last week", "2026-11-16", "2026-11-22"),
        ("past week", "2026-11-17", "2026-11-24"),
        ("last month", "2026-10-01", "2026-10-31"),
        ("this month", "2026-11-01", "2026-11-24"),
        ("last quarter", "2026-07-01", "2026-09-30"),
        ("last year", "2025-01-01", "2025-12-31"),
        ("this year", "2026-01-01", "2026-11-24"),
        ("past three months", "2026-08-24", "2026-11-24"),
        ("two years ago", "2024-01-01", "2024-12-31"),
        ("last September", "2026-09-01", "2026-09-30"),
        ("last November", "2025-11-01", "2025-11-30"),
        ("last summer", "2026-06-01", "2026-08-31"),
        ("last winter", "2025-12-01", "2026-02-28"),
    ],
)
def test_a_time_relative_to_today(text, first, last):
    """ "Last" is the newest one that is over, "past" runs up to today."""
    assert found(text) == [(text, first, last)]


def test_a_month_alone_is_the_newest_that_has_begun():
    """Only where a preposition or a document shows that a month is meant."""
    assert found("what happened in May?") == [("May", "2026-05-01", "2026-05-31")]
    assert found("and in December?") == [("December", "2025-12-01", "2025-12-31")]
    assert found("the June update") == [("June", "2026-06-01", "2026-06-30")]
    assert found("may we march in protest?") == []


@pytest.mark.parametrize(
    "text",
    [
        "the FY27 request against FY2026 and FY24/FY25",
        "fiscal year 2025",
        "Regulation (EU) 2023/1781",
        "HR 1156 and S. 2024",
        "it cost $2024 or 2024 $",
        "section 1225(b)(2)(A)",
        "the 10-20-30 rule",
        "Agenda 2030",
        "2,015 ships",
        "20.24 percent of 1985.5",
        "what did we earn now",
    ],
)
def test_numbers_and_fiscal_years_are_no_times(text):
    """A number that is no year is left alone, and so is a year that names something."""
    assert found(text) == []


def test_a_day_that_does_not_exist_is_not_made_up():
    """What remains is the month."""
    assert found("30 February 2024") == [("February 2024", "2024-02-01", "2024-02-29")]


# At this moment it is three different days in four zones, on both sides of a new year.
MOMENT = datetime(2026, 1, 1, 10, 30, tzinfo=UTC)
ZONES = ("Pacific/Pago_Pago", "America/New_York", "Asia/Tokyo", "Pacific/Kiritimati")
TABLE = Path(__file__).with_name("relative_dates.txt")  # reckoned for each of the three days
PHRASES = [line.split(" | ") for line in TABLE.read_text("utf-8").splitlines()[1:]]


def test_the_table_is_as_long_as_was_promised():
    """Sixty phrases, each once."""
    assert len({row[0] for row in PHRASES}) == len(PHRASES) >= 60


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("row", PHRASES, ids=lambda row: row[0])
def test_a_relative_time_is_that_of_the_askers_day(row, zone):
    """ "Yesterday" in Kiritimati is today in Pago Pago."""
    phrase, *by_day = row
    today = day_in(zone, MOMENT)
    [one] = expressions(phrase, today)
    days = by_day[(today - date(2025, 12, 31)).days].split()
    assert [one.first.isoformat(), one.last.isoformat()] == [days[0], days[-1]]


def test_the_zones_have_three_days():
    """Else the table would show less than it says."""
    assert [day_in(zone, MOMENT).day for zone in ZONES] == [31, 1, 1, 2]
