"""Cut a question that compares two things into a question for each of them.

"The fee in Orrin vs. Sarn", "compare A with B", "A and B side by side", "which is older, A or B?",
"is A longer than B?", "2015 against 2024". "vs" and "versus" compare always, except of suits and
cases; "and", "with" and "to" only beside a word that compares; "or" where a choice stands apart or
behind a comparative; "than" before a thing, not before a number or "ever". How far a thing reaches
is told by its like on the other side: a name by a name, "under the old rule" by "under the new
one"; else it begins behind a preposition or a mark.
"""

import re

FEW = 3  # words of a thing that opens a question: "US vs Mexico per capita"

_VERSUS = re.compile(
    r",?\s+(?:vs\.?|versus|compared\s+(?:to|with)|as\s+opposed\s+to)\s+", re.IGNORECASE
)
_SUED = re.compile(
    r"\b(?:suits?|lawsuits?|cases?|claims?|action|ruled|v)\.?$|\b(?:judges?|sued?|suing)\b",
    re.IGNORECASE,
)
_CUE = re.compile(
    r"\b(?:compare|side\s+by\s+side|difference\s+between|both|respectively)\b", re.IGNORECASE
)
_COMPARE = re.compile(
    r"^\W*(?:(?:please|pls)\s+)?compare:?\s+((?!with|to)\S.*?)\s+(?:with|to|against)\s+(.+)$",
    re.IGNORECASE,
)
_COMPARES = re.compile(
    r"^(?:how\s+)?(?:does|do|did)\s+(.+?)\s+compare\s+(?:with|to|against)\s+(.+)$", re.IGNORECASE
)
_AND = re.compile(r"\s+(?:and|&)\s+", re.IGNORECASE)
_MARKS = re.compile(r"[,:;?!](?=\s|$)|\s+side\s+by\s+side\b", re.IGNORECASE)
_ARTICLE = re.compile(r"(?:the|an?)\s", re.IGNORECASE)
_PREPOSITION = (
    r"(?:in|at|for|of|under|with|by|on|from|during|between|before|after|since|through|within)"
)
_DANGLES = re.compile(rf"\s{_PREPOSITION}$", re.IGNORECASE)
_LEADS = re.compile(rf"^{_PREPOSITION}\s", re.IGNORECASE)
_INSIDE = re.compile(rf"\s{_PREPOSITION}\s", re.IGNORECASE)
_LAST = re.compile(rf"^.*\s(?={_PREPOSITION}\s)", re.IGNORECASE)
_BEHIND = re.compile(rf"(\S+)\s+(?:(of)|{_PREPOSITION}|both)\s+", re.IGNORECASE)
_WORD = r"(?:[A-Z][\w.&/'’-]*|\d[\w,.-]*)"
_NAME_ENDS = re.compile(
    rf"(?:^|.*?(?:[,:;]\s+|\b(?:{_PREPOSITION}|both|the|an?)\s+))(?P<name>(?:the\s+)?{_WORD}(?:\s{_WORD})*)$"
)
_NAME_BEGINS = re.compile(rf"^(?:the\s+)?{_WORD}(?:\s{_WORD})*")
_COMPARATIVE = (
    r"(?:more|less|fewer|most|least|better|worse|bigger|larger|smaller|higher|lower|longer|shorter"
    r"|faster|slower|older|younger|newer|stronger|weaker|cheaper|dearer|richer|poorer|greater"
    r"|earlier|later|sooner|deeper|heavier|lighter|safer|harder|easier|closer|nearer|wider|further"
    r"|farther|first)"
)
# A choice that a mark sets apart: "who got more, A or B?", "A or B: how long may they stay?".
_CHOICE = r"(?P<one>[^,;:?]{2,50}?)\s+or\s+(?P<other>[^,;:?]{2,50})"
_CHOICE_LAST = re.compile(
    rf"^(?P<asks>(?:which|who|what|where|when|in\s+which)\b.*?\S|.*\b{_COMPARATIVE}\b.*?)\s?[,:?–-]"
    rf"\s+{_CHOICE}$",
    re.IGNORECASE,
)
_CHOICE_FIRST = re.compile(
    rf"^{_CHOICE}\s?[,:–]\s+(?P<asks>(?:which|who|what|where|when|how)\b.+)$", re.IGNORECASE
)
_WHICH_MORE = re.compile(
    rf"^(?P<asks>(?i:which|who|what|where)\b.*\b{_COMPARATIVE})\s+(?P<one>(?:the\s+)?{_WORD}"
    rf"(?:\s{_WORD})*)\s+or\s+(?P<other>(?:the\s+)?{_WORD}(?:\s{_WORD})*)$"
)
_PASSIVE = re.compile(r"\b(?:is|are|was|were|be|been|being|when|as|if)$", re.IGNORECASE)
_OPENS = re.compile(rf"^(?:{_PREPOSITION}\s+)?(?:the\s+)?", re.IGNORECASE)
_NO_THING = (
    r"(?:\d|\W|(?:expected|ever|before|usual|planned|it|they|once|that|an?\s+\w+\s+ago"
    r"|an?\s+(?:few|hundred|thousand|million|billion|dozen|day|week|month|year|decade|third|quarter)"
    r"|half|one|two|three|four|five|six|seven|eight|nine|ten|twice|enough|any|just)\b)"
)
_THAN = re.compile(
    r"^(?:is|are|was|were|does|do|did|has|have|will|would|can)\s+(?P<one>\S+(?:\s\S+){0,5}?)\s+"
    rf"(?P<how>{_COMPARATIVE}(?:\s\S+){{0,4}}?)\s+than\s+"
    rf"(?!{_NO_THING})(?P<other>\S+(?:\s\S+){{0,5}})$",
    re.IGNORECASE,
)
_THAN_WHEN = re.compile(
    rf"\b{_COMPARATIVE}\b.*\s{_PREPOSITION}\s+\S+(?:\s+\S+)?(?P<than>\s+than\s+)(?={_PREPOSITION}\s)",
    re.IGNORECASE,
)
_YEARS = re.compile(
    r"\b(?:in\s+)?(?:FY\s?)?(?:19|20)\d\d(?P<against>\s+(?:against|or)\s+)(?:in\s+)?(?:FY\s?)?(?:19|20)\d\d\b"
)
_BETWEEN = re.compile(
    r"\bdifferences?\s+between\s+(?P<one>.+?)\s+and\s+(?P<other>[^,;:?]+)(?P<rest>[,;:].*)?$",
    re.IGNORECASE,
)
_DIFFERS = re.compile(
    r"^how\s+(?:is|are|do|does|did|was|were)\s+(?P<one>.+?)\s+(?:different\s+from|differ\s+from)\s+"
    r"(?P<other>.+)$|^how\s+(?:do|did)\s+(?P<this>.+?)\s+and\s+(?P<that>.+?)\s+(?:differ|compare)\b.*$",
    re.IGNORECASE,
)


