"""Claims about what is true of CRS reports alone: their site's header line, numbers, editions."""

import pytest

from ingest.publishers import Profile, profile_of
from ingest.readers.markdown import read

PAGE = """[Site Feedback](https://x.example/f) [Listen](https://y.example/l)\
Sale of E15Updated April 9, 2026    (IN10979)

Ethanol is blended with gasoline in shares that federal law limits by season and by state, as below.

Disclaimer

These documents were prepared by {publisher}, which stands for nothing that is written in them.
"""


def test_a_publisher_is_known_by_what_its_files_say() -> None:
    """All others get the plain profile, whose patterns match nothing."""
    assert profile_of("… by the Congressional Research Service (CRS) …") != Profile()
    assert profile_of("A brief on the research service of a congress") == Profile()


def test_the_header_line_of_its_site_gives_title_date_and_number() -> None:
    """There title and date have grown together; the closing disclaimer is left out."""
    document = read(PAGE.format(publisher="the Congressional Research Service").encode())
    stated = document.metadata
    assert (stated.title, stated.date, stated.number) == ("Sale of E15", "2026-04-09", "IN10979")
    assert [block.text[:7] for block in document.blocks] == ["Ethanol"]


def test_nobody_elses_text_is_left_out() -> None:
    texts = [
        block.text for block in read(PAGE.format(publisher="the Harbour Board").encode()).blocks
    ]
    assert "Disclaimer" in texts
    assert any("E15" in text for text in texts)


@pytest.mark.parametrize(
    ("line", "number", "edition"),
    [
        ("IF10753 · VERSION 7 · UPDATED", "IF10753", "7"),
        ("https://crsreports.congress.gov | 98-123 · VERSION 12 · NEW", "98-123", "12"),
        ("VERSION 3 · UPDATED", None, "3"),
    ],
)
def test_a_pdf_names_its_edition(line: str, number: str | None, edition: str) -> None:
    found = profile_of("CRS Product").edition_line.search(line)
    assert found
    assert (found["number"], found["edition"]) == (number, edition)
