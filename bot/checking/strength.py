"""Find superlatives and causes that a claim has and its evidence lacks: texts in, reasons out."""

import re
from collections.abc import Sequence

from bot.checking.verdict import Reason
from bot.language.words import words

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
    r"|next|2nd|3rd|4th)"
    r"(?:[\s-](?:the|its|his|their|[a-z]+['’]s))?[\s-]$"
)
_CAUSE = re.compile(
    r"\b(?:because|due to(?!\s(?:be|take|come|begin|start|end|open|close|go|run)\b)|owing to"
    r"|thanks to|as a result|result(?:ed|s|ing)? (?:in|from)"
    r"|caus(?:e|ed|es|ing)|led to|leads to|leading to|brought about|prompted|triggered|therefore)\b"
)
_CAUSES = words("causes")


def overstated(claim: str, near: Sequence[str]) -> list[Reason]:
    """Return a reason for each superlative or cause of a claim that its nearest sentences lack."""
    held = " ".join(near).lower()
    return [*_superlatives(claim.lower(), held), *_causes(claim.lower(), held)]


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
        what = "it is one of several" if core in theirs else "the evidence does not say so"
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
    if match is None or any(word in _CAUSES for word in re.findall(r"[a-z]+", held)):
        return []
    return [Reason("cause", f"“{match.group()}”: the evidence names no cause")]
