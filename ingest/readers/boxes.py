"""Boxes beside the text ("Key takeaways", text boxes, asides): passages of their own.

The blocks of a box go in; they come out under the heading "Box: …", to stand behind the text, which
they would cut in two where they are drawn. A box that repeats what the text says, as a pull quote
does, is kept once.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from index.passage import bare
from ingest.document import Block, BlockKind
from ingest.metadata import looks_like_title

_LABEL = re.compile(r"([^\W\d_][^.:!?]{2,40}):\s+\S")


def boxed(blocks: Sequence[Block], title: str = "") -> tuple[Block, ...]:
    """Return a box's blocks under its heading; its own heading or first line names it."""
    blocks = [block for block in blocks if block.text]
    if not title and blocks:
        title, blocks = _named(blocks)
    if not blocks:
        return ()
    heading = Block(BlockKind.HEADING, f"Box: {title}" if title else "Box", 1)
    inner = (
        replace(block, level=max(2, block.level)) if block.kind is BlockKind.HEADING else block
        for block in blocks
    )
    return heading, *inner


def is_box(block: Block) -> bool:
    """Tell whether a block is the heading of a box, which is ours and no title."""
    return block.kind is BlockKind.HEADING and (block.text == "Box" or block.text[:5] == "Box: ")


def _named(blocks: list[Block]) -> tuple[str, list[Block]]:
    first = blocks[0]
    is_line = first.kind is BlockKind.PARAGRAPH and len(first.text) <= 80
    if first.kind is BlockKind.HEADING or (
        is_line and len(blocks) > 1 and looks_like_title(first.text.rstrip(":"))
    ):
        return first.text.rstrip(" :"), blocks[1:]
    label = _LABEL.match(first.text)
    return (label[1] if label else ""), blocks


def repeats(box: Sequence[Block], text: Sequence[Block]) -> bool:
    """Tell whether all that a box says stands in the text as well."""
    whole = bare(" ".join(block.text for block in text))
    said = [bare(block.text) for block in box if block.kind is not BlockKind.HEADING]
    return bool(said) and all(each in whole for each in said)
