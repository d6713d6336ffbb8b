"""Compare texts word by word: quotations with passages, and old texts with new ones.

Quotations are compared by their words alone: white space, punctuation, case, footnote marks and the
shapes of quotation marks and dashes make no difference; the sign and decimals of a number, and
signs such as % and $, do. Offsets are into the texts as given. No I/O.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import Match, SequenceMatcher
from enum import StrEnum
from functools import lru_cache

from bot.answering.readable import bare
from bot.checking.quoted import SAME

_WORD = re.compile(r"(?:(?<![\w)\]])-(?=\d))?\w+(?:[.,:/]\d+)*|[%$€£<>=+]")
_TOKEN = re.compile(r" ?(?:\w+(?:[.,'’-]\w+)*|[^\w\s])")


# Differences between two texts


class Op(StrEnum):
    """What became of a stretch of words."""

    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True)
class Stretch:
    """Words that were kept, removed or added."""

    op: Op
    text: str


_MARKS: Mapping[str, str] = {Op.KEPT: "{}", Op.REMOVED: "[-{}-]", Op.ADDED: "{{+{}+}}"}


def word_diff(before: str, after: str) -> list[Stretch]:
    """Return the stretches that lead from one text to the other; [] where no word changed.

    White space is one space, and belongs to the stretch that follows it. The stretches kept and
    added make up the new text.
    """
    old, new = (_TOKEN.findall(" ".join(text.split())) for text in (before, after))
    words = [[token.strip() for token in tokens] for tokens in (old, new)]
    return [] if words[0] == words[1] else list(_stretches(old, new, *words))


def _stretches(
    old: Sequence[str], new: Sequence[str], old_words: list[str], new_words: list[str]
) -> Iterator[Stretch]:
    matcher = SequenceMatcher(None, old_words, new_words, autojunk=False)
    for verb, start, end, begin, stop in matcher.get_opcodes():
        if verb == "equal":
            yield Stretch(Op.KEPT, "".join(new[begin:stop]))
            continue
        if start < end:
            yield Stretch(Op.REMOVED, "".join(old[start:end]))
        if begin < stop:
            yield Stretch(Op.ADDED, "".join(new[begin:stop]))


def marked_up(op: str, text: str) -> str:
    """Return a stretch as [-removed-], {+added+} or as it is; a leading space stays outside."""
    return " " * text.startswith(" ") + _MARKS[op].format(text.strip())


# Quotations


@dataclass(frozen=True, slots=True)
class WordSpan:
    """One word, case folded, and its offsets."""

    key: str
    start: int
    end: int


WordSpans = tuple[WordSpan, ...]


@dataclass(frozen=True)
class WordChange:
    """Words of an older text and the words in their place; "" where there were, or are, none."""

    old: str
    new: str

    def __str__(self) -> str:
        if not self.old:
            return f"added “{self.new}”"
        if not self.new:
            return f"left out “{self.old}”"
        return f"“{self.new}” for “{self.old}”"


@dataclass(frozen=True)
class Likeness:
    """How a quotation compares with the most similar stretch of a text."""

    share: float  # of the quotation's words that are there in the same order, in [0, 1]
    start: int
    end: int
    changes: tuple[WordChange, ...]


@dataclass(frozen=True)
class Became:
    """What replaced a quotation in a newer text; `new` is "" where nothing similar is left."""

    old: str
    new: str
    changes: tuple[WordChange, ...]

    def __str__(self) -> str:
        if not self.new:
            return "the words were removed"
        return f"now reads {', '.join(map(str, self.changes))}"


ALIKE = 0.5  # share of a quotation's words that make a paragraph its newer form


def words(text: str) -> WordSpans:
    found = _WORD.finditer(text.translate(SAME))
    return tuple(WordSpan(one.group().casefold(), *one.span()) for one in found)


@lru_cache(maxsize=512)
def words_of(text: str) -> WordSpans:
    """Return the words of a passage; the most recent ones are cached."""
    return words(text)


def run(text: str) -> str:
    """Return the words of a text as one line, with a space before, between and after them."""
    return f" {' '.join(word.key for word in words(bare(text)))} "


def stands(quote: str, text_run: str) -> bool:
    """Return whether a text, given as its `run`, has the words of a quotation in a row."""
    wanted = run(quote)
    return wanted != "  " and wanted in text_run


def likeness(quote: str, text: str) -> Likeness:
    """Return how a quotation compares with the most similar stretch of the text."""
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
    found = _changes(text, held[begin:until], quote, wanted)
    return Likeness(share, held[begin].start, held[until - 1].end, tuple(found))


def became(quote: str, text: str, text_run: str) -> Became | None:
    """Return what replaced a quotation in a newer text; None where it is still there."""
    if stands(quote, text_run):
        return None
    wanted = frozenset(word.key for word in words(quote))
    if not wanted:
        return None
    paragraph, keys = max(
        _paragraphs(text), key=lambda one: len(wanted & one[1]), default=("", frozenset())
    )
    found = likeness(quote, paragraph) if len(wanted & keys) >= ALIKE * len(wanted) else None
    if found is None or found.share < ALIKE:
        return Became(quote, "", ())
    # `likeness` leads from the text to the quotation; here the quotation is the older one.
    turned = tuple(WordChange(change.new, change.old) for change in found.changes)
    return Became(quote, paragraph[found.start : found.end], turned)


@lru_cache(maxsize=16)
def _paragraphs(text: str) -> tuple[tuple[str, frozenset[str]], ...]:
    parts = [part for part in text.split("\n\n") if part.strip()]
    return tuple((part, frozenset(word.key for word in words(part))) for part in parts)


def _changes(old: str, old_words: WordSpans, new: str, new_words: WordSpans) -> list[WordChange]:
    before, after = ([word.key for word in row] for row in (old_words, new_words))
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return [
        WordChange(_slice(old, old_words[a:b]), _slice(new, new_words[c:d]))
        for verb, a, b, c, d in matcher.get_opcodes()
        if verb != "equal"
    ]


def _near(blocks: list[Match], length: int) -> list[Match]:
    """Return the blocks around the longest that lie within a stretch of about the right length."""
    if not blocks:
        return []
    longest = max(blocks, key=lambda block: block.size)
    spare = length // 2 + 4
    return [
        block for block in blocks if abs((block.a - block.b) - (longest.a - longest.b)) <= spare
    ]


def _slice(text: str, row: Sequence[WordSpan]) -> str:
    return " ".join(text[row[0].start : row[-1].end].split()) if row else ""
