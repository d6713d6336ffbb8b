"""Read words typed wrong as the library writes them: text in, text and the changes out.

index/spelling.py says which word is meant. Here is what may be changed at all: words in letters, by
themselves or joined by hyphens, no word of grammar and none that asks for a kind of answer. Two
words side by side that the library writes as one are joined ("cease fire"). All else of the text
stays as it was typed: "$1,000" stays "$1,000".
"""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Protocol

from bot.language.words import LIGHT, words
from index.words import QUESTION_FILLER, STOP_WORDS

_LEFT_ALONE = STOP_WORDS | QUESTION_FILLER | LIGHT | words("request_words")
# An address, a path or a word with a digit in it is passed over whole.
_WORD = re.compile(r"\S*(?:://|@|\w\.\w|/\w*/)\S*|(?P<word>(?<![\w.'’$])[^\W\d_]+(?![\w'’]|\.\w))")
_BETWEEN = re.compile(r"[ -]")


class Speller(Protocol):
    """What is needed of a library to know how it writes words."""

    def spellings(self, typed: Sequence[str]) -> Mapping[str, str]:
        """Return how the passages write those words that none has and that are typed wrong."""
        ...

    def compounds(self, pairs: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], str]:
        """Return the one word that passages write for those pairs of words that none has."""
        ...


def respelled(text: str, library: Speller) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return a text with words as the library writes them, and (typed, read as) of each change."""
    looked_at = (one for one in _WORD.finditer(text) if one["word"])
    found = [one for one in looked_at if one.group().lower() not in _LEFT_ALONE]
    beside = [
        (one, other)
        for one, other in pairwise(found)
        if _BETWEEN.fullmatch(text[one.end() : other.start()])
    ]
    whole = library.compounds([(one.group(), other.group()) for one, other in beside])
    spelled = library.spellings([one.group() for one in found])
    changes = {
        one.start(): (other.end(), whole[one.group(), other.group()])
        for one, other in beside
        if (one.group(), other.group()) in whole
    }
    for one in found:
        if one.group() in spelled and not any(at <= one.start() < changes[at][0] for at in changes):
            changes[one.start()] = one.end(), spelled[one.group()]
    read, end, said = "", 0, []
    for start in sorted(changes):
        if start >= end:
            said.append((text[start : changes[start][0]], changes[start][1]))
            read += text[end:start] + changes[start][1]
            end = changes[start][0]
    return read + text[end:], tuple(said)
