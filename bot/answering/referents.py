"""Find the one name that a common noun can stand for: "agency" and sentences in, a name out.

One name of the kind must stand in the sentences, its bounds beyond doubt, and nothing else that the
noun could mean: no second name, no acronym that nobody explains, no "an agency", no "state agency".
In any doubt there is none: a wrong name is worse than no name. English rules over words alone.
"""

import re
from collections.abc import Iterator, Sequence

from bot.language import names
from bot.language.kindnames import Name, of_kind, runs
from bot.language.kinds import ALL_HEADS, FIRMS, HEADS, LAWS, OFFICES
from index.words import STOP_WORDS

_LINK = re.compile(
    r"\s\((?:[A-Z]+[,;]\s)?(?:the\s)?|,\s(?:or\s)?(?:the\s)?"
)  # two names of one law
_ACRONYM = re.compile(r"(?<![\w.&-])[A-Z][A-Za-z&]*[A-Z][A-Z&]*s?(?![\w&])")
_EXPLAINED = re.compile(r"(?P<head>\w+)\s\((?:the\s)?[“\"]?(?P<short>[A-Z][\w&.-]*[A-Z])\b")
_NO_RIVALS = frozenset("US EU UN UK USA GDP FY II III IV VI COVID CEO LLC".split())
_BODIES = frozenset("Congress Parliament House Senate".split())
_MONTHS = frozenset(
    """January February March April May June July August September October November December
    Monday Tuesday Wednesday Thursday Friday Saturday Sunday""".split()
)
_STATE = re.compile(  # of a president: no agency
    r"(?:^|\s)(?:Trump|Biden|Obama|Bush|Clinton|Reagan|Carter|Nixon)(?:-Harris)? Administration$"
)
_ALIKE = {  # by which other nouns another thing that is meant may go
    "bill": "bill|act", "act": "act|bill", "law": "law|act", "treaty": "treaty|agreement",
    "agreement": "agreement|treaty", "company": "company|firm|corporation",
    "firm": "firm|company|corporation", "corporation": "corporation|company|firm",
}  # fmt: skip
_LAW = re.compile(r".*A$")  # acronyms of laws and of courts; of other kinds any may be one
_COURT = re.compile(r".*(?:[CJT]|EU|HR|SCOTUS)$")


def the_one(noun: str, before: Sequence[str], sentence: str) -> str | None:
    """Return the only name of the kind in the sentences before, None where another may be meant.

    `sentence` is what the noun opens: a name of the kind in it is one of something else.
    """
    found = _things(noun, before)
    if len(found) != 1 or not found[0].sure or _own(noun, sentence):
        return None
    if any(_rivals(noun, text, found[0]) for text in before):
        return None
    if noun not in OFFICES and _unexplained(noun, " ".join(before), found[0]):
        return None
    return found[0].said


def _things(noun: str, before: Sequence[str]) -> list[Name]:
    """Return the things of the kind that are named, each by the first of its names."""
    found: list[Name] = []
    others: set[str] = set()
    for text in before:
        last: Name | None = None
        for name in of_kind(noun, text):
            if _STATE.search(name.key):
                continue
            if last and _LINK.fullmatch(text[last.end : name.start]):
                others.add(name.key)
            elif name.key not in others and not any(_same(noun, name, one) for one in found):
                found.append(name)
            last = name
    return found


def _same(noun: str, one: Name, other: Name) -> bool:
    """Return whether the later name is the earlier one, or a shorter form of it."""
    if noun in OFFICES:
        title = noun.capitalize()
        return one.key.split()[-1] == other.key.split()[-1] and title in one.key
    return f" {other.key}".endswith(f" {one.key}")


def _own(noun: str, sentence: str) -> bool:
    """Return whether the sentence itself names a thing of the kind; a bill may amend an act."""
    return any(noun != "bill" or name.key[1:2] == "." for name in of_kind(noun, sentence))


def _rivals(noun: str, text: str, one: Name) -> bool:
    """Return whether a sentence holds something else that the noun could mean."""
    if _unnamed(noun, text, one):
        return True
    if noun in OFFICES:
        return any(" " in run for run in _unknown(noun, text, one))
    if noun in FIRMS:
        return any(True for _ in _unknown(noun, text, one))
    return noun == "agency" and any(text.startswith(run) for run in _unknown(noun, text, one))


def _unnamed(noun: str, text: str, one: Name) -> bool:
    """Return whether a thing of the kind is spoken of without a name: "state agencies"."""
    alike = _ALIKE.get(noun, noun)
    many = f"{noun[:-1]}ies" if noun.endswith("y") else rf"(?:{alike})e?s"
    itself = rf"{re.escape(one.key)}(?: \([^()]*\))?, an? (?:{alike})\b"  # "…, a bill that would"
    rest = re.sub(itself, one.key, text)
    return bool(
        re.search(rf"\b(?![Tt]h(?:e|is|at)\b)[\w’'-]+\s(?:{alike})\b", rest)
        or re.search(rf"\b[Tt]h(?:e|is)\s(?:{alike})\s(?:of|in|that|for|which|with)\b", rest)
        or re.search(rf"\b{many}\b", rest, re.IGNORECASE)
    )


def _unknown(noun: str, text: str, one: Name) -> Iterator[str]:
    """Yield the capital words that are no place, time or thing of a kind that is known."""
    for start, run in runs(text):
        last = run.split()[-1].rstrip(".")
        if (
            run in one.key
            or run == one.short
            or one.key in run
            or (last in ALL_HEADS - HEADS[noun])
        ):
            continue
        if names.country(run) or run in _BODIES or set(run.split()) & _MONTHS:
            continue
        if start == 0 and " " not in run and _is_common(run):
            continue
        yield run


def _is_common(word: str) -> bool:
    """Return whether a word that opens a sentence is more likely no name."""
    lower = word.lower()
    return lower in STOP_WORDS | names.OPENINGS or lower.endswith(("s", "ing", "ly"))


def _unexplained(noun: str, text: str, one: Name) -> bool:
    """Return whether an acronym stands there that may be of a thing of the kind."""
    other = ALL_HEADS - HEADS[noun]
    explained = {found["short"] for found in _EXPLAINED.finditer(text) if found["head"] in other}
    within = (run for _, run in runs(text) if run == one.key or run.split()[-1] in other)
    known = {part for run in within for part in run.split()} | set(one.key.split())
    known |= explained | _NO_RIVALS | {one.short}
    may_be = _LAW if noun in LAWS else _COURT if noun == "court" else _ACRONYM
    found = {match.group().removesuffix("s") for match in _ACRONYM.finditer(text)} - known
    return any(may_be.fullmatch(acronym) for acronym in found)
