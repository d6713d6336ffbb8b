"""Claims about metadata: pairs, first lines, file names; and about never guessing."""

import pytest

from ingest.document import Metadata
from ingest.metadata import from_file_name, from_first_lines, from_pairs, split_authors


@pytest.mark.parametrize(
    "key", ["date", "**Publication Date:**", "article:published_time", "DC.Date", "datePublished"]
)
def test_a_date_is_known_by_many_keys(key):
    assert from_pairs({key: "2016-09-07"}).date == "2016-09-07"


def test_all_fields_are_read_from_a_metadata_table():
    pairs = {
        "Title": "Ports in the north",
        "Author(s)": "Bee, Ann; Dee, Carl M.",
        "Report No.": "98-317",
        "Version": "4",
        "Topics": "Trade",
        "Source": "https://inst.example/98-317",
        "Publication Date": "04/05/2026",
    }
    assert from_pairs(pairs, month_first=True) == Metadata(
        title="Ports in the north",
        date="2026-04-05",
        authors=("Bee, Ann", "Dee, Carl M."),
        number="98-317",
        edition="4",
        source_url="https://inst.example/98-317",
    )


def test_the_publication_date_goes_before_an_update():
    assert from_pairs({"updated": "2020-01-02", "published": "2019-03-04"}).date == "2019-03-04"


@pytest.mark.parametrize("value", ["", "n/a", "None", "unknown", "TBD", "-"])
def test_an_empty_value_states_nothing(value):
    assert from_pairs({"title": value, "author": value, "date": value}) == Metadata()


def test_a_source_that_is_no_address_is_no_address():
    """A source may be named in words; only http addresses are links."""
    assert from_pairs({"source": "own research", "url": "javascript:alert(1)"}).source_url is None


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("By Ann Bee and Carl Dee", ("Ann Bee", "Carl Dee")),
        ("Ann Bee, Carl Dee, and Eve Eff", ("Ann Bee", "Carl Dee", "Eve Eff")),
        ("Bee, Ann; Dee, Carl", ("Bee, Ann", "Dee, Carl")),
        ("Bee, Ann", ("Bee, Ann",)),
        ("Ann Bee, PhD & John Smith, Jr.", ("Ann Bee, PhD", "John Smith, Jr.")),
        ("OECD", ("OECD",)),
        ("https://social.example/ann", ()),
        ("ann@inst.example", ()),
    ],
)
def test_authors_are_parted_as_they_are_written(line, names):
    """Names keep their form; addresses are no names."""
    assert split_authors(line) == names


def test_the_head_of_a_text_is_read_line_by_line():
    lines = ["Ports in the north", "By Ann Bee and Carl Dee", "7 September 2016 | No. 12"]
    assert from_first_lines([*lines, "On 3 May 2010 the port was sold."]) == Metadata(
        title="Ports in the north", date="2016-09-07", authors=("Ann Bee", "Carl Dee"), number="12"
    )


@pytest.mark.parametrize(
    ("line", "title", "date", "number"),
    [
        ("Updated April 23, 2026 (IF10753)", None, "2026-04-23", "IF10753"),
        ("Published: May 2016", None, "2016-05", None),
        ("Report No. R-1234/16", None, None, "R-1234/16"),
    ],
)
def test_a_header_line_is_read(line, title, date, number):
    found = from_first_lines([line])
    assert (found.title, found.date, found.number) == (title, date, number)


@pytest.mark.parametrize(
    "line",
    [
        "The plan was announced on 3 September 2016 in the capital.",
        "The treaty of 3 May 1791",
        "By the end of 2019 the port had been sold",
        "By Design: a look at May 2016",
    ],
)
def test_a_date_or_name_inside_a_sentence_is_not_taken(line):
    """A date that the text speaks of is not the date of the text."""
    found = from_first_lines(["A title", line])
    assert (found.date, found.authors) == (None, ())


