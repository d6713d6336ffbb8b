"""A manifest states facts by file; what is wrong in it is named by row and column."""

import os
from pathlib import Path

import pytest

from index.errors import UsageError
from ingest.document import Metadata
from ingest.manifest import Manifest, load

FULL = Metadata(
    title="A, B and C",
    date="2019-01",
    authors=("Ann Writer", "Bo Reader"),
    number="IF10753",
    edition="7",
    source_url="https://a.example/b",
)


def manifest(folder: Path, content: str | bytes) -> Manifest:
    path = folder / "manifest.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return load(path)


def fault(folder: Path, content: str | bytes) -> str:
    with pytest.raises(UsageError) as caught:
        manifest(folder, content)
    path, _, what = str(caught.value).partition("manifest.csv: ")
    assert path == f"{folder}{os.sep}"
    assert "\n" not in what
    return what


def test_all_columns_are_read(tmp_path: Path) -> None:
    rows = manifest(
        tmp_path,
        "file,title,date,author,source_url,number,edition,collection\n"
        'a.md,"A, B and C",2019-01,Ann Writer; Bo Reader,https://a.example/b,IF10753,7,trade\n',
    )
    assert rows.metadata_for(str(tmp_path / "a.md")) == (FULL, "trade")


def test_what_is_not_stated_stays_unknown(tmp_path: Path) -> None:
    """Leaves empty cells, short rows and unlisted files without a value."""
    rows = manifest(tmp_path, "Title,File,Date\n,a.md,\nB,b.md\n\n,,\n")
    assert rows.metadata_for(str(tmp_path / "a.md")) == (Metadata(), None)
    assert rows.metadata_for(str(tmp_path / "b.md")) == (Metadata(title="B"), None)
    assert rows.metadata_for(str(tmp_path / "c.md")) == (Metadata(), None)


@pytest.mark.parametrize("column", ["file", "path", "URL", "Source"])
def test_the_file_column_has_several_names(tmp_path: Path, column: str) -> None:
    rows = manifest(tmp_path, f"{column},title\na.md,A\n")
    assert rows.metadata_for(str(tmp_path / "a.md"))[0].title == "A"


def test_a_row_is_found_by_path_url_or_unique_name(tmp_path: Path) -> None:
    """Prefers the exact location to the end of a path, and guesses nothing."""
    rows = manifest(
        tmp_path,
        "file,title\n"
        f"{tmp_path}/elsewhere/a.md,absolute\n"
        "sub/../sub/b.md,relative\n"
        "HTTPS://A.example/c#top,web\n"
        "d.md,name\n"
        "x/e.md,ex\n"
        "y/e.md,ey\n"
        "-,stdin\n",
    )

    def title(location: str) -> str | None:
        return rows.metadata_for(location)[0].title

    assert title(f"{tmp_path}/elsewhere/a.md") == "absolute"
    assert title(f"{tmp_path}/sub/b.md") == "relative"
    assert title("https://a.example/c") == "web"
    assert title("/far/away/d.md") == "name"
    assert title("/far/away/x/e.md") == "ex"
    assert title("/far/away/e.md") is None
    assert title("-") == "stdin"


def test_a_name_that_two_rows_share_is_not_guessed(tmp_path: Path) -> None:
    rows = manifest(tmp_path, "file,title\ne.md,here\nsub/e.md,there\n")
    assert rows.metadata_for(str(tmp_path / "e.md"))[0].title == "here"
    assert rows.metadata_for("/far/sub/e.md")[0].title is None
    assert rows.metadata_for("/far/e.md")[0].title == "here"


def test_rows_without_a_document_are_named(tmp_path: Path) -> None:
    """Says which rows matched nothing, and which matched several."""
    rows = manifest(tmp_path, "file,title\na.md,A\nb\x1b.md,B\nc.md,C\n")
    used = [str(tmp_path / "a.md"), "/one/c.md", "/two/c.md"]
    assert rows.unused(used) == [
        "row 3: b\\x1b.md matches none of the documents; check the column file",
        "row 4: c.md fits 2 documents; write its full path",
    ]


