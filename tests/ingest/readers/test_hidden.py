"""Claims about text that a document hides: it is in no passage and counted, or it is warned of."""

import zipfile
from collections.abc import Callable
from io import BytesIO

import docx as word
import pptx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet
from PIL import Image
from pptx.dml.color import RGBColor
from pptx.util import Inches, Pt

from index.left_out import OmissionReason
from ingest.document import Document
from ingest.readers import read
from tests.ingest.readers.pdf_pages import LEFT, Sheet
from tests.ingest.readers.word_documents import empty_document

BEFORE, HIDDEN, BEHIND = (
    "The port opened in May.",
    "CANARY pays nine per cent.",
    "It closed in June.",
)

Draw = Callable[[Sheet], None]


def is_hidden(document: Document) -> bool:
    """Tell whether the hidden sentence is in no passage and counted, and the others stay."""
    text = " ".join(block.text for block in document.blocks)
    assert BEFORE in text
    assert BEHIND in text
    if "CANARY" in text:
        return False
    assert "CANARY" not in repr(document.metadata)
    return any(
        part.reason is OmissionReason.HIDDEN and "CANARY" in part.example
        for part in document.left_out
    )


def sheet(draw: Draw) -> bytes:
    """Return a PDF of two sentences, with what `draw` puts between them at y = 200."""
    made = Sheet()
    made.put(LEFT, 100, BEFORE)
    draw(made)
    made.pdf.set_text_color(0, 0, 0)
    made.put(LEFT, 400, BEHIND)
    return made.bytes()


def raw(operators: str, *, then: str = "", size: float = 10) -> Draw:
    """Set the hidden sentence at (60, 592) behind operators of PDF's own, in a state of its own."""

    def draw(made: Sheet) -> None:
        made.pdf.set_font("Times", "", 10)
        font = f"/F{made.pdf.current_font.i}"
        made.pdf._out(
            f"q {operators} BT {font} {size} Tf 1 0 0 1 60 592 Tm ({HIDDEN}) Tj ET {then} Q"
        )

    return draw


def pale(red: int, green: int, blue: int, ground: tuple[int, int, int] | None = None) -> Draw:
    def draw(made: Sheet) -> None:
        if ground:
            made.pdf.set_fill_color(*ground)
            made.pdf.rect(40, 180, 400, 40, "F")
        made.pdf.set_text_color(red, green, blue)
        made.put(LEFT, 200, HIDDEN)

    return draw


def picture(colour: str, shade: str = "") -> BytesIO:
    target = BytesIO()
    image = Image.new("RGB", (60, 20), colour)
    if shade:
        image.paste(shade, (0, 0, 60, 10))
        for x in range(0, 60, 2):
            image.putpixel((x, 15), (0, 0, 0))
    image.save(target, "PNG")
    return target


def under(cover: str) -> Draw:
    def draw(made: Sheet) -> None:
        made.put(LEFT, 200, HIDDEN)
        if cover == "rectangle":
            made.pdf.set_fill_color(255, 255, 255)
            made.pdf.rect(40, 180, 400, 40, "F")
        else:
            made.pdf.image(picture(cover), 40, 180, 400, 40)

    return draw


def alpha(value: float) -> Draw:
    def draw(made: Sheet) -> None:
        with made.pdf.local_context(fill_opacity=value, stroke_opacity=value):
            made.put(LEFT, 200, HIDDEN)

    return draw