def test_a_paragraph_is_no_title():
    assert from_first_lines(["Reports from contacts suggested that sales improved."]) == Metadata()
    assert from_first_lines(["word " * 100]) == Metadata()


@pytest.mark.parametrize(
    ("name", "date", "number", "edition"),
    [
        ("2019-01-at.txt", "2019-01", None, None),
        ("2016-09-07-title.md", "2016-09-07", None, None),
        ("20160907_x.pdf", "2016-09-07", None, None),
        ("brief 2016.09.07.docx", "2016-09-07", None, None),
        ("folder/IF10753.7.pdf", None, "IF10753", "7"),
        ("IF10753v7-energy-program.md", None, "IF10753", "7"),
        ("98-317.22.pdf", None, "98-317", "22"),
        ("IF10753.pdf", None, "IF10753", None),
    ],
)
def test_a_file_name_states_date_or_number(name, date, number, edition):
    assert from_file_name(name) == Metadata(date=date, number=number, edition=edition)


@pytest.mark.parametrize(
    "name",
    [
        "000_fe83debbadd320ef.txt",
        "98317-types-of-hearings.md",
        "COVID19-brief.md",
        "FY2026-budget.md",
        "G20-summit.md",
        "budget-2010-11.md",
        "2023-02-30-x.md",
        "Q3-2024.md",
        "report.v2.pdf",
        "1984.txt",
        "12345678.pdf",
        "DSC12345.jpg",
        "",
    ],
)
def test_a_file_name_never_states_nonsense(name):
    assert from_file_name(name) == Metadata()


@pytest.mark.parametrize(
    ("line", "iso"),
    [
        ("Berlin, 7. Dezember 2022", "2022-12-07"),
        ("Paris, le 7 septembre 2016", "2016-09-07"),
        ("Москва, 14 мая 2021 г.", "2021-05-14"),
        ("Abschluss der Arbeit: 26. Januar 2018", "2018-01-26"),
        ("Stand: Mai 2016", "2016-05"),
        ("Publié le mercredi 7 septembre 2016", "2016-09-07"),
        ("mercredi 7 septembre 2016", "2016-09-07"),
        ("発行日：2016年9月7日（水）", "2016-09-07"),
        ("Минск, 7 сентября 2016 года", "2016-09-07"),
        ("This briefing updates an earlier one of March 2014.", None),
        ("La Turquie a livré douze drones en mai 2016.", None),
    ],
)
def test_a_date_line_is_read_in_many_languages(line, iso):
    assert from_first_lines(["A title", line]).date == iso


def test_first_publication_and_later_change_are_both_kept():
    stated = from_first_lines(
        ["A title", "10 April 2014", "Published 31 March 2014. Amended 10 April 2014."]
    )
    assert (stated.date, stated.updated) == ("2014-03-31", "2014-04-10")


def test_front_matter_keeps_an_update_beside_the_date():
    stated = from_pairs({"date": "19. August 2022", "lastmod": "2024-01-05"})
    assert (stated.date, stated.updated) == ("2022-08-19", "2024-01-05")


@pytest.mark.parametrize(
    "stated",
    [
        from_pairs({"title": "A title", "date": "07/09/2016"}),
        from_first_lines(["A title", "Published: 07/09/2016"]),
    ],
)
def test_a_date_of_two_readings_is_left_alone_and_named(stated):
    assert (stated.date, stated.unclear_date) == (None, "07/09/2016")


def test_a_kind_of_publication_may_stand_before_its_date():
    assert from_first_lines(["Growth in the north", "Note of 3 February 2021"]).date == "2021-02-03"
    assert from_first_lines(["Growth in the north", "Fall of 3 February 2021"]).date is None


def test_dates_of_a_list_are_not_the_documents():
    """Nor is the year of a date that a narrow cell has cut in two."""
    assert from_first_lines(["Notices", "22 June 2015", "30 June 2015", "1 July 2015"]).date is None
    assert from_first_lines(["Program", "December 31,", "2023"]).date is None
