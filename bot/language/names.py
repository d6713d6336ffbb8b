"""Tell which words of a text are names, and whether two names may be one: words in, keys out.

A name is a capital word that does not open a sentence, or one with a capital or digit further in.
Countries and their peoples share a key ("U.S.", "American"), months and weekdays are no names.
English; no list of persons or places.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from index.words import STOP_WORDS

# country: what else it and its people are called; the key is the first word
_COUNTRIES = """
united-states: united states of america|united states|u.s.a.|u.s.|usa|us|american|americans|america
united-kingdom: united kingdom|great britain|u.k.|uk|britain|british
european-union: european union|e.u.|eu
united-nations: united nations|u.n.|un
russia: russian federation|russia|russian|russians
china: people's republic of china|china|chinese|prc
north-korea: north korea|north korean|north koreans|dprk
south-korea: south korea|south korean|south koreans|republic of korea|rok
ukraine: ukraine|ukrainian|ukrainians
japan: japan|japanese
germany: germany|german|germans
france: france|french
italy: italy|italian|italians
spain: spain|spanish
poland: poland|polish|poles
turkey: turkey|turkish|türkiye|turks
iran: iran|iranian|iranians
iraq: iraq|iraqi|iraqis
israel: israel|israeli|israelis
saudi-arabia: saudi arabia|saudi|saudis|kingdom of saudi arabia
egypt: egypt|egyptian|egyptians
syria: syria|syrian|syrians
india: india|indian|indians
pakistan: pakistan|pakistani|pakistanis
afghanistan: afghanistan|afghan|afghans
canada: canada|canadian|canadians
mexico: mexico|mexican|mexicans
brazil: brazil|brazilian|brazilians
australia: australia|australian|australians
finland: finland|finnish|finns
sweden: sweden|swedish|swedes
norway: norway|norwegian|norwegians
denmark: denmark|danish|danes
netherlands: the netherlands|netherlands|dutch
greece: greece|greek|greeks
taiwan: taiwan|taiwanese
vietnam: vietnam|vietnamese
venezuela: venezuela|venezuelan|venezuelans
colombia: colombia|colombian|colombians
cuba: cuba|cuban|cubans
europe: europe|european|europeans
africa: africa|african|africans
asia: asia|asian|asians
"""
ALIASES = {
    alias: line.split(":")[0]
    for line in _COUNTRIES.strip().splitlines()
    for alias in line.split(": ")[1].split("|")
}
COUNTRY = re.compile(
    r"(?<![\w.])(?:"
    + "|".join(sorted((re.escape(alias) for alias in ALIASES), key=len, reverse=True))
    + r")(?!\w)",
    re.IGNORECASE,
)
# Capital words that name nobody: openings of sentences, titles, days.
OPENINGS = frozenset(
    """according additionally although despite however moreover furthermore meanwhile nevertheless
    nonetheless therefore thus hence instead indeed overall today yesterday tomorrow later earlier
    recently currently previously finally first second third one two three four five six seven
    eight nine ten many much some several most all few both each every critics supporters officials
    experts observers analysts people members congress section table figure source note notes
    title among because unlike like within without following given whether while
    """.split()
)
TITLES = frozenset(
    """mr mrs ms miss dr prof professor president prime minister secretary senator sen rep
    representative governor gov general gen admiral adm colonel col captain capt chairman chairwoman
    chair director ambassador king queen prince princess pope judge justice sir lord lady chancellor
    mayor commissioner deputy vice acting former administration department
    """.split()
)
LONGEST = 9  # words of a name that an acronym stands for
_INNER = re.compile(r"[A-Z0-9]")


def is_name(word: str, *, opens: bool) -> bool:
    """Return whether a word as written is (part of) a name; `opens`: it is the sentence's first."""
    if not word[:1].isupper():
        return bool(re.search(r"[A-Z]", word[1:])) and len(word) > 2
    lower = word.lower()
    if lower in STOP_WORDS or (opens and lower in OPENINGS):
        return word.isupper() and len(word) > 1 and not opens
    return not opens or bool(_INNER.search(word[1:]))


@lru_cache(maxsize=16_384)
def country(text: str) -> str | None:
    """Return the key of a country or people, or None; "us" in small letters is a pronoun."""
    if text in ("us", "un", "eu", "uk", "turkey", "polish", "prc", "rok"):
        return None
    return ALIASES.get(text.lower())


def acronyms(words: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Return the acronyms that runs of capital words spell, with (start, end) of the run.

    Small words in between count for nothing, as in "Department of State".
    """
    capitals = [word[0].lower() if word[:1].isupper() else "" for word in words]
    found: dict[str, tuple[int, int]] = {}
    for start, first in enumerate(capitals):
        letters = first
        for end in range(start + 1, min(len(words), start + LONGEST) if first else start):
            letters += capitals[end]
            if capitals[end] and len(letters) > 1:
                found.setdefault(letters, (start, end + 1))
            elif not capitals[end] and words[end].lower() not in STOP_WORDS:
                break
    return found
