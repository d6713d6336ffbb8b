"""Complete a question that is cut short by the one before it: "and Sweden?", "no, the 2019 one".

In: the fragment and the question before it. Out: the whole question, or None where the rules do
not see which words the fragment stands in for. Only a name for a name and a year for a year: other
words would need a reading of the sense, and the conversation's topic serves them well enough.
"""

import re

_OPENING = re.compile(
    r"""^\W*(?:(?:and|but|or|so|ok(?:ay)?|no|nope|sorry|wait|actually|also|then|what\ about
    |how\ about|same\ (?:question\ )?for|i\ mean|i\ meant|make\ (?:it|that))\b[\s,.:;-]*)+""",
    re.IGNORECASE | re.VERBOSE,
)
_FRAGMENT = re.compile(
    r"^(?P<preposition>in|for|of|by|at|with|from|to|on|since|until|during)?\s*"
    r"(?P<article>the)?\s*(?P<core>[^?!.]*?)(?:\s+(?:one|version|too|instead|then))*\s*[?!.]*$",
    re.IGNORECASE,
)
_YEAR = re.compile(r"^(?:FY\s?)?(?:(?:19|20)\d\d|\d\d(?<=FY\d\d))$", re.IGNORECASE)
_YEARS = re.compile(r"\b(?:19|20)\d\d\b")
_FISCAL = re.compile(r"\bFY\s?(?:20)?\d\d\b", re.IGNORECASE)
_WORD = r"[A-Z][^\W_]*(?:['’.&/-][^\W_]+)*"
_NAME = re.compile(rf"{_WORD}(?:\s+(?:(?:of|and|the|for)\s+)?{_WORD})*")
_LONGEST = 5  # words of a name


def completed(fragment: str, before: str) -> str | None:
    """Return the question before with the fragment in the place of what it replaces, or None."""
    opening = _OPENING.match(fragment)
    found = _FRAGMENT.match(fragment[opening.end() if opening else 0 :].strip())
    core = found["core"].strip() if found else ""
    if not found or not core:
        return None
    if _YEAR.match(core):
        return _with_year(core, before)
    is_name = _NAME.fullmatch(core) is not None and len(core.split()) <= _LONGEST
    if not is_name or (opening is None and not fragment.rstrip().endswith("?")):
        return None
    return _with_name(core, before, found["preposition"], bool(found["article"]))


def _with_year(year: str, before: str) -> str | None:
    """Return the question of the other year; one without a year gets it at its end."""
    pattern = _FISCAL if year.upper().startswith("FY") else _YEARS
    present = pattern.findall(before)
    if len(set(present)) > 1:
        return None
    if present:
        return pattern.sub(year, before)
    return f"{before.rstrip(' ?.!')} in {year}?"


def _with_name(name: str, before: str, preposition: str | None, article: bool) -> str | None:
    """Return the question with the name that the new one is like replaced."""
    if name.lower() in before.lower():
        return None
    alike = [
        match
        for match in _NAME.finditer(before)
        if _shape(match.group()) == _shape(name)
        and _opens_no_sentence(before, match.start())
        and (_word_before(before, match.start()) == "the") is article
    ]
    if preposition:
        alike = [
            match
            for match in alike
            if preposition.lower() in _words_before(before, match.start(), 2)
        ]
    if len(alike) != 1:  # of two alike, either may be meant
        return None
    return before[: alike[0].start()] + name + before[alike[0].end() :]


def _shape(name: str) -> str:
    return "acronym" if name.isupper() and len(name) > 1 else "name"


def _opens_no_sentence(text: str, position: int) -> bool:
    """Whether a capital at `position` means a name; the first word of a sentence always has one."""
    before = text[:position].rstrip()
    return bool(before) and before[-1] not in ".?!"


def _word_before(text: str, position: int) -> str:
    words = _words_before(text, position, 1)
    return words[0] if words else ""


def _words_before(text: str, position: int, count: int) -> list[str]:
    return [word.lower() for word in text[:position].split()[-count:]]
