"""Say whether a passage or a quotation has what a gold question needs: texts in, yes or no out.

A quote is held by a text in which at least half of its words stand, in runs of three or more. So
markup, line breaks and the cut of a passage may differ, while words in common by chance do not
count. Knows nothing of ranking.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import PurePath

from bot.evals.gold import Need
from index.passage import BriefRef, Hit

FOUND_SHARE = 0.5  # of a quotation's words
RUN_WORDS = 3  # words that must stand together to count

Runs = frozenset[tuple[str, ...]]


def words(text: str) -> list[str]:
    """Return the words of a text in lower case; marks of any kind part them."""
    return re.findall(r"[^\W_]+", text.lower())


@lru_cache(maxsize=4096)
def runs(text: str) -> Runs:
    """Return all runs of RUN_WORDS words; a shorter text is one run."""
    found = words(text)
    if len(found) < RUN_WORDS:
        return frozenset({tuple(found)})
    return frozenset(zip(*(found[at:] for at in range(RUN_WORDS)), strict=False))


def share_found(quote: Sequence[str], held: Runs) -> float:
    """Return the share of the quotation's words that stand in runs which `held` holds."""
    if not quote:
        return 0.0
    if len(quote) < RUN_WORDS:
        wanted = f" {' '.join(quote)} "
        return float(any(wanted in f" {' '.join(run)} " for run in held))
    covered: set[int] = set()
    for at in range(len(quote) - RUN_WORDS + 1):
        if tuple(quote[at : at + RUN_WORDS]) in held:
            covered.update(range(at, at + RUN_WORDS))
    return len(covered) / len(quote)


def holds(text: str, quote: str) -> bool:
    """Return whether enough of the quotation stands in the text."""
    return share_found(words(quote), runs(text)) >= FOUND_SHARE


def meets(hit: Hit, needs: Sequence[Need]) -> bool:
    """Return whether a hit, or a near-identical passage it stands for, is what one need asks."""
    return any(_meets(hit, need) for need in needs)


def quotes(quote: str, hit: Hit, needs: Sequence[Need]) -> bool:
    """Return whether the quoted words are those that one need asks for.

    They and the gold quote may each be longer than the other: half of the shorter must be shared.
    Where a need has no quote, its passage must be met.
    """
    return any(
        holds(quote, need.quote) or holds(need.quote, quote) if need.quote else _meets(hit, need)
        for need in needs
    )


def first_rank(needs: Sequence[Need], hits: Sequence[Hit]) -> int | None:
    """Return the rank, from 1, of the first hit that meets one of the needs."""
    return next((rank for rank, hit in enumerate(hits, 1) if meets(hit, needs)), None)


def _meets(hit: Hit, need: Need) -> bool:
    if need.quote:
        return holds(hit.passage.text, need.quote)
    if need.paragraph:
        return holds(need.paragraph, hit.passage.text)
    return not _names(hit.brief).isdisjoint(map(_bare, need.briefs))


@lru_cache(maxsize=4096)
def _names(brief: BriefRef) -> frozenset[str]:
    """Return all that a brief may be called: id, report number, title, file."""
    path = PurePath(brief.source)
    named = [brief.id, brief.number or "", brief.title, brief.source, brief.source_url or ""]
    tails = ["/".join(path.parts[-count:]) for count in range(1, len(path.parts) + 1)]
    return frozenset(_bare(name) for name in (*named, *tails) if name)


def _bare(name: str) -> str:
    return " ".join(name.casefold().split())
