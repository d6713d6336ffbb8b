"""Words and stems of English text, cut the same way wherever words are compared.

A word of a question counts by how rare it is among the passages. A text says it by its stem, or by
a longer or shorter form of it.
"""

import re
import threading
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from snowballstemmer import algorithms, stemmer

_WORD = re.compile(r"[^\W_]+(?:['’.,&-](?=[^\W_])[^\W_]+)*", re.UNICODE)
_LETTERS = re.compile(r"(?<![^\W_])[^\W\d_]+(?![^\W_])")
_GROUPED_NUMBER = re.compile(r"^\d{1,3}(?:,\d{3})+(?:\.\d+)?$")
_NUMBER = re.compile(r"^\d+(?:\.\d+)?$")
_DOTTED = re.compile(r"^(?:[^\W\d_]\.)+[^\W\d_]?$")  # u.s, e.u, p.l

_UNSPACED = re.compile("([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\u0e00-\u0e7f]+)")

STOP_WORDS = frozenset(
    """a an the and or but nor so yet if then else than that this these those there here
    i me my we us our you your he him his she her it its they them their who whom whose which what
    when where why how is are was were be been being am do does did doing done has have had having
    will would shall should can could may might must ought of in on at by for with from to into onto
    over under about above below between through during before after since until against within
    without as up down out off not no any some all each every both few more most other such only own
    same too very just also again once let vs via per re s t d ll ve m don isn aren wasn weren
    """.split()
)
QUESTION_FILLER = frozenset(
    """please pls tell say says said give show know anyone anybody somebody someone something
    anything thing things exactly actually really basically brief briefs report reports according
    quick quickly one-liner need want wondering curious story deal regarding concerning hey hi hello
    thanks thank ok okay rn yet still much many lot
    """.split()
)

_porter = stemmer("porter")
_porter_lock = threading.Lock()  # a stemmer keeps the word it works on: two threads mix theirs


def words(text: str) -> list[str]:
    """Return the word tokens, lower-cased; numbers lose grouping commas ("1,240.5" → "1240.5").

    A hyphenated word gives its parts; dotted abbreviations lose their dots ("U.S." → "us").
    """
    found: list[str] = []
    for token in _WORD.findall(_plain(text)):
        if token.isascii() and token.isalpha():  # as most are: no rule below is about them
            found.append(token)
        elif _GROUPED_NUMBER.match(token):
            found.append(token.replace(",", ""))
        elif _NUMBER.match(token):
            found.append(token)
        elif _DOTTED.match(token):
            found.append(token.replace(".", ""))
        else:
            parts = (part for part in re.split(r"['’.,&-]", token) if part)
            found.extend(piece for part in parts for piece in _pieces(part))
    return found


def _pieces(word: str) -> list[str]:
    """Return a word by itself; of Chinese, Japanese and Thai, which set no spaces, its bigrams.

    Two letters are about a word there (Nie et al., 2000, doi:10.1145/355214.355235).
    """
    if word.isascii() or not _UNSPACED.search(word):
        return [word]
    found: list[str] = []
    for run in _UNSPACED.split(word):
        if run and _UNSPACED.fullmatch(run) and len(run) > 1:
            found += [run[at : at + 2] for at in range(len(run) - 1)]
        elif run:
            found.append(run)
    return found


def written(text: str) -> list[str]:
    """Return the words of a text in letters alone, as they are written."""
    return _LETTERS.findall(text)


def content_words(text: str) -> list[str]:
    """Return the words that carry the matter: no stop words, question filler or single letters."""
    return [
        word
        for word in words(text)
        if word not in STOP_WORDS
        and word not in QUESTION_FILLER
        and (len(word) > 1 or word.isdigit())
    ]


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Return the Porter stem of a lower-cased word (Porter, 1980, doi:10.1108/eb046814)."""
    if not word.isalpha():
        return word
    with _porter_lock:
        return str(_porter.stemWord(word))


def stems(text: str) -> list[str]:
    """Return the stems of the content words, in order."""
    return [stem(word) for word in content_words(text)]


def stems_in(language: str, found: Iterable[str]) -> list[str]:
    """Return the stems of words by the rules of another language than English, where we have them.

    Those that are like the English ones are left out.
    """
    name = language.lower()
    if name == "english" or name not in algorithms():
        return []
    both = ((_stem_in(name, word), word) for word in found if word.isalpha())
    return [own for own, word in both if own != stem(word)]


@lru_cache(maxsize=65_536)
def _stem_in(language: str, word: str) -> str:
    with _porter_lock:
        return str(_stemmer_of(language).stemWord(word))


@lru_cache(maxsize=32)
def _stemmer_of(language: str) -> Any:
    return stemmer(language)


def _plain(text: str) -> str:
    if text.isascii():  # nothing to take apart, and most text is
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    # Lowered last, for decomposing brings forth capitals ("№" → "No"); one sigma, as FTS5 has it.
    return bare.lower().replace("ς", "σ")


CONTEXT_WEIGHT = 0.4  # of a word lent by earlier turns, against one of the question
ROOT = 5  # letters from which the beginning of a word stands for the word

_FISCAL_YEAR = re.compile(r"^fy(\d\d)$")
_NOTHING = r"(?!)"  # matches nowhere


def word_weights(
    question: str, context: str, idf: Callable[[Sequence[str]], Mapping[str, float]]
) -> dict[str, float]:
    """Return the stems of a question and of its context with their weights; they sum to 1.

    `idf` gives the inverse document frequency of each stem.
    """
    own = {stem(word) for word in content_words(question)}
    lent = {stem(word) for word in content_words(context)} - own
    rarity = idf(sorted(own | lent))
    weights = {term: rarity[term] * (1.0 if term in own else CONTEXT_WEIGHT) for term in rarity}
    total = sum(weights.values())
    return {term: weight / total for term, weight in weights.items()} if total else {}


def said(terms: Iterable[str], text: str) -> frozenset[str]:
    """Return those stems that a text says, or says as a longer or shorter form."""
    present, joined = _stems(text)
    return frozenset(
        term for term in terms if term in present or re.search(rf"\b{_other_forms(term)}", joined)
    )


def share(weights: Mapping[str, float], terms: Iterable[str]) -> float:
    """Return the summed weight of stems."""
    return sum(weights[term] for term in terms)


@lru_cache(maxsize=16_384)
def _stems(text: str) -> tuple[frozenset[str], str]:
    present = frozenset(stem(word) for word in words(text))
    return present, " ".join(sorted(present))


@lru_cache(maxsize=1024)
def _other_forms(term: str) -> str:
    """Return a pattern of what else says it: "appropriations" for "approp", "FY2027" for FY27."""
    year = _FISCAL_YEAR.match(term)
    if year:
        return f"fy20{year[1]}\\b"
    return term if len(term) >= ROOT and term.isalpha() else _NOTHING
