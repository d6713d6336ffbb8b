"""Make lines of the words of one PDF page, as they stand on it.

A line ends where the baseline changes or a gap is too wide for a word space, so the cells of a
table row and the lines of two columns are lines of their own. Raised note marks and labels go.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median

from index.left_out import OmissionReason
from ingest.readers.pdf_words import TOUCHING, PdfWord, gap_between, main_turn
from ingest.readers.raised import power

LeftOutText = list[tuple[OmissionReason, str]]  # grows as text is left out
CELL_GAP = 1.4  # a gap of so many ems starts another line: wider than any space of justified text
LABEL_GAP = 5.0  # ... but a bullet or a number may stand this far before its text
BULLETS = "•●○◦▪■□‣⁃∙·►➢➤❖✓✔"
_LABEL = re.compile(rf"(?:[{BULLETS}–—‐-]|o|\(?(?:\d{{1,2}}|[a-zA-Z]|[ivx]{{1,4}})[.)])$")
_DASHES = "–—‐-"
_NOTE_MARK = re.compile(r"[\d,;–*†‡§¶#-]+$|[a-z]$")
_SLASHES = "/⁄∕"
_DENOMINATOR = re.compile(rf"[{_SLASHES}](?:\d|$)")
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
    gap = gap_between(last, word)
    if abs(word.y - last.y) > 0.6 * size and abs(word.y - group[0].y) > 0.1 * size:
        high = word.style.size < 0.85 * size and 0 < word.y - last.y < 1.2 * size
        return high and word.text.isdigit() and abs(gap) < 0.1 * size
    if gap >= CELL_GAP * size and len(group) <= 3:
        label = "".join(each.text for each in group)
        return gap < LABEL_GAP * size and bool(_LABEL.match(label))
    return -0.8 * size < gap < CELL_GAP * size


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
    gap = gap_between(before, word) / (before.style.size or 1.0)
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
    near = raised[0].x0 - kept[-1].x1 < TOUCHING * raised[0].style.size
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
