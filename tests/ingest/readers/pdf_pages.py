"""Small PDFs for the tests of the PDF reader, set line by line so that every place is known."""

from collections.abc import Sequence
from io import BytesIO

from fpdf import FPDF
from PIL import Image

PITCH = 13.0  # points from baseline to baseline
LEFT, RIGHT = 60.0, 310.0  # x of the two columns


class Sheet:
    """A PDF in the making: `put` sets one line at a place, in points from the top left corner."""

    def __init__(self) -> None:
        self.pdf = FPDF(unit="pt", format="letter")
        self.pdf.set_auto_page_break(False)
        self.page()

    def page(self) -> None:
        self.pdf.add_page()

    def put(self, x: float, y: float, text: str, size: float = 10, style: str = "") -> None:
        self.pdf.set_font("Times", style, size)
        self.pdf.text(x, y, text)

    def lines(self, x: float, y: float, texts: Sequence[str], size: float = 10) -> float:
        """Set lines below each other; return the y of the line after them."""
        for i, text in enumerate(texts):
            self.put(x, y + i * PITCH, text, size)
        return y + len(texts) * PITCH

    def bytes(self) -> bytes:
        return bytes(self.pdf.output())


def one_page(*texts: str) -> bytes:
    """Return a PDF of one page with these lines."""
    sheet = Sheet()
    sheet.lines(LEFT, 100, texts)
    return sheet.bytes()


def pictures(count: int) -> bytes:
    """Return a PDF of `count` pages that show a picture and have no text, as a scanner makes it."""
    sheet, picture = Sheet(), BytesIO()
    Image.new("RGB", (60, 80), "grey").save(picture, "PNG")
    for number in range(count):
        if number:
            sheet.page()
        sheet.pdf.image(picture, 50, 50, 300)
    return sheet.bytes()