def layered(shown: bool) -> bytes:
    """Return a PDF whose middle sentence is on a layer; fpdf cannot make one."""
    content = (
        f"BT /F 10 Tf 60 700 Td ({BEFORE}) Tj ET /OC /L BDC BT /F 10 Tf 60 600 Td ({HIDDEN}) Tj ET "
        f"EMC BT /F 10 Tf 60 500 Td ({BEHIND}) Tj ET"
    )
    state = "/ON [5 0 R]" if shown else "/OFF [5 0 R]"
    objects = (
        f"<< /Type /Catalog /Pages 2 0 R /OCProperties << /OCGs [5 0 R] /D << {state} >> >> >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << "
        "/Font << /F 6 0 R >> /Properties << /L 5 0 R >> >> >>",
        f"<< /Length {len(content)} >> stream\n{content}\nendstream",
        "<< /Type /OCG /Name (Layer) >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    numbered = "".join(f"{i} 0 obj\n{each}\nendobj\n" for i, each in enumerate(objects, 1))
    return f"%PDF-1.5\n{numbered}trailer << /Root 1 0 R >>\n%%EOF".encode()


def test_a_layer_that_is_off_is_hidden_and_one_that_is_on_is_read() -> None:
    assert is_hidden(read(layered(shown=False), "a.pdf"))
    assert "CANARY" in repr(read(layered(shown=True), "a.pdf").blocks)


PDF_TRICKS: dict[str, Draw] = {
    "white on the white page": pale(255, 255, 255),
    "nearly white": pale(250, 250, 248),
    "the colour of its ground": pale(20, 60, 120, ground=(20, 60, 120)),
    "white on a white rectangle": pale(255, 255, 255, ground=(255, 255, 255)),
    "drawn in no way": raw("3 Tr"),
    "drawn as a path to clip to": raw("7 Tr"),
    "tiny": raw("", size=0.6),
    "scaled to nothing": raw("0.01 0 0 0.01 0 0 cm"),
    "left of the page": raw("1 0 0 1 -900 0 cm"),
    "above the page": raw("1 0 0 1 0 900 cm"),
    "clipped away": raw("300 300 20 20 re W n"),
    "transparent": alpha(0.0),
    "nearly transparent": alpha(0.02),
    "under a white rectangle": under("rectangle"),
    "under a picture of one colour": under("white"),
    "white in a colour space of printing": raw("0 0 0 0 k"),
    "white as a grey": raw("1 g"),
    "outlined in white": raw("1 Tr 1 G 0.1 w"),
}


@pytest.mark.parametrize("draw", PDF_TRICKS.values(), ids=PDF_TRICKS.keys())
def test_what_a_pdf_hides_is_counted(draw: Draw) -> None:
    """Text that changes nothing of a page's picture is in no passage."""
    assert is_hidden(read(sheet(draw), "a.pdf"))


def test_text_that_only_a_picture_over_it_shows_is_kept_with_a_warning() -> None:
    """It may be the text layer of a scan."""

    def draw(made: Sheet) -> None:
        made.put(LEFT, 200, HIDDEN)
        made.pdf.image(picture("white", "grey"), 40, 180, 400, 40)

    document = read(sheet(draw), "a.pdf")
    assert "CANARY" in " ".join(block.text for block in document.blocks)
    assert any("only a picture" in line for line in document.warnings)


PDF_SEEN: dict[str, Draw] = {
    "white on black": pale(255, 255, 255, ground=(0, 0, 0)),
    "grey": pale(150, 150, 150),
    "pale yellow on blue": pale(255, 255, 200, ground=(0, 0, 120)),
    "small print": raw("", size=5),
    "clipped to a box around it": raw("40 500 400 200 re W n"),
    "outlined": raw("1 Tr 0 G 0.2 w"),
    "half transparent": alpha(0.5),
    "a shade behind it": pale(0, 0, 0, ground=(220, 220, 220)),
    "a picture behind it": lambda made: (
        made.pdf.image(picture("lightblue"), 40, 180, 400, 40),
        made.put(LEFT, 200, HIDDEN),
    )[-1],
    "a thin rule through it": raw("", then="0 g 60 594 200 0.6 re f"),
    "in red": pale(255, 0, 0),
}


@pytest.mark.parametrize("draw", PDF_SEEN.values(), ids=PDF_SEEN.keys())
def test_what_a_pdf_shows_is_kept(draw: Draw) -> None:
    document = read(sheet(draw), "a.pdf")
    assert HIDDEN in " ".join(block.text for block in document.blocks)
    assert not [part for part in document.left_out if part.reason is OmissionReason.HIDDEN]
    assert not document.warnings


def mail(plain: str, html: str) -> bytes:
    from email.message import EmailMessage

    message = EmailMessage()
    message["Subject"], message["From"] = "Ports", "Ann <ann@example.org>"
    message["Date"] = "Fri, 1 Jul 2022 10:00:00 +0000"
    message.set_content(plain) if plain else message.set_content(html, subtype="html")
    if plain:
        message.add_alternative(html, subtype="html")
    return message.as_bytes()


def test_what_a_mail_hides_is_counted() -> None:
    hidden = f"<p>{BEFORE}</p><p style='mso-hide:all;display:none'>{HIDDEN}</p><p>{BEHIND}</p>"
    assert is_hidden(read(mail("", hidden), "a.eml"))


def test_a_plain_text_that_says_more_than_the_html_is_warned_of() -> None:
    """Mail programs show the HTML."""
    plain = f"{BEFORE}\n\n{BEHIND}\n\nWhoever reads this CANARY pays nine per cent more.\n"
    html = f"<p>{BEFORE}</p><p>{BEHIND}</p>"
    assert any("CANARY" in line for line in read(mail(plain, html), "a.eml").warnings)
    alike = read(mail(f"{BEFORE}\n\n{BEHIND}\n", html), "a.eml")
    assert not alike.warnings


Write = Callable[["word.document.Document", "word.text.run.Run"], None]


def document(write: Write) -> bytes:
    """Return a Word document of three sentences; `write` is given it and the run of the second."""
    made = empty_document()
    made.add_paragraph(BEFORE)
    run = made.add_paragraph("").add_run(HIDDEN)
    made.add_paragraph(BEHIND)
    write(made, run)
    target = BytesIO()
    made.save(target)
    return target.getvalue()


def run_with(properties: str) -> Write:
    def write(_made: object, run: "word.text.run.Run") -> None:
        parsed = parse_xml(f"<w:rPr {nsdecls('w')} xmlns:w14={W14!r}>{properties}</w:rPr>")
        run._r.insert(0, parsed)

    return write


def paragraph_with(properties: str, run: str = "") -> Write:
    def write(made: "word.document.Document", own: "word.text.run.Run") -> None:
        own._r.getparent().insert(0, parse_xml(f"<w:pPr {nsdecls('w')}>{properties}</w:pPr>"))
        if run:
            run_with(run)(made, own)

    return write


def style_with(properties: str, kind: str = "paragraph") -> Write:
    """Give the sentence a style that rests on one with these properties."""

    def write(made: "word.document.Document", run: "word.text.run.Run") -> None:
        for name, rest in (("Base", properties), ("Own", '<w:basedOn w:val="Base"/>')):
            inner = rest if "basedOn" in rest else f"<w:rPr>{rest}</w:rPr>"
            made.styles.element.append(
                parse_xml(
                    f'<w:style {nsdecls("w")} w:type="{kind}" w:styleId="{name}">'
                    f'<w:name w:val="{name}"/>{inner}</w:style>'
                )
            )
        if kind == "paragraph":
            paragraph_with('<w:pStyle w:val="Own"/>')(made, run)
        else:
            run_with('<w:rStyle w:val="Own"/>')(made, run)

    return write


def in_hidden_row(made: "word.document.Document", run: "word.text.run.Run") -> None:
    run.text = ""
    row = made.add_table(1, 1).rows[0]
    row.cells[0].text = HIDDEN
    row._tr.insert(0, parse_xml(f"<w:trPr {nsdecls('w')}><w:hidden/></w:trPr>"))


def in_shaded_cell(ink: str, fill: str) -> Write:
    def write(made: "word.document.Document", run: "word.text.run.Run") -> None:
        run.text = ""
        cell = made.add_table(1, 1).rows[0].cells[0]
        shade = f'<w:shd {nsdecls("w")} w:val="clear" w:fill="{fill}"/>'
        cell._tc.get_or_add_tcPr().append(parse_xml(shade))
        run_with(f'<w:color w:val="{ink}"/>')(made, cell.paragraphs[0].add_run(HIDDEN))

    return write


W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
DOCX_TRICKS: dict[str, Write] = {
    "hidden": run_with("<w:vanish/>"),
    "hidden by a paragraph style": style_with("<w:vanish/>"),
    "hidden by a character style": style_with("<w:vanish/>", "character"),
    "white": run_with('<w:color w:val="FFFFFF"/>'),
    "nearly white": run_with('<w:color w:val="FDFDFD"/>'),
    "white by a style": style_with('<w:color w:val="FFFFFF"/>'),
    "the theme's ground": run_with('<w:color w:val="auto" w:themeColor="background1"/>'),
    "the colour of its shade": run_with(
        '<w:color w:val="1F3864"/><w:shd w:val="clear" w:fill="1F3864"/>'
    ),
    "the colour of its mark": run_with('<w:color w:val="FFFF00"/><w:highlight w:val="yellow"/>'),
    "the colour of its paragraph": paragraph_with(
        '<w:shd w:val="clear" w:fill="222222"/>', '<w:color w:val="202020"/>'
    ),
    "the colour of its cell": in_shaded_cell("808080", "7F7F7F"),
    "tiny": run_with('<w:sz w:val="2"/>'),
    "tiny by a style": style_with('<w:sz w:val="2"/>'),
    "narrow": run_with('<w:w w:val="1"/>'),
    "filled with nothing": run_with("<w14:textFill><w14:noFill/></w14:textFill>"),
    "transparent": run_with(
        '<w14:textFill><w14:solidFill><w14:srgbClr w14:val="000000"><w14:alpha w14:val="100000"/>'
        "</w14:srgbClr></w14:solidFill></w14:textFill>"
    ),
    "indented off the page": paragraph_with('<w:ind w:left="-20000"/>'),
    "in a frame off the page": paragraph_with('<w:framePr w:x="-20000" w:y="1"/>'),
    "in a hidden row": in_hidden_row,
}


@pytest.mark.parametrize("write", DOCX_TRICKS.values(), ids=DOCX_TRICKS.keys())
def test_what_word_does_not_show_is_counted(write: Write) -> None:
    assert is_hidden(read(document(write), "a.docx"))


DOCX_SEEN: dict[str, Write] = {
    "plain": lambda _made, _run: None,
    "not hidden": run_with('<w:vanish w:val="0"/>'),
    "shown against its style": lambda made, run: (
        style_with("<w:vanish/>")(made, run),
        run_with('<w:vanish w:val="false"/>')(made, run),
    )[-1],
    "white on a dark shade": run_with(
        '<w:color w:val="FFFFFF"/><w:shd w:val="clear" w:fill="1F3864"/>'
    ),
    "white in a dark cell": in_shaded_cell("FFFFFF", "203864"),
    "grey": run_with('<w:color w:val="808080"/>'),
    "small": run_with('<w:sz w:val="12"/>'),
    "a hanging indent": paragraph_with('<w:ind w:left="720" w:hanging="720"/>'),
}


@pytest.mark.parametrize("write", DOCX_SEEN.values(), ids=DOCX_SEEN.keys())
def test_what_word_shows_is_kept(write: Write) -> None:
    made = read(document(write), "a.docx")
    assert "CANARY" in repr(made.blocks)
    assert not made.left_out
    assert not made.warnings


def test_white_text_in_a_table_of_some_style_stays_with_a_warning() -> None:
    """The table's style may paint its head."""

    def write(made: "word.document.Document", run: "word.text.run.Run") -> None:
        run.text = ""
        cell = made.add_table(1, 1).rows[0].cells[0]
        run_with('<w:color w:val="FFFFFF"/>')(made, cell.paragraphs[0].add_run(HIDDEN))

    made = read(document(write), "a.docx")
    assert "CANARY" in repr(made.blocks)
    assert any("white text" in line for line in made.warnings)


RTF_TRICKS = {
    "hidden": rf"{{\v {HIDDEN}}}",
    "hidden and shown again": rf"\v {HIDDEN}\v0 ",
    "deleted": rf"{{\deleted {HIDDEN}}}",
    "tiny": rf"{{\fs2 {HIDDEN}}}",
    "white": rf"{{\cf1 {HIDDEN}}}",
    "the colour of its ground": rf"{{\cf2\chcbpat2 {HIDDEN}}}",
    "indented off the page": rf"\pard\li-20000 {HIDDEN}\par\pard ",
    "in a group within": rf"{{\v {{\b {HIDDEN}}}}}",
}
RTF_SEEN = {
    "bold": rf"{{\b {HIDDEN}}}",
    "white on black": rf"{{\cf1\chcbpat3 {HIDDEN}}}",
    "behind hidden": rf"{{\v x}}{HIDDEN}",
    "plain again": rf"\v x\plain {HIDDEN}",
    "dark": rf"{{\cf2 {HIDDEN}}}",
}


def rich(middle: str) -> bytes:
    colours = r"{\colortbl;\red255\green255\blue255;\red20\green40\blue90;\red0\green0\blue0;}"
    head = r"{\rtf1\ansi{\fonttbl{\f0 Times;}}" + colours
    return f"{head}\\fs24 {BEFORE}\\par {middle}\\par {BEHIND}\\par}}".encode()


@pytest.mark.parametrize("middle", RTF_TRICKS.values(), ids=RTF_TRICKS.keys())
def test_what_rich_text_hides_is_counted(middle: str) -> None:
    assert is_hidden(read(rich(middle), "a.rtf"))


@pytest.mark.parametrize("middle", RTF_SEEN.values(), ids=RTF_SEEN.keys())
def test_what_rich_text_shows_is_kept(middle: str) -> None:
    assert HIDDEN in repr(read(rich(middle), "a.rtf").blocks)


ODF = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (
        ("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"),
        ("style", "style"), ("fo", "xsl-fo-compatible"), ("svg", "svg-compatible"),
    )
)  # fmt: skip
TEXT, PARAGRAPH = "style:text-properties", "style:paragraph-properties"


