"""Compare texts by their words: whether one stands in the other, and which words are others.

White space, punctuation, case, footnote marks and the shapes of quotation marks and dashes make no
difference; the sign and the decimals of a number, and signs such as % and $, do. Offsets are into
the texts as given. Knows nothing of records or briefs.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import Match, SequenceMatcher
from functools import lru_cache

from bot.answering.readable import bare
from bot.checking.quoted import SAME

_WORD = re.compile(r"(?:(?<![\w)\]])-(?=\d))?\w+(?:[.,:/]\d+)*|[%$€£<>=+]")

Row = tuple["Word", ...]


@dataclass(frozen=True, slots=True)
class Word:
    """One word in small letters, and where it stands in its text."""

    key: str
    start: int
    end: int


@dataclass(frozen=True)
class Change:
    """Words of an older text and what stands for them; "" where there was nothing, or is."""

    old: str
    new: str

    def __str__(self) -> str:
        """Say it in words."""
        if not self.old:
            return f"added “{self.new}”"
        if not self.new:
            return f"left out “{self.old}”"
        return f"“{self.new}” for “{self.old}”"


@dataclass(frozen=True)
class Likeness:
    """How a quotation compares with the stretch of a text that is most like it."""

    share: float  # of the quotation's words that stand there in the same order, in [0, 1]
    start: int
    end: int
    changes: tuple[Change, ...]


def words(text: str) -> Row:
    """Return the words of a text, in order."""
    found = _WORD.finditer(text.translate(SAME))
    return tuple(Word(one.group().casefold(), *one.span()) for one in found)


def run(text: str) -> str:
    """Return the words of a text as one line, a space before, between and after them."""
    return f" {' '.join(word.key for word in words(bare(text)))} "


def stands(quote: str, text_run: str) -> bool:
    """Return whether the words of a quotation stand one after the other in a text's `run`."""
    wanted = run(quote)
    return wanted != "  " and wanted in text_run


@lru_cache(maxsize=512)
def words_of(text: str) -> Row:
    """Return the words of a passage; the last ones asked for are remembered."""
    return words(text)


def likeness(quote: str, text: str) -> Likeness:
    """Return how a quotation compares with the stretch of the text that is most like it."""
    wanted, held = words(quote), words_of(text)
    ours, theirs = [one.key for one in wanted], [one.key for one in held]
    matcher = SequenceMatcher(None, theirs, ours, autojunk=False)
    blocks = _near([block for block in matcher.get_matching_blocks() if block.size], len(ours))
    if not blocks:
        return Likeness(0.0, 0, 0, ())
    first, last = blocks[0], blocks[-1]
    begin = max(0, first.a - first.b)
    until = min(len(held), last.a + last.size + len(ours) - (last.b + last.size))
    share = sum(block.size for block in blocks) / len(ours)
    found = changes(text, held[begin:until], quote, wanted)
    return Likeness(share, held[begin].start, held[until - 1].end, tuple(found))


def changes(old: str, old_words: Row, new: str, new_words: Row) -> list[Change]:
    """Return where words of one text stand for words of another."""
    before, after = ([word.key for word in row] for row in (old_words, new_words))
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return [
        Change(_slice(old, old_words[a:b]), _slice(new, new_words[c:d]))
        for verb, a, b, c, d in matcher.get_opcodes()
        if verb != "equal"
    ]


def _near(blocks: list[Match], length: int) -> list[Match]:
    """Return the blocks round the longest that lie within a stretch of about the right length."""
    if not blocks:
        return []
    longest = max(blocks, key=lambda block: block.size)
    spare = length // 2 + 4
    return [
        block for block in blocks if abs((block.a - block.b) - (longest.a - longest.b)) <= spare
    ]


def _slice(text: str, row: Sequence[Word]) -> str:
    return " ".join(text[row[0].start : row[-1].end].split()) if row else ""
