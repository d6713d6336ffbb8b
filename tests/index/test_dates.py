"""Claims about partial ISO dates."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.dates import (
    begin,
    earlier,
    find_date,
    first_day,
    is_iso,
    last_day,
    months,
    next_begin,
    writes_month_first,
)


@pytest.mark.parametrize("value", ["2019", "2019-01", "2020-02-29", "1999-12-31"])
def test_a_year_a_month_and_a_day_are_dates(value):
    assert is_iso(value)


@pytest.mark.parametrize(
    "value", ["2023-02-30", "2019-02-29", "2019-13", "2019-00-01", "0000", "19-01-01", "", "٢٠١٩"]
)
def test_what_the_calendar_lacks_is_no_date(value):
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
    assert (first_day(partial), last_day(partial)) == (first, last)


@pytest.mark.parametrize("bound", [first_day, last_day])
def test_bounds_of_a_false_date_are_an_error(bound):
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
    assert months(2023, 12, 3) == (date(2023, 12, 1), date(2024, 2, 29))
    assert months(2024, 1, 12) == (date(2024, 1, 1), date(2024, 12, 31))
    assert months(2024, 10, 3) == (date(2024, 10, 1), date(2024, 12, 31))


@pytest.mark.parametrize(
    "text",
    [
        "September 7, 2016",
        "SEPTEMBER 7, 2016",
        "Published on September 7th, 2016.",
        "7 September 2016",
        "7 Sept. 2016",
        "7th of September 2016",
        "7-Sep-2016",
        "7-8 September 2016",
        "2016-09-07",
        "2016/09/07",
        "2016-09-07T23:59:00+02:00",
        "Wed, 07 Sep 2016 12:00:00 +0000",
        "20160907",
        "7.9.2016",
        "Warsaw, 7 September 2016",
    ],
)
def test_a_day_is_found_in_every_usual_wording(text):
    assert find_date(text) == "2016-09-07"


def test_the_first_of_several_dates_counts():
    assert find_date("Updated 3 May 2020, first published 1 May 2019") == "2020-05-03"


@pytest.mark.parametrize(
    ("text", "iso"), [("May 2016", "2016-05"), ("2019-01", "2019-01"), (" 2019 ", "2019")]
)
def test_a_date_may_stop_at_the_month_or_year(text, iso):
    assert find_date(text) == iso


@pytest.mark.parametrize(
    "text",
    [
        "in 2019",
        "the 2010-11 season",
        "we may 2016 times",
        "on 3 September, the leaders",
        "30 February 2023",
        "February 30, 2023",
        "2023-02-30",
        "7 Sep 16",
        "version 1.2.3",
        "10.0.2016.1",
        "",
    ],
)
def test_no_date_is_better_than_a_wrong_one(text):
    assert find_date(text) is None


def test_an_ambiguous_day_and_month_needs_to_know_the_author():
    """04/05/2026 is April 5 only where the author writes the month first."""
    assert find_date("04/05/2026") is None
    assert find_date("04/05/2026", month_first=True) == "2026-04-05"
    assert find_date("23/04/2026") == find_date("04/23/2026") == "2026-04-23"


def test_a_text_tells_how_its_author_writes_dates():
    """Only a text that is American throughout counts as American."""
    assert writes_month_first("Updated April 5, 2026")
    assert writes_month_first("due 4/23/2026")
    assert not writes_month_first("5 April 2026")
    assert not writes_month_first("April 5, 2026 and 6 April 2026")
    assert not writes_month_first("no date at all")


@given(st.dates(min_value=date(1600, 1, 1), max_value=date(2099, 12, 31)))
def test_every_day_written_in_words_is_read_back(day):
    iso = day.isoformat()
    assert find_date(f"{day:%B} {day.day}, {day.year}") == iso
    assert find_date(f"{day.day} {day:%b} {day.year}") == iso


@given(st.text(alphabet="0123456789 /-.,MayJunet", max_size=40))
def test_what_is_found_is_always_a_date(text):
    found = find_date(text)
    assert found is None or is_iso(found)
