"""Take the words of type from one PDF page: text, place, size and weight.

pdfium's raw interface gives every character, and tells which were set together. Coordinates are PDF
points with y growing upwards, turned so that the word runs left to right.
"""

import ctypes
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
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
FROM_RIGHT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
TOUCHING = 0.03  # ems between two words that touch each other
_BOLD_NAME = re.compile(r"bold|black|heavy|demi", re.IGNORECASE)
_FORCE_BOLD = 1 << 18  # font descriptor flag, ISO 32000-1 table 123


@dataclass(frozen=True)
class Style:
    """What all characters of a text object share; `turn` counts quarter turns, -1 is any other."""

    size: float
    bold: bool
    turn: int


@dataclass(frozen=True)
class PdfWord:
    """Characters of one text object without a space between them."""

    text: str
    x0: float
    x1: float
    y: float
    style: Style
    space_before: bool
    box: tuple[float, float, float, float]  # left, bottom, right, top on the page, not turned
    owner: int  # address of its text object; 0 for none


def page_words(page: Any) -> list[PdfWord]:
    """Return the words of a pypdfium2 page in the order in which the file draws them."""
    textpage = page.get_textpage()
    words: list[PdfWord] = []
    owner = 0
    style: Style | None = None
    try:
        for span in _spans(textpage):
            if style is None or not span.owner or span.owner != owner:
                owner, style = span.owner, _style(textpage, span.start)
            word = _word(textpage, span, style)
            if _is_stretched(word):
                words += _parted(textpage, span, word)
                continue
            if word.space_before and words and _is_added(textpage, span.start - 1, words[-1], word):
                word = replace(word, space_before=False)
            words.append(word)
    finally:
        textpage.close()
    return words


@dataclass(frozen=True)
class _Span:
    """First and last index of a word's characters; `space` stands before it."""

    start: int
    last: int
    text: str
    space: bool
    owner: int  # address of its text object


def _spans(textpage: Any) -> Iterator[_Span]:
    """Yield the words; characters that pdfium adds for a gap or a line's end are spaces, too."""
    import pypdfium2.raw as raw

    unicode_at, object_at = raw.FPDFText_GetUnicode, raw.FPDFText_GetTextObject
    handle = textpage.raw
    text, start, last, owner, space = "", 0, 0, 0, False
    count = textpage.count_chars()
    composed = _composed(textpage) if _ACCENT.search(textpage.get_text_range()) else {}
    for i in range(count):
        code = unicode_at(handle, i)
        char = composed.get(i) or _CHARACTERS.get(code) or chr(code)
        if code in (0, _FF) and text[-1:].isalpha():
            char = _ligature(code, chr(unicode_at(handle, i + 1)) if i + 1 < count else "")
        if char in _NO_CHARACTER:
            continue
        found = None if char.isspace() else object_at(handle, i)
        address = ctypes.addressof(found.contents) if found else 0
        if text and (char.isspace() or address != owner):
            yield _Span(start, last, text, space, owner)
            text, space = "", False
        if char.isspace():
            space = True
            continue
        if not text:
            start, owner = i, address
        if char == _LAM and text[-1:] in _ALEFS and _is_ligature(textpage, last, i):
            text = text[:-1] + char + text[-1]
        else:
            text += char
        last = i
    if text:
        yield _Span(start, last, text, space, owner)


# Accents that TeX sets as signs of their own over a letter, or under it, and their combining marks.
_ACCENTS = dict(
    zip(
        "`´ˆ^˜~¨¯˘˙˚ˇ¸˛˝",
        "\u0300\u0301\u0302\u0302\u0303\u0303\u0308\u0304\u0306\u0307\u030a\u030c"
        "\u0327\u0328\u030b",
        strict=True,
    )
)
_ACCENT = re.compile(f"[{re.escape(''.join(_ACCENTS))}]")
_DOTLESS = {"ı": "i", "ȷ": "j"}
_REACH = 60  # characters between an accent and its letter, which may be drawn before or after it


def _composed(textpage: Any) -> dict[int, str]:
    """Return by index the letters that have an accent drawn over them; the accent itself goes.

    Gaps that pdfium puts between the two go, too: the places of the words tell what is a space.
    """
    import pypdfium2.raw as raw

    chars = [chr(raw.FPDFText_GetUnicode(textpage.raw, i)) for i in range(textpage.count_chars())]
    found: dict[int, str] = {}
    for i, accent in enumerate(chars):
        if accent not in _ACCENTS:
            continue
        for j in sorted(
            range(max(0, i - _REACH), min(len(chars), i + _REACH)), key=lambda j: abs(j - i)
        ):
            base = _DOTLESS.get(chars[j], chars[j])
            whole = unicodedata.normalize("NFC", base + _ACCENTS[accent])
            if j not in found and base.isalpha() and len(whole) == 1 and _is_over(textpage, i, j):
                found[j], found[i] = whole, _NO_CHARACTER[0]
                near = (k for k in (i - 1, i + 1) if 0 <= k < len(chars) and chars[k].isspace())
                found |= {
                    k: _NO_CHARACTER[0] for k in near if raw.FPDFText_IsGenerated(textpage, k) > 0
                }
                break
    return found


