"""Take the lines of type from one PDF page: text, place, size and weight.

Coordinates are PDF points with y growing upwards, turned so that the page's main text runs left to
right. A line ends where the baseline changes or a gap is too wide for a word space, so the cells
of a table row and the lines of two columns are lines of their own. pdfium's raw interface is called
here and nowhere else: it gives every character, and tells which were set together.
"""

import ctypes
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median
from typing import Any

from index.left_out import OmissionReason
from ingest.readers.raised import power

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
LeftOutText = list[tuple[OmissionReason, str]]  # grows as text is left out
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
    for i in range(count):
        char = _CHARACTERS.get(code := unicode_at(handle, i)) or chr(code)
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
_CELL_ROOM = 0.6  # ems between two figures that are none of one number
_LAM, _ALEFS = "\u0644", tuple("\u0622\u0623\u0625\u0627")


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

    touching = abs(_gap(before, word)) < _TOUCHING * word.style.size
    from_right = bool(_FROM_RIGHT.match(word.text))
    if not touching or from_right != bool(_FROM_RIGHT.match(before.text)):
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


CELL_GAP = 1.4  # a gap of so many ems starts another line: wider than any space of justified text
LABEL_GAP = 5.0  # ... but a bullet or a number may stand this far before its text
BULLETS = "•●○◦▪■□‣⁃∙·►➢➤❖✓✔"
_LABEL = re.compile(rf"(?:[{BULLETS}–—‐-]|o|\(?(?:\d{{1,2}}|[a-zA-Z]|[ivx]{{1,4}})[.)])$")
_DASHES = "–—‐-"
_NOTE_MARK = re.compile(r"[\d,;–*†‡§¶#-]+$|[a-z]$")
_SLASHES = "/⁄∕"
_DENOMINATOR = re.compile(rf"[{_SLASHES}](?:\d|$)")
_FROM_RIGHT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_TOUCHING = 0.03  # ems between two words that touch each other
_SPACED_OUT = 6  # letters set apart, at least


@dataclass(frozen=True)
class PdfLine:
    """A stretch of type on one baseline."""

    text: str  # without raised note marks
    page: int  # from 1
    x0: float
    x1: float
    y: float  # baseline
    size: float  # in points, of most of its characters
    bold: bool  # all of it
    mark: str = ""  # the raised note mark it begins with
    label: str = ""  # the bullet or list number it begins with; not part of `text`
    text_x0: float = 0.0  # where the text after the label starts
    words: tuple[PdfWord, ...] = field(default=(), compare=False, repr=False)  # of the text

    @property
    def whole(self) -> str:
        """The text with the label before it."""
        return f"{self.label} {self.text}" if self.label else self.text

    def width_of(self, text: str) -> float:
        """Estimate how wide `text` would be set like this line, in points."""
        return (self.x1 - self.text_x0) / max(1, len(self.text)) * len(text)


def page_lines(words: list[PdfWord], number: int, left_out: LeftOutText) -> list[PdfLine]:
    """Return the lines that a page's words make, in the order in which the file draws them.

    What is in none of them, turned words and note marks, is added to `left_out`.
    """
    words = _upright(words, left_out)
    return [line for group in _groups(words) if (line := _line(group, number, left_out))]


def main_turn(words: Sequence[PdfWord]) -> int:
    """Return the direction in which most of a page's words run, in quarter turns."""
    turns = Counter[int]()
    for word in words:
        turns[word.style.turn] += len(word.text) * (word.style.turn >= 0)
    return turns.most_common(1)[0][0] if turns else 0


def _upright(words: list[PdfWord], left_out: LeftOutText) -> list[PdfWord]:
    """Keep the words that run in the page's main direction: axis labels and stamps go."""
    main = main_turn(words)
    turned = " ".join(word.text for word in words if word.style.turn != main)
    if turned:
        left_out.append((OmissionReason.TURNED, turned))
    return [word for word in words if word.style.turn == main]


def _groups(words: list[PdfWord]) -> Iterator[list[PdfWord]]:
    group: list[PdfWord] = []
    for word in words:
        if group and not _continues(group, word):
            yield group
            group = []
        group.append(word)
    if group:
        yield group


