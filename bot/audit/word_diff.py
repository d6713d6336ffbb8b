"""Say how two texts differ, word by word: two texts in, stretches kept, removed and added out."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

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
    if _bare(old) == _bare(new):
        return []
    return list(stretches(old, new, _bare))


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


def _bare(tokens: Sequence[str]) -> list[str]:
    return [one.strip() for one in tokens]
