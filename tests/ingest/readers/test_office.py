"""Claims about slides, sheets, OpenDocument, rich text, e-books, Outlook messages and archives."""

import struct
import zipfile
from datetime import date
from io import BytesIO

import pytest

from index.errors import ReadError
from ingest.readers import read

ODF = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"'
)


def zipped(parts: dict[str, str]) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return target.getvalue()


def blocks(data: bytes, name: str) -> list[tuple[str, str]]:
    return [(block.kind.value, block.text) for block in read(data, name).blocks]


def test_slides_are_pages_with_titles_bullets_tables_and_notes():
    from pptx import Presentation
    from pptx.util import Inches

    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "Grain in the north"
    slide.placeholders[1].text = "Stocks fell by a third.\nPrices rose."
    table = slide.shapes.add_table(2, 2, Inches(1), Inches(5), Inches(4), Inches(1)).table
    for place, text in enumerate(("Year", "Tonnes", "2021", "1,200")):
        table.cell(place // 2, place % 2).text = text
    slide.notes_slide.notes_text_frame.text = "The figures are of the ministry."
    hidden = deck.slides.add_slide(deck.slide_layouts[5])
    hidden.shapes.title.text = "Spare slide"
    hidden.element.set("show", "0")
    target = BytesIO()
    deck.save(target)
    document = read(target.getvalue(), "a.pptx")
    assert document.metadata.title == "Grain in the north"
    assert [(b.kind.value, b.text, b.page) for b in document.blocks] == [
        ("heading", "Grain in the north", 1),
        ("bullet", "Stocks fell by a third.", 1),
        ("bullet", "Prices rose.", 1),
        ("table", "| Year | Tonnes |\n| 2021 | 1,200 |", 1),
        ("paragraph", "The figures are of the ministry.", 1),
    ]
    assert [(str(part.reason), part.example) for part in document.left_out] == [
        ("hidden", "Spare slide")
    ]


def test_sheets_show_figures_as_excel_does():
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = "Trade"
    for row in (["Trade of the states"], [], ["State", "Share", "Tonnes"], ["Mali", 0.125, 12000]):
        sheet.append(row)
    sheet["B4"].number_format, sheet["C4"].number_format = "0.0%", "#,##0"
    sheet["A6"] = date(2021, 3, 4)
    book.create_sheet("Raw").sheet_state = "hidden"
    target = BytesIO()
    book.save(target)
    assert blocks(target.getvalue(), "a.xlsx") == [
        ("heading", "Trade"),
        ("paragraph", "Trade of the states"),
        ("table", "| State | Share | Tonnes |\n| Mali | 12.5% | 12,000 |"),
        ("paragraph", "2021-03-04"),
    ]


def test_an_opendocument_text_keeps_its_structure_and_loses_deletions():
    body = (
        "<text:tracked-changes><text:p>Deleted.</text:p></text:tracked-changes>"
        '<text:h text:outline-level="1">Grain</text:h>'
        "<text:p>Stocks fell<text:note><text:note-citation>1</text:note-citation>"
        "<text:note-body><text:p>Ministry, 2021.</text:p></text:note-body></text:note>.</text:p>"
        "<text:list><text:list-item><text:p>Prices rose.</text:p></text:list-item></text:list>"
        "<table:table><table:table-row><table:table-cell><text:p>A</text:p></table:table-cell>"
        "<table:table-cell><text:p>2</text:p></table:table-cell></table:table-row></table:table>"
        "<text:p><draw:frame><draw:text-box><text:p>Key points: it rained.</text:p>"
        "</draw:text-box></draw:frame></text:p>"
    )
    content = (
        f"<office:document-content {ODF}><office:body><office:text>{body}"
        "</office:text></office:body></office:document-content>"
    )
    data = zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content})
    assert blocks(data, "a.odt") == [
        ("heading", "Grain"),
        ("paragraph", "Stocks fell[1]."),
        ("bullet", "Prices rose."),
        ("table", "| A | 2 |"),
        ("footnote", "1. Ministry, 2021."),
        ("heading", "Box: Key points"),
        ("paragraph", "Key points: it rained."),
    ]


