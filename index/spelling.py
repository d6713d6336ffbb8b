"""Find how the library writes a word that was typed otherwise: "tarrif", "estlnk", "cease fire".

Only words that no passage has are looked at, and only such as are not common English either: a word
of the default model's vocabulary is spelled right, however near a word of the library is. What is
near is told by the optimal string alignment distance (insert, delete, replace, swap neighbours) to
the words as the passages write them; the stems of the full text lead to those. A letter doubled in
the wrong place counts once. Of words equally near the one that more passages have is taken.

A letter that replaces another must lie beside it on the keyboard or sound like it, but in a long
word. A name, written with a capital, is taken for another only by a slip of the keyboard: Halden is
not Holden. What has a digit is never changed.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlalchemy import Connection

from index.models.model_files import DEFAULT_MODEL, locate
from index.storage import catalogue
from index.storage.lexicon import Lexicon
from index.words import stem, words, written

SHORTEST = 4  # letters of a word that may be typed wrong; such a word only by a swap
ONE_WRONG, TWO_WRONG = 5, 8  # letters from which one may be wrong, and two
SMALL = 0.2  # of the most frequent form, from which a word in small letters is no name
PART = 3  # letters of the parts of a word that is split
STEMS = 8  # nearest first, whose written forms are looked at
SAMPLE, FIRST_SAMPLE = 8, 32  # passages of each, and of the nearest, in which they are looked at
ROOT = 3  # letters of a stem whose forms are compared with a word by its beginning
# Regular endings with what stands for them in the word itself: "faked" is a form of "fake".
_ENDINGS = (
    ("s", ("",)),
    ("es", ("",)),
    ("ies", ("y",)),
    ("ed", ("", "e")),
    ("ied", ("y",)),
    ("ing", ("", "e")),
    ("ly", ("", "le")),
    ("ise", ("ize",)),  # British spelling, the vocabulary being American
    ("ised", ("ize",)),
    ("ises", ("ize",)),
    ("ising", ("ize",)),
    ("isation", ("ization", "ize")),
    ("our", ("or",)),
)
_KEYS = {
    key: (row, column + row / 2)
    for row, keys in enumerate(("qwertyuiop", "asdfghjkl", "zxcvbnm"))
    for column, key in enumerate(keys)
}
_BESIDE = 1.2  # key widths
_SOUND_ALIKE = tuple(map(frozenset, ("aeiouy", "cksqzx", "fv", "gj", "dt", "mn")))


class Spelling:
    """The stems of one generation with the passages that have each."""

    def __init__(self, connection: Connection, lexicon: Lexicon, generation: int) -> None:
        """Take the stems that are words: no numbers, no designations."""
        self.generation = generation
        self._lexicon = lexicon
        counts = lexicon.counts(connection)
        self._counts = {one: count for one, count in counts.items() if one.isalpha()}
        by_length = sorted(self._counts, key=len)
        self._of_length = {size: list(found) for size, found in groupby(by_length, key=len)}
        self._undoubled: dict[str, list[str]] = {}
        for one in by_length:
            self._undoubled.setdefault(_undoubled(one), []).append(one)

    def meant(self, connection: Connection, word: str) -> str | None:
        """Return the word, or the two, of the passages that a typed one is meant for, or None."""
        return self._nearest(connection, word) or split(connection, self._lexicon, word)

    def _nearest(self, connection: Connection, word: str) -> str | None:
        typed = word.lower()
        found: list[tuple[float, int, str]] = []
        for form in _written_near(connection, self._lexicon, self._stems(typed), typed):
            cost = _cost(typed, form, name=word[:1].isupper())
            if cost is not None:
                found.append((cost, -self._counts.get(_stem_of(form), 0), form))
        return min(found)[2] if found else None

    def _stems(self, typed: str) -> list[str]:
        """Return stems that may be the word's, nearest first: like its stem, or like its beginning.

        The stem of "regulatons" is not "regul", for a wrong ending is not taken off.
        """
        most = 2 if len(typed) >= TWO_WRONG else 1
        near: dict[str, float] = {}
        for size, stems in self._of_length.items():
            for said in {stem(typed), typed[:size], typed[: size + 1]} if size >= ROOT else ():
                if abs(len(said) - size) > most:
                    continue
                hits = process.extract(
                    said, stems, scorer=OSA.distance, score_cutoff=most, limit=None
                )
                for one, distance, _ in hits:
                    near[one] = min(distance, near.get(one, most))
        for one in self._undoubled.get(_undoubled(stem(typed)), ()):
            near[one] = min(0.5, near.get(one, most))
        order = sorted(near, key=lambda one: (near[one], -len(one), -self._counts[one]))
        return order[:STEMS]


class SpellingCache:
    """The spelling of the generation that was last asked for. Safe to share between threads."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._made: Spelling | None = None

    def of(self, connection: Connection, generation: int) -> Spelling:
        """Return the spelling of a generation, made now if it is not the last one."""
        made = self._made
        if made is None or made.generation != generation:
            self._made = made = Spelling(connection, self._lexicon, generation)
        return made


def split(connection: Connection, lexicon: Lexicon, word: str) -> str | None:
    """Return the two words, side by side in a passage, that a typed one is made of, or None."""
    typed = word.lower()
    cuts = range(PART, len(typed) - PART + 1)
    parts = [(typed[:cut], typed[cut:]) for cut in cuts]
    counts = lexicon.document_frequency(
        connection, sorted({stem(part) for pair in parts for part in pair})
    )
    known = [pair for pair in parts if all(counts[stem(part)] and is_common(part) for part in pair)]
    together = (pair for pair in known if lexicon.side_by_side(connection, *map(stem, pair)))
    return next((" ".join(pair) for pair in together), None)


