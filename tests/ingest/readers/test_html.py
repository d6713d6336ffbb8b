"""Claims about reading HTML pages, exports and fragments."""

import pytest

from index.errors import ReadError
from ingest.document import BlockKind
from ingest.readers.html import blocks_from_html, read

LONG = "The ministers met in the capital and agreed on a plan for the northern harbour. " * 2
PAGE = f"""<!doctype html><html><head><title>Ports deal | The Institute</title>
<meta property="article:published_time" content="2021-05-04T10:00:00Z">
<meta name="author" content="Ann Bee"><meta name="citation_author" content="Carl Dee">
<link rel="canonical" href="https://inst.example/ports"></head><body>
<header><a href="/">The Institute</a></header>
<nav><ul><li><a href="/a">Analyses</a></li><li><a href="/b">Events</a></li></ul></nav>
<div class="cookie-banner">We use cookies. <button>OK</button></div>
<main><article><h1>Ports deal changes hands</h1>
<p class="byline">By Ann Bee, <time datetime="2021-05-04">4 May 2021</time></p>
<p>{LONG}<sup><a href="#fn1">1</a></sup></p>
<h2>Terms</h2>
<ul><li>The price is 410 million.</li><li>A lease:<ul><li>of 30 years</li></ul></li></ul>
<table><caption>Table 1. Traffic</caption><tr><th>Year</th><th>Ships</th></tr>
<tr><td>2019</td><td>4,100</td></tr><tr><td>2020</td><td></td></tr></table>
<p>{LONG}</p><h2>Outlook</h2><p>Short end.</p>
<section class="footnotes">
<ol><li id="fn1"><p>Decree 12. <a href="#fnref1">↩</a></p></li></ol></section>
</article>
<aside class="related"><h3>Related</h3><ul><li><a href="/r">Other ports</a></li></ul></aside>
</main><footer><p>Copyright 2024 The Institute.</p></footer></body></html>"""


def outline(html):
    return [(b.kind.value, b.level, b.text) for b in blocks_from_html(html)]


def test_a_page_gives_its_main_text_with_its_structure():
    found = [(b.kind.value, b.level, b.text) for b in read(PAGE.encode()).blocks]
    assert found == [
        ("heading", 1, "Ports deal changes hands"),
        ("paragraph", 0, "By Ann Bee, 4 May 2021"),
        ("paragraph", 0, f"{LONG}[1]"),
        ("heading", 2, "Terms"),
        ("bullet", 1, "The price is 410 million."),
        ("bullet", 1, "A lease:"),
        ("bullet", 2, "of 30 years"),
        ("paragraph", 0, "Table 1. Traffic"),
        ("table", 1, "| Year | Ships |\n| 2019 | 4,100 |\n| 2020 | |"),
        ("paragraph", 0, LONG.strip()),
        ("heading", 2, "Outlook"),
        ("paragraph", 0, "Short end."),
        ("footnote", 0, "1. Decree 12."),
    ]


def test_a_page_states_its_metadata():
    metadata = read(PAGE.encode()).metadata
    assert metadata.title == "Ports deal changes hands"
    assert metadata.date == "2021-05-04"
    assert metadata.authors == ("Carl Dee",)
    assert metadata.source_url == "https://inst.example/ports"


@pytest.mark.parametrize(
    "html",
    [
        '<meta name="dc.date" content="2016-09-07"><p>Text.</p>',
        '<script type="application/ld+json">{"@graph": [{"@type": "NewsArticle",'
        ' "datePublished": "2016-09-07T08:00:00Z"}]}</script><p>Text.</p>',
        "<h1>T</h1><time datetime='2016-09-07'>Wednesday</time><p>Text.</p>",
        "<p>Text.</p><time pubdate datetime='2016-09-07'></time>",
        "<h1>T</h1><p>7 September 2016</p><p>Text.</p>",
    ],
    ids=["meta", "json-ld", "time", "pubdate", "first lines"],
)
def test_a_date_is_read_where_a_page_states_it(html):
    assert read(html.encode()).metadata.date == "2016-09-07"


