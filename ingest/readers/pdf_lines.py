"""Take the lines of type from one PDF page: text, place, size and weight. Knows no reading order.

Coordinates are PDF points with y growing upwards, turned so that the page's main text runs left to
right. A line ends where the baseline changes or a gap is too wide for a word space, so the cells
of a table row and the lines of two columns are lines of their own.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from ingest.readers.pdf_type import Word, page_words

CELL_GAP = 1.4  # a gap of so many ems starts another line: wider than any space of justified text
LABEL_GAP = 5.0  # ... but a bullet or a number may stand this far before its text
BULLETS = "•●○◦▪■□‣⁃∙·►➢➤❖✓✔"
_LABEL = re.compile(rf"(?:[{BULLETS}–—‐-]|o|\(?(?:\d{{1,2}}|[a-zA-Z]|[ivx]{{1,4}})[.)])$")
_ORDINAL = ("st", "nd", "rd", "th")
_NOTE_MARK = re.compile(r"[\d,;–*†‡§¶#-]+$|[a-z]$")
_UNIT = re.compile(r"(?:\b(?:k|c|m)?m|\bft|\bin|\bmi|\b10|CO|[×x]\s?10)$")


@dataclass(frozen=True)
class Line:
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

    def width_of(self, text: str) -> float:
        """Estimate how wide `text` would be set like this line, in points."""
        return (self.x1 - self.text_x0) / max(1, len(self.text)) * len(text)


def page_lines(page: Any, number: int) -> list[Line]:
    """Return the lines of a pypdfium2 page in the order in which the file draws them."""
    words = _upright(page_words(page))
    return [line for group in _groups(words) if (line := _line(group, number))]


def _upright(words: list[Word]) -> list[Word]:
    """Keep the words that run in the page's main direction: axis labels and stamps go."""
    turns = Counter[int]()
    for word in words:
        turns[word.style.turn] += len(word.text) * (word.style.turn >= 0)
    main = turns.most_common(1)[0][0] if turns else 0
    return [word for word in words if word.style.turn == main]


def _groups(words: list[Word]) -> Iterator[list[Word]]:
    """Cut the words where a line ends."""
    group: list[Word] = []
    for word in words:
        if group and not _continues(group, word):
            yield group
            group = []
        group.append(word)
    if group:
        yield group


def _continues(group: list[Word], word: Word) -> bool:
    """Tell whether the word stands on the group's line, at a word's distance."""
    last = group[-1]
    size = max(last.style.size, word.style.size) or 1.0
    if abs(word.y - last.y) > 0.6 * size and abs(word.y - group[0].y) > 0.1 * size:
        return False
    gap = word.x0 - last.x1
    if gap >= CELL_GAP * size and len(group) <= 3:
        label = "".join(each.text for each in group)
        return gap < LABEL_GAP * size and bool(_LABEL.match(label))
    return -0.8 * size < gap < CELL_GAP * size


def _line(group: list[Word], page: int) -> Line | None:
    """Set a group of words as a line: raised note marks out, label split off."""
    size, base = _type(group)
    mark, kept = _without_marks(group, size, base)
    if not kept:
        return None
    bold = all(word.style.bold for word in kept if any(map(str.isalnum, word.text)))
    label = _label(kept, size)
    rest = kept[label:]
    sign = "".join(word.text for word in kept[:label])
    text = rest[0].text
    for before, word in pairwise(rest):
        text += " " * _is_spaced(before, word) + word.text
    return Line(text, page, kept[0].x0, kept[-1].x1, base, size, bold, mark, sign, rest[0].x0)


def _is_spaced(before: Word, word: Word) -> bool:
    """Tell whether a space stands between the words; pdfium misses narrow ones."""
    if word.space_before:
        return True
    gap = (word.x0 - before.x1) / (before.style.size or 1.0)
    end, start = before.text[-1], word.text[0]
    seam = end.islower() and start.isupper()
    return (gap > 0.12 and seam) or (gap > 0.25 and end.isalnum() and start.isalnum())


def _type(group: list[Word]) -> tuple[float, float]:
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


def _without_marks(group: list[Word], size: float, base: float) -> tuple[str, list[Word]]:
    """Return the mark that the line begins with, and the words without any raised marks."""
    kept: list[Word] = []
    first = ""
    raised: list[Word] = []
    for word in [*group, None]:
        if word and word.style.size < 0.85 * size and word.y > base + 0.12 * size:
            raised.append(word)
            continue
        text = "".join(each.text for each in raised)
        if raised and not kept and word and _NOTE_MARK.match(text):
            first = text
        elif raised and not _is_note_mark(text, "".join(each.text for each in kept[-4:])):
            kept.extend(_attached(raised, kept, size))
        elif raised and word and raised[0].space_before:
            word = replace(word, space_before=True)
        raised = []
        if word:
            kept.append(word)
    return first, kept


def _attached(raised: list[Word], kept: list[Word], size: float) -> list[Word]:
    """Return raised characters that belong to the word before without a space: "119th"."""
    if kept and raised[0].x0 - kept[-1].x1 < 0.15 * size:
        return [replace(raised[0], space_before=False), *raised[1:]]
    return raised


def _is_note_mark(raised: str, before: str) -> bool:
    """Tell a note mark from an exponent ("km2") and an ordinal ("119th")."""
    return bool(_NOTE_MARK.match(raised)) and not _UNIT.search(before)


def _label(words: list[Word], size: float) -> int:
    """Return how many words at the front are a bullet or list number; 0 for none."""
    for end in range(1, min(4, len(words))):
        gap = words[end].x0 - words[end - 1].x1
        sign = "".join(word.text for word in words[:end])
        if words[end].space_before or gap > 0.4 * size:
            wide = gap > 0.45 * size or sign in BULLETS
            return end if wide and _LABEL.match(sign) else 0
    return 0
