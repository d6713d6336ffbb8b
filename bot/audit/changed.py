"""Say what became of quoted words in another text of their brief: stand, changed, or taken out.

Words decide (bot/audit/said.py): another layout, footnote mark or case is no change.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from bot.audit import said
from bot.audit.said import Change

ALIKE = 0.5  # share of its words by which a paragraph is taken for what a quotation became


@dataclass(frozen=True)
class Became:
    """What stands for a quotation now: `new` is "" where nothing like it is left."""

    old: str
    new: str
    paragraph: int | None  # of the text, from 1, counting what empty lines part
    changes: tuple[Change, ...]

    def __str__(self) -> str:
        """Say it in one line."""
        if not self.new:
            return "the words were taken out"
        return f"now reads {', '.join(map(str, self.changes))}"


def became(quote: str, text: str, text_run: str) -> Became | None:
    """Return what a quotation became in a text with this `run`; None where it still stands."""
    if said.stands(quote, text_run):
        return None
    wanted = frozenset(word.key for word in said.words(quote))
    if not wanted:
        return None
    likest = max(_paragraphs(text), key=lambda one: len(wanted & one.keys), default=None)
    if likest is None or len(wanted & likest.keys) < ALIKE * len(wanted):
        return Became(quote, "", None, ())
    paragraph = text[likest.start : likest.end]
    found = said.likeness(quote, paragraph)
    if found.share < ALIKE:
        return Became(quote, "", None, ())
    new = paragraph[found.start : found.end]
    # Told the other way round: from what was quoted to what stands now.
    turned = tuple(Change(change.new, change.old) for change in found.changes)
    return Became(quote, new, likest.number, turned)


@dataclass(frozen=True)
class _Paragraph:
    number: int
    start: int
    end: int
    keys: frozenset[str]


@lru_cache(maxsize=16)
def _paragraphs(text: str) -> tuple[_Paragraph, ...]:
    return tuple(
        _Paragraph(number, start, end, frozenset(word.key for word in said.words(text[start:end])))
        for number, (start, end) in enumerate(_parted(text), 1)
    )


def _parted(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for part in text.split("\n\n"):
        if part.strip():
            yield start, start + len(part)
        start += len(part) + 2