def _is_over(textpage: Any, accent: int, letter: int) -> bool:
    """Tell whether the middle of an accent stands within the room of a letter of its line."""
    left, bottom, right, top = textpage.get_charbox(letter, loose=True)
    start, _, end, _ = textpage.get_charbox(accent, loose=True)
    lift = _origin(textpage, accent)[1] - _origin(textpage, letter)[1]
    return bool(left < (start + end) / 2 < right and abs(lift) < _LIFT * (top - bottom))


_LIFT = 0.4  # of a letter's height: accents over capitals stand so much higher
_FF = 0x21B5  # pdfium's reading of TeX's "ff"; "ffi" and "ffl" it does not read at all


def _ligature(code: int, after: str) -> str:
    """Return the letters of a sign inside a word whose name pdfium does not know.

    Words go on with a vowel behind "ffl" ("muffler", "affluent"), and else it is "ffi".
    """
    if code == _FF:
        return "ff"
    if not ("a" <= after <= "z"):
        return chr(code)
    return "ffl" if after in "aeiouy" else "ffi"


def _is_stretched(word: PdfWord) -> bool:
    """Tell whether a figure takes more room than its digits: cells of a table drawn as one."""
    room = (word.x1 - word.x0) / (word.style.size or 1.0)
    return (
        len(word.text) > 1
        and bool(_FIGURES.fullmatch(word.text))
        and room > _DIGIT * len(word.text)
    )


def _parted(textpage: Any, span: _Span, word: PdfWord) -> Iterator[PdfWord]:
    """Yield the figures that a word holds, which stand apart from each other."""
    places = [i for i in range(span.start, span.last + 1) if _is_drawn(textpage, i)]
    if len(places) != len(span.text):
        yield word
        return
    signs = [
        _word(textpage, _Span(i, i, char, False, span.owner), word.style)
        for i, char in zip(places, span.text, strict=True)
    ]
    part = replace(signs[0], space_before=word.space_before)
    for sign in signs[1:]:
        if sign.x0 - part.x1 > _CELL_ROOM * word.style.size:
            yield part
            part = replace(sign, space_before=True)
        else:
            part = replace(part, text=part.text + sign.text, x1=sign.x1)
    yield part


def _is_drawn(textpage: Any, index: int) -> bool:
    import pypdfium2.raw as raw

    return chr(raw.FPDFText_GetUnicode(textpage.raw, index)) not in _NO_CHARACTER


_FIGURES = re.compile(r"[\d.,%()+–−-]+")
_DIGIT = 0.75  # ems that a digit takes at most; most take half
_LAM, _ALEFS = "\u0644", tuple("\u0622\u0623\u0625\u0627")
_CELL_ROOM = 0.6  # ems between two figures that are none of one number


def _is_ligature(textpage: Any, first: int, second: int) -> bool:
    """Tell whether one sign stands for both letters: turned to read from the right, they swap."""
    return _origin(textpage, first) == _origin(textpage, second)


def _origin(textpage: Any, index: int) -> tuple[float, float]:
    import pypdfium2.raw as raw

    x, y = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetCharOrigin(textpage, index, x, y)
    return x.value, y.value


def _is_added(textpage: Any, index: int, before: PdfWord, word: PdfWord) -> bool:
    """Tell whether pdfium has put a space between two words that touch each other."""
    import pypdfium2.raw as raw

    touching = abs(gap_between(before, word)) < TOUCHING * word.style.size
    from_right = bool(FROM_RIGHT.match(word.text))
    if not touching or from_right != bool(FROM_RIGHT.match(before.text)):
        return False
    level = abs(word.y - before.y) < 0.1 * word.style.size
    return level and index >= 0 and bool(raw.FPDFText_IsGenerated(textpage, index))


def _word(textpage: Any, span: _Span, style: Style) -> PdfWord:
    import pypdfium2.raw as raw

    box, end = raw.FS_RECTF(), raw.FS_RECTF()
    raw.FPDFText_GetLooseCharBox(textpage, span.start, box)
    raw.FPDFText_GetLooseCharBox(textpage, span.last, end)
    x, y = _origin(textpage, span.start)
    if style.turn % 2 == 0:
        ends, across = (box.left, box.right, end.left, end.right), y
    else:
        ends, across = (box.bottom, box.top, end.bottom, end.top), x
    x0, x1, baseline = _turned(min(ends), max(ends), across, style.turn)
    around = (
        min(box.left, end.left), min(box.bottom, end.bottom),
        max(box.right, end.right), max(box.top, end.top),
    )  # fmt: skip
    return PdfWord(span.text, x0, x1, baseline, style, span.space, around, span.owner)


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


def main_turn(words: Sequence[PdfWord]) -> int:
    """Return the direction in which most of a page's words run, in quarter turns."""
    turns = Counter[int]()
    for word in words:
        turns[word.style.turn] += len(word.text) * (word.style.turn >= 0)
    return turns.most_common(1)[0][0] if turns else 0


def gap_between(before: PdfWord, word: PdfWord) -> float:
    """Return the room between two words of one line, in points; from the right in such scripts."""
    room = word.x0 - before.x1
    if room < -0.5 * word.style.size and (
        FROM_RIGHT.match(before.text) or FROM_RIGHT.match(word.text)
    ):
        return before.x0 - word.x1
    return room
