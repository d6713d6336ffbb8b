"""Cut text into words and stems, the same way wherever words are compared.

Knows English stop words and the filler of questions; knows nothing of passages or ranking.
"""

import re
import threading
import unicodedata
from functools import lru_cache

from snowballstemmer import stemmer

_WORD = re.compile(r"[^\W_]+(?:['’.,&-](?=[^\W_])[^\W_]+)*", re.UNICODE)
_GROUPED_NUMBER = re.compile(r"^\d{1,3}(?:,\d{3})+(?:\.\d+)?$")
_NUMBER = re.compile(r"^\d+(?:\.\d+)?$")
_DOTTED = re.compile(r"^(?:[^\W\d_]\.)+[^\W\d_]?$")  # u.s, e.u, p.l

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
        if _GROUPED_NUMBER.match(token):
            found.append(token.replace(",", ""))
        elif _NUMBER.match(token):
            found.append(token)
        elif _DOTTED.match(token):
            found.append(token.replace(".", ""))
        else:
            found.extend(part for part in re.split(r"['’.,&-]", token) if part)
    return found


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


def _plain(text: str) -> str:
    if text.isascii():  # nothing to take apart, and most text is
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    # Lowered last, for decomposing brings forth capitals ("№" → "No"); one sigma, as FTS5 has it.
    return bare.lower().replace("ς", "σ")
