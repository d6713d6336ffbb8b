"""Claims about partial ISO dates."""

from datetime import date, timedelta

import pytest

from index.dates import begin, earlier, first_day, is_iso, last_day, months, next_begin


@pytest.mark.parametrize("value", ["2019", "2019-01", "2020-02-29", "1999-12-31"])
def test_a_year_a_month_and_a_day_are_dates(value):
    """A date may stop at the year or the month."""
    assert is_iso(value)


@pytest.mark.parametrize(
    "value", ["2023-02-30", "2019-02-29", "2019-13", "2019-00-01", "0000", "19-01-01", "", "٢٠١٩"]
)
def test_what_the_calendar_lacks_is_no_date(value):
    """A day that does not exist is refused, and so is any other form."""
    assert not is_iso(value)


@pytest.mark.parametrize(
    ("partial", "first", "last"),
    [
        ("2019", "2019-01-01", "2019-12-31"),
        ("2019-02", "2019-02-01", "2019-02-28"),
        ("2020-02", "2020-02-01", "2020-02-29"),
        ("2019-12-05", "2019-12-05", "2019-12-05"),
    ],
)
def test_a_partial_date_covers_its_first_to_its_last_day(partial, first, last):
    """Bounds are whole days, leap years included."""
    assert (first_day(partial), last_day(partial)) == (first, last)


@pytest.mark.parametrize("bound", [first_day, last_day])
def test_bounds_of_a_false_date_are_an_error(bound):
    """No bound is made up for a date that does not exist."""
    with pytest.raises(ValueError, match="2023-02-30"):
        bound("2023-02-30")


@pytest.mark.parametrize(
    ("unit", "first", "following"),
    [
        ("day", "2024-12-31", "2025-01-01"),
        ("week", "2024-12-30", "2025-01-06"),
        ("month", "2024-12-01", "2025-01-01"),
        ("quarter", "2024-10-01", "2025-01-01"),
        ("year", "2024-01-01", "2025-01-01"),
    ],
)
def test_a_unit_begins_where_the_calendar_has_it(unit, first, following):
    """Weeks begin on Monday; 2024 is a leap year."""
    day = date(2024, 12, 31)
    assert begin(day, unit) == date.fromisoformat(first)
    assert next_begin(day, unit) == date.fromisoformat(following)


def test_every_unit_ends_where_the_next_begins():
    """No day is left out or counted twice, over a leap year and two others."""
    for unit in ("day", "week", "month", "quarter", "year"):
        for offset in range(1_200):
            day = date(2023, 1, 1) + timedelta(days=offset)
            following = next_begin(day, unit)
            assert begin(following, unit) == following > day
            assert begin(following - timedelta(days=1), unit) == begin(day, unit)


@pytest.mark.parametrize(
    ("count", "unit", "expected"),
    [
        (1, "day", "2024-03-30"),
        (2, "week", "2024-03-17"),
        (1, "month", "2024-02-29"),
        (13, "month", "2023-02-28"),
        (1, "quarter", "2023-12-31"),
        (4, "year", "2020-03-31"),
    ],
)
def test_earlier_stays_within_the_month(count, unit, expected):
    """A month before the 31st is the last day of a shorter month."""
    assert earlier(date(2024, 3, 31), count, unit) == date.fromisoformat(expected)


def test_months_run_over_the_end_of_the_year():
    """Winter ends in February, on the 29th where there is one."""
    assert months(2023, 12, 3) == (date(2023, 12, 1), date(2024, 2, 29))
    assert months(2024, 1, 12) == (date(2024, 1, 1), date(2024, 12, 31))
    assert months(2024, 10, 3) == (date(2024, 10, 1), date(2024, 12, 31))