def _continues(group: list[PdfWord], word: PdfWord) -> bool:
    """Tell whether the word stands on the group's line, at a word's distance."""
    last = group[-1]
    size = max(last.style.size, word.style.size) or 1.0
    gap = _gap(last, word)
    if abs(word.y - last.y) > 0.6 * size and abs(word.y - group[0].y) > 0.1 * size:
        high = word.style.size < 0.85 * size and 0 < word.y - last.y < 1.2 * size
        return high and word.text.isdigit() and abs(gap) < 0.1 * size
    if gap >= CELL_GAP * size and len(group) <= 3:
        label = "".join(each.text for each in group)
        return gap < LABEL_GAP * size and bool(_LABEL.match(label))
    return -0.8 * size < gap < CELL_GAP * size


def _gap(before: PdfWord, word: PdfWord) -> float:
    """Return the room between two words of one line, in points; from the right in such scripts."""
    gap = word.x0 - before.x1
    if gap < -0.5 * word.style.size and (
        _FROM_RIGHT.match(before.text) or _FROM_RIGHT.match(word.text)
    ):
        return before.x0 - word.x1
    return gap


def _line(group: list[PdfWord], page: int, left_out: LeftOutText) -> PdfLine | None:
    """Set a group of words as a line: raised note marks out, label split off."""
    size, base = _type(group)
    mark, kept, dropped = _without_marks(group, size, base)
    left_out += [(OmissionReason.NOTE_MARK, word.text) for word in dropped]
    if not kept:
        return None
    bold = all(word.style.bold for word in kept if any(map(str.isalnum, word.text)))
    label = _label(kept, size)
    rest = kept[label:]
    sign = "".join(word.text for word in kept[:label])
    text = rest[0].text
    for spaced, word in zip(_spaces(rest), rest[1:], strict=True):
        text += " " * spaced + word.text
    x0, x1 = kept[0].x0, kept[-1].x1
    if x1 < x0:  # read from the right
        x0, x1 = min(word.x0 for word in kept), max(word.x1 for word in kept)
        return PdfLine(text, page, x0, x1, base, size, bold, mark, sign, x0)
    return PdfLine(text, page, x0, x1, base, size, bold, mark, sign, rest[0].x0, tuple(rest))


def part_of(line: PdfLine, words: Sequence[PdfWord]) -> PdfLine:
    """Return the piece of a line that some of its words make."""
    text = words[0].text
    for before, word in pairwise(words):
        text += " " * _is_spaced(before, word) + word.text
    return replace(
        line, text=text, x0=words[0].x0, x1=words[-1].x1, text_x0=words[0].x0, words=tuple(words)
    )


def _is_spaced(before: PdfWord, word: PdfWord) -> bool:
    """Tell whether a space stands between the words; pdfium misses narrow ones."""
    if word.space_before:
        return True
    gap = _gap(before, word) / (before.style.size or 1.0)
    end, start = before.text[-1], word.text[0]
    seam = (end.islower() and start.isupper()) or end.isdigit() != start.isdigit()
    if end.isalnum() and start.isalnum():
        return gap > (0.12 if seam else 0.18)
    return end in ",;:" and start.isalnum() and gap > 0.18


def _spaces(words: list[PdfWord]) -> list[bool]:
    """Tell for each word after the first whether a space stands before it.

    Of letters that are set apart one by one, only the wider gaps are spaces.
    """
    pairs = list(pairwise(words))
    lone = sum(len(word.text) == 1 and word.text.upper() != word.text.lower() for word in words)
    if lone < _SPACED_OUT or lone < 0.7 * len(words):
        return [_is_spaced(before, word) for before, word in pairs]
    size = words[0].style.size or 1.0
    gaps = [word.x0 - before.x1 for before, word in pairs]
    steps = [word.x0 - before.x0 for before, word in pairs]
    even = max((gaps, steps), key=lambda each: _evenness(each, size))
    usual = median(even)
    found = [each > usual + 0.25 * size for each in even]
    if not any(found) and not all(word.text.isupper() for word in words):
        return [_is_spaced(before, word) for before, word in pairs]
    return found


