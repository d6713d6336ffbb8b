"""Claims about reading markdown, plain and saved from web pages."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.document import BlockKind
from ingest.readers.markdown import read

LONG = "The ministers met in the capital and agreed on a plan for the northern harbour. " * 2

# A page of a report site as a page saver writes it.
SAVED = f"""# Harbour Plans in the North

**Report No.:** AB12345
**Version:** 4
**Source:** https://reports.example/item/AB12345

---
[Citation](https://www.reports.example#cite)[Share/Save](https://www.reports.example#share)\
[Home](https://www.reports.example/) > [Reports](https://www.reports.example/all) > AB12345

# Harbour Plans in the North

## REPORT SERVICE PRODUCT

[Hide Overview](https://www.reports.example#)

| **Product Type:** | Report
| **Product Number:** | AB12345
| **Publication Date:** | 04/05/2026
| **Authors:** | Bee, Ann; Dee, Carl M.

[Download PDF (313KB)](https://www.reports.example/AB12345.4.pdf)\
    | [PDF Version History](https://www.reports.example#)

- [April 5, 2026 (AB12345 - Version: 4)](https://www.reports.example/AB12345.4.pdf)
- [May 9, 2025 (AB12345 - Version: 3)](https://www.reports.example/AB12345.3.pdf)
[Listen](https://reader.example/x?a=1)Harbour Plans in the NorthUpdated April 5, 2026      (AB12345)

[Jump to Main Text of Report](https://www.reports.example#Content)

# Contents

- [Introduction](https://www.reports.example#_1)
- [Costs](https://www.reports.example#_2)

Introduction

The **Source****s****:******[plan](https://x.example/a_b_(c)) of 2025 is _new_.\
******Figure 1****** shows it. {LONG}

Costs and Benefits

{LONG}

| Figure 1. Harbour
|
| Source: Port office.

Table 1. Ships by Year

| Year | Ships | Of which
new
| 2024 | 4,100 | 12
| 2025 | 3,800 |

$(function () {{
  var options = {{ title: 'Chart }}' }};  // a brace in a string
  new Chart("x", options);
}});
{LONG}

# Footnotes

| 1. | Port office, yearbook.
| 2. | Ibid.

                    Disclaimer:
 These documents were prepared by the Congressional Research Service.
"""


def texts(markdown):
    return [block.text for block in read(markdown.encode()).blocks]


def outline(markdown):
    return [(b.kind.value, b.level, b.text) for b in read(markdown.encode()).blocks]


def test_a_saved_page_states_its_metadata():
    """Header lines and the metadata table are read; 04/05 is April 5 beside "April 5, 2026"."""
    metadata = read(SAVED.encode()).metadata
    assert metadata.title == "Harbour Plans in the North"
    assert metadata.date == "2026-04-05"
    assert metadata.authors == ("Bee, Ann", "Dee, Carl M.")
    assert (metadata.number, metadata.edition) == ("AB12345", "4")
    assert metadata.source_url == "https://reports.example/item/AB12345"


def test_a_saved_page_loses_the_site_around_it():
    """No share links, versions, contents, script or disclaimer is left, and no text is lost."""
    blocks = read(SAVED.encode()).blocks
    assert [(b.kind.value, b.text[:38].strip()) for b in blocks] == [
        ("heading", "Harbour Plans in the North"),
        ("heading", "Introduction"),
        ("paragraph", "The Sources:plan of 2025 is new.Figure"),
        ("heading", "Costs and Benefits"),
        ("paragraph", LONG[:38].strip()),
        ("paragraph", "Figure 1. Harbour"),
        ("paragraph", "Source: Port office."),
        ("paragraph", "Table 1. Ships by Year"),
        ("table", "| Year | Ships | Of which new |\n| 2024"),
        ("paragraph", LONG[:38].strip()),
        ("heading", "Footnotes"),
        ("footnote", "1. Port office, yearbook."),
        ("footnote", "2. Ibid."),
    ]


def test_front_matter_is_metadata_and_no_text():
    document = read(
        b"---\ntitle: 'Ports: a note'\ndate: 2016-09-07\n"
        b"authors:\n  - Ann Bee\n  - name: Carl Dee\n"
        b"---\n\nText of the note."
    )
    assert document.metadata.title == "Ports: a note"
    assert document.metadata.date == "2016-09-07"
    assert document.metadata.authors == ("Ann Bee", "Carl Dee")
    assert [block.text for block in document.blocks] == ["Text of the note."]


def test_toml_and_broken_front_matter_are_read_too():
    """A mistake in one line does not cost the others."""
    assert read(b"+++\ntitle = 'T'\ndate = 2020-01-02\n+++\nText.").metadata.date == "2020-01-02"
    assert read(b"---\nfoo: [\ndate: 2020-01-02\n---\nText.").metadata.date == "2020-01-02"


def test_front_matter_between_rules_gives_its_title_and_stays_text():
    """As a formatter leaves it that does not know front matter; its lines may be text."""
    rule = "_" * 70
    head = f"{rule}\n\ntitle: Grain by rail\nauthor:\n\n- name: A. Holm\n    date: 2024-05-06\n"
    document = read(f"{head}\n{rule}\n\n# Routes\n\nTrains go east.\n".encode())
    assert document.metadata.title == "Grain by rail"
    assert document.metadata.date == "2024-05-06"
    assert "A. Holm" in " ".join(block.text for block in document.blocks)


def test_front_matter_makes_no_objects():
    """Tags that build Python objects stay text or are refused, and nothing runs."""
    document = read(b"---\ntitle: !!python/object/apply:os.getcwd []\n---\nText.")
    assert "/" not in (document.metadata.title or "")


def test_a_rule_at_the_top_is_no_front_matter():
    assert "Just a line" in texts("---\n\nJust a line\n\n---\n\nText.")


def test_structure_becomes_blocks():
    markdown = (
        "# Title\n\nUnder\n-----\n\n* one\n  1. nested\n     more\n* two\n\n> quoted\n> text\n\n"
        "```py\nx = 1\ny = 2\n```\n\na | b\n--|--\n1 | 2\n\n"
        "| c | d |\n|---|---|\n| 3 | 4 |\nafter\n"
    )
    assert outline(markdown) == [
        ("heading", 1, "Title"),
        ("heading", 2, "Under"),
        ("bullet", 1, "one"),
        ("bullet", 2, "1. nested more"),
        ("bullet", 1, "two"),
        ("paragraph", 0, "quoted text"),
        ("paragraph", 0, "x = 1 y = 2"),
        ("table", 1, "| a | b |\n| 1 | 2 |"),
        ("table", 1, "| c | d |\n| 3 | 4 |"),
        ("paragraph", 0, "after"),
    ]


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("**bold** and *italic* and __both__ and ~~gone~~", "bold and italic and both and gone"),
        ("***all*** **half", "all half"),
        ("a**b**c", "abc"),
        ("**Note: **after", "Note: after"),
        ("_word _next and _x_, _y_", "word next and x, y"),
        ("snake_case and 2 * 3 * 4", "snake_case and 2 * 3 * 4"),
        ("WL 12, at *3 and at *10", "WL 12, at *3 and at *10"),
        (r"\*escaped\* and \_so\_", "*escaped* and _so_"),
        ("[label](https://x.example/a_(b) 'title') end", "label end"),
        ("[label](https://x.example/a(j) end", "label end"),
        ("[[nested](https://x.example)] end", "[nested] end"),
        ("![picture](a.png) end", "end"),
        ("<https://x.example/_a_> `co*de*`", "https://x.example/_a_ co*de*"),
        ("one  \ntwo\nthree", "one two three"),
        ("5 &lt; 6 &amp; 7", "5 < 6 & 7"),
        ("see <b>this</b><br>next", "see this next"),
    ],
)
def test_inline_markup_goes_and_text_stays(markdown, text):
    """Balanced or not, marks are dropped; what only looks like one stays."""
    assert texts(markdown) == [text]


def test_footnotes_keep_their_number():
    """Named notes are numbered; reference and note agree."""
    blocks = read(b"Sold[^b] and paid.[^1]\n\n[^1]: Decree\n    of 2012.\n[^b]: Yearbook.").blocks
    assert [block.text for block in blocks] == [
        "Sold[2] and paid.[1]",
        "1. Decree of 2012.",
        "2. Yearbook.",
    ]
    assert blocks[1].kind is BlockKind.FOOTNOTE


def test_hidden_html_in_markdown_is_not_read():
    found = texts(
        "Seen <span hidden>CANARY</span>\n\n<div style='display:none'>\n\nCANARY\n\n</div>\n\nEnd"
    )
    assert found == ["Seen", "End"]


def test_a_list_of_links_in_the_text_stays():
    """Only links around the text or into the page itself are chrome."""
    markdown = (
        f"# Note\n\n**Date:** 7 May 2019\n\n- [Costs](#costs)\n- [Risks](#risks)\n\n"
        f"{LONG}\n\nSee also:\n\n"
        "- [Ports in 2015](https://inst.example/a)\n- [Ports in 2014](https://inst.example/b#x)\n"
    )
    assert texts(markdown)[2:] == ["See also:", "Ports in 2015", "Ports in 2014"]
    assert texts("# Links\n\n- [A](https://a.example/b)\n- [B](https://a.example/c)") == [
        "Links",
        "A",
        "B",
    ]


def test_fenced_code_stays_although_it_is_code():
    """Only a script outside a fence is a page saver's mistake."""
    assert texts("```\n$(function () {\n  go();\n});\n```") == ["$(function () { go(); });"]


def test_a_marked_document_keeps_its_own_headings():
    """Where headings are marked, a short bare line is no heading."""
    markdown = f"# T\n\n## One\n\n{LONG}\n\nShort Line\n\n{LONG}\n\n## Two\n\n{LONG}"
    kinds = {block.text: block.kind for block in read(markdown.encode()).blocks}
    assert kinds["Short Line"] is BlockKind.PARAGRAPH


@given(st.text(alphabet="ab *_[]()|#-`>\n\t1.<!&\\^:", max_size=120))
def test_no_markdown_breaks_the_form_of_blocks(markdown):
    """Any input gives blocks without empty text, line breaks or doubled spaces."""
    for block in read(markdown.encode()).blocks:
        assert block.text == block.text.strip()
        assert block.text
        assert "  " not in block.text
        assert block.kind is BlockKind.TABLE or "\n" not in block.text


@pytest.mark.parametrize("part", ["[", "*a ", "| a ", "> ", "[a](b", "`", "<b", "word "])
def test_time_stays_bounded_for_repetition(part):
    start = time.process_time()
    read(part.encode() * (100_000 // len(part)))
    assert time.process_time() - start < 60


def test_numbered_items_have_the_numbers_that_are_written():
    found = outline("# T\n\n1. one\n\n   more\n2. two\n\n8. eight\n\nEnd\n\n1. a\n1. b\n")
    items = [text for kind, _, text in found if kind == "bullet"]
    assert items == ["1. one", "2. two", "8. eight", "1. a", "2. b"]


def test_a_bold_heading_under_the_header_is_no_metadata():
    """And what the header does say is counted as left out."""
    document = read(
        b"# T\n\nDate: 5 June 2022\nAuthor: R. Keita\n\n**Key takeaways**\n\n- One.\n- Two.\n"
    )
    assert "Key takeaways" in [block.text for block in document.blocks]
    assert [str(each.reason) for each in document.left_out] == ["metadata"]


def test_words_that_a_converter_ran_into_a_link_stand_apart() -> None:
    """Behind it, before it and at marks of bold; what is a part of a word stays there."""
    text = (
        b"# Runs\n\nThe port [settled](https://a.org/b)with Sarn over [two fee](https://a.org)s of"
        b"[Orrin](https://a.org). It paid [31.9](https://a.org)million, see[1](https://a.org).\n\n"
        b"The__Loan Fund__offers **N**ational loans, Other**Than** those; The****[Fund](https://a.org)."
    )
    assert [block.text for block in read(text).blocks][1:] == [
        "The port settled with Sarn over two fees of Orrin. It paid 31.9 million, see1.",
        "The Loan Fund offers National loans, Other Than those; The Fund.",
    ]
