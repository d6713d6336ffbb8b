"""Read a page that is a picture of text by OCR, where the extra `ocr` is installed.

RapidOCR runs the PP-OCRv4 models that its package brings, on the processor: Chinese, and Latin
letters without their accents. What it reads is text like any other, marked with the engine's
confidence.
"""

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from statistics import median
from typing import Any

from ingest.readers.pdf_lines import PdfLine

ENGINE = "rapidocr_onnxruntime"
_SCALE = 2.0  # dots a point: 144 dpi
_LONGEST_SIDE = 3_000  # dots; larger pages are read at a smaller scale
# Mean confidence below which a page is not kept: one in a script that the models do not know comes
# out as nonsense at about 0.86, and pages that can be read at 0.95 and more.
LEAST_SURE = 0.9
_LEAST_SURE = 0.5  # confidence below which a line is not kept
_TYPE = 0.75  # of a line's height is the size of its type
_LARGER = 1.35  # times the usual height: a heading

Found = tuple[Sequence[Sequence[float]], str, float]  # corners in dots, text, confidence


def is_installed() -> bool:
    """Tell whether pages can be read by OCR here."""
    return find_spec(ENGINE) is not None


def ocr_lines(page: Any, number: int) -> tuple[list[PdfLine], float]:
    """Return the lines that a picture of a pypdfium2 page shows, and their mean confidence."""
    width, height = page.get_size()
    scale = min(_SCALE, _LONGEST_SIDE / max(width, height, 1.0))
    picture = page.render(scale=scale).to_numpy()
    found = [each for each in _engine()(picture) if each[2] >= _LEAST_SURE and each[1].strip()]
    if not found:
        return [], 0.0
    heights = [_height(corners) for corners, _, _ in found]
    usual = median(heights)
    lines = [
        _line(each, number, scale, height, usual if tall < _LARGER * usual else tall)
        for each, tall in zip(found, heights, strict=True)
    ]
    letters = sum(len(text) for _, text, _ in found)
    return lines, sum(sure * len(text) for _, text, sure in found) / letters


def _height(corners: Sequence[Sequence[float]]) -> float:
    return max(y for _, y in corners) - min(y for _, y in corners)


def _line(found: Found, number: int, scale: float, page_height: float, tall: float) -> PdfLine:
    corners, text, _ = found
    x0, x1 = min(x for x, _ in corners) / scale, max(x for x, _ in corners) / scale
    low = page_height - max(y for _, y in corners) / scale
    size = round(_TYPE * tall / scale, 1)
    return PdfLine(text.strip(), number, x0, x1, low + 0.2 * size, size, bold=False, text_x0=x0)


@cache
def _engine() -> Any:
    """Return a function of a picture, shape (rows, columns, 3), to a list of Found."""
    from rapidocr_onnxruntime import RapidOCR

    engine = RapidOCR(intra_op_num_threads=1, inter_op_num_threads=1)
    return lambda picture: [
        (corners, text, float(sure)) for corners, text, sure in engine(picture)[0] or ()
    ]