def sides(question: str) -> tuple[str, ...]:
    """Return the question once for each of two things of a comparison; () for another question."""
    said = " ".join(question.split()).strip(" ?.!")
    if found := _CHOICE_LAST.match(said) or _WHICH_MORE.match(said):
        return f"{found['asks']} {found['one']}", f"{found['asks']} {_like(found)}"
    if found := _CHOICE_FIRST.match(said):
        return f"{found['one']}: {found['asks']}", f"{found['other']}: {found['asks']}"
    if found := _THAN_WHEN.search(said):
        start, end = found.span("than")
        left, right = said[:start], said[end:]
        return left, f"{left[: _length(_LAST, left)]}{right}"
    if found := _THAN.match(said):
        return f"{found['one']} {found['how']}", f"{found['other']} {found['how']}"
    if found := _YEARS.search(said):
        start, end = found.span("against")
        before, after = said[: found.start()], said[found.end() :]
        return f"{said[:start]}{after}", f"{before}{said[end:]}"
    if found := _BETWEEN.search(said):
        return tuple(f"{found[side]}{found['rest'] or ''}" for side in ("one", "other"))
    if found := _DIFFERS.match(said):
        return found["one"] or found["this"], found["other"] or found["that"]
    joint = next(
        (one for one in _VERSUS.finditer(said) if not _PASSIVE.search(said[: one.start()])), None
    )
    one = said[: joint.start()] if joint else ""
    if joint and len(one.split()) <= FEW and not _MARKS.search(one) and not _SUED.search(one):
        return _sharing(one, said[joint.end() :])
    if joint or re.search(r"\bcompare\b|\bside\s+by\s+side\b", said, re.IGNORECASE):
        return compared(said)
    return ()


