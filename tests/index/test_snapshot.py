"""Claims about which versions a filter lets through."""

import pytest

from index.passage import BriefRef
from index.storage.catalogue import VersionRow
from index.storage.schema import CURRENT
from index.vectors.snapshot import Filters, names_of, passes


def version(date: str | None = "2024-03-05", number: str | None = "IF10753") -> VersionRow:
    brief = BriefRef("abc123", "Title", date, (), "a.md", "default", version=2, number=number)
    return VersionRow(1, brief, "7", CURRENT)


@pytest.mark.parametrize("name", ["abc123", "abc123@2", "IF10753", "IF10753@2", "IF10753v7"])
def test_a_version_is_known_by_id_number_version_and_edition(name):
    """The library counts versions with @, the publisher with v."""
    assert name in names_of(version())
    assert passes(version(), Filters(briefs=(name,)))


@pytest.mark.parametrize("name", ["abc123@1", "IF10753v2", "IF10753@7", "None", "Nonev7"])
def test_another_version_does_not_pass(name):
    """The edition is no version number, and a brief without a number has no edition's name."""
    assert not passes(version(), Filters(briefs=(name,)))
    assert not passes(version(number=None), Filters(briefs=(name,)))


@pytest.mark.parametrize(
    ("day", "through"), [("2024-03-05", True), ("2024-03", True), ("2024-03-04", False)]
)
def test_as_of_is_the_end_of_a_day(day, through):
    """What was published on the day itself, or in the month, was known at its end."""
    assert passes(version(), Filters(as_of=day)) is through
    assert passes(version(), Filters(until="2025", as_of=day)) is through


def test_what_has_no_date_was_known_at_no_day():
    """No date is made up for a brief without one."""
    assert not passes(version(date=None), Filters(as_of="2024"))
    assert passes(version(date=None), Filters(previous=True))


def test_every_filter_is_a_filter():
    """A search with any of them set is a filtered search."""
    assert not Filters()
    assert Filters(as_of="2024")
    assert Filters(previous=True)
