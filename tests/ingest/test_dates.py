"""Claims about finding a date in a short text."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.dates import find_date, is_iso, writes_month_first


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
    """All these are the same day."""
    assert find_date(text) == "2016-09-07"


def test_the_first_of_several_dates_counts():
    """Reading order decides."""
    assert find_date("Updated 3 May 2020, first published 1 May 2019") == "2020-05-03"


@pytest.mark.parametrize(
    ("text", "iso"), [("May 2016", "2016-05"), ("2019-01", "2019-01"), (" 2019 ", "2019")]
)
def test_a_date_may_stop_at_the_month_or_year(text, iso):
    """What is stated is kept; no day is made up."""
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
    """Years in a text, seasons, impossible days and numbers are no dates."""
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
    """No day of the calendar is missed or changed."""
    iso = day.isoformat()
    assert find_date(f"{day:%B} {day.day}, {day.year}") == iso
    assert find_date(f"{day.day} {day:%b} {day.year}") == iso


@given(st.text(alphabet="0123456789 /-.,MayJunet", max_size=40))
def test_what_is_found_is_always_a_date(text):
    """No text gives anything but a valid partial date."""
    found = find_date(text)
    assert found is None or is_iso(found)
