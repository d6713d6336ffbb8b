"""Complete a fragment by the question before it: "and Norland?", "in 2023?", "and now?".

Only whole sentences come out. A name takes the place of the one name like it, a time the place of
the time; for other words a reading of the sense would be needed, and None says so. A name is like
another where both are acronyms or neither is, both or neither stand behind "the", and both or
neither are plural: "and why did some Mexico oppose that?" is no sentence.
"""

import re
from datetime import date

from bot.language.names import ALIASES
from bot.language.times import expressions

_OPENING = re.compile(
    r"""^\W*(?:(?:and|but|or|so|ok(?:ay)?|no|nope|sorry|wait|actually|also|then|what\ about
    |how\ about|what\ of|same\ (?:question\ )?for|i\ mean|i\ meant|make\ (?:it|that))\b
    [\s,.:;-]*)+""",
    re.IGNORECASE | re.VERBOSE,
)
_FRAGMENT = re.compile(
    r"^(?:(?P<preposition>in|for|of|by|at|with|from|to|on|since|until|during)\s+)?"
    r"(?:(?P<article>the)\s+)?(?P<core>[^?!.]*?)(?:\s+(?:one|version|too|instead|then))*\s*[?!.]*$",
    re.IGNORECASE,
)
_YEAR_ALONE = re.compile(r"^(?:FY\s?)?(?:(?:19|20)\d\d|\d\d(?<=FY\d\d))$", re.IGNORECASE)
_YEARS = re.compile(r"\b(?:19|20)\d\d\b")
_FISCAL = re.compile(r"\bFY\s?(?:20)?\d\d\b", re.IGNORECASE)
_WORD = r"[A-Z][^\W_]*(?:['’.&/-][^\W_]+)*"
_NAME = re.compile(rf"{_WORD}(?:(?<!['’]s)\s+(?:(?:of|and|the|for)\s+)?{_WORD})*")
_LONGEST = 5  # words of a name, and letters of an acronym


_NOW = re.compile(
    r"^(?:right\s+now|now|today|currently|at\s+present|at\s+the\s+moment|these\s+days|nowadays)$",
    re.IGNORECASE,
)
_BACK_THEN = re.compile(
    r",?\s+(?:before|prior\s+to|until|till|up\s+to|during|after|back)\s+[^,?]+$", re.IGNORECASE
)
_PREPOSITION = re.compile(
    r"(?:\b(?:in|on|at|during|since|until|by|for|from|before|after|as\s+of)\s+(?:the\s+)?)?$",
    re.IGNORECASE,
)
_PRESENT = {"was": "is", "were": "are", "had": "has", "did": "does"}
_TENSED = re.compile(r"\b(?:is|are|was|were|does|do|did|has|have|had|can|will|used\s+to)\b", re.I)
_PAST = re.compile(rf"\b(?:{'|'.join(_PRESENT)})\b", re.IGNORECASE)
_MANY = re.compile(r"\b(?:did|had)\s+(?:they|we|you|the\s+\w+s|\w+s)\b", re.IGNORECASE)
_ANY_DAY = date(2024, 6, 15)  # only where a time stands is wanted, not which it is

_QUANTIFIERS = frozenset(
    "some any many few several most all these those both no other each every this that".split()
)
_OF_A_PEOPLE = re.compile(r"(?:ese|ish|ians?|eans?|ench|utch|german|greek|swiss|czech)$", re.I)


def completed(fragment: str, before: str) -> str | None:
    """Return the question before with the fragment in the place of what it replaces, or None."""
    opening = _OPENING.match(fragment)
    rest = fragment[opening.end() if opening else 0 :].strip()
    found = _FRAGMENT.match(rest)
    core = found["core"].strip() if found else ""
    if not before or not found or not core:
        return None
    if _NOW.match(core):
        return _with_now(before)
    if _YEAR_ALONE.match(core):
        return _with_year(core, before)
    if time := _time_alone(rest.rstrip(" ?.!")):
        return _with_time(time, before)
    is_name = _NAME.fullmatch(core) is not None and len(core.split()) <= _LONGEST
    if not is_name or (opening is None and not fragment.rstrip().endswith("?")):
        return None
    return _with_name(core, before, found["preposition"], bool(found["article"]))


