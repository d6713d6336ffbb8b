"""Hold the quotations of a claim against the evidence: texts in, reasons out.

A stretch of three words or more between quotation marks must stand in the evidence, word for word;
white space and the shapes of quotation marks and dashes apart.
"""

import re
from collections.abc import Sequence

from bot.answer import Reason

SAME = str.maketrans(
    dict.fromkeys("‘’‚‛′`", "'") | dict.fromkeys("“”„‟″«»", '"') | dict.fromkeys("‐‑‒–—―−", "-")
)
LEAST = 3  # words of a quotation that is looked for
_LEFT_OUT = re.compile(r"\[?(?:\.\.\.|…)\]?")
_DOUBLED = re.compile(r"''|``")  # a typewriter's quotation marks
_QUOTED = re.compile(r'"([^"]+)"')


def faults(claim: str, evidence: Sequence[str]) -> list[Reason]:
    """Return a reason for each quotation that the evidence does not hold.

    Titles, whose longer words are all capital, are passed over: sources write them in many ways,
    and their words are checked as names.
    """
    held = [_bare(one) for one in evidence]
    whole = " ".join(held)
    found: list[Reason] = []
    for match in _QUOTED.finditer(_DOUBLED.sub('"', claim.translate(SAME))):
        parts = [part for part in map(_bare, _LEFT_OUT.split(match[1])) if part]
        words = " ".join(parts).split()
        if len(words) < LEAST or _is_title(match[1]) or all(part in whole for part in parts):
            continue
        kind = "stitched" if _stitched(words, held) else "misattributed"
        found.append(Reason(kind, f"“{match[1].strip()}” does not stand in the evidence like that"))
    return found


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
