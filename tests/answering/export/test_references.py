"""Briefs cited in the formats of libraries."""

import json
import re
from pathlib import Path

import bibtexparser
import pytest
import rispy
from bibtexparser.middlewares import LatexDecodingMiddleware
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.export.references import STYLES, Reference, cite, csl, note, together
from index.errors import UsageError
from index.passage import BriefRef

PERSONS = {
    "Ibsen, Maren T.": "Ibsen, Maren T.",
    "John A. Smith": "Smith, John A.",
    "Xi Jinping": "Jinping, Xi",
    "J. R. R. Harrow": "Harrow, J. R. R.",
    "Ilse de Vries": "de Vries, Ilse",
    "Ursula von der Aue": "von der Aue, Ursula",
    "von der Aue, Ursula": "von der Aue, Ursula",
    "Gabriel García Márquez": "Márquez, Gabriel García",
    "García Márquez, Gabriel": "García Márquez, Gabriel",
    "Jean-Luc Perrin": "Perrin, Jean-Luc",
    "Jane O’Neil": "O’Neil, Jane",
    "Martin Lowe Jr.": "Lowe, Martin, Jr.",
    "JOHN SMITH": "SMITH, JOHN",
    "Abu Bakr al-Hadi": "al-Hadi, Abu Bakr",
}
ORGANISATIONS = (
    "Directorate of Fisheries",
    "Ministry of Finance, Norland",
    "Bank of England",
    "Office for National Statistics",
    "Foreign Affairs, Defence, and Trade Division",
    "Harbour Research Service",
    "European Central Bank",
    "RAND Corporation",
    "UN Women",
    "NATO",
    "Reuters",
    "The Economist",
    "Smith and Jones",
    "Policy Unit 3",
    "Department of Energy",
    "Institute of Maritime Law",
    "Board of Trade",
    "University of Tamara",
    "Council of Ministers",
    "Port Authority",
    "World Health Organization",
    "Committee on Ports",
    "Federal Court",
    "Agency of Wheat",
    "Wheat Association",
    "Navy Staff",
)


def brief(title: str = "Wheat exports", *authors: str, **other: object) -> BriefRef:
    fields = {"date": None, "source": "/b/wheat.md", "collection": "default"} | other
    return BriefRef("3f9a1c2e07", title, authors=authors, **fields)  # type: ignore[arg-type]


WHOLE = Reference(
    brief(
        "Wheat & rye: 50% of B_C",
        "Ibsen, Maren T.",
        "Ludwig van Aken",
        date="2024-03-05",
        number="BB-2024-07",
        source_url="https://b.example/a_b?s=1&r=2",
    ),
    page=4,
    edition="6",
)
BARE = Reference(brief("Whither\nTamara?"))


def one(reference: Reference, style: str) -> str:
    (text,) = cite([reference], style)
    return text


def test_chicago_names_all_that_is_known() -> None:
    """As a note where a page is meant, else as an entry of a bibliography."""
    assert one(WHOLE, "chicago") == (
        "Maren T. Ibsen and Ludwig van Aken, Wheat & Rye: 50% of B_C, version 6, no. BB-2024-07 "
        "(March 5, 2024), 4, https://b.example/a_b?s=1&r=2."
    )
    entry = Reference(WHOLE.brief, edition="6")
    assert one(entry, "chicago") == (
        "Ibsen, Maren T., and Ludwig van Aken. Wheat & Rye: 50% of B_C (version 6). "
        "No. BB-2024-07, March 5, 2024. https://b.example/a_b?s=1&r=2."
    )


def test_a_date_goes_as_far_as_it_is_known() -> None:
    """To the day, the month, the year; without one Chicago says so and the others say nothing."""
    dated = [Reference(brief("Wheat", date=date)) for date in ("2024-03-05", "2024-03", "2024")]
    assert cite([*dated, BARE], "chicago") == [
        "Wheat. March 5, 2024.",
        "Wheat. March 2024.",
        "Wheat. 2024.",
        "Whither Tamara? n.d.",
    ]
    assert [csl(each)["issued"]["date-parts"][0] for each in dated] == [
        [2024, 3, 5], [2024, 3], [2024],
    ]  # fmt: skip
    assert "issued" not in csl(BARE)
    assert [re.findall(r"(?:PY|DA)  - (.*)\r", one(each, "ris")) for each in (*dated, BARE)] == [
        ["2024", "2024/03/05/"], ["2024", "2024/03//"], ["2024", "2024///"], [],
    ]  # fmt: skip
    assert [re.findall(r"(?:year|month|day) = \S+", one(each, "bibtex")) for each in dated] == [
        ["year = {2024},", "month = mar,", "day = {5}"],
        ["year = {2024},", "month = mar"],
        ["year = {2024}"],
    ]
    assert "year" not in one(BARE, "bibtex")


