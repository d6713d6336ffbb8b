"""Judge hits, quotations and answers by what a gold question needs: texts in, yes or no out.

A quote is held by a text in which at least half of its words stand, in runs of three or more. So
markup, line breaks and the cut of a passage may differ, while words in common by chance do not
count.

A short answer is contained in an answer that has all its numbers and dates, and half of its names;
where it has none of them, half of its other words. Numbers are compared by value ("$8.5 billion" is
8,500,000,000 dollars, "34%" is 34 percent), a date by its parts, words by their stems. It is a
yardstick of its own: it shares nothing with the checks that make answers.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePath

from bot.evals.gold import NeededPassage
from index.passage import BriefRef, Hit
from index.words import content_words, stem, words

FOUND_SHARE = 0.5  # of a quotation's words
RUN_WORDS = 3  # words that must stand together to count

Runs = frozenset[tuple[str, ...]]

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


def _all_words(text: str) -> list[str]:
    """Return the words of a text in lower case; marks of any kind part them."""
    return re.findall(r"[^\W_]+", text.lower())


@lru_cache(maxsize=4096)
def _runs(text: str) -> Runs:
    """Return all runs of RUN_WORDS words; a shorter text is one run."""
    found = _all_words(text)
    if len(found) < RUN_WORDS:
        return frozenset({tuple(found)})
    return frozenset(zip(*(found[at:] for at in range(RUN_WORDS)), strict=False))


def _share_found(quote: Sequence[str], held: Runs) -> float:
    """Return the share of the quotation's words that stand in runs which `held` holds."""
    if not quote:
        return 0.0
    if len(quote) < RUN_WORDS:
        wanted = f" {' '.join(quote)} "
        return float(any(wanted in f" {' '.join(run)} " for run in held))
    covered: set[int] = set()
    for at in range(len(quote) - RUN_WORDS + 1):
        if tuple(quote[at : at + RUN_WORDS]) in held:
            covered.update(range(at, at + RUN_WORDS))
    return len(covered) / len(quote)


def holds(text: str, quote: str) -> bool:
    """Return whether enough of the quotation stands in the text."""
    return _share_found(_all_words(quote), _runs(text)) >= FOUND_SHARE


def meets(hit: Hit, needs: Sequence[NeededPassage]) -> bool:
    """Return whether a hit, or a near-identical passage it stands for, is what one need asks."""
    return any(_meets(hit, need) for need in needs)


def quotes(quote: str, hit: Hit, needs: Sequence[NeededPassage]) -> bool:
    """Return whether the quoted words are those that one need asks for.

    They and the gold quote may each be longer than the other: half of the shorter must be shared.
    Where a need has no quote, its passage must be met.
    """
    return any(
        holds(quote, need.quote) or holds(need.quote, quote) if need.quote else _meets(hit, need)
        for need in needs
    )


def first_rank(needs: Sequence[NeededPassage], hits: Sequence[Hit]) -> int | None:
    """Return the rank, from 1, of the first hit that meets one of the needs."""
    return next((rank for rank, hit in enumerate(hits, 1) if meets(hit, needs)), None)


def _meets(hit: Hit, need: NeededPassage) -> bool:
    if need.quote:
        return holds(hit.passage.text, need.quote)
    if need.paragraph:
        return holds(need.paragraph, hit.passage.text)
    return not names_of(hit.brief).isdisjoint(map(_bare, need.briefs))


@lru_cache(maxsize=4096)
def names_of(brief: BriefRef) -> frozenset[str]:
    """Return all that a brief may be called, in lower case: id, report number, title, file."""
    path = PurePath(brief.source)
    named = [brief.id, brief.number or "", brief.title, brief.source, brief.source_url or ""]
    tails = ["/".join(path.parts[-count:]) for count in range(1, len(path.parts) + 1)]
    return frozenset(_bare(name) for name in (*named, *tails) if name)


def _bare(name: str) -> str:
    return " ".join(name.casefold().split())


@dataclass(frozen=True)
class AnswerFacts:
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


def facts(text: str) -> AnswerFacts:
    """Return what a text says, as keys to compare."""
    plain = _FISCAL.sub(r"20\1", text)
    plain = re.sub(r"[^\W\d_]+", lambda match: _digit(match.group()), plain)
    figures = {_value(match) for match in _NUMBER.finditer(plain)}
    figures |= {match[1].lower() for match in _MONTH.finditer(plain)}
    names = {term for match in _named(text) for term in _stems(words(match))}
    return AnswerFacts(
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
