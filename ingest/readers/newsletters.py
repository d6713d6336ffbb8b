"""Leave out what newsletters say about themselves: "Unsubscribe", "View in your browser"."""

from functools import cache
from pathlib import Path

from index.left_out import LeftOut, OmissionReason, counted
from ingest.document import Block

_FOOTER = 250  # characters of a paragraph that may be nothing but a newsletter's footer


def without_newsletter(
    blocks: tuple[Block, ...],
) -> tuple[tuple[Block, ...], tuple[LeftOut, ...]]:
    """Drop short paragraphs in which a newsletter speaks of itself: "Unsubscribe"."""
    own = [
        block
        for block in blocks
        if len(block.text) > _FOOTER or not any(say in block.text.lower() for say in _footers())
    ]
    dropped = [block for block in blocks if block not in own]
    if not own:
        return blocks, ()
    return tuple(own), counted((OmissionReason.BOILERPLATE, block.text) for block in dropped)


@cache
def _footers() -> tuple[str, ...]:
    source = Path(__file__).parent.parent / "data" / "newsletter_footers.txt"
    lines = source.read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))