def _with_now(before: str) -> str | None:
    """Return the question of the present: "How many used to pass before the war?" of today."""
    said = _without_times(_BACK_THEN.sub("", before.rstrip(" ?.!")))
    if not _TENSED.search(said) or re.match(r"\W*wh(?:o|at)\s+used\b", said, re.IGNORECASE):
        return None
    said = re.sub(r"\bused\s+to\s+", "", said, flags=re.IGNORECASE)
    if _MANY.search(said):
        said = re.sub(r"\b(?:did|had)\b", lambda one: "do" if one[0] == "did" else "have", said)
    present = _PAST.sub(lambda one: _PRESENT[one[0].lower()], said)
    return f"{present[:1].upper() if said[:1].isupper() else present[:1]}{present[1:]} now?"


def _without_times(said: str) -> str:
    for time in reversed(expressions(said, _ANY_DAY)):
        start = time.start - len(_relation(said, time.start))
        said = f"{said[:start].rstrip()}{said[time.end :]}"
    return said


def _relation(said: str, start: int) -> str:
    """Return the preposition, and the article, that stand before a time."""
    found = _PREPOSITION.search(said[:start])
    return found[0] if found else ""


def _time_alone(rest: str) -> str | None:
    """Return a fragment that is a time and nothing else: "last year", "in March 2022"."""
    times = expressions(rest, _ANY_DAY)
    if len(times) != 1 or times[0].end != len(rest):
        return None
    return rest if _relation(rest, times[0].start) == rest[: times[0].start] else None


def _with_time(time: str, before: str) -> str | None:
    """Return the question of the other time; one without a time gets it at its end."""
    said = before.rstrip(" ?.!")
    present = expressions(said, _ANY_DAY)
    if len(present) > 1:
        return None
    if not present:
        return f"{said} {time}?"
    start = present[0].start - len(_relation(said, present[0].start))
    return f"{said[:start]}{time}{said[present[0].end :]}?"


def _with_year(year: str, before: str) -> str | None:
    """Return the question of the other year; one without a year gets it at its end."""
    pattern = _FISCAL if year.upper().startswith("FY") else _YEARS
    present = pattern.findall(before)
    if len(set(present)) > 1:
        return None
    if present:
        return pattern.sub(year, before)
    return _with_time(f"in {year}", before)


def _with_name(name: str, before: str, preposition: str | None, article: bool) -> str | None:
    """Return the question with the name that the new one is like replaced."""
    if name.lower() in before.lower():
        return None
    alike = [
        (start, end)
        for start, end in map(_bare_span, _NAME.finditer(before))
        if _alike(name, before[start:end])
        and _opens_no_sentence(before, start)
        and _fits(before, start, end, article, name)
    ]
    if preposition:
        alike = [span for span in alike if preposition.lower() in _words_before(before, span[0], 2)]
    if len(alike) != 1:  # of two alike, either may be meant
        return None
    start, end = alike[0]
    the = "the " if article and _words_before(before, start, 1) != ["the"] else ""
    return before[:start] + the + name + before[end:]


def _bare_span(match: re.Match[str]) -> tuple[int, int]:
    """Return where a name stands, without the "'s" behind it."""
    return match.start(), match.end() - (2 if match.group()[-2:] in ("'s", "’s") else 0)


def _alike(one: str, other: str) -> bool:
    known = {one.lower(), other.lower()} & ALIASES.keys()  # "the UK" is like "Japan"
    written = bool(known) or _is_acronym(one) == _is_acronym(other)
    return written and _is_plural(one) == _is_plural(other)


def _is_acronym(name: str) -> bool:
    """Whether a name is written like EU or PiS."""
    return len(name) <= _LONGEST and any(map(str.isupper, name[1:]))


def _is_plural(name: str) -> bool:
    """Tell "Members" from "Mexico", as far as a name shows its number."""
    lower = name.lower()
    return lower not in ALIASES and lower.endswith("s") and lower[-2:] not in ("ss", "us", "is")


def _fits(before: str, start: int, end: int, article: bool, name: str) -> bool:
    """Whether another name may stand at [start, end): not for "some Members", "the German plan"."""
    words = _words_before(before, start, 1)
    if (words == ["the"]) is not article and not (article and name.lower() in ALIASES):
        return False
    describes = re.match(r"\s+[a-z]", before[end:]) is not None
    if describes and _OF_A_PEOPLE.search(before[start:end]):
        return False
    return not words or words[0] not in _QUANTIFIERS


def _opens_no_sentence(text: str, position: int) -> bool:
    """Whether a capital at `position` means a name; the first word of a sentence always has one."""
    before = text[:position].rstrip()
    return bool(before) and before[-1] not in ".?!"


def _words_before(text: str, position: int, count: int) -> list[str]:
    return [word.lower() for word in text[:position].split()[-count:]]
