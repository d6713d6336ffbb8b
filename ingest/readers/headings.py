"""Recognise headings that a document marks by nothing but standing alone on a short line."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from index.dates import locate_date
from ingest.document import Block, BlockKind

_LEVEL = 2  # the true level of an unmarked heading is unknown; 1 is the title's
_MAX_LENGTH = 110  # characters
_MAX_WORDS = 16
_BODY = 60  # characters of a paragraph that a heading can stand over
_CAPTION = re.compile(
    r"(?:table|figure|fig\.|box|chart|map|sources?|notes?|photo|image)\b[\s\w.-]*[:.]"
    r"|\S+@\S+|https?:|by [A-Z]",
    re.IGNORECASE,
)


def head_texts(blocks: Sequence[Block]) -> list[str]:
    """Return the texts above the first list, table or footnote: where a document names itself."""
    above = takewhile(lambda b: b.kind in (BlockKind.HEADING, BlockKind.PARAGRAPH), blocks)
    return [block.text for block in above]


def mark_headings(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Return the blocks with short lines over body text turned into headings.

    Such a line has a capital, no final punctuation but a question mark, and either a few words or
    mostly capitalised ones; below it stands text, or another such line that has text below.
    """
    marked: list[Block] = []
    over_text = False
    for block in reversed(blocks):
        if over_text and _reads_as_heading(block):
            block = replace(block, kind=BlockKind.HEADING, level=_LEVEL)
        else:
            over_text = _is_body(block)
        marked.append(block)
    return tuple(reversed(marked))


def _is_body(block: Block) -> bool:
    if block.kind in (BlockKind.BULLET, BlockKind.TABLE, BlockKind.HEADING):
        return True
    return block.kind is BlockKind.PARAGRAPH and (
        len(block.text) >= _BODY or block.text.endswith((".", ":", "?", "!"))
    )


def _reads_as_heading(block: Block) -> bool:
    text, words = block.text, block.text.split()
    if block.kind is not BlockKind.PARAGRAPH or len(text) > _MAX_LENGTH or len(words) > _MAX_WORDS:
        return False
    if (
        re.search(r"[.,;:!–—-]$", text)
        or not re.match(r"[A-Z0-9\"“‘'(À-Þ]", text)
        or _CAPTION.match(text)
    ):
        return False
    if not re.search(r"[^\W\d_]{3}", text) or re.search(r"[.!?] [A-Z]\w+ \w+ \w+ \w", text):
        return False
    if (date := locate_date(text)) and date[2] - date[1] > len(text) / 2:
        return False
    telling = [word for word in re.findall(r"[^\W\d_][\w'’-]*", text) if len(word) > 3]
    capitals = sum(word[0].isupper() for word in telling)
    return len(words) <= 4 or capitals >= 0.6 * len(telling)