def test_rich_text_is_read_in_paragraphs_with_its_letters():
    data = rb"{\rtf1\ansi\ansicpg1252{\info{\title Lage}}Die F\'e4hre f\'e4hrt.\par Sie hielt.\par}"
    document = read(data, "a.rtf")
    assert [b.text for b in document.blocks] == ["Die Fähre fährt.", "Sie hielt."]
    assert document.metadata.title == "Lage"


def test_the_chapters_of_an_e_book_are_read_in_order():
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<metadata><dc:title>Ports</dc:title><dc:creator>Ann Bee</dc:creator>"
        '<dc:date>2021-03-04T00:00:00Z</dc:date></metadata><manifest><item id="b" href="b.xhtml"/>'
        '<item id="a" href="a.xhtml"/></manifest><spine><itemref idref="a"/><itemref idref="b"/>'
        "</spine></package>"
    )
    page = '<!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><body><p>{}</p></body></html>'
    data = zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container><rootfile full-path="o/p.opf"/></container>',
            "o/p.opf": package,
            "o/a.xhtml": page.format("First."),
            "o/b.xhtml": page.format("Second."),
        }
    )
    document = read(data, "a.epub")
    assert [b.text for b in document.blocks] == ["First.", "Second."]
    stated = document.metadata
    assert (stated.title, stated.date, stated.authors) == ("Ports", "2021-03-04", ("Ann Bee",))


def test_an_outlook_message_is_read_as_a_mail_with_its_attachments():
    ticks = int((date(2022, 7, 1) - date(1601, 1, 1)).days * 86_400 * 10_000_000)
    properties = b"\0" * 32 + struct.pack("<HHIQ", 0x0040, 0x0039, 6, ticks)
    message = compound(
        {
            "__properties_version1.0": properties,
            "__substg1.0_0037001F": "RE: Ports".encode("utf-16-le"),
            "__substg1.0_0C1A001F": "Ann Bee".encode("utf-16-le"),
            "__substg1.0_1000001F": ("The port was closed. " * 30).encode("utf-16-le"),
        },
        {
            "__substg1.0_3707001F": "table.txt".encode("utf-16-le"),
            "__substg1.0_37010102": b"Grain in the north\n\nIt fell by a third.\n",
        },
    )
    document = read(message, "a.msg")
    stated = document.metadata
    assert (stated.title, stated.date, stated.authors) == ("Ports", "2022-07-01", ("Ann Bee",))
    assert document.blocks[0].text.startswith("The port was closed.")
    assert [item.name for item in document.attachments] == ["table.txt"]


def compound(streams: dict[str, bytes], attached: dict[str, bytes]) -> bytes:
    """Return a compound file ([MS-CFB]) of these streams and one folder of an attachment."""
    entries = [("Root Entry", 5, b"", 1, -1)]  # name, kind, content, child, right sibling
    for name, content in streams.items():
        entries.append((name, 2, content.ljust(4096, b"\0"), -1, len(entries) + 1))
    entries.append(("__attach_version1.0_#00000000", 1, b"", len(entries) + 1, -1))
    for number, (name, content) in enumerate(attached.items(), 1):
        right = len(entries) + 1 if number < len(attached) else -1
        padded = content.ljust(4096, b"\n" if name.endswith("0102") else b"\0")
        entries.append((name, 2, padded, -1, right))
    folder_sectors = (len(entries) + 3) // 4
    fat = [-3, *range(2, folder_sectors + 1), -2]
    directory, body = b"", b""
    for name, kind, content, child, right in entries:
        start = len(fat) if content else -2
        if content:
            count = len(content) // 512
            fat += [*range(start + 1, start + count), -2]
            body += content
        title = (name + "\0").encode("utf-16-le")
        directory += title.ljust(64, b"\0") + struct.pack(
            "<HBBiii36xiQ", len(title), kind, 1, -1, right, child, start, len(content)
        )
    directory = directory.ljust(folder_sectors * 512, b"\0")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(24, b"\0") + struct.pack(
        "<HHHHH6xIIiIIiIiI", 62, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, -2, 0, -2, 0
    )
    header += struct.pack("<109i", 0, *[-1] * 108)
    table = struct.pack("<128i", *fat, *[-1] * (128 - len(fat)))
    return header + table + directory + body


