"""Say whether an answer contains the short answer that was expected: two texts in, yes or no out.

All numbers and dates of the short answer must stand in the answer, and half of its names; where it
has none of them, half of its other words. Numbers are compared by value ("$8.5 billion" is
8,500,000,000 dollars, "34%" is 34 percent), a date by its parts, words by their stems. A yardstick
of its own: it shares nothing with the checks that make answers.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from index.words import content_words, stem, words

NAMES_FOUND = 0.5  # share of the names, or of the words where nothing else is there

_ONES = "zero one two three four five six seven eight nine ten eleven twelve".split()
_SPELLED = {word: str(value) for value, word in enumerate(_ONES) if value > 1}
_SCALE = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12,
          "k": 1e3, "m": 1e6, "bn": 1e9, "b": 1e9}  # fmt: skip
_NUMBER = re.compile(
    r"(?<![\w.])(\d[\d,]*(?:\.\d+)?)(?:st|nd|rd|th)?(?:[\s-]?(thousand|million|billion|trillion)s?\b"
    r"|(k|m|bn|b)\b)?(?![^\W\d_])",
    re.IGNORECASE,
)
_MONTHS = (
    "january february march april may june july august september october november december"
).split()
_MONTH = re.compile(
    rf"\b({'|'.join(month[:3] for month in _MONTHS)})(?:[a-z]{{0,6}}\b)\.?(?=\s+\d)", re.IGNORECASE
)
_FISCAL = re.compile(r"\b(?:FY|fiscal\s+years?)\s?(?:20)?(\d\d)\b", re.IGNORECASE)
_OPENING = re.compile(r"^\W*$|[a-z\d)%][.!?;:]\s*$")  # what stands before a sentence's first word
_NAME = re.compile(r"(?<![\w])(?:[A-Z][\w'’]*[A-Z0-9][\w]*|[A-Z][a-z][\w]*|(?:[A-Z]\.){2,})")


@dataclass(frozen=True)
class Facts:
    """What a short answer says: keys of numbers and months, stems of names and of other words."""

    figures: frozenset[str]
    names: frozenset[str]
    words: frozenset[str]
    all_words: frozenset[str]  # stop words too: "U.S." is one


def contains(answer: str, short: str) -> bool | None:
    """Return whether `answer` says what `short` says; None where `short` says nothing to look for.

    A capital word that opens a sentence counts as a name only if more than its first letter is one.
    """
    wanted = facts(short)
    if not (wanted.figures or wanted.names or wanted.words):
        return None
    given = facts(answer)
    if not wanted.figures <= given.figures:
        return False
    if wanted.names:
        return _share(wanted.names, given.all_words) >= NAMES_FOUND
    return bool(wanted.figures) or _share(wanted.words, given.words) >= NAMES_FOUND


def facts(text: str) -> Facts:
    """Return what a text says, as keys to compare."""
    plain = _FISCAL.sub(r"20\1", text)
    plain = re.sub(r"[^\W\d_]+", lambda match: _digit(match.group()), plain)
    figures = {_value(match) for match in _NUMBER.finditer(plain)}
    figures |= {match[1].lower() for match in _MONTH.finditer(plain)}
    names = {term for match in _named(text) for term in _stems(words(match))}
    return Facts(
        frozenset(figures),
        frozenset(names),
        frozenset(_stems(content_words(text))),
        frozenset(_stems(words(text))),
    )


def _named(text: str) -> Iterable[str]:
    """Yield the names: capital words that do not merely open a sentence, nor name a month."""
    for match in _NAME.finditer(text):
        word = match.group()
        opens = bool(_OPENING.search(text[: match.start()]))
        months = any(month.startswith(word.lower()) for month in _MONTHS)
        if not (opens and word[1:].islower()) and not months and not _FISCAL.match(word):
            yield word


def _value(match: re.Match[str]) -> str:
    value = float(match[1].replace(",", ""))
    return f"{value * _SCALE.get((match[2] or match[3] or '').lower(), 1):.10g}"


def _digit(word: str) -> str:
    return _SPELLED.get(word.lower(), word)


def _stems(found: Iterable[str]) -> Iterable[str]:
    return (stem(word) for word in found if not word.isdigit())


def _share(wanted: frozenset[str], given: frozenset[str]) -> float:
    return len(wanted & given) / len(wanted)
