"""Claims about text that a document hides: it is in no passage and counted, or it is warned of."""

from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image

from index.left_out import Reason
from ingest.document import Document
from ingest.readers import read
from tests.ingest.readers.pdf_pages import LEFT, Sheet

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
        part.reason is Reason.HIDDEN and "CANARY" in part.example for part in document.left_out
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
    assert not [part for part in document.left_out if part.reason is Reason.HIDDEN]
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
