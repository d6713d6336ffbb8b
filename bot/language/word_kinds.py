"""Tell what each word of an English sentence is: text in, words with their kinds out.

Rules over small words (wordlists/small_words.txt), verbs and their forms; no model. Where a word
may be noun or verb, its neighbours and the verbs found so far decide.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.language.words import lines
from index.dates import MONTHS

LONGEST = 1200  # characters of a sentence that are read; a longer one is a table or a list
_TOKEN = re.compile(
    r"[^\W_]+(?=n['’]t\b)|n['’]t\b|['’](?:s|ll|re|ve|d)\b|\d+(?:[.,]\d+)*%?|[$€£]"
    r"|[^\W_]+(?:[.&-](?=[^\W_])[^\W_]+)*|[^\w\s]"
)
_COMMON = tuple(
    """ment tion sion ity ness ship age ance ence ing s ure out put ism men people ice ort est ght
    al er""".split()
)
BASE, FINITE, PAST, PARTICIPLE, ING = "base", "s", "past", "participle", "ing"


# Words in -s that are no plurals where no better sign tells, and plurals without it.
_NO_PLURALS, _PLURALS = (frozenset(line.partition(":")[2].split()) for line in lines("plurals"))
_SINGULARS = re.compile(r"(?:ss|us|is|ics)$|^(?:news|series|species|always|less|perhaps)$")


@dataclass(frozen=True)
class Word:
    """One word or mark; `kind` is verb, aux, name, noun, number, det, prep, adv and the like."""

    said: str
    lower: str
    kind: str
    start: int


def _grouped(name: str) -> dict[str, frozenset[str]]:
    found = {}
    for line in lines(name):
        group, _, members = line.partition(": ")
        found[group] = frozenset(members.split())
    return found


SMALL = _grouped("small_words")
BE = frozenset("be is are was were been being am 's".split())
_MODALS = frozenset(
    "will would shall should can could may might must ought cannot 'll ’ll do does did".split()
)
TIMES = frozenset(MONTHS) | frozenset(
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
)


def _forms() -> dict[str, tuple[str, str]]:
    """Return (base, form) of every form that is known for certain to be a verb's."""
    found: dict[str, tuple[str, str]] = {}
    for line in lines("irregular_verbs"):
        base, past, *rest = line.split()
        for participle in rest or [past]:
            found.setdefault(participle, (base, PARTICIPLE))
        found[past] = (base, PAST)
        found.setdefault(base, (base, BASE))
    return found


_FORMS = _forms()
# Pasts that are no participles ("took"): they never stand before a noun like an adjective.
PURE_PAST = frozenset(
    word for word, (base, form) in _FORMS.items()
    if form == PAST and any(b == base and f == PARTICIPLE for b, f in _FORMS.values())
)  # fmt: skip
_BASES = (
    frozenset(_FORMS)
    | SMALL["verb"]
    | frozenset(
        word
        for name in ("verbs", "opposites")
        for line in lines(name)
        if not line.startswith("=")
        for word in line.replace("|", " ").split()
    )
)


@lru_cache(maxsize=32_768)
def verb_form(lower: str) -> tuple[str, str] | None:
    """Return (base, form) of a word that may be a verb; None for one that is none."""
    if lower in _FORMS:
        return _FORMS[lower]
    if lower.endswith("ed") and len(lower) > 4 and lower not in SMALL["noun_in_ed"]:
        return _base(lower, "ed"), PAST
    if lower.endswith("ing") and len(lower) > 5 and lower not in SMALL["noun_in_ing"]:
        return _base(lower, "ing"), ING
    if lower.endswith("s") and not lower.endswith("ss"):
        for base in (lower[:-1], lower[:-2], f"{lower[:-3]}y"):
            if base in _BASES and (base != lower[:-2] or lower.endswith("es")):
                return base, FINITE
    return (lower, BASE) if lower in _BASES else None


