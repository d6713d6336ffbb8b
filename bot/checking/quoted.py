"""Hold the quotations of a claim against the evidence: texts in, reasons out.

A stretch of three words or more between quotation marks must stand in the evidence, word for word;
white space and the shapes of quotation marks and dashes apart.
"""

import re
from collections.abc import Sequence

from bot.checking.verdict import Reason

SAME = str.maketrans(
    dict.fromkeys("‘’‚‛′`", "'") | dict.fromkeys("“”„‟″«»", '"') | dict.fromkeys("‐‑‒–—―−", "-")
)
LEAST = 3  # words of a quotation that is looked for
_LEFT_OUT = re.compile(r"\[?(?:\.\.\.|…)\]?|\[[^\]\d]*\]")  # marks of omission, words put in
_DOUBLED = re.compile(r"''|``")  # a typewriter's quotation marks
_CURLY = re.compile(r"[“„]([^“”„]+)”|«([^«»]+)»")  # these say which is first and which is last
_QUOTED = re.compile(r'"([^"]+)"')


def faults(claim: str, evidence: Sequence[str]) -> list[Reason]:
    """Return a reason for each quotation that the evidence does not hold."""
    held = [_bare(one) for one in evidence]
    found: list[Reason] = []
    for quote in unfound(claim, evidence):
        kind = "stitched" if _stitched(_words(quote), held) else "misattributed"
        found.append(Reason(kind, f"“{quote}” does not stand in the evidence like that"))
    return found


def unfound(claim: str, evidence: Sequence[str]) -> list[str]:
    """Return the quotations of a claim that the evidence does not hold, without their marks.

    Titles, whose longer words are all capital, are passed over: sources write them in many ways,
    and their words are checked as names.
    """
    whole = " ".join(map(_bare, evidence))
    found = []
    for quote in _quotations(claim):
        if len(_words(quote)) < LEAST or _is_title(quote):
            continue
        if not all(part in whole for part in _parts(quote)):
            found.append(quote)
    return found


def _quotations(claim: str) -> list[str]:
    """Return what stands between quotation marks; marks within are not looked at."""
    curly = [match[1] or match[2] for match in _CURLY.finditer(claim)]
    rest = _DOUBLED.sub('"', _CURLY.sub(" ", claim).translate(SAME))
    straight = [match[1] for match in _QUOTED.finditer(rest)]
    return [quote.translate(SAME).strip() for quote in (*curly, *straight)]


def _parts(quote: str) -> list[str]:
    return [part for part in map(_bare, _LEFT_OUT.split(quote)) if part]


def _words(quote: str) -> list[str]:
    return " ".join(_parts(quote)).split()


def _is_title(quote: str) -> bool:
    return all(word[0].isupper() for word in re.findall(r"[^\W\d_]{4,}", quote))


def _stitched(words: list[str], held: Sequence[str]) -> bool:
    """Return whether a quotation is two or more stretches of the evidence put together."""
    return any(
        any(" ".join(words[:cut]) in one for one in held)
        and any(" ".join(words[cut:]) in one for one in held)
        for cut in range(2, len(words) - 1)
    )


def _bare(text: str) -> str:
    plain = _DOUBLED.sub(" ", text.translate(SAME)).replace('"', " ")
    plain = " ".join(plain.split()).lower()
    return plain.strip(" .,;:!?")