@pytest.mark.parametrize(
    "html",
    [
        "<p>On 7 September 2016 the port was sold.</p>",
        "<meta property='og:image' content='https://x.example/2016-09-07.png'><p>Text.</p>",
        "<meta name='last-modified' content='2016-09-07'><p>Text.</p>",
        "<p>Text.</p><footer>Copyright 7 September 2016</footer>",
        f"<p>{LONG}</p><p>It met on <time datetime='2016-09-07'>Wednesday</time>.</p>",
        "<!-- saved 2016-09-07 --><p>Text.</p>",
        '<script type="application/ld+json">{"datePublished": </script><p>Text.</p>',
    ],
)
def test_a_date_is_never_guessed(html):
    """Pictures, copyright lines, changes and sentences are no publication date."""
    assert read(html.encode()).metadata.date is None


def test_software_versions_are_no_edition():
    metadata = read(
        b"<meta name='version' content='4.2'><meta name='number' content='7'><p>T</p>"
    ).metadata
    assert (metadata.edition, metadata.number) == (None, None)


def test_an_export_without_navigation_is_taken_whole():
    html = "<h2>Costs</h2><ul><li>Low</li></ul><table><tr><td>a</td><td>b</td></tr></table>"
    document = read(html.encode())
    assert [block.text for block in document.blocks] == ["Costs", "Low", "| a | b |"]


def test_a_short_page_falls_back_to_what_is_visible():
    document = read(b"<body><nav><a href='/'>Home</a></nav><p>Tiny.</p></body>")
    assert [block.text for block in document.blocks] == ["Tiny."]


@pytest.mark.parametrize("html", [b"", b"  ", b"<html></html>", b"<img src='a.png'>"])
def test_a_page_without_text_has_no_blocks(html):
    assert read(html).blocks == ()


def test_the_declared_charset_counts():
    data = '<meta charset="iso-8859-2"><p>Łódź</p>'.encode("iso-8859-2")
    assert read(data).blocks[0].text == "Łódź"


def test_entities_and_external_files_are_never_resolved(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("CANARY")
    html = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]><p>a &e; b</p>'
    assert "CANARY" not in repr(read(html.encode()))


def test_nesting_beyond_reason_is_refused():
    """A page that the parser would cut silently is named instead."""
    with pytest.raises(ReadError, match="nested too deeply"):
        read(b"<div>" * 50_000 + b"text")
    assert blocks_from_html("<div>" * 500 + "text")[0].text == "text"


@pytest.mark.parametrize(
    "html",
    [
        '<p>Sold.<sup><a href="#footnote-1" id="footnote-ref-1">[1]</a></sup></p>'
        '<ol><li id="footnote-1"><p> Decree. <a href="#footnote-ref-1">↑</a></p></li></ol>',
        '<p>Sold.<a href="#_ftn1" name="_ftnref1">[1]</a></p>'
        '<p><a href="#_ftnref1" name="_ftn1">[1]</a> Decree.</p>',
        '<p>Sold.<sup class="footnote-ref"><a href="#fn:1">1</a></sup></p>'
        '<div class="footnotes"><ol><li id="fn:1">Decree. <a href="#fnref:1">↩</a></li></ol></div>',
    ],
    ids=["mammoth", "word", "markdown"],
)
def test_footnotes_are_known_in_every_dialect(html):
    """Reference and note carry the same number, and links back are gone."""
    assert outline(html) == [("paragraph", 0, "Sold.[1]"), ("footnote", 0, "1. Decree.")]


def test_exponents_and_formulas_are_no_footnotes():
    """A raised digit that leads nowhere is part of the text."""
    assert outline("<p>CO<sub>2</sub> on 5 m<sup>2</sup></p>") == [("paragraph", 0, "CO2 on 5 m²")]


def test_line_breaks_part_paragraphs_only_in_pairs():
    """One <br> is a space, two begin a paragraph, and typed bullets are bullets."""
    assert outline("one<br>two<br><br>three<br>• four<br>• five") == [
        ("paragraph", 0, "one two"),
        ("paragraph", 0, "three"),
        ("bullet", 1, "four"),
        ("bullet", 1, "five"),
    ]


def test_a_table_that_lays_out_the_page_is_no_table():
    """E-mails are built of them; their cells are read as text."""
    html = "<table role='presentation'><tr><td><h2>A</h2></td><td><p>B</p></td></tr></table>"
    assert outline(html) == [("heading", 2, "A"), ("paragraph", 0, "B")]


def test_rows_of_one_cell_around_a_table_are_caption_and_source():
    html = (
        "<table><tr><td>Table 2. Costs</td></tr><tr><td>a</td><td>1</td></tr>"
        "<tr><td>b</td><td>2</td></tr><tr><td colspan='2'>Source: us.</td></tr></table>"
    )
    assert [text for _, _, text in outline(html)] == [
        "Table 2. Costs",
        "| a | 1 |\n| b | 2 |",
        "Source: us.",
    ]