def _base(lower: str, ending: str) -> str:
    bare = lower.removesuffix(ending)
    doubled = bare[:-1] if bare[-1:] == bare[-2:-1] and bare[-1:] not in "lsz" else bare
    choices = (f"{bare}e", bare, doubled, f"{bare[:-1]}y" if bare.endswith("i") else bare)
    return next((one for one in choices if one in _BASES), doubled)


@lru_cache(maxsize=8192)
def words_of(text: str) -> tuple[Word, ...]:
    """Return the words of a sentence with their kinds."""
    found: list[Word] = []
    matches = list(_TOKEN.finditer(text[:LONGEST]))
    for at, match in enumerate(matches):
        said = match.group()
        found.append(Word(said, said.lower(), _small_kind(said, opens=at == 0), match.start()))
    return tuple(_verbs(found))


def _small_kind(said: str, *, opens: bool) -> str:
    lower = said.lower()
    if not said[0].isalnum() and not lower.startswith(("'", "’", "n'", "n’")):
        return (
            "comma"
            if said == ","
            else "join"
            if said in ";:"
            else "sign"
            if said in "$€£%"
            else "mark"
        )
    if said[0].isdigit():
        return "number"
    if lower in ("'s", "’s"):
        return "own"
    for group, kind in (
        ("auxiliary", "aux"), ("determiner", "det"), ("negative", "adv"), ("joining", "join"),
        ("pronoun", "pron"), ("preposition", "prep"), ("linking", "link"), ("adverb", "adv"),
    ):  # fmt: skip
        if lower in SMALL[group] and not (said[0].isupper() and not opens and group == "auxiliary"):
            if said.isupper() and len(said) > 1:
                break
            return "to" if lower == "to" else kind
    if said[0].isupper() and not opens:
        return "name"
    if lower.endswith("ly") and len(lower) > 4 and lower not in _BASES:
        return "adv"
    return "noun"


def _verbs(found: list[Word]) -> list[Word]:
    """Mark the verbs: first those that are certain, then those that a clause still lacks."""
    _settle_that(found)
    for sure in (True, False):
        for at, word in enumerate(found):
            if word.kind in ("noun", "name") and _is_verb(found, at, sure=sure):
                found[at] = replace(word, kind="verb")
    if found and _opens_with_name(found):
        found[0] = replace(found[0], kind="name")
    return found


def _settle_that(found: list[Word]) -> None:
    """Tell "said that it", "the plan that failed" and "that plan" apart."""
    for at, word in enumerate(found[:-1]):
        if word.lower == "no" and found[at + 1].lower == "longer":
            found[at] = replace(word, kind="adv")
        if word.lower in ("provided", "providing") and found[at + 1].lower != "that":
            found[at] = replace(word, kind="noun")  # a verb, perhaps
        if word.lower != "that" or at == 0:
            continue
        before, after = found[at - 1], found[at + 1]
        if after.kind in ("aux", "verb") or (after.kind == "adv" and before.kind == "noun"):
            found[at] = replace(word, kind="pron")
        elif verb_form(before.lower) or after.kind in ("pron", "det", "name"):
            found[at] = replace(word, kind="link")


def _opens_with_name(found: list[Word]) -> bool:
    """Return whether the first word is a name: alone before a verb, or before another name."""
    first, after = found[0], found[1] if len(found) > 1 else None
    if first.kind != "noun" or not first.said[0].isupper() or after is None:
        return False
    if after.kind == "name" or first.said.isupper():
        return True
    alone = after.kind in ("verb", "aux", "own", "join", "comma", "adv")
    return alone and not first.lower.endswith(_COMMON)


