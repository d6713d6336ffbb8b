"""Tell which words of a text are names, which it enumerates, and whether two may be one.

A name is a capital word that does not open a sentence, or one with a capital or digit further in.
English; no list of persons or places.
"""

import re
from collections.abc import Sequence

from bot.language.words import lines
from index.words import STOP_WORDS, stem, words

# every way to write a name → its key
ALIASES = {
    alias: forms[0].replace(" ", "-")
    for forms in ([form.strip() for form in line.split("|")] for line in lines("aliases"))
    for alias in forms
}
ALIAS = re.compile(
    r"(?<![\w.])(?:"
    + "|".join(sorted(map(re.escape, ALIASES), key=len, reverse=True))
    + r"|(?-i:(?<=the )Union(?![\w’']? [A-Z])))(?!\w)",
    re.IGNORECASE,
)
LONGEST = 9  # words of a name that an acronym stands for
_NAME = r"[A-Z][\w.&’'-]+(?:\s(?:of\s(?:the\s)?)?[A-Z0-9][\w.&’'-]*)*"
_NEXT = (  # joins a name to the next of a row: ", the", "(UK), and", "and tankers"
    r"(?:\s\([^()]{1,40}\))?(?:\s?[,;]\s?(?:(?:and|or|as\swell\sas)\s)?|\s(?:and|or|&)\s)"
    r"(?:[a-z][\w-]*\s){0,3}"
)
_ROW = re.compile(rf"\b{_NAME}(?:{_NEXT}{_NAME})+")
_INNER = re.compile(r"[A-Z0-9]")


def is_name(word: str, *, opens: bool) -> bool:
    """Return whether a word as written is (part of) a name; `opens`: it is the sentence's first."""
    if not word[:1].isupper():
        return bool(re.search(r"[A-Z]", word[1:])) and len(word) > 2
    lower = word.lower()
    if lower in STOP_WORDS:
        return word.isupper() and len(word) > 1 and not opens
    return not opens or bool(_INNER.search(word[1:]))


def names_in(text: str) -> list[str]:
    """Return the runs of capital words in a text, first words too: "The Port of Arl"."""
    return re.findall(_NAME, text)


def enumerated(text: str) -> tuple[str, ...]:
    """Return the longest row of names in a text: of "Arl, the town of Bree and Carn" all three."""
    rows = (
        tuple(one for one in names_in(row.group()) if one.lower() not in STOP_WORDS)
        for row in _ROW.finditer(text)
    )
    return max(rows, key=len, default=())


def alias(said: str) -> str | None:
    """Return the key of a name that has several forms, or None; "us" is a pronoun."""
    if said == "Union":  # "the Union", as the European one calls itself
        return ALIASES["eu"]
    return None if said in ("us", "un", "eu", "uk") else ALIASES.get(said.lower())


def _nations() -> tuple[dict[str, int], frozenset[str]]:
    """Return the number of its country by the key of each word, and the keys of the capitals."""
    found: dict[str, int] = {}
    capitals: set[str] = set()
    for at, line in enumerate(lines("nations")):
        country, _, capital = line.partition("|")
        found |= {_nation_key(word): at for word in (country + capital).split()}
        capitals |= set(map(_nation_key, capital.split()))
    return found, frozenset(capitals)


def _nation_key(word: str) -> str:
    return ALIASES.get(word) or stem("".join(words(word)))


_COUNTRY_NAMES = frozenset(
    form.strip().lower() for line in lines("country_names") for form in line.split("|")
)
NATIONS, CAPITALS = _nations()  # of tokens, by their keys


def is_country(name: str) -> bool:
    """Return whether a name is one of a country: "Peru", "the UK"; not "UK Ministry of Works"."""
    said = name.lower().removeprefix("the ").removesuffix("’s").removesuffix("'s")
    if ALIASES.get(said) in NATIONS or said in _COUNTRY_NAMES:
        return True
    return " " not in said and _nation_key(said) in NATIONS


def acronyms(said: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Return the acronyms that runs of capital words spell, with (start, end) of the run.

    Small words in between count for nothing, as in "Department of State".
    """
    capitals = [word[0].lower() if word[:1].isupper() else "" for word in said]
    found: dict[str, tuple[int, int]] = {}
    for start, first in enumerate(capitals):
        letters = first
        for end in range(start + 1, min(len(said), start + LONGEST) if first else start):
            letters += capitals[end]
            if capitals[end] and len(letters) > 1:
                found.setdefault(letters, (start, end + 1))
            elif not capitals[end] and said[end].lower() not in STOP_WORDS:
                break
    return found