def test_no_text_is_lost_or_doubled():
    """Text between, inside and behind elements comes out once, in order."""
    table = "<table><tr><td>j</td><td>k</td></tr></table>"
    html = f"a<div>b<p>c</p>d<ul><li>e<p>f</p>g</li></ul>h</div>i{table}l"
    joined = "".join(block.text for block in blocks_from_html(html))
    assert [c for c in joined if c.isalpha()] == list("abcdefghijkl")


def test_a_title_is_not_lost_to_a_breadcrumb_of_the_same_words():
    """Chrome is dropped by place, not by wording."""
    html = (
        "<nav>Ports deal</nav><div class='breadcrumb'><a href='/'>Home</a> Ports deal</div>"
        f"<article><h1>Ports deal</h1><p>{LONG}</p><p>{LONG}</p></article>"
    )
    blocks = read(html.encode()).blocks
    assert blocks[0].kind is BlockKind.HEADING
    assert [block.text for block in blocks].count("Ports deal") == 1


def test_lost_characters_are_reported():
    data = b"<meta charset='utf-8'><p>" + "é".encode() * 300 + b"\xff</p>"
    assert read(data).warnings == ("1 character could not be decoded and read as \ufffd",)


def test_items_keep_the_numbers_that_a_browser_shows():
    """Lists count from their start, letters and all; a bullet has none."""
    page = (
        "<ol start=3><li>c</li><li><p>d</p></li></ol><ol type=a><li>x</li></ol><ul><li>y</li></ul>"
    )
    assert [text for _, _, text in outline(page)] == ["3. c", "4. d", "a. x", "y"]


def test_raised_figures_are_never_joined_to_what_they_stand_at():
    page = (
        "<p>It burnt 39,000 km<sup>2</sup>, 10<sup>6</sup> tonnes, the 19<sup>th</sup> time in "
        "2016.<sup>2,3</sup> Output rose 2<sup>1</sup>/<sub>2</sub> percent.</p>"
    )
    text = (
        "It burnt 39,000 km², 10⁶ tonnes, the 19th time in 2016.[2][3] Output rose 2 1/2 percent."
    )
    assert outline(page)[0][2] == text


def test_cells_that_span_rows_and_columns_are_in_each_row():
    """Two rows of header become one; a name that spans rows stands in each."""
    page = (
        "<table><tr><th rowspan=2>Country</th><th colspan=2>Exports</th></tr>"
        "<tr><th>2019</th><th>2020</th></tr><tr><td rowspan=2>Latvia</td><td>1</td><td>-2</td></tr>"
        "<tr><td>3</td><td>4</td></tr></table>"
    )
    rows = "| Country | Exports 2019 | Exports 2020 |\n| Latvia | 1 | -2 |\n| Latvia | 3 | 4 |"
    assert outline(page) == [("table", 1, rows)]


def test_a_spanning_header_is_known_without_its_tags():
    page = (
        "<table><tr><td>Name</td><td colspan=2>Exports</td></tr><tr><td></td><td>2019</td>"
        "<td>2020</td></tr><tr><td>A</td><td>1</td><td>2</td></tr><tr><td>B</td><td>3</td><td>4</td>"
        "</tr></table>"
    )
    assert outline(page)[0][2].startswith("| Name | Exports 2019 | Exports 2020 |\n| A | 1 | 2 |")


def test_text_that_is_set_out_by_hand_keeps_its_paragraphs():
    page = "<pre>AN ACT ON PORTS\n\nThe port is free.\nIt has six piers.\n\n1. One\n2. Two</pre>"
    assert [text for _, _, text in outline(page)] == [
        "AN ACT ON PORTS", "The port is free. It has six piers.", "1. One", "2. Two",
    ]  # fmt: skip


def test_a_cell_that_spans_columns_in_a_form_makes_no_header():
    page = (
        "<table><tr><td>Duty</td><td colspan=2>Nine</td></tr><tr><td>Term</td><td>Ten</td></tr>"
        "<tr><td>Place</td><td>Riga</td></tr><tr><td>Day</td><td>Monday</td></tr></table>"
    )
    assert outline(page)[0][1] == 0
    assert outline("<p>890 N/mm <sup>2</sup></p>") == [("paragraph", 0, "890 N/mm²")]