@pytest.mark.parametrize(
    "content",
    [
        "file;title;date\nä.md;„Brief“;2020\n".encode(),
        "\ufefffile;title;date\r\nä.md;„Brief“;2020\r\n".encode(),
        "file\ttitle\tdate\nä.md\t„Brief“\t2020\n".encode("utf-16"),
        "\ufefffile,title,date\nä.md,„Brief“,2020\n".encode("utf-16-be"),
        "file;title;date\r\nä.md;„Brief“;2020\r\n".encode("cp1252"),
        "sep=;\r\nfile;title;date\r\nä.md;„Brief“;2020\r\n".encode(),
        "file,title,date,,\nä.md,„Brief“,2020,,\n,,,,\n".encode(),
        "file,title,date\rä.md,„Brief“,2020\r".encode(),
    ],
    ids=["utf-8", "mark", "utf-16", "utf-16-be", "cp1252", "sep=", "empty columns", "old Mac"],
)
def test_what_spreadsheets_write_is_understood(tmp_path: Path, content: bytes) -> None:
    rows = manifest(tmp_path, content)
    expected = Metadata(title="„Brief“", date="2020")
    assert rows.metadata_for(str(tmp_path / "ä.md")) == (expected, None)


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("2019", "2019"),
        ("2019-01", "2019-01"),
        ("2019-01-31", "2019-01-31"),
        ("2019-01-31 00:00:00", "2019-01-31"),
        ("31 January 2019", "2019-01-31"),
        ("January 2019", "2019-01"),
    ],
)
def test_dates_may_stop_at_the_month_or_be_spelled_out(tmp_path, written, date) -> None:
    rows = manifest(tmp_path, f"file,date\na.md,{written}\n")
    assert rows.metadata_for(str(tmp_path / "a.md"))[0].date == date


@pytest.mark.parametrize(
    "written", ["2019-13", "2019-02-30", "soon", "19", "n/a", "2019 or so", "20199"]
)
def test_a_malformed_date_is_named_by_row_and_column(tmp_path: Path, written: str) -> None:
    assert fault(tmp_path, f"file,date\na.md,2019\n\nb.md,{written}\n") == (
        f"row 4, column date: '{written}' is not a date; write it as 2019-01-31, 2019-01 or 2019"
    )


def test_a_date_of_two_readings_is_named_so(tmp_path: Path) -> None:
    assert "'04/05/2019' is a date that can be read in two ways" in fault(
        tmp_path, "file,date\na.md,04/05/2019\n"
    )


def test_an_unknown_column_is_refused_with_the_allowed_ones(tmp_path: Path) -> None:
    assert fault(tmp_path, "file,titel\na.md,A\n") == (
        "has an unknown column 'titel'; allowed are file (or path, url, source), title, date, "
        "author (or authors, several joined by ;), source_url, number, edition, collection"
    )


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("title,date\nA,2019\n", "has no column file in its first row; allowed are file (or"),
        ("", "has no column file in its first row"),
        ("file,path\na,b\n", "names the column file twice ('path'); keep one"),
        ("file,author,Authors\na,b,c\n", "names the column author twice ('Authors'); keep one"),
        ("file,title\na.md,A\n./a.md,B\n", "row 3, column file: './a.md' is in row 2 already"),
        ("file,title\n,A\n", "row 2, column file: is empty; name a file or a URL"),
        ("file,collection\na.md,place:T1/C1\n", "row 2, column collection: 'place:T1/C1' is kept"),
        ("file,title\na.md,A,B\n", "row 2 has 3 cells for 2 columns; put cells"),
        ("file,title\nftp://x/a.md,A\n", "row 2, column file: 'ftp://x/a.md' is not a web address"),
        ('file,title\na.md,"A\n', "is not a CSV file (unexpected end of data)"),
        (b"file,title\na.md,\x00\x01\n", "is not a text file; save it as CSV in UTF-8"),
        (b"\xef\xbb\xbffile\n\xff\xfe", "is not readable as utf-8-sig; save it as UTF-8"),
        (b"PK\x03\x04\x14\x00\x06\x00", "is not a text file; save it as CSV in UTF-8"),
    ],
)
def test_other_faults_are_named(tmp_path: Path, content: str | bytes, what: str) -> None:
    assert fault(tmp_path, content).startswith(what)


def test_a_manifest_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.csv: is not there; check the path$"):
        load(tmp_path / "none.csv")
    with pytest.raises(UsageError, match=r": is a folder, not a file"):
        load(tmp_path)


def test_a_large_manifest_is_looked_up_quickly(tmp_path: Path) -> None:
    lines = "".join(f"{number}.md,{number}\n" for number in range(20_000))
    rows = manifest(tmp_path, "file,title\n" + lines)
    for number in range(20_000):
        assert rows.metadata_for(f"/far/{number}.md")[0].title == str(number)
