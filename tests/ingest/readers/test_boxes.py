"""Claims about boxes: passages of their own behind the text, pull quotes once."""

from io import BytesIO

import pytest
from docx.oxml import parse_xml

from index.left_out import OmissionReason
from ingest.document import BlockKind
from ingest.readers.docx import read as read_docx
from ingest.readers.html import read
from tests.ingest.readers.word_documents import empty_document

LONG = "The port of Gdynia handled more grain than any other on the coast in that dry year. " * 3
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
WPS = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
CONTENT = (
    f'<w:txbxContent xmlns:w="{W}"><w:p><w:r><w:t>Key points</w:t></w:r></w:p>'
    "<w:p><w:r><w:t>Stocks fell by a third.</w:t></w:r></w:p></w:txbxContent>"
)
DRAWN = f'<w:drawing><wps:txbx xmlns:wps="{WPS}">{CONTENT}</wps:txbx></w:drawing>'
VML = f'<w:pict><v:textbox xmlns:v="urn:schemas-microsoft-com:vml">{CONTENT}</v:textbox></w:pict>'
BOTH = (
    f'<mc:AlternateContent xmlns:mc="{MC}"><mc:Choice Requires="wps">{DRAWN}</mc:Choice>'
    f"<mc:Fallback>{VML}</mc:Fallback></mc:AlternateContent>"
)


def page(inside: str) -> list[tuple[str, str]]:
    document = read(
        f"<main><h1>Grain</h1><p>{LONG}</p>{inside}<p>{LONG} Again.</p></main>".encode()
    )
    return [(block.kind.value, block.text) for block in document.blocks]


@pytest.mark.parametrize(
    "opening", ["<aside>", "<div class='key-takeaways'>", "<div class=infobox>"]
)
def test_a_box_of_a_page_stands_behind_the_text_under_its_name(opening):
    closing = "</aside>" if "aside" in opening else "</div>"
    blocks = page(f"{opening}<h2>Key takeaways</h2><ul><li>Stocks fell by a third.</ul>{closing}")
    assert blocks[-2:] == [("heading", "Box: Key takeaways"), ("bullet", "Stocks fell by a third.")]


def test_an_aside_of_links_is_no_box():
    links = (
        "<aside><h2>More</h2><a href=/a>Steel in the north</a> <a href=/b>Wheat prices</a></aside>"
    )
    assert not any("Box" in text for _, text in page(links))


def test_a_pull_quote_is_kept_once():
    quote = LONG.split(". ")[0] + "."
    document = read(
        f"<main><h1>Grain</h1><p>{LONG}</p><aside class=pull-quote>{quote}</aside></main>".encode()
    )
    assert sum(quote in block.text for block in document.blocks) == 1
    assert OmissionReason.REPEATED in {part.reason for part in document.left_out}


@pytest.mark.parametrize("drawn", [DRAWN, VML, BOTH], ids=["DrawingML", "VML", "both"])
def test_a_text_box_of_word_stands_behind_the_text_once(drawn):
    word = empty_document()
    word.add_heading("Grain", 0)
    word.add_paragraph(LONG)
    run = parse_xml(f'<w:r xmlns:w="{W}">{drawn}</w:r>')
    word.paragraphs[-1]._p.append(run)
    word.add_paragraph("The ministry did not comment on it.")
    target = BytesIO()
    word.save(target)
    blocks = read_docx(target.getvalue()).blocks
    assert [(b.kind, b.text) for b in blocks[-3:]] == [
        (BlockKind.PARAGRAPH, "The ministry did not comment on it."),
        (BlockKind.HEADING, "Box: Key points"),
        (BlockKind.PARAGRAPH, "Stocks fell by a third."),
    ]