def styled(properties: str, kind: str = TEXT) -> str:
    """Return a paragraph with a style that rests on one with these properties, and the styles."""
    return (
        f'<style:style style:name="B"><{kind} {properties}/></style:style>'
        '<style:style style:name="O" style:parent-style-name="B"/>'
        f'|<text:p text:style-name="O">{HIDDEN}</text:p>'
    )


ODF_TRICKS = {
    "hidden by a style": styled('text:display="none"'),
    "white": styled('fo:color="#ffffff"'),
    "the colour of its ground": styled('fo:color="#203040" fo:background-color="#203040"'),
    "tiny": styled('fo:font-size="1pt"'),
    "a share of nothing": styled('fo:font-size="5%"'),
    "indented off the page": styled('fo:margin-left="-60cm"', PARAGRAPH),
    "a hidden section": f'|<text:section text:display="none"><text:p>{HIDDEN}</text:p>'
    "</text:section>",
    "hidden text": f'|<text:p>x<text:hidden-text text:string-value="{HIDDEN}"/></text:p>',
    "a hidden paragraph": '|<text:p><text:hidden-paragraph text:is-hidden="true"/>'
    f"{HIDDEN}</text:p>",
    "a picture's description": f"|<text:p><draw:frame><svg:desc>{HIDDEN}</svg:desc>"
    "</draw:frame></text:p>",
    "a picture's title": f"|<text:p><draw:frame><svg:title>{HIDDEN}</svg:title>"
    "</draw:frame></text:p>",
    "a frame off the page": '|<text:p><draw:frame svg:x="-90cm"><draw:text-box>'
    f"<text:p>{HIDDEN}</text:p></draw:text-box></draw:frame></text:p>",
    "a collapsed row": '|<table:table><table:table-row table:visibility="collapse">'
    f"<table:table-cell><text:p>{HIDDEN}</text:p></table:table-cell></table:table-row>"
    "</table:table>",
}
ODF_SEEN = {
    "plain": f"|<text:p>{HIDDEN}</text:p>",
    "white on blue": styled('fo:color="#ffffff" fo:background-color="#203040"'),
    "small": styled('fo:font-size="6pt"'),
    "a section": f'|<text:section text:display="true"><text:p>{HIDDEN}</text:p></text:section>',
    "a hanging indent": styled('fo:margin-left="1cm" fo:text-indent="-1cm"', PARAGRAPH),
}


