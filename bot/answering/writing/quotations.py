"""Find words in a passage: a quotation or a claim in, offsets into the passage's text out.

White space, unseen characters and the shapes of quotation marks and dashes apart, a quotation must
stand there character for character. Knows nothing of how well a passage bears a claim out.
"""

import re
from functools import lru_cache

from bot.checking.quoted import SAME
from bot.language.untrusted import visible
from index import sentences
from index.words import content_words, stem

_ELLIPSES = re.compile(r"^(?:\s|\.\.\.|…)+|(?:\s|\.\.\.|…)+$")

Span = tuple[int, int]


def locate(quote: str, text: str) -> Span | None:
    """Return where the quotation stands in the text, None where it does not."""
    wanted = _folded(_ELLIPSES.sub("", quote))[0].strip()
    held, offsets = _folded(text)
    at = held.find(wanted)
    if at < 0 or not wanted:
        return None
    return offsets[at], offsets[at + len(wanted) - 1] + 1


def best_sentence(claim: str, text: str) -> Span:
    """Return the sentence of the text that says most of the claim's words, the first of equals."""
    wanted = _stems(claim)
    spans = sentences.split(text)
    return max(spans, key=lambda span: len(wanted & _stems(text[span[0] : span[1]])))


@lru_cache(maxsize=256)
def _folded(text: str) -> tuple[str, tuple[int, ...]]:
    """Return the text for comparison and, for each of its characters, the offset in `text`."""
    kept: list[str] = []
    offsets: list[int] = []
    for offset, char in enumerate(text.translate(SAME)):
        if char.isspace():
            if kept and kept[-1] == " ":
                continue
            char = " "
        elif not visible(char):
            continue
        kept.append(char)
        offsets.append(offset)
    return "".join(kept), tuple(offsets)


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in content_words(text))