def _is_verb(found: list[Word], at: int, *, sure: bool) -> bool:
    word = found[at]
    form = verb_form(word.lower) or _after_to(found, at)
    if form is None or (word.said[0].isupper() and at > 0):
        return False
    back = next((n for n in range(at - 1, -1, -1) if found[n].kind != "adv"), -1)
    before = found[back] if back >= 0 else None
    after = found[at + 1] if at + 1 < len(found) else None
    kind = before.kind if before else "start"
    if kind == "to":
        return form[1] == BASE and not (after and after.lower in ("of", "for") and not sure)
    if before and before.kind == "aux":
        if before.lower in _MODALS:
            return form[1] == BASE or form[0] == word.lower
        return (
            form[1] in (PAST, PARTICIPLE, ING) or _FORMS.get(word.lower, ("", ""))[0] == word.lower
        )
    if form[1] in (PAST, PARTICIPLE):
        if kind in ("noun", "name", "number", "pron", "comma", "join", "mark", "verb", "sign"):
            if word.lower in PURE_PAST:
                return True
            return not (kind in ("comma", "join", "mark") and _modifies(found, at))
        return (
            kind == "link" and before is not None and before.lower in ("as", "when", "once", "if")
        )
    if form[1] == ING:
        return kind in ("prep", "comma", "noun", "name", "link", "verb") and _goes_on(after)
    if sure:
        return False
    if (
        form[1] == FINITE
        and after
        and after.kind == "noun"
        and (verb_form(after.lower) or ("", ""))[1] == BASE
    ):
        return False  # "African states support"
    if kind not in ("noun", "name", "pron", "comma", "join", "number", "mark") or not _goes_on(
        after
    ):
        return False
    return not _has_verb(found, at) and _number_fits(before, form[1], kind)


def _after_to(found: list[Word], at: int) -> tuple[str, str] | None:
    """Return the form of a word that stands where a verb does: "to station a brigade"."""
    if at < 2 or at + 1 >= len(found) or found[at - 1].kind != "to":
        return None
    word, before = found[at], found[at - 2]
    if before.lower in SMALL["before_to"] or not word.said.islower() or word.lower.endswith("s"):
        return None
    return (word.lower, BASE) if found[at + 1].kind == "det" else None


def _number_fits(before: Word | None, form: str, kind: str) -> bool:
    """Return whether "they" is followed by "support", "it" by "supports"."""
    if before is None or kind in ("comma", "join", "mark", "name", "number"):
        return True
    plural = before.lower in (
        "they",
        "we",
        "i",
        "you",
        "who",
        "which",
        "these",
        "those",
        "people",
    ) or (before.lower.endswith("s") and not before.lower.endswith("ss"))
    return plural == (form == BASE) or before.lower in ("who", "which", "that", "all", "some")


def _modifies(found: list[Word], at: int) -> bool:
    """Return whether a participle stands before its noun: "new, improved rules"."""
    after = found[at + 1] if at + 1 < len(found) else None
    return bool(after and after.kind == "noun" and not verb_form(after.lower))


def _goes_on(after: Word | None) -> bool:
    """Return whether what follows may follow a verb."""
    if after is not None and after.kind == "verb":  # "denies supporting"
        return (verb_form(after.lower) or ("", ""))[1] == ING
    return after is None or (after.kind != "aux" and after.lower != "of")


def _has_verb(found: list[Word], at: int) -> bool:
    """Return whether the clause round a word has a verb already."""
    for step in (-1, 1):
        there = at + step
        while 0 <= there < len(found) and found[there].kind not in (
            "comma",
            "join",
            "mark",
            "link",
        ):
            if found[there].kind in ("verb", "aux") and found[there].kind != "to":
                back = found[there - 1].kind if there else ""
                form = verb_form(found[there].lower)
                if back != "to" and (form is None or form[1] != ING or back == "aux"):
                    return True
            there += step
    return False


def is_plural(word: str) -> bool:
    """Return whether a word in lower case has the form of a plural noun."""
    if word in _PLURALS:
        return True
    return (
        bool(re.fullmatch(r"[a-z][a-z-]+s", word))
        and len(word) > 3
        and word not in _NO_PLURALS
        and not _SINGULARS.search(word)
    )