def _evenness(distances: list[float], size: float) -> int:
    usual = median(distances)
    return sum(abs(each - usual) < 0.06 * size for each in distances)


def _type(group: list[PdfWord]) -> tuple[float, float]:
    """Return the size of most characters, in points, and their baseline."""
    sizes = Counter[float]()
    for word in group:
        sizes[round(word.style.size, 1)] += len(word.text)
    size = max(sizes, key=lambda each: (sizes[each], each))
    bases = Counter[float]()
    for word in group:
        if word.style.size > 0.85 * size:
            bases[round(word.y, 1)] += len(word.text)
    return size, bases.most_common(1)[0][0]


def _without_marks(
    group: list[PdfWord], size: float, base: float
) -> tuple[str, list[PdfWord], list[PdfWord]]:
    """Return the mark that the line begins with, the words without raised marks, and those."""
    dropped: list[PdfWord] = []
    kept: list[PdfWord] = []
    first = ""
    raised: list[PdfWord] = []
    for word in [*group, None]:
        if word and _is_raised(word, size, base):
            raised.append(word)
            continue
        text = "".join(each.text for each in raised)
        if raised and not kept and word and _NOTE_MARK.match(text) and word.text[0] not in _SLASHES:
            first = text
        elif raised and (figure := _figure(raised, text, kept, word)):
            kept = figure
            if word and word.x0 - raised[-1].x1 < 0.15 * size:  # of another size: no space
                word = replace(word, space_before=False)
        elif raised and not _NOTE_MARK.match(text):
            kept.extend(_attached(raised, kept, size))
        else:
            dropped += raised
            if raised and word and raised[0].space_before:
                word = replace(word, space_before=True)
        raised = []
        if word:
            kept.append(word)
    return first, kept, dropped


def _is_raised(word: PdfWord, size: float, base: float) -> bool:
    """Tell whether a word is set above the line: smaller, or a figure of any size well above."""
    lift = word.y - base
    if word.style.size < 0.85 * size:
        return lift > 0.12 * size
    return lift > 0.25 * size and word.text.strip(",–-*†‡").isdigit()


def _figure(
    raised: list[PdfWord], text: str, kept: list[PdfWord], after: PdfWord | None
) -> list[PdfWord]:
    """Return `kept` with raised digits that are part of a figure; [] if they are a note mark.

    They are part of it above the slash of a fraction, "3 1/2", or as an exponent, "km²" and "10⁶".
    """
    if after and text.isdigit() and _DENOMINATOR.match(after.text):
        whole = bool(kept) and kept[-1].text[-1].isdigit()
        return [*kept, replace(raised[0], text=text, space_before=whole or raised[0].space_before)]
    if not kept:
        return []
    near = raised[0].x0 - kept[-1].x1 < _TOUCHING * raised[0].style.size
    if raised[0].space_before and not near:
        return []
    before = kept[-3:]
    line = before[0].text
    for last, word in pairwise(before):
        line += " " * _is_spaced(last, word) + word.text
    exponent = power(line, text)
    if exponent is None:
        return []
    last = replace(kept[-1], text=kept[-1].text + exponent, x1=raised[-1].x1)
    return [*kept[:-1], last]


def _attached(raised: list[PdfWord], kept: list[PdfWord], size: float) -> list[PdfWord]:
    """Return raised characters that belong to the word before without a space: "119th"."""
    if kept and raised[0].x0 - kept[-1].x1 < 0.15 * size:
        return [replace(raised[0], space_before=False), *raised[1:]]
    return raised


def _label(words: list[PdfWord], size: float) -> int:
    """Return how many words at the front are a bullet or list number; 0 for none."""
    for end in range(1, min(4, len(words))):
        gap = words[end].x0 - words[end - 1].x1
        sign = "".join(word.text for word in words[:end])
        if words[end].space_before or gap > 0.4 * size:
            if sign in _DASHES and words[end].text[0].isdigit():
                return 0  # a minus sign
            wide = gap > 0.45 * size or sign in BULLETS
            return end if wide and _LABEL.match(sign) else 0
    return 0