def labels(one: str, other: str) -> tuple[str, str]:
    """Return the words by which two sides differ, as typed: "Orrin", "Sarn"."""
    return _own(one, other), _own(other, one)


def _sharing(one: str, rest: str) -> tuple[str, ...]:
    """Return "US per capita", "Mexico per capita" of "US vs Mexico per capita".

    The second thing is taken to have as many words as the first.
    """
    tail = " ".join(rest.split()[len(one.split()) :])
    mark = _MARKS.search(rest)
    if mark and len(rest[: mark.start()].split()) <= FEW:
        tail = rest[mark.start() :]
    return f"{one}{'' if _MARKS.match(tail) else ' '}{tail}".strip(), rest


def _own(text: str, other: str) -> str:
    """Return what stands between the words that two texts begin and end with alike."""
    here, there = text.split(), other.split()
    same = [one.lower() == two.lower() for one, two in zip(here, there, strict=False)]
    start = same.index(False) if False in same else len(same)
    rest, others = here[start:], there[start:]
    tail = 0
    while (
        tail < min(len(rest), len(others)) and rest[-1 - tail].lower() == others[-1 - tail].lower()
    ):
        tail += 1
    own = " ".join(rest[: len(rest) - tail]).strip(" ,:;?")
    return _OPENS.sub("", own) or own


def _like(choice: re.Match[str]) -> str:
    """Return the second of "A in 2015 or in 2024" with the words of the first: "A in 2024"."""
    one, other = choice["one"], choice["other"]
    return f"{one[: _length(_LAST, one)]}{other}" if _LEADS.match(other) else str(other)


def compared(question: str) -> tuple[str, ...]:
    """Return the question once for each of two things compared; () where it compares none."""
    said = question.strip(" ?.!")
    joints = [found for found in _VERSUS.finditer(said) if not _SUED.search(said[: found.start()])]
    if joints:
        return _parted(said, joints, names_only=False)
    if found := _COMPARE.match(said):
        return _between(found[1], found[2])
    if found := _COMPARES.match(said):
        return found[1], found[2]
    return _parted(said, list(_AND.finditer(said)), names_only=True) if _CUE.search(said) else ()


def _between(one: str, rest: str) -> tuple[str, ...]:
    """Return the two things of "compare A with B", each with what follows a mark behind B."""
    mark = _MARKS.search(rest)
    other, tail = (rest[: mark.start()], rest[mark.start() :]) if mark else (rest, "")
    return f"{one}{tail}", f"{other}{tail}"


def _parted(said: str, joints: list[re.Match[str]], *, names_only: bool) -> tuple[str, ...]:
    """Return what stands on each side of the one joint, with the words that both share."""
    if len(joints) != 1:
        return ()
    left, right = said[: joints[0].start()], said[joints[0].end() :]
    if _DANGLES.search(left):
        return ()
    one, other = _NAME_ENDS.match(left), _NAME_BEGINS.match(right)
    if one and other:
        start, end = one.start("name"), other.end()
    elif _LEADS.match(right):
        start, end = _length(_LAST, left), _to_mark(right)
    elif names_only and not (_ARTICLE.match(right) and _ARTICLE.match(left, _behind(left))):
        return ()
    else:
        end = _to_mark(right)
        clause = max((mark.end() for mark in _MARKS.finditer(left)), default=0)
        inside = _INSIDE.search(right[:end])
        start = clause if inside else max(clause, _behind(left))
    before, after = left[:start].rstrip(), right[end:]
    return f"{left}{after}", f"{before} {right}".strip()


def _behind(text: str) -> int:
    """Return where what stands behind the last preposition begins; "of" may be part of a name."""
    ends = [f.end() for f in _BEHIND.finditer(text) if not (f[2] and f[1][0].isupper())]
    return max(ends, default=0)


def _length(pattern: re.Pattern[str], text: str) -> int:
    found = pattern.match(text)
    return found.end() if found else 0


def _to_mark(text: str) -> int:
    mark = _MARKS.search(text)
    return mark.start() if mark else len(text)