def test_a_zip_gives_its_briefs_and_names_what_it_leaves_out():
    data = zipped({"a/b.txt": "Grain\n\nIt fell.", "c.md": "# Ports", "d.dat": "x", ".e.txt": "y"})
    document = read(data, "a.zip")
    assert [item.name for item in document.attachments] == ["a/b.txt", "c.md"]
    assert document.warnings == ("left out, in no supported format: d.dat",)


@pytest.mark.parametrize("name", ["a.pptx", "a.xlsx", "a.odt", "a.epub", "a.zip", "a.msg"])
def test_a_broken_file_is_refused_with_a_reason(name):
    with pytest.raises(ReadError):
        read(b"PK\x03\x04 cut short" if name != "a.msg" else compound({}, {})[:700], name)


def test_an_e_book_with_entities_is_refused():
    page = '<!DOCTYPE html [<!ENTITY a "b">]><html><body><p>&a;</p></body></html>'
    with pytest.raises(ReadError, match="entity"):
        read(zipped({"META-INF/container.xml": "<c/>", "a.xhtml": page}), "a.epub")


def test_numbered_items_of_documents_and_slides_keep_their_numbers():
    """OpenDocument says the form in a style, PowerPoint in the paragraph."""
    styles = (
        '<text:list-style style:name="L1"><text:list-level-style-number text:level="1" '
        'style:num-format="1" style:num-suffix="."/><text:list-level-style-number text:level="2" '
        'style:num-format="a" style:num-suffix=")"/></text:list-style>'
    )
    inner = "<text:list><text:list-item><text:p>Sub</text:p></text:list-item></text:list>"
    items = (
        '<text:list text:style-name="L1"><text:list-item><text:p>One</text:p></text:list-item>'
        f"<text:list-item><text:p>Two</text:p>{inner}</text:list-item></text:list>"
    )
    content = (
        f"<office:document-content {ODF}><office:automatic-styles>{styles}"
        "</office:automatic-styles>"
        f"<office:body><office:text><text:p>Lead.</text:p>{items}</office:text></office:body>"
        "</office:document-content>"
    )
    parts = {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content}
    assert [text for _, text in blocks(zipped(parts), "a.odt")][1:] == [
        "1. One",
        "2. Two",
        "a) Sub",
    ]

    from lxml import etree
    from pptx import Presentation

    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.placeholders[1].text = "Ban exports.\nPay farmers."
    for paragraph in slide.placeholders[1].text_frame.paragraphs:
        form = etree.SubElement(
            paragraph._p.get_or_add_pPr(),
            "{http://schemas.openxmlformats.org/drawingml/2006/main}buAutoNum",
        )
        form.set("type", "arabicPeriod")
        form.set("startAt", "4")
    target = BytesIO()
    deck.save(target)
    assert [text for _, text in blocks(target.getvalue(), "a.pptx")] == [
        "4. Ban exports.",
        "5. Pay farmers.",
    ]


def test_rows_of_a_rich_text_table_are_a_table():
    row = r"\trowd\cellx3000\cellx6000\pard\intbl %s\cell %s\cell\row"
    rows = " ".join(row % cells for cells in (("State", "Tonnes"), ("Mali", "12"), ("Chad", "7")))
    found = blocks(
        (r"{\rtf1\ansi {\pard The harvest was good.\par}{" + rows + "}}").encode(), "a.rtf"
    )
    assert found[-1] == ("table", "| State | Tonnes |\n| Mali | 12 |\n| Chad | 7 |")
