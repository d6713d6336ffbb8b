"""Find superlatives, causes and shares that a claim has and its evidence lacks: reasons out."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.checking.verdict import Reason
from bot.language.quantities import Quantity, quantities
from bot.language.words import words
from index.words import content_words, stem

_SUPERLATIVE = re.compile(
    r"\b(?:(?P<most>most|least)\s"
    r"(?P<adjective>[a-z]+(?:al|ant|ent|ive|ful|ous|able|ible|ed|ing|ary))"
    r"|(?P<bare>[a-z]{3,}(?:est))|(?P<odd>best|worst))\b"
)
_NONE = frozenset(
    """interest request west forest invest test rest protest harvest contest guest honest modest
    arrest suggest latest digest conquest nest quest""".split()
)
_WEAKER = re.compile(
    r"\b(?:one of|among|some of|two of|three of|several of|second|third|fourth|fifth|sixth|seventh"
    r"|next|2nd|3rd|4th|once|formerly|previously|no longer)"
    r"(?:[\s-](?:the|its|his|their|[a-z]+['’]s))?[\s-]$"
)
_CAUSE = re.compile(
    r"\b(?:because|due to(?!\s(?:be|take|come|begin|start|end|open|close|go|run)\b)|owing to"
    r"|thanks to|as a result|result(?:ed|s|ing)? (?:in|from)"
    r"|caus(?:e|ed|es|ing)|led to|leads to|leading to|brought about|prompted|triggered|therefore)\b"
)
_CAUSES = words("causes")
_NAMED_CAUSE = re.compile(r"\b(?:because of|due to|owing to|thanks to) (?P<cause>[^,;:.()]+)")
_WORDED = re.compile(
    r"\b(?:(?P<nearly_all>(?:almost|nearly|virtually) all|(?:vast|overwhelming) majority)"
    r"|(?P<most>(?<!the )(?<!at )most(?= (?:of|[a-z]+s)\b)|majority|(?:more than|over) half)"
    r"|(?P<few>minority|(?:less|fewer) than half|under half|hardly any|few(?= of\b)))\b"
)
_RANGES = {"nearly_all": (0.75, 1.0), "most": (0.5, 1.0), "few": (0.0, 0.5)}
_OF = re.compile(r"\s(?:out\s)?of\s(?:(?:the|its|their|all|these|those)\s)?")
ROUGH, EXACT = 0.07, 0.02  # how far a share in words, or in numbers, may lie from what it says


@dataclass(frozen=True)
class _Share:
    """Part of a whole, from `least` to `most`, in [0, 1]."""

    least: float
    most: float
    said: str

    def meets(self, other: "_Share") -> bool:
        """Return whether both can be true of one thing."""
        return self.least <= other.most and other.least <= self.most


def overstated(claim: str, near: Sequence[str]) -> list[Reason]:
    """Return a reason for each superlative, cause or share that the nearest sentences lack."""
    held = " ".join(near).lower()
    mine = claim.lower()
    return [*_superlatives(mine, held), *_causes(mine, held), *_other_shares(mine, held)]


def _superlatives(claim: str, held: str) -> list[Reason]:
    found = []
    theirs = {_core(match): match for match in _SUPERLATIVE.finditer(held) if _core(match)}
    strong = {
        core
        for match in _SUPERLATIVE.finditer(held)
        if (core := _core(match)) and not _WEAKER.search(held[: match.start()])
    }
    for match in _SUPERLATIVE.finditer(claim):
        core = _core(match)
        weak = _WEAKER.search(claim[: match.start()])
        if not core or core in strong or (weak and core in theirs):
            continue
        what = "the evidence says less" if core in theirs else "the evidence does not say so"
        found.append(Reason("superlative", f"“{match.group()}”: {what}"))
    return found


def _core(match: re.Match[str]) -> str:
    """Return the adjective of a superlative; "" for a word that only looks like one."""
    if match["adjective"]:
        return f"{match['most']} {match['adjective']}"
    said = match["bare"] or match["odd"]
    return "" if said in _NONE else {"biggest": "largest", "greatest": "largest"}.get(said, said)


def _causes(claim: str, held: str) -> list[Reason]:
    match = _CAUSE.search(claim)
    if match is None:
        return []
    if not any(word in _CAUSES for word in re.findall(r"[a-z]+", held)):
        return [Reason("cause", f"“{match.group()}”: the evidence names no cause")]
    named = _NAMED_CAUSE.search(claim)
    told = content_words(named["cause"]) if named else []
    if named and len(told) > 1 and not {*map(stem, told)} & {*map(stem, content_words(held))}:
        return [Reason("cause", f"“{named.group()}”: the evidence does not say so")]
    return []


def _other_shares(claim: str, held: str) -> list[Reason]:
    """Return a reason for each share of a claim where the evidence has shares, but none like it."""
    theirs = list(_shares(held))
    return [
        Reason("quantity", f"“{share.said}”: the evidence says “{theirs[0].said}”")
        for share in _shares(claim)
        if theirs and not any(share.meets(other) for other in theirs)
    ]


def _shares(text: str) -> Iterator[_Share]:
    taken = []
    for match in _WORDED.finditer(text):
        taken.append(match.span())
        yield _Share(*_RANGES[match.lastgroup or ""], match.group())
    found = quantities(text, taken)
    for one in found:
        worded = 0 < one.value < 1 and not one.unit
        of_all = one.unit == "%" and 0 < one.value < 100 and _OF.match(text, one.end)
        if worded or of_all:
            yield _share(one, one.value if worded else one.value / 100, ROUGH if worded else EXACT)
    for part, whole in pairwise(found):
        between = _OF.fullmatch(text, part.end, whole.start)
        if between and not part.unit and not part.ordinal and 0 < part.value < whole.value:
            yield _share(part, part.value / whole.value, EXACT, text[part.start : whole.end])


def _share(quantity: Quantity, value: float, rough: float, said: str = "") -> _Share:
    least = value if quantity.bound == "more" else value - rough
    most = value if quantity.bound == "less" else value + rough
    return _Share(
        0.0 if quantity.bound == "less" else least,
        1.0 if quantity.bound == "more" else most,
        said or quantity.said,
    )
