"""Tell what raised characters are: part of a figure ("km²", "10⁶"), or the mark of a note.

The text before them and the raised characters go in, and what stands in the text comes out. A
figure must never be joined to a mark in silence: "km" and a raised 2 are no "km2".
"""

import re

# What a raised digit makes a power of: a unit of length after a figure or a "per", ten after a sign
# of multiplication, a letter in a formula.
_LENGTHS = r"(?:[kcdmµn]?m|ft|in|mi|yd|yard|inch|nmi)"
_BASE = re.compile(
    rf"(?:\d\s?|\b(?:per|square|cubic|sq\.?|of|in|the)\s|[/·(]\s?|\b[WJkgtN]+\s){_LENGTHS}$"
    rf"|^[kcm]m$|[×x*·]\s?10$|(?:^|[\s(])10$|(?:^|[=+(\s])[b-hj-zB-HJ-Z]$|=\s?[a-zA-Z]{{1,2}}$"
)
_EXPONENT = re.compile(r"[-–−+]?\d{1,3}")
_POWERS = str.maketrans("0123456789+-–−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻")
_MARKS = re.compile(r"\d{1,3}(?:\s?[,;–-]\s?\d{1,3}){0,5}")
_BEHIND = re.compile(r"[\w.,;:!?\"”’)\]%]$")


def as_power(text: str) -> str:
    """Return signs and digits as raised characters: "2" gives "²"."""
    return text.translate(_POWERS)


def power(before: str, raised: str) -> str | None:
    """Return the exponent that raised characters are behind `before`, None for none: "²"."""
    if not before or not _EXPONENT.fullmatch(raised):
        return None
    negative = not raised[0].isdigit()  # no note has such a number
    if _BASE.search(before) or (negative and before[-1].isalnum()):
        return as_power(raised)
    return None


def in_text(before: str, raised: str) -> str:
    """Return how raised characters stand in the text: an exponent, or marks such as "[2][3]".

    What is neither, such as the "th" of an ordinal, stays as it is. `before` is the text of the
    same paragraph that stands before them.
    """
    stripped = raised.strip()
    if (found := power(before[-40:], stripped)) is not None:
        return found
    if _MARKS.fullmatch(stripped) and _BEHIND.search(before):
        return "".join(f"[{number}]" for number in _numbers(stripped))
    return raised


def _numbers(marks: str) -> list[str]:
    """Return the notes that a mark names: "2,4–6" gives 2, 4, 5 and 6."""
    found: list[str] = []
    for part in re.split(r"\s?[,;]\s?", marks):
        first, *last = re.split(r"\s?[–-]\s?", part)
        if last and int(first) < int(last[0]) < int(first) + 20:
            found += map(str, range(int(first), int(last[0]) + 1))
        else:
            found += [first, *last]
    return found
