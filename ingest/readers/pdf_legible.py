"""Tell pages whose text can be read from pictures of text and from layers of wrong letters.

A text layer is wrong where the file does not say which letters its signs stand for: the page shows
words, and its characters are others. It is told by its letters alone, in any language.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_letters
from typing import Any

from ingest.readers.pdf_boxes import Shape
from ingest.readers.pdf_lines import PdfLine

MIN_CHARACTERS = 12  # a page of a picture with fewer, such as a stamp, has no text
_WEIGHT = 4  # letters of an alphabet that a sign of a script of words or syllables is worth
_PICTURE = 0.4  # of the page: a picture so large may be the page itself
_RULES = 4  # lines that an empty page may have: a frame, or rules under its heads
_MOST_WRONG = 0.35  # of the words of a page that can be read
_LEAST = 20  # words by which a page is judged
_LEAST_LETTERS = 200
_FEWEST_VOWELS = 0.22  # of the letters; letters moved along by a fixed step have about 0.15
_WORD = re.compile(r"\S+")
_LETTERS = re.compile(r"[^\W\d_]+")
_VOWEL = re.compile("[aeiouyæøœı]", re.IGNORECASE)
_STRANGE = frozenset(("Cn", "Co", "Cc", "So", "Sk", "Lm"))
_ALONE = frozenset(("LATIN", "CYRILLIC", "GREEK", "ARABIC", "HEBREW", "ARMENIAN", "GEORGIAN"))


@dataclass(frozen=True)
class PageText:
    """What one page has: its lines, whether it shows a picture, whether its text was wrong."""

    lines: Sequence[PdfLine]
    pictured: bool
    garbled: bool = False
    confidence: float | None = None  # of the OCR that read it
    layered: bool = False  # has words that only a picture over or under them shows
    shapes: Sequence[Shape] = ()  # rectangles and rules that it draws

    @property
    def is_blank(self) -> bool:
        """Tell whether the page shows something else than text: a scan, or drawn letters."""
        return self.pictured and is_short(self.lines)


def is_short(lines: Sequence[PdfLine]) -> bool:
    """Tell whether so little text is on a page that a picture on it may be what it says."""
    return _weight(lines) < MIN_CHARACTERS


def _weight(lines: Sequence[PdfLine]) -> int:
    return sum(_WEIGHT if char >= "\u1100" else 1 for line in lines for char in line.text)


def is_pictured(page: Any, lines: Sequence[PdfLine]) -> bool:
    """Tell whether a picture covers much of a pypdfium2 page, or all on it is drawn.

    A page with nothing on it is no picture of text.
    """
    import pypdfium2.raw as raw

    area = (page.get_width() * page.get_height()) or 1.0
    for found in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = found.get_bounds()
        if (right - left) * (top - bottom) > _PICTURE * area:
            return True
    kinds = [each.type for each in page.get_objects(max_depth=2)]
    drawn = kinds.count(raw.FPDF_PAGEOBJ_PATH)
    return not lines and (drawn > _RULES or drawn < len(kinds))


def is_gibberish(lines: Iterable[PdfLine]) -> bool:
    """Tell whether the characters of a page are not those that it shows."""
    words = [word for line in lines for word in _WORD.findall(line.text)]
    if _lacks_vowels("".join(words)):
        return True
    judged = [verdict for word in words if (verdict := _is_wrong(word)) is not None]
    return len(judged) >= _LEAST and sum(judged) > _MOST_WRONG * len(judged)


def _lacks_vowels(text: str) -> bool:
    """Tell whether Latin letters cannot be words: of those, two in five are vowels."""
    latin = sum(map(text.count, ascii_letters))
    vowels = sum(map(text.count, "aeiouyAEIOUY"))
    return latin >= _LEAST_LETTERS and vowels < _FEWEST_VOWELS * latin


@lru_cache(maxsize=20_000)
def _is_wrong(word: str) -> bool | None:
    """Tell whether a word cannot be one: two alphabets, strange signs, no vowel; None for neither.

    Figures, signs and words that are too short to tell do not count.
    """
    kinds = Counter(unicodedata.category(char) for char in word)
    if sum(kinds[kind] for kind in _STRANGE) * 3 > len(word):
        return True
    scripts = {_script(char) for char in word if char.isalpha()}
    if len(scripts) > 1 and (scripts & _ALONE or len(scripts) > 2):
        return True
    if scripts == {"LATIN"}:
        return _wrong_latin(word)
    return False if scripts else None


def _wrong_latin(word: str) -> bool | None:
    plain = unicodedata.normalize("NFD", word)
    runs = [run for run in _LETTERS.findall(plain) if len(run) > 3]
    if not runs or "." in word.strip(".") or "/" in word or "@" in word:  # an address
        return None
    inside = re.search(r"[a-z][A-Z]{2,}[a-z]|[^\W\d_][#$%&*+<=>\\^{|}~][^\W\d_]", plain)
    return bool(inside) or any(not _VOWEL.search(run) for run in runs if not run.isupper())


@lru_cache(maxsize=5_000)
def _script(char: str) -> str:
    name = unicodedata.name(char, "UNKNOWN").split(" ", 1)[0]
    return "CJK" if name in {"HIRAGANA", "KATAKANA", "HANGUL", "HALFWIDTH", "FULLWIDTH"} else name