def opendocument(case: str) -> bytes:
    styles, _, middle = case.partition("|")
    content = (
        f"<office:document-content {ODF}><office:automatic-styles>{styles}"
        f"</office:automatic-styles><office:body><office:text><text:p>{BEFORE}</text:p>{middle}"
        f"<text:p>{BEHIND}</text:p></office:text></office:body></office:document-content>"
    )
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", content)
    return target.getvalue()


@pytest.mark.parametrize("case", ODF_TRICKS.values(), ids=ODF_TRICKS.keys())
def test_what_an_opendocument_hides_is_counted(case: str) -> None:
    assert is_hidden(read(opendocument(case), "a.odt"))


@pytest.mark.parametrize("case", ODF_SEEN.values(), ids=ODF_SEEN.keys())
def test_what_an_opendocument_shows_is_kept(case: str) -> None:
    made = read(opendocument(case), "a.odt")
    assert HIDDEN in repr(made.blocks)
    assert not made.left_out


Lay = Callable[["pptx.slide.Slide", "pptx.shapes.base.BaseShape"], None]


def deck(lay: Lay) -> bytes:
    """Return a deck of a slide with three boxes of text; `lay` gets it and the second box."""
    made = pptx.Presentation()
    slide = made.slides.add_slide(made.slide_layouts[6])
    boxes = [
        slide.shapes.add_textbox(Inches(1), Inches(y), Inches(5), Inches(1)) for y in (1, 3, 5)
    ]
    for box, text in zip(boxes, (BEFORE, HIDDEN, BEHIND), strict=True):
        box.text_frame.text = text
    lay(slide, boxes[1])
    target = BytesIO()
    made.save(target)
    return target.getvalue()


