"""Look for gold quotations in passages, whole: in one, or across two that follow each other.

White space (the reports' markdown fuses words at links), quotation marks, dashes, footnote marks
and the letters of ordinals may differ; other letters and marks may not.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from index.passage import Passage

_SAME = str.maketrans(
    dict.fromkeys("‘’‚‛′`", "'") | dict.fromkeys("“”„‟″", '"') | dict.fromkeys("‐‑‒–—―−", "-")
)
_FOOTNOTE = r"(?:\[?\d{1,3}\]?(?:,\s?\d{1,3})*)?"  # a mark that one text has and the other has not
_BETWEEN = rf"\s*{_FOOTNOTE}\s*"
_ORDINAL = r"(?:st|nd|rd|th)?"  # raised letters, which the markdown of the reports has lost


def plain(text: str) -> str:
    """Return the text with one kind of quotation mark and of dash, and no invisible characters."""
    text = re.sub(r"[\u00ad\u200b\u200c\u200d\ufeff]", "", text)
    return text.translate(_SAME).replace("--", "-").replace("...", "…")


def pattern(quote: str) -> re.Pattern[str]:
    """Return what finds the quotation in a plain text."""
    bare = re.sub(r"\[\d{1,3}\]|\*\*|__", "", plain(quote))
    parts = re.findall(r"[^\W_]+|[^\w\s]|_", bare)
    return re.compile(_BETWEEN.join(map(_part, parts)))


def held_by(quote: str, passages: Sequence[Passage]) -> int:
    """Return how many neighbouring passages it takes to hold the quotation whole; 0 for none."""
    wanted = pattern(quote)
    texts = [plain(passage.text) for passage in passages]
    if any(wanted.search(text) for text in texts):
        return 1
    if any(wanted.search(f"{first}\n{second}") for first, second in pairwise(texts)):
        return 2
    return 0


def nearest(quote: str, passages: Sequence[Passage]) -> str:
    """Return the start of the passage that shares most words with the quotation."""
    wanted = set(re.findall(r"[^\W_]+", quote.lower()))
    best = max(
        passages,
        key=lambda passage: len(wanted & set(re.findall(r"[^\W_]+", passage.text.lower()))),
    )
    return best.text


def _part(part: str) -> str:
    return r"\s*".join(map(re.escape, part)) + (_ORDINAL if part.isdigit() else "")
