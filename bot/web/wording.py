"""Show how a brief's text was changed, white space and all; and how alike two texts are."""

import re

from bot.audit.word_diff import Op, Stretch, stretches

LONGEST = 3_000  # words of a text that is compared word by word

_WORDS = re.compile(r"\w+(?:[.,]\w+)*|\s+|[^\w\s]")


def differences(old: str, new: str) -> list[Stretch]:
    """Return the stretches that, in order, lead from the old text to the new one."""
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    if len(before) > LONGEST or len(after) > LONGEST:
        return (
            [Stretch(Op.KEPT, old)]
            if old == new
            else [Stretch(Op.REMOVED, old), Stretch(Op.ADDED, new)]
        )
    # White space matches everywhere and would tear the changed words into single ones.
    return list(stretches(before, after, junk=str.isspace))


def words(text: str) -> frozenset[str]:
    """Return the words of a text by which paragraphs are told to be alike."""
    return frozenset(word for word in _WORDS.findall(text.lower()) if word[0].isalnum())


def likeness(some: frozenset[str], others: frozenset[str]) -> float:
    """Return in [0, 1] how many words two texts share, as a share of all."""
    union = len(some | others)
    return len(some & others) / union if union else 1.0
