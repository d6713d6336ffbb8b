import io
import zipfile

import docx as word
import pytest
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls

from index.errors import ReadError
from ingest.document import BlockKind, Document
from ingest.readers.docx import read
from tests.ingest.readers.word_documents import empty_document


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
    document = empty_document()
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
    document = empty_document()
    paragraph = document.add_paragraph("The duty is ")
    with_run(paragraph, "w:del", "nine", "w:delText")
    with_run(paragraph, "w:ins", "five per cent.")
    paragraph.add_run(" CANARY").font.hidden = True
    document.add_comment(paragraph.runs, text="is that CANARY right?", author="Bo Stone")
    assert texts(read(saved(document))) == ["The duty is five per cent."]


def test_white_text_is_not_read() -> None:
    document = empty_document()
    paragraph = document.add_paragraph("Seen.")
    paragraph.add_run(" CANARY").font.color.rgb = word.shared.RGBColor(255, 255, 255)
    assert texts(read(saved(document))) == ["Seen."]


def with_footnote() -> bytes:
    """Return a document with one footnote, which python-docx cannot write by itself."""
    document = empty_document()
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
    document = empty_document()
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
    document = empty_document()
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
        zipfile.ZipFile(io.BytesIO(saved(empty_document()))) as old,
        zipfile.ZipFile(target, "w") as new,
    ):
        for name in old.namelist():
            new.writestr(name, body if name == "word/document.xml" else old.read(name))
    with pytest.raises(ReadError, match="; "):
        read(target.getvalue())


NUMBERING = """<w:abstractNum w:abstractNumId="90"><w:lvl w:ilvl="0"><w:start w:val="1"/>
<w:numFmt w:val="decimal"/><w:lvlText w:val="Recommendation %1:"/></w:lvl><w:lvl w:ilvl="1">
<w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%1(%2)"/></w:lvl>
</w:abstractNum>"""


def numbered(document: object, text: str, level: int, number: int) -> None:
    properties = f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/>'
    paragraph = document.add_paragraph(text)
    paragraph._p.get_or_add_pPr().append(parse_xml(f"{properties}</w:numPr>"))


def test_numbered_paragraphs_have_the_numbers_that_word_shows() -> None:
    """Levels count on, a deeper one starts again, and a second list starts where it says."""
    document = empty_document()
    numbering = document.part.numbering_part.element
    numbering.insert(
        0,
        parse_xml(
            NUMBERING.replace("<w:abs", "<w:abs", 1).replace(
                "abstractNum ", f"abstractNum {nsdecls('w')} ", 1
            )
        ),
    )
    override = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="10"/></w:lvlOverride>'
    for number, inner in ((91, ""), (92, override)):
        numbering.append(
            parse_xml(
                f'<w:num {nsdecls("w")} w:numId="{number}"><w:abstractNumId w:val="90"/>'
                f"{inner}</w:num>"
            )
        )
    for text, level, number in (
        ("act", 0, 91), ("now", 1, 91), ("later", 1, 91), ("wait", 0, 91), ("so", 1, 91),
        ("go", 0, 92),
    ):  # fmt: skip
        numbered(document, text, level, number)
    assert [block.text for block in read(saved(document)).blocks] == [
        "Recommendation 1: act", "1(a) now", "1(b) later", "Recommendation 2: wait", "2(a) so",
        "Recommendation 10: go",
    ]  # fmt: skip


def test_formulas_are_one_line_that_joins_nothing() -> None:
    """A formula on a line of its own is there too."""
    math = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    base = "<m:e><m:r><m:t>{}</m:t></m:r></m:e>"
    power = f"<m:sSup>{base}<m:sup><m:r><m:t>{{}}</m:t></m:r></m:sup></m:sSup>"
    half = (
        "<m:f><m:num><m:r><m:t>a+b</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f>"
    )
    document = empty_document()
    document.add_paragraph("The area is ")._p.append(
        parse_xml(f"<m:oMath {math}><m:r><m:t>πr</m:t></m:r>{power.format('h', '2')}</m:oMath>")
    )
    document.add_paragraph()._p.append(
        parse_xml(
            f"<m:oMathPara {math}><m:oMath>{power.format('e', 'x')}{half}</m:oMath></m:oMathPara>"
        )
    )
    assert texts(read(saved(document))) == ["The area is πrh²", "e^x(a+b)/2"]


def test_fields_are_read_and_a_box_is_no_title() -> None:
    document = empty_document()
    with_run(document.add_paragraph("Adopted on "), "w:fldSimple", "3 May 2021")
    assert texts(read(saved(document))) == ["Adopted on 3 May 2021"]


def test_numbers_of_lists_in_cells_leave_the_row_as_it_is() -> None:
    document = empty_document()
    table = document.add_table(2, 2)
    for place, cell in enumerate(table._cells):
        cell.paragraphs[0].style = "List Bullet"
        cell.paragraphs[0].text = f"item {place}"
    assert texts(read(saved(document)), BlockKind.TABLE) == [
        "| item 0 | item 1 |\n| item 2 | item 3 |"
    ]
