"""Lay out a brief for its page: a text with its passages in, numbered blocks out.

Paragraphs bear the numbers that citations use: those of the passages, counted on inside a passage
that holds several.
"""

from collections.abc import Sequence
from dataclasses import replace

from bot.desk.blocks import HEADING, PARAGRAPH, Block, Span, blocks
from index.passage import Brief, Passage


def laid_out(brief: Brief, passages: Sequence[Passage], marks: Sequence[Span] = ()) -> list[Block]:
    """Return the blocks of a brief behind its title, numbered, with the marks in them.

    What stands in no passage is a heading. A block says its page where another one begins.
    """
    shown: list[Block] = []
    page: int | None = None
    numbers = _Numbers(passages)
    title_ends = len(brief.title) if brief.text.startswith(brief.title) else 0
    for block in blocks(brief.text, (title_ends, len(brief.text)), marks):
        number = numbers.of(block)
        kind = HEADING if number is None and block.kind == PARAGRAPH else block.kind
        here = brief.page_at(block.start)
        turned = here if here != page else None
        page = here
        shown.append(replace(block, kind=kind, paragraph=number or 0, page=turned))
    return shown


class _Numbers:
    """Gives blocks the numbers of their paragraphs, in order, each number once."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._passages = sorted(passages, key=lambda one: one.start)
        self._at = 0
        self._last = 0

    def of(self, block: Block) -> int | None:
        """Return the number of a block, 0 for one that goes on, None for one without passage."""
        while self._at < len(self._passages) and self._passages[self._at].end <= block.start:
            self._at += 1
        if self._at == len(self._passages) or self._passages[self._at].start >= block.end:
            return None
        # A block is cut into several passages, or a passage holds several blocks.
        passage = self._passages[self._at]
        begins = block.start <= passage.start
        number = passage.paragraph if begins else self._last + 1
        if number <= self._last:
            return 0
        self._last = number
        return number