def ink(colour: str, ground: str = "", size: float = 0) -> Lay:
    def lay(_slide: object, box: "pptx.shapes.base.BaseShape") -> None:
        font = box.text_frame.paragraphs[0].runs[0].font
        font.color.rgb = RGBColor.from_string(colour)
        if ground:
            box.fill.solid()
            box.fill.fore_color.rgb = RGBColor.from_string(ground)
        if size:
            font.size = Pt(size)

    return lay


def unfilled(_slide: object, box: "pptx.shapes.base.BaseShape") -> None:
    box.text_frame.paragraphs[0].runs[0].font.fill.background()


def placed(left: float, top: float) -> Lay:
    def lay(_slide: object, box: "pptx.shapes.base.BaseShape") -> None:
        box.left, box.top = Inches(left), Inches(top)

    return lay


def switched_off(_slide: object, box: "pptx.shapes.base.BaseShape") -> None:
    box._element.nvSpPr.cNvPr.set("hidden", "1")


def on_dark_slide(colour: str) -> Lay:
    def lay(slide: "pptx.slide.Slide", box: "pptx.shapes.base.BaseShape") -> None:
        slide.background.fill.solid()
        slide.background.fill.fore_color.rgb = RGBColor(16, 16, 32)
        ink(colour)(slide, box)

    return lay


