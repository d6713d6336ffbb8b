"""Find markers that point at nothing: a sentence's numbers and the "[7]" in its text, findings out.

A mark that stands in a cited passage too is a footnote of the brief's, and no marker.
"""

import re
from collections.abc import Collection, Sequence

from bot.audit import severities
from bot.audit.findings import Finding, Kind
from bot.checking.dangling import MARK

NONE = "it cites nothing"


def unresolved(
    number: int, text: str, cites: Sequence[int], known: Collection[int], passages: Sequence[str]
) -> list[Finding]:
    """Return a finding for each marker of sentence `number` that is no number of `known`."""
    if not cites:
        return [_finding(number, NONE, None)]
    missing = [one for one in dict.fromkeys(cites) if one not in known]
    found = [_finding(number, f"[{one}] has no citation behind it", one) for one in missing]
    for mark in MARK.finditer(text):
        said = mark.group().strip()
        wanted = [int(one) for one in re.findall(r"\d+", said)]
        if any(said in passage for passage in passages) or set(wanted) <= set(known):
            continue
        found.append(_finding(number, f"{said} is left in its text and points at nothing", None))
    return found


def without(text: str, passages: Sequence[str]) -> str:
    """Return a sentence without the markers in its text, footnotes of its passages kept."""

    def taken(mark: re.Match[str]) -> str:
        kept = any(mark.group().strip() in passage for passage in passages)
        return mark.group() if kept else ""

    return MARK.sub(taken, text).strip()


def _finding(sentence: int, detail: str, citation: int | None) -> Finding:
    return severities.finding(Kind.DANGLING, detail, sentence=sentence, citation=citation)
