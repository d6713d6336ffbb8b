"""Name the subject of a sentence that opens with "It" or "The agency": texts in, a name out.

"It closed in 2019." after "The Norvane Company ran the port." becomes "[The Norvane Company] closed
in 2019.", and so does "The company closed in 2019." A pronoun only where the sentence before opens
with a name that fits it and no other name could be meant; a noun only where
bot/answering/referents.py finds
the one name of its kind; else nothing is named. English rules over the words alone.
"""

import re
from collections.abc import Sequence

from bot.answering.readable import BRACKETED
from bot.answering.referents import the_one
from bot.language.kinds import POINTING

_PRONOUN = re.compile(r"^(?P<who>It|Its|He|His|She|Her|They|Their)\b(?![’'])")
_POSSESSIVE = frozenset({"Its", "His", "Her", "Their"})
_SUBJECT_OF = {"Its": "It", "His": "He", "Her": "She", "Their": "They"}
_EXPLETIVE = re.compile(  # "It is unclear whether": nothing is meant by it
    r"^It (?:is|was|remains?|seems?|appears?|would be|may be|has been|became)\b[^.]{0,40}?"
    r"\b(?:that|whether|if|to|how|why|when|who|what)\b"
)
_CLAUSE = re.compile(  # what follows a noun that is a sentence's whole subject
    r"^\s(?:(?:also|then|now|later|still|often|generally|subsequently|reportedly|initially)\s)?"
    r"(?:is|are|was|were|has|have|had|will|would|can|could|may|might|must|should|shall|does|did"
    r"|began|became|came|fell|gave|grew|held|kept|led|left|made|met|paid|put|ran|rose|said|sent|set"
    r"|sought|spent|told|took|went|won|wrote|says|provides|requires|allows|includes|prohibits"
    r"|authorizes|directs|establishes|expires|supports|makes|gives|remains|contains|applies"
    r"|(?P<participle>[a-z]+ed))\s(?!by\b)"
)
_REDUCED = re.compile(  # "The bill introduced in May would …": another bill may not have been
    r"^(?:in|on|at|under|to|for|from|with|as|through|between|during)\s[^,;]*"
    r"\b(?:is|are|was|were|has|have|had|will|would|can|could|may|might|must|should|does|did)\b"
)
_INTRODUCED = re.compile(
    r"^(?:In|On|At|After|Since|During|Under|For|By|As|Before|Until|Following|With) [^,]{1,40}, "
)
_WORD = r"[A-Z][\w’'&-]*(?:\.(?=\s[A-Z]))?"
_NAME = rf"{_WORD}(?:\s(?:(?:of|for|and|on|to|in)\s(?:the\s)?)?{_WORD})*"
_VERBS = (
    "is|are|was|were|has|have|had|will|would|can|could|may|might|must|should|does|did|also|now|then"
    "|became|began|brought|built|came|fell|gave|grew|held|kept|led|left|lost|made|met|paid|put|ran"
    "|rose|said|sent|set|sold|sought|spent|told|took|went|won|wrote"
)
_FIRST_NAME = re.compile(
    rf"^(?P<name>(?:The\s)?{_NAME})(?:\s\([A-Z][\w&.-]*\))?(?=\s(?:{_VERBS}|[a-z]+(?:ed|s))\b)"
)
_PERSON = re.compile(
    r"^(?:President|Prime Minister|Minister|Secretary|Senator|Sen\.|Representative|Rep\.|Justice"
    r"|Judge|Chief Justice|Governor|Gov\.|General|Gen\.|Chancellor|King|Queen|Pope|Mr\.|Mrs\.|Ms\."
    r"|Dr\.|Professor)\s"
)
_NOT_NAMES = frozenset(
    """A An Although And As At Because Both But By Each Few For From He Her His How
    However If In It Its Many Most No Not On One Other Others Our She Since So Some Such That The
    Their Then There These They This Those Thus To Under We What When Where Which While Who With You
    """.split()
)


def named(sentence: str, before: Sequence[str]) -> str | None:
    """Return a sentence with its subject in brackets, None where it cannot be told.

    `before` are the sentences of the same passage before it, in order.
    """
    found = _PRONOUN.match(sentence)
    if not found:
        return _noun_named(sentence, before)
    if _EXPLETIVE.match(sentence):
        return None
    who = _SUBJECT_OF.get(found["who"], found["who"])
    for earlier in reversed(before):
        name = _subject(earlier)
        if name:
            fits = _fits(name, who)
            possessive = found["who"] in _POSSESSIVE
            return _bracketed(name, sentence[found.end() :], possessive) if fits else None
        again = _PRONOUN.match(earlier)
        if not again or _SUBJECT_OF.get(again["who"], again["who"]) != who:
            return None
    return None


def _noun_named(sentence: str, before: Sequence[str]) -> str | None:
    """Return a sentence that opens with a definite noun with its name in brackets, or None."""
    found = POINTING.match(sentence)
    if not found or not (found["possessive"] or _is_clause(sentence[found.end() :])):
        return None
    name = the_one(found["noun"].lower(), before, sentence[found.end() :])
    if not name or (found["noun"] == "Court" and "Supreme" not in name):
        return None  # "the Court" with a capital is the highest one
    return _bracketed(name, sentence[found.end() :], bool(found["possessive"]))


def _is_clause(rest: str) -> bool:
    """Return whether a verb follows, and nothing that tells one thing of the kind from another."""
    found = _CLAUSE.match(rest)
    if found is None:
        return False
    return not (found["participle"] and _REDUCED.match(rest[found.end() :]))


def _bracketed(name: str, rest: str, possessive: bool) -> str | None:
    ending = ("’" if name.endswith("s") else "’s") if possessive else ""
    return f"[{name}{ending}]{rest}" if len(name) + len(ending) <= BRACKETED else None


def _subject(sentence: str) -> str | None:
    """Return the name that a sentence opens with as its subject."""
    rest = _INTRODUCED.sub("", sentence, count=1)
    found = _FIRST_NAME.match(rest)
    if not found or found["name"].split()[0] in _NOT_NAMES - {"The"} or found["name"] == "The":
        return None
    return found["name"]


def _fits(name: str, who: str) -> bool:
    person = bool(_PERSON.match(name))
    many = " and " in name or (name.split()[-1].endswith("s") and not name.split()[-1].isupper())
    if who == "They":
        return many
    if who == "It":
        return not person and not _two_names(name)
    return person or (not name.startswith("The ") and len(name.split()) in {2, 3} and not many)


def _two_names(name: str) -> bool:
    return " and " in name and not name.startswith("The ")