def test_persons_are_parted_and_organisations_stay_whole() -> None:
    """In doubt an author is cited whole."""
    found = {}
    for author in (*PERSONS, *ORGANISATIONS):
        text = one(Reference(brief("Wheat", author)), "ris")
        found[author] = re.findall(r"AU  - (.*)\r", text)[0]
    assert found == PERSONS | {name: name for name in ORGANISATIONS}
    bodies = [csl(Reference(brief("Wheat", name)))["author"] for name in ORGANISATIONS]
    assert bodies == [[{"literal": name}] for name in ORGANISATIONS]


def test_ris_lines_are_tags_and_end_with_cr_lf() -> None:
    """Whatever line ends a title has; another program reads back what was written."""
    text = together(cite([WHOLE, BARE], "ris"), "ris")
    assert "\n" not in text.replace("\r\n", "")
    assert all(re.fullmatch(r"(?:[A-Z][A-Z0-9]  - .*)?", line) for line in text.split("\r\n"))
    first, second = rispy.loads(text.replace("\r\n", "\n"))
    assert first["authors"] == ["Ibsen, Maren T.", "van Aken, Ludwig"]
    assert (first["title"], first["start_page"]) == ("Wheat & rye: 50% of B_C", "4")
    assert first["issn"] == "BB-2024-07"  # the tag SN, for a report its number
    assert second["title"] == "Whither Tamara?"


def test_bibtex_says_in_latex_what_the_title_says() -> None:
    """Special characters are escaped, capitals kept, and a body is an institution."""
    title = "A & B_C: 50% of $1 #2 {x} ~ ^ \\ “q” – Łódź"
    body = Reference(brief(title, "Directorate of Fisheries & Ports", number="A_1"))
    text = one(body, "bibtex")
    (entry,) = bibtexparser.parse_string(
        text, append_middleware=[LatexDecodingMiddleware()]
    ).entries
    assert entry.entry_type == "techreport"
    assert entry["title"].strip("{}").replace("ˆ", "^") == title  # pylatexenc decodes it so
    assert r"{{A \& B\_C: 50\% of \$1 \#2 \{x\}" in text
    assert r"author = {{Directorate of Fisheries \& Ports}}" in text
    assert r"institution = {Directorate of Fisheries \& Ports}" in text
    assert "author = {Ibsen, Maren T. and van Aken, Ludwig}" in one(WHOLE, "bibtex")
    assert "url = {https://b.example/a_b?s=1&r=2}" in one(WHOLE, "bibtex")


def test_versions_of_a_brief_have_keys_of_their_own() -> None:
    """A bibliography may hold two of them."""
    first, second = (Reference(brief(number="A/1 x", version=number)) for number in (1, 2))
    assert [each.key for each in (first, second)] == ["A-1-x", "A-1-x-v2"]


def test_csl_json_of_several_is_one_list() -> None:
    found = json.loads(together(cite([WHOLE, BARE], "csl-json"), "csl-json"))
    assert [each["title"] for each in found] == ["Wheat & rye: 50% of B_C", "Whither Tamara?"]
    assert found[0] | {"author": None} == {
        "id": "BB-2024-07",
        "type": "report",
        "title": "Wheat & rye: 50% of B_C",
        "author": None,
        "issued": {"date-parts": [[2024, 3, 5]]},
        "number": "BB-2024-07",
        "version": "6",
        "locator": "4",
        "URL": "https://b.example/a_b?s=1&r=2",
    }


def test_a_note_names_the_paragraph_where_there_are_no_pages() -> None:
    said = "".join(each.text for each in note(Reference(brief("Wheat"), paragraph=7)))
    assert said == "Wheat, n.d., para. 7."
    assert [each.text for each in note(WHOLE) if each.italic] == ["Wheat & Rye: 50% of B_C"]


def test_any_csl_file_is_a_style(tmp_path: Path) -> None:
    """An organisation's own, for instance; what is none is named."""
    style = tmp_path / "own.csl"
    style.write_text(
        '<style xmlns="http://purl.org/net/xbiblio/csl" class="in-text" version="1.0">'
        '<citation><layout><text variable="number"/></layout></citation>'
        '<bibliography><layout><text variable="title" suffix="!"/></layout></bibliography></style>'
    )
    assert one(Reference(WHOLE.brief), str(style)) == "Wheat & rye: 50% of B_C!"
    assert one(WHOLE, str(style)) == "BB-2024-07 Wheat & rye: 50% of B_C!"
    page, notes = tmp_path / "page.csl", tmp_path / "notes.csl"
    page.write_text("<html/>")
    notes.write_text("a style")
    for wrong in (page, notes, tmp_path / "none.csl", tmp_path):
        with pytest.raises(UsageError, match="--style"):
            cite([WHOLE], str(wrong))


@given(
    title=st.text(max_size=40),
    authors=st.lists(st.text(max_size=20), max_size=3),
    number=st.none() | st.text(max_size=8),
)
def test_no_text_breaks_a_format(title: str, authors: list[str], number: str | None) -> None:
    """A brief may be called anything."""
    reference = Reference(brief(title, *authors, number=number, source_url="https://b.example/%7B"))
    for style in STYLES:
        text = one(reference, style)
        if style == "ris":
            assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in text.split("\r\n") if line)
        if style == "bibtex":
            assert len(bibtexparser.parse_string(text).entries) == 1
