"""Compare texts by their words: whether one stands in the other, and which words are others.

White space, punctuation, case, footnote marks and the shapes of quotation marks and dashes make no
difference; the sign and the decimals of a number, and signs such as % and $, do. Offsets are into
the texts as given. Knows nothing of records or briefs.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import Match, SequenceMatcher
from enum import StrEnum
from functools import lru_cache

from bot.quoted import SAME
from bot.readable import bare

_WORD = re.compile(r"(?:(?<![\w)\]])-(?=\d))?\w+(?:[.,:/]\d+)*|[%$€£<>=+]")

WordSpans = tuple["WordSpan", ...]


@dataclass(frozen=True, slots=True)
class WordSpan:
    """One word in small letters, and where it stands in its text."""

    key: str
    start: int
    end: int


@dataclass(frozen=True)
class WordChange:
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
    changes: tuple[WordChange, ...]


def words(text: str) -> WordSpans:
    """Return the words of a text, in order."""
    found = _WORD.finditer(text.translate(SAME))
    return tuple(WordSpan(one.group().casefold(), *one.span()) for one in found)


def run(text: str) -> str:
    """Return the words of a text as one line, a space before, between and after them."""
    return f" {' '.join(word.key for word in words(bare(text)))} "


def stands(quote: str, text_run: str) -> bool:
    """Return whether the words of a quotation stand one after the other in a text's `run`."""
    wanted = run(quote)
    return wanted != "  " and wanted in text_run


@lru_cache(maxsize=512)
def words_of(text: str) -> WordSpans:
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


def changes(old: str, old_words: WordSpans, new: str, new_words: WordSpans) -> list[WordChange]:
    """Return where words of one text stand for words of another."""
    before, after = ([word.key for word in row] for row in (old_words, new_words))
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return [
        WordChange(_slice(old, old_words[a:b]), _slice(new, new_words[c:d]))
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


def _slice(text: str, row: Sequence[WordSpan]) -> str:
    return " ".join(text[row[0].start : row[-1].end].split()) if row else ""


_TOKEN = re.compile(r" ?(?:\w+(?:[.,'’-]\w+)*|[^\w\s])")


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


def word_diff(before: str, after: str) -> list[Stretch]:
    """Return what became of the words and signs of a text; [] where all were kept.

    A stretch has the space before it; those kept and added make up the new text.
    """
    old, new = _tokens(before), _tokens(after)
    if _stripped(old) == _stripped(new):
        return []
    return list(stretches(old, new, _stripped))


def stretches(
    old: Sequence[str],
    new: Sequence[str],
    keys: Callable[[Sequence[str]], Sequence[str]] = tuple,
    junk: Callable[[str], bool] | None = None,
) -> Iterator[Stretch]:
    """Yield the stretches that lead from the old tokens to the new ones, compared by their keys.

    No stretch that is kept is found by tokens that are `junk` alone.
    """
    matcher = SequenceMatcher(junk, keys(old), keys(new), autojunk=False)
    for verb, start, end, begin, stop in matcher.get_opcodes():
        if verb == "equal":
            yield Stretch(Op.KEPT, "".join(new[begin:stop]))
            continue
        if start < end:
            yield Stretch(Op.REMOVED, "".join(old[start:end]))
        if begin < stop:
            yield Stretch(Op.ADDED, "".join(new[begin:stop]))


def _tokens(text: str) -> list[str]:
    """Return words and signs, each with the space before it."""
    return _TOKEN.findall(" ".join(text.split()))


def _stripped(tokens: Sequence[str]) -> list[str]:
    return [one.strip() for one in tokens]


ALIKE = 0.5  # share of its words by which a paragraph is taken for what a quotation became


@dataclass(frozen=True)
class Became:
    """What stands for a quotation now: `new` is "" where nothing like it is left."""

    old: str
    new: str
    paragraph: int | None  # of the text, from 1, counting what empty lines part
    changes: tuple[WordChange, ...]

    def __str__(self) -> str:
        """Say it in one line."""
        if not self.new:
            return "the words were taken out"
        return f"now reads {', '.join(map(str, self.changes))}"


def became(quote: str, text: str, text_run: str) -> Became | None:
    """Return what a quotation became in a text with this `run`; None where it still stands."""
    if stands(quote, text_run):
        return None
    wanted = frozenset(word.key for word in words(quote))
    if not wanted:
        return None
    likest = max(_paragraphs(text), key=lambda one: len(wanted & one.keys), default=None)
    if likest is None or len(wanted & likest.keys) < ALIKE * len(wanted):
        return Became(quote, "", None, ())
    paragraph = text[likest.start : likest.end]
    found = likeness(quote, paragraph)
    if found.share < ALIKE:
        return Became(quote, "", None, ())
    new = paragraph[found.start : found.end]
    # Told the other way round: from what was quoted to what stands now.
    turned = tuple(WordChange(change.new, change.old) for change in found.changes)
    return Became(quote, new, likest.number, turned)


@dataclass(frozen=True)
class _ParagraphWords:
    number: int
    start: int
    end: int
    keys: frozenset[str]


@lru_cache(maxsize=16)
def _paragraphs(text: str) -> tuple[_ParagraphWords, ...]:
    return tuple(
        _ParagraphWords(number, start, end, frozenset(word.key for word in words(text[start:end])))
        for number, (start, end) in enumerate(_parted(text), 1)
    )


def _parted(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for part in text.split("\n\n"):
        if part.strip():
            yield start, start + len(part)
        start += len(part) + 2


MOST_TOKENS = 3_000  # words of a text that is compared word by word

_TOKEN_OR_SPACE = re.compile(r"\w+(?:[.,]\w+)*|\s+|[^\w\s]")


def exact_diff(old: str, new: str) -> list[Stretch]:
    """Return the stretches that, in order, lead from the old text to the new one."""
    before, after = _TOKEN_OR_SPACE.findall(old), _TOKEN_OR_SPACE.findall(new)
    if len(before) > MOST_TOKENS or len(after) > MOST_TOKENS:
        return (
            [Stretch(Op.KEPT, old)]
            if old == new
            else [Stretch(Op.REMOVED, old), Stretch(Op.ADDED, new)]
        )
    # White space matches everywhere and would tear the changed words into single ones.
    return list(stretches(before, after, junk=str.isspace))


def shared_words(text: str) -> frozenset[str]:
    """Return the words of a text by which paragraphs are told to be alike."""
    return frozenset(word for word in _TOKEN_OR_SPACE.findall(text.lower()) if word[0].isalnum())


def overlap(some: frozenset[str], others: frozenset[str]) -> float:
    """Return in [0, 1] how many words two texts share, as a share of all."""
    union = len(some | others)
    return len(some & others) / union if union else 1.0
