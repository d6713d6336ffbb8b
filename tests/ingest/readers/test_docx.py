import io
import zipfile

import docx as word
import pytest
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls

from index.errors import ReadError
from ingest.document import BlockKind, Document
from ingest.readers.docx import read


def saved(document: object) -> bytes:
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def texts(document: Document, kind: BlockKind = BlockKind.PARAGRAPH) -> list[str]:
    return [block.text for block in document.blocks if block.kind is kind]


def with_run(paragraph: object, tag: str, text: str, text_tag: str = "w:t") -> None:
    change, run, node = OxmlElement(tag), OxmlElement("w:r"), OxmlElement(text_tag)
    node.text = text
    run.append(node)
    change.append(run)
    paragraph._p.append(change)


def test_headings_lists_and_tables_keep_their_form() -> None:
    document = word.Document()
    document.add_heading("Exports", 1)
    document.add_paragraph("Exports rose in every region but one.")
    document.add_heading("By sea", 2)
    document.add_paragraph("first port", style="List Bullet")
    document.add_paragraph("its berths", style="List Bullet 2")
    document.add_paragraph("second port", style="List Bullet")
    table = document.add_table(2, 2)
    for cell, text in zip(table._cells, ("Port", "Tonnes", "Odesa", "12"), strict=True):
        cell.text = text
    found = [(block.kind, block.text, block.level) for block in read(saved(document)).blocks]
    assert found == [
        (BlockKind.HEADING, "Exports", 1),
        (BlockKind.PARAGRAPH, "Exports rose in every region but one.", 0),
        (BlockKind.HEADING, "By sea", 2),
        (BlockKind.BULLET, "first port", 1),
        (BlockKind.BULLET, "its berths", 2),
        (BlockKind.BULLET, "second port", 1),
        (BlockKind.TABLE, "| Port | Tonnes |\n| Odesa | 12 |", 0),
    ]


def test_deleted_text_comments_and_hidden_text_are_not_read() -> None:
    """A tracked deletion is gone, an insertion is there, and what Word hides stays hidden."""
    document = word.Document()
    paragraph = document.add_paragraph("The duty is ")
    with_run(paragraph, "w:del", "nine", "w:delText")
    with_run(paragraph, "w:ins", "five per cent.")
    paragraph.add_run(" CANARY").font.hidden = True
    document.add_comment(paragraph.runs, text="is that CANARY right?", author="Bo Stone")
    assert texts(read(saved(document))) == ["The duty is five per cent."]


def test_white_text_is_not_read() -> None:
    document = word.Document()
    paragraph = document.add_paragraph("Seen.")
    paragraph.add_run(" CANARY").font.color.rgb = word.shared.RGBColor(255, 255, 255)
    assert texts(read(saved(document))) == ["Seen."]


def with_footnote() -> bytes:
    """Return a document with one footnote, which python-docx cannot write by itself."""
    document = word.Document()
    paragraph = document.add_paragraph("The treaty ended the blockade.")
    reference = f'<w:r {nsdecls("w")}><w:footnoteReference w:id="2"/></w:r>'
    paragraph._p.append(parse_xml(reference))
    notes = (
        f'<?xml version="1.0" encoding="UTF-8"?><w:footnotes {nsdecls("w")}>'
        '<w:footnote w:id="2"><w:p><w:r><w:t>Signed in July.</w:t></w:r></w:p></w:footnote>'
        "</w:footnotes>"
    )
    relation = (
        '<Relationship Id="rIdNotes" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships/footnotes" Target="footnotes.xml"/></Relationships>'
    )
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved(document))) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "word/_rels/document.xml.rels":
                part = part.replace(b"</Relationships>", relation.encode())
            new.writestr(name, part)
        new.writestr("word/footnotes.xml", notes)
    return target.getvalue()


def test_footnotes_are_kept_as_footnotes() -> None:
    assert texts(read(with_footnote()), BlockKind.FOOTNOTE) == ["1. Signed in July."]


def test_title_and_author_come_from_the_properties_and_dates_only_from_the_text() -> None:
    """`created` and `modified` are file times; a date line is the document's own word."""
    document = word.Document()
    document.core_properties.title = "Trade after the corridor"
    document.core_properties.author = "Ada Rivers"
    document.add_paragraph("A sentence that begins the text, and is no title because it is one.")
    metadata = read(saved(document)).metadata
    assert (metadata.title, metadata.authors, metadata.date) == (
        "Trade after the corridor",
        ("Ada Rivers",),
        None,
    )


def test_a_title_in_the_text_goes_over_a_title_left_by_a_template() -> None:
    """Properties are handed on from file to file; what is set at the top is meant."""
    document = word.Document()
    document.core_properties.title = "Report template 2009"
    document.core_properties.author = "python-docx"
    document.add_heading("Trade after the corridor", 0)
    document.add_paragraph("March 3, 2026")
    document.add_paragraph("Exports rose in every region but one.")
    metadata = read(saved(document)).metadata
    assert (metadata.title, metadata.authors, metadata.date) == (
        "Trade after the corridor",
        (),
        "2026-03-03",
    )


@pytest.mark.parametrize(
    "body", [b"<not-word/>", b"<w:document", b""], ids=["other", "cut", "empty"]
)
def test_a_broken_body_is_refused(body: bytes) -> None:
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(saved(word.Document()))) as old,
        zipfile.ZipFile(target, "w") as new,
    ):
        for name in old.namelist():
            new.writestr(name, body if name == "word/document.xml" else old.read(name))
    with pytest.raises(ReadError, match="; "):
        read(target.getvalue())