def joined(connection: Connection, lexicon: Lexicon, pair: tuple[str, str]) -> str | None:
    """Return the one word that passages write for two, which none has side by side, or None."""
    whole = "".join(pair).lower()
    if len(min(pair, key=len)) < PART or not whole.isalpha():
        return None
    one = stem(whole)
    if not lexicon.document_frequency(connection, [one])[one]:
        return None
    if lexicon.side_by_side(connection, *(stem(part.lower()) for part in pair)):
        return None
    return next(
        (
            form
            for form in _written_near(connection, lexicon, [one], whole)
            if form.lower() == whole
        ),
        None,
    )


def may_be_wrong(word: str) -> bool:
    """Whether a word that no passage has may be typed wrong: it is no common English word."""
    return len(word) >= SHORTEST and word.isalpha() and not word.isupper() and not is_common(word)


def is_common(word: str) -> bool:
    """Whether a word, or what it is a regular form of, is in the default model's vocabulary."""
    lower = word.lower()
    bases = {lower}
    for ending, others in _ENDINGS:
        if lower.endswith(ending):
            bases |= {lower[: -len(ending)] + other for other in others}
    return not bases.isdisjoint(_vocabulary())


@lru_cache(maxsize=1)
def _vocabulary() -> frozenset[str]:
    path: Path = locate(DEFAULT_MODEL).folder / "vocab.txt"
    entries = path.read_text(encoding="utf-8").split() if path.is_file() else []
    return frozenset(entry for entry in entries if entry.isalpha() and len(entry) > 1)


def _written_near(
    connection: Connection, lexicon: Lexicon, stems: Sequence[str], typed: str
) -> list[str]:
    """Return the words near a typed one, as passages with these stems write them most often.

    A word that is written in small letters often enough is no name.
    """
    pks: set[int] = set()
    for place, one in enumerate(stems):  # the nearest may have many forms: "ship", "shipping"
        pks.update(lexicon.some_with(connection, one, SAMPLE if place else FIRST_SAMPLE))
    counts: Counter[str] = Counter()
    for _, passage, _ in catalogue.passages_by_pk(connection, sorted(pks)).values():
        counts.update(written(" ".join((*passage.heading, passage.context, passage.text))))
    forms = {form.lower(): form for form, _ in reversed(counts.most_common())}
    for form in counts:
        if form.islower() and counts[form] >= SMALL * counts[forms[form]]:
            forms[form] = form
    near = process.extract(typed, list(forms), scorer=OSA.distance, score_cutoff=2, limit=None)
    return [forms[form] for form, *_ in near]


def _stem_of(form: str) -> str:
    found = words(form)
    return stem(found[0]) if len(found) == 1 else ""


def _cost(typed: str, form: str, *, name: bool) -> float | None:
    """Return how far a typed word is from one of the library; None where it is another word."""
    meant = "".join(words(form))
    distance = OSA.distance(typed, meant)
    doubled = _undoubled(typed) == _undoubled(meant)
    distance = min(distance, 1) if doubled else distance
    allowed = 2 if len(typed) >= TWO_WRONG else 1
    if not 0 < distance <= allowed or not _has_shape(typed, meant, form, name=name):
        return None
    swapped = len(typed) == len(meant) and Counter(typed) == Counter(meant)
    if len(typed) < ONE_WRONG and not swapped:
        return None
    replaced = len(typed) == len(meant) and not swapped and not doubled
    if replaced and name and not _slipped(typed, meant):
        return None
    unlikely = replaced and not _likely(typed, meant)
    if unlikely and len(typed) < TWO_WRONG:
        return None
    odds = (typed[0] != meant[0], replaced, unlikely)
    return distance + sum(0.25 for one in odds if one)


def _has_shape(typed: str, meant: str, form: str, *, name: bool) -> bool:
    """Whether a word may be the one meant: "fishy" is no "fish", and seldom is the first wrong."""
    if name and form.islower():
        return False
    if form.islower() and (typed.startswith(meant) or meant.startswith(typed)):
        longer, shorter = sorted((typed, meant), key=len, reverse=True)
        return longer[len(shorter) :] in (shorter[-1:], "")
    return typed[0] == meant[0] or (typed[:2] == meant[1::-1]) or len(typed) >= TWO_WRONG - 1


def _undoubled(word: str) -> str:
    return "".join(letter for letter, _ in groupby(word))


def _likely(typed: str, meant: str) -> bool:
    """Whether every wrong letter lies beside the right one on a keyboard, or sounds like it."""
    return all(
        _near_keys(one, other) or any({one, other} <= alike for alike in _SOUND_ALIKE)
        for one, other in _differing(typed, meant)
    )


def _slipped(typed: str, meant: str) -> bool:
    return all(_near_keys(one, other) for one, other in _differing(typed, meant))


def _differing(typed: str, meant: str) -> Iterator[tuple[str, str]]:
    return ((one, other) for one, other in zip(typed, meant, strict=False) if one != other)


def _near_keys(one: str, other: str) -> bool:
    if one not in _KEYS or other not in _KEYS:
        return False
    (row, column), (other_row, other_column) = _KEYS[one], _KEYS[other]
    return abs(row - other_row) <= 1 and abs(column - other_column) <= _BESIDE
