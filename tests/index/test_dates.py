"""Claims about partial ISO dates."""

import pytest

from index.dates import first_day, is_iso, last_day


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
