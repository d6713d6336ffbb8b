"""Take the words of a PDF page as they are set: text, place, size, weight. Knows no lines.

The raw interface of pdfium is called here and nowhere else: its text page gives every character,
and tells by text object which of them were set together.
"""

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# Symbol and Wingdings bullets come as private-use characters, ligatures as one
_CHARACTERS = dict.fromkeys((0xF0B7, 0xF0A7, 0xF0A8, 0xF0D8, 0xF076, 0xF0FC, 0xF02D), "•") | {
    0x02: "-",  # pdfium's sign for a hyphen at the end of a line
    0xFB00: "ff",
    0xFB01: "fi",
    0xFB02: "fl",
    0xFB03: "ffi",
    0xFB04: "ffl",
    0xFB05: "st",
    0xFB06: "st",
}
_NO_CHARACTER = "\x00\ufffe\uffff"
_BOLD_NAME = re.compile(r"bold|black|heavy|demi", re.IGNORECASE)
_FORCE_BOLD = 1 << 18  # font descriptor flag, ISO 32000-1 table 123


@dataclass(frozen=True)
class Style:
    """What all characters of a text object share; `turn` counts quarter turns, -1 is any other."""

    size: float
    bold: bool
    turn: int


@dataclass(frozen=True)
class Word:
    """Characters of one text object without a space between them."""

    text: str
    x0: float
    x1: float
    y: float
    style: Style
    space_before: bool


def page_words(page: Any) -> list[Word]:
    """Return the words of a pypdfium2 page in the order in which the file draws them."""
    textpage = page.get_textpage()
    try:
        return [_word(textpage, *found) for found in _spans(textpage)]
    finally:
        textpage.close()


def _spans(textpage: Any) -> Iterator[tuple[int, int, str, bool]]:
    """Yield first and last index and text of each word, and whether a space stands before it.

    Characters that pdfium adds where it sees a gap or a line's end are spaces, too.
    """
    import pypdfium2.raw as raw

    unicode_at, object_at = raw.FPDFText_GetUnicode, raw.FPDFText_GetTextObject
    handle = textpage.raw
    text, start, last, owner, space = "", 0, 0, 0, False
    for i in range(textpage.count_chars()):
        char = _CHARACTERS.get(code := unicode_at(handle, i)) or chr(code)
        if char in _NO_CHARACTER:
            continue
        found = None if char.isspace() else object_at(handle, i)
        address = ctypes.addressof(found.contents) if found else 0
        if text and (char.isspace() or address != owner):
            yield start, last, text, space
            text, space = "", False
        if char.isspace():
            space = True
            continue
        if not text:
            start, owner = i, address
        text += char
        last = i
    if text:
        yield start, last, text, space


def _word(textpage: Any, start: int, last: int, text: str, space: bool) -> Word:
    """Return the word with its place and style."""
    import pypdfium2.raw as raw

    box, end = raw.FS_RECTF(), raw.FS_RECTF()
    x, y = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetLooseCharBox(textpage, start, box)
    raw.FPDFText_GetLooseCharBox(textpage, last, end)
    raw.FPDFText_GetCharOrigin(textpage, start, x, y)
    style = _style(textpage, start)
    if style.turn % 2 == 0:
        ends, across = (box.left, box.right, end.left, end.right), y.value
    else:
        ends, across = (box.bottom, box.top, end.bottom, end.top), x.value
    x0, x1, baseline = _turned(min(ends), max(ends), across, style.turn)
    return Word(text, x0, x1, baseline, style, space)


def _turned(low: float, high: float, across: float, turn: int) -> tuple[float, float, float]:
    """Return x0, x1 and baseline after turning the page so that this text runs left to right."""
    if turn == 1:
        return low, high, -across
    if turn == 2:
        return -high, -low, -across
    if turn == 3:
        return -high, -low, across
    return low, high, across


def _style(textpage: Any, index: int) -> Style:
    """Return size, weight and turn of the type at a character."""
    import pypdfium2.raw as raw

    matrix = raw.FS_MATRIX()
    raw.FPDFText_GetMatrix(textpage, index, matrix)
    scale = (matrix.c**2 + matrix.d**2) ** 0.5 or 1.0
    size = raw.FPDFText_GetFontSize(textpage, index) * scale
    along, up = abs(matrix.a), abs(matrix.b)
    if min(along, up) > 0.1 * max(along, up):
        turn = -1
    else:
        turn = (0 if matrix.a >= 0 else 2) if along >= up else (1 if matrix.b > 0 else 3)
    return Style(size, _is_bold(textpage, index), turn)


def _is_bold(textpage: Any, index: int) -> bool:
    """Tell whether the character is set bold, by the font's weight, flags or name."""
    import pypdfium2.raw as raw

    found = raw.FPDFText_GetTextObject(textpage, index)
    font = raw.FPDFTextObj_GetFont(found) if found else None
    if not font:
        return False
    if raw.FPDFFont_GetWeight(font) >= 600 or raw.FPDFFont_GetFlags(font) & _FORCE_BOLD:
        return True
    name = ctypes.create_string_buffer(128)
    raw.FPDFFont_GetBaseFontName(font, name, 128)
    return bool(_BOLD_NAME.search(name.value.decode("utf-8", "replace")))
