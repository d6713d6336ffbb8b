"""Join the lines of a paragraph: with a space, without one, or without the typesetter's hyphen.

The words of the whole document tell a hyphen that belongs to a word from one of the line's end.
"""

import re
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

_TOKEN = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_CUT = re.compile(r"([^\W\d_]+)-$")
_NEXT = re.compile(r"([^\W\d_]+)")
_SUSPENDED = re.compile(r"(?:and|or|to|und|et)\b")  # "pre- and post-war"
_ADDRESS = re.compile(r"(?:https?://|www\.)\S*$", re.IGNORECASE)
_ADDRESS_PART = re.compile(r"[\w%~-]*(?:/|\.\w)|(?:pdf|html?|org|com|gov|int|eu|net|edu)\b")
_DENSE = 0.06  # a typesetter that cuts words ends more than this share of its lines with a hyphen
# first parts that English joins to the next word with a hyphen, and such that never stand alone
_HEADS = frozenset(
    "co self non well ill long short high low mid second third fourth two three four five six ten "
    "full half part cross ex vice post pre anti pro multi large small single double quasi all "
    "middle open first one near mass fast lower higher upper broad early late "
    "twenty thirty forty fifty sixty seventy eighty ninety".split()
)
_BOUND = frozenset(
    "inter con com dis trans intro ad ac ap ar as at im in un per sup ob oc op pos pub tech gov "
    "govern opera informa organiza administra develop eco na ne re se de be mo po pol fi".split()
)
_TIGHT_END = re.compile(r"(?:[—/]|\d–)$")


class Words:
    """The words of one document: they tell a hyphen that belongs from one of the typesetter."""

    def __init__(self, lines: Iterable[str]) -> None:
        """Count the words inside the lines, leaving out those that a line end may have cut."""
        lines = list(lines)
        self._known: Counter[str] = Counter()
        for line in lines:
            found = _TOKEN.findall(line)
            if line.rstrip().endswith("-") and found:
                found = found[:-1]
            self._known.update(word.lower() for word in found)
        self._cuts = self._evidence(lines)
        self._dense = sum(bool(_CUT.search(line)) for line in lines) > _DENSE * len(lines)

    def _evidence(self, lines: list[str]) -> int:
        """Return how many more cut words are known whole than hyphenated, over the document."""
        balance = 0
        for line, after in pairwise(lines):
            cut, rest = _CUT.search(line), _NEXT.match(after)
            if cut and rest and after[0].islower():
                first, second = cut.group(1).lower(), rest.group(1).lower()
                balance += (first + second in self._known) - (f"{first}-{second}" in self._known)
        return balance

    def join(self, lines: Iterable[str]) -> tuple[str, list[int]]:
        """Return the running text and, for each line, the offset at which it starts in it."""
        text, starts = "", list[int]()
        for line in lines:
            if text and line:
                text = self._with(text, line)
            starts.append(len(text))
            text += line
        return text, starts

    def _with(self, text: str, line: str) -> str:
        """Return `text` made ready for `line` to follow: with a space, without, or unhyphenated."""
        if text.endswith("\u00ad"):
            return text[:-1]
        if _TIGHT_END.search(text) or line[0] == "—":
            return text
        if _ADDRESS.search(text[-200:]) and _goes_on_address(text[-1], line):
            return text
        if not text.endswith("-") or text.endswith(" -"):
            return text + " "
        if _SUSPENDED.match(line):
            return text + " "
        return text[:-1] if self._is_typesetters(text[-60:], line) else text

    def _is_typesetters(self, text: str, line: str) -> bool:
        """Tell whether the hyphen at the end of `text` is none of the word's own."""
        cut, rest = _CUT.search(text), _NEXT.match(line)
        if not cut or not rest or not line[0].islower():
            return False
        first, second = cut.group(1).lower(), rest.group(1).lower()
        if text[: cut.start()].endswith("-"):  # "state-of-the-" goes on with a hyphen
            return False
        joined, parted = self._known[first + second], self._known[f"{first}-{second}"]
        if joined or parted:
            return joined > parted
        if first in _HEADS:
            return False
        if first in _BOUND or self._dense:
            return True
        return self._cuts > 0 or not (self._known[first] or self._known[second])


def _goes_on_address(end: str, line: str) -> bool:
    """Tell whether the line goes on a web address that stopped at the character `end`."""
    first = line.split(" ", 1)[0].rstrip(".,;:)")
    if end in "-_=&?%#":
        return not _SUSPENDED.match(line)
    if end == ".":  # else a sentence has ended with the address
        return bool(_ADDRESS_PART.match(first))
    return end == "/" and any(c in "/._-=&?" or c.isdigit() for c in first) and first[0] != "("