PPTX_TRICKS: dict[str, Lay] = {
    "white on white": ink("FFFFFF", "FFFFFF"),
    "the colour of its box": ink("203040", "213141"),
    "the colour of its slide": on_dark_slide("101020"),
    "tiny": ink("000000", size=1),
    "filled with nothing": unfilled,
    "left of the slide": placed(-20, 3),
    "below the slide": placed(1, 40),
    "switched off": switched_off,
}
PPTX_SEEN: dict[str, Lay] = {
    "plain": lambda _slide, _box: None,
    "white on blue": ink("FFFFFF", "1F3864"),
    "white on a dark slide": on_dark_slide("FFFFFF"),
    "small": ink("000000", size=8),
    "partly off the slide": placed(-0.5, 3),
}


@pytest.mark.parametrize("lay", PPTX_TRICKS.values(), ids=PPTX_TRICKS.keys())
def test_what_a_slide_hides_is_counted(lay: Lay) -> None:
    assert is_hidden(read(deck(lay), "a.pptx"))


@pytest.mark.parametrize("lay", PPTX_SEEN.values(), ids=PPTX_SEEN.keys())
def test_what_a_slide_shows_is_kept(lay: Lay) -> None:
    made = read(deck(lay), "a.pptx")
    assert HIDDEN in repr(made.blocks)
    assert not made.left_out
    assert not made.warnings


def test_text_that_a_shape_covers_is_warned_of() -> None:
    def lay(slide: "pptx.slide.Slide", _box: object) -> None:
        cover = slide.shapes.add_shape(1, Inches(0), Inches(2), Inches(8), Inches(3))
        cover.fill.solid()
        cover.fill.fore_color.rgb = RGBColor(255, 255, 255)

    assert any("covers" in line for line in read(deck(lay), "a.pptx").warnings)


def workbook(lay: Callable[[Worksheet], None]) -> bytes:
    """Return a workbook of three rows of three cells; `lay` gets the sheet to hide the middle."""
    book = Workbook()
    for row in ((BEFORE, "a", "b"), ("x", HIDDEN, "y"), ("c", "d", BEHIND)):
        book.active.append(row)
    lay(book.active)
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def row_off(sheet: Worksheet) -> None:
    sheet.row_dimensions[2].hidden = True


