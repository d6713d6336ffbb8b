"""Find what turns a statement round or weakens it: tokens in, the words negated or hedged out.

Knows English negations, verbs that deny what follows them, pairs of opposites and hedges; knows
nothing of evidence.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from bot.language.tokens import NUMBER, STOP, Token
from bot.language.word_kinds import verb_form
from bot.language.words import lines, words
from index.words import stem

_NEGATIONS = frozenset(
    "not no never neither nor none nobody nothing without cannot hardly scarcely rarely".split()
)
_NO_NEGATION = frozenset("only just later less than".split())  # "no later than", "not only"
_BEING = frozenset("is are was were been being be".split())
_ADVERBS = frozenset("longer yet ever even always often".split())
_DENIALS = frozenset(
    map(stem, "fail failed fails refuse refused refuses decline declined deny denied lack "
              "lacked lacks prohibit cease ceased stopped".split())
)  # fmt: skip
_HEDGES = frozenset("may might could would should".split())
_REPORTED = frozenset("would should".split())  # may be no more than the tense of reported speech
_HEDGE_WORDS = words("hedges")

_SPELLINGS = tuple(
    (re.compile(british), american)
    for british, american in (
        (r"(?<=\w{3})is(?=(?:e|ed|es|er|ing|ation|ations)$)", "iz"),
        (r"(?<=\w{2})our(?=(?:s|ed|ing|able|ite|er|ers)?$)", "or"),
        (r"(?<=\w{2})tre(?=s?$)", "ter"),
        (r"(?<=[a-z]{3})ence$", "ense"),
        (r"(?<=\w{2}[aeiou])ll(?=(?:ed|ing|er|ers)$)", "l"),
        (r"ogramme(?=s?$)", "ogram"),
        (r"(?<=\w{3})ogue(?=s?$)", "og"),
    )
)
_PREFIXES = ("un", "in", "im", "dis", "non", "il", "ir")


def _opposites() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for line in lines("opposites"):
        mine, _, theirs = line.partition("|") if "|" in line else line.partition(" ")
        for one in map(stem, mine.split()):
            for other in map(stem, theirs.split()):
                found.setdefault(one, set()).add(other)
                found.setdefault(other, set()).add(one)
    return {one: frozenset(others) for one, others in found.items()}


def _alike() -> dict[str, frozenset[str]]:
    """Return the words that stand on one side of a line of several, by each of them."""
    found: dict[str, set[str]] = {}
    sides = [line.split() for line in lines("synonyms")]
    for line in lines("opposites"):
        sides += [side.split() for side in line.split("|")] if "|" in line else []
    for side in sides:
        for word in map(_sense, side):
            found.setdefault(word, set()).update(map(_sense, side))
    return {one: frozenset(others) for one, others in found.items()}


def is_negation(token: Token) -> bool:
    """Return whether a token turns round what follows it."""
    key = token.said.lower() if token.kind == NUMBER else token.key
    return key == "zero" or key in _NEGATIONS or key.endswith("n't")


def opposite(one: Token, other: Token) -> bool:
    """Return whether two words mean the contrary of each other, by the table or by a prefix."""
    return contrary(one.said.lower(), other.said.lower(), one.key, other.key)


def contrary(one: str, other: str, key: str = "", other_key: str = "") -> bool:
    """Return whether two words in small letters are opposites; `key` is the stem where known."""
    if stem(other) in OPPOSITES.get(stem(one), ()):
        return True
    if stem(_base(other)) in OPPOSITES.get(stem(_base(one)), ()):
        return True
    short, long = sorted((key or stem(one), other_key or stem(other)), key=len)
    return len(short) > 3 and long in {f"{p}{short}" for p in _PREFIXES}


def _base(word: str) -> str:
    """Return the base of an irregular form: "shrink" of "shrank"."""
    form = verb_form(word)
    return form[0] if form else word


def same_sense(one: str, other: str) -> bool:
    """Return whether two words in small letters have one stem, or one sense by the table."""
    mine, theirs = _sense(one), _sense(other)
    return mine == theirs or theirs in ALIKE.get(mine, ())


@lru_cache(maxsize=65_536)
def _sense(word: str) -> str:
    """Return the stem of the base form of a word in American spelling."""
    for british, american in _SPELLINGS:
        word = british.sub(american, word)
    return stem(_base(word))


OPPOSITES = _opposites()
ALIKE = _alike()


def negated(tokens: Sequence[Token]) -> dict[int, Token]:
    """Return the positions of the words that are negated, with the word that does it."""
    found: dict[int, Token] = {}
    for at, token in enumerate(tokens):
        following = tokens[at + 1].key if at + 1 < len(tokens) else ""
        if is_negation(token):
            if following not in _NO_NEGATION and not _until(tokens, at):
                _mark(found, tokens, at)
        elif (token.key in _DENIALS or token.key == "yet") and following == "to":
            _mark(found, tokens, at)
    return found


def _until(tokens: Sequence[Token], at: int) -> bool:
    """Return whether "until" follows soon: what did "not open until 1990" opened."""
    return any(token.key == "until" for token in tokens[at + 1 : at + 7])


def passive(tokens: Sequence[Token]) -> bool:
    """Return whether a sentence tells by whom something was done."""
    said = [token.key for token in tokens]
    return any(
        word == "by" and _BEING & set(said[max(0, at - 4) : at - 1]) for at, word in enumerate(said)
    )


def plainly_hedged(tokens: Sequence[Token]) -> dict[int, Token]:
    """Return what `hedged` returns but for "would" and "should", which reported speech has too."""
    return {at: word for at, word in hedged(tokens).items() if word.key not in _REPORTED}


def hedged(tokens: Sequence[Token]) -> dict[int, Token]:
    """Return the positions of the words that are hedged, with the word that does it."""
    found: dict[int, Token] = {}
    for at, token in enumerate(tokens):
        if (token.kind == STOP and token.key in _HEDGES) or token.said.lower() in _HEDGE_WORDS:
            _mark(found, tokens, at)
    return found


def _mark(found: dict[int, Token], tokens: Sequence[Token], at: int) -> None:
    """Mark the next word that carries meaning; adverbs before another word do not."""
    for there in range(at + 1, min(at + 6, len(tokens))):
        said = tokens[there].said.lower()
        leads_on = there + 1 < len(tokens) and tokens[there + 1].kind != STOP
        adverb = said in _ADVERBS or (said.endswith("ly") and leads_on)
        if tokens[there].kind != STOP and not adverb:
            found.setdefault(there, tokens[at])
            return