def column_off(sheet: Worksheet) -> None:
    sheet.column_dimensions["B"].hidden = True


def columns_folded(sheet: Worksheet) -> None:
    sheet["E2"] = sheet["B2"].value
    sheet["B2"] = None
    sheet.column_dimensions.group("D", "F", hidden=True)


def row_of_no_height(sheet: Worksheet) -> None:
    sheet.row_dimensions[2].height = 0.5


def no_format(sheet: Worksheet) -> None:
    sheet["B2"].number_format = ";;;"


def white_on_white(sheet: Worksheet) -> None:
    sheet["B2"].font = Font(color="FFFFFFFF")


def blue_on_blue(sheet: Worksheet) -> None:
    sheet["B2"].font = Font(color="FF1F3864")
    sheet["B2"].fill = PatternFill("solid", fgColor="FF1F3864")


def second_sheet(sheet: Worksheet) -> None:
    other = sheet.parent.create_sheet("Notes")
    other["A1"], sheet["B2"] = sheet["B2"].value, None
    other.sheet_state = "veryHidden"


@pytest.mark.parametrize(
    "lay",
    [
        row_off, column_off, columns_folded, row_of_no_height, no_format, white_on_white,
        blue_on_blue, second_sheet,
    ],
)  # fmt: skip
def test_what_a_workbook_hides_is_counted_and_not_read(lay):
    assert is_hidden(read(workbook(lay), "a.xlsx"))


def white_on_blue(sheet: Worksheet) -> None:
    sheet["B2"].font = Font(color="FFFFFFFF")
    sheet["B2"].fill = PatternFill("solid", fgColor="FF1F3864")


def row_shown_again(sheet: Worksheet) -> None:
    sheet.row_dimensions[2].hidden = False
    sheet.row_dimensions[2].height = 30


def no_figures(sheet: Worksheet) -> None:
    sheet["B2"].number_format = ";;"


@pytest.mark.parametrize("lay", [white_on_blue, row_shown_again, no_figures])
def test_what_a_workbook_shows_is_read(lay):
    made = read(workbook(lay), "a.xlsx")
    assert not is_hidden(made)
    assert made.left_out == ()


def test_a_sheet_is_read_whole_whatever_size_it_states():
    whole = workbook(lambda _: None)
    with zipfile.ZipFile(BytesIO(whole)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    parts[name] = parts[name].replace(b'<dimension ref="A1:C3"', b'<dimension ref="A1"')
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for part, data in parts.items():
            archive.writestr(part, data)
    assert read(target.getvalue(), "a.xlsx").blocks == read(whole, "a.xlsx").blocks


def table_of_a_hidden_shape(shapes: "pptx.shapes.shapetree.SlideShapes") -> None:
    frame = shapes.add_table(1, 2, Inches(1), Inches(5), Inches(4), Inches(1))
    frame.table.cell(0, 1).text = HIDDEN
    frame._element.nvGraphicFramePr.cNvPr.set("hidden", "1")


def shapes_of_a_hidden_group(shapes: "pptx.shapes.shapetree.SlideShapes") -> None:
    group = shapes.add_group_shape()
    box = group.shapes.add_textbox(Inches(1), Inches(3), Inches(4), Inches(1))
    box.text_frame.text = HIDDEN
    group._element.nvGrpSpPr.cNvPr.set("hidden", "1")


def tiny_type_in_a_cell(shapes: "pptx.shapes.shapetree.SlideShapes") -> None:
    frame = shapes.add_table(2, 2, Inches(1), Inches(5), Inches(4), Inches(1))
    frame.table.cell(0, 0).text = "Year"
    frame.table.cell(1, 1).text = HIDDEN
    frame.table.cell(1, 1).text_frame.paragraphs[0].runs[0].font.size = Pt(1)


@pytest.mark.parametrize(
    "add", [table_of_a_hidden_shape, shapes_of_a_hidden_group, tiny_type_in_a_cell]
)
def test_what_tables_and_groups_of_a_slide_hide_is_counted(add):
    made = pptx.Presentation()
    slide = made.slides.add_slide(made.slide_layouts[5])
    slide.shapes.title.text = f"{BEFORE} {BEHIND}"
    add(slide.shapes)
    target = BytesIO()
    made.save(target)
    assert is_hidden(read(target.getvalue(), "a.pptx"))
