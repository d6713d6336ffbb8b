"""Find out what is wrong with a quotation that is not in the passage it cites.

Misattributed: its words are in another passage. Stitched: it is put together from pieces, of one
passage or several. Fabricated: nobody wrote it; if only a few words differ, they are named. All by
comparing words (bot/audit/text_diff.py), without a model.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from bot.audit import text_diff
from bot.audit.brief_versions import EvidencePassage
from bot.audit.findings import FindingKind

LEAST_PIECE = 3  # words of a piece of a stitched quotation
LEAST_FAR = 4  # words of a quotation that is looked for in the whole library
LEFT_OUT = 2  # words between two pieces that count as left out, not as a stitch
ALIKE = 0.6  # share of its words that make a quotation a changed form of a passage's
FEW = 4  # most changes that are named
MOVED = 4  # words from elsewhere that make up a piece, not a change
OTHERS = 4  # words that differ at most in a quotation that is changed, not stitched

# Finds passages of the library that may have these words.
Far = Callable[[str], Iterable[EvidencePassage]]


@dataclass(frozen=True)
class Misquote:
    """What is wrong with a quotation, in words, and the evidence as JSON."""

    kind: FindingKind
    detail: str
    evidence: dict[str, Any]
    changes: tuple[text_diff.WordChange, ...] = ()  # of a fabricated one, if they are few


@dataclass(frozen=True)
class _Fragment:
    """Consecutive words of a quotation that a source has in a row."""

    start: int  # in the quotation, as the number of a word
    end: int
    source: EvidencePassage
    at: int  # in the source


def misquote(
    quote: str,
    own: Sequence[EvidencePassage],
    near: Sequence[EvidencePassage],
    far: Far = lambda _: (),
) -> Misquote | None:
    """Return what is wrong with a quotation of `own` passages; None if one of them has it.

    `near` are further passages of the same answer, `far` finds those of the library.
    """
    if any(source.holds(quote) for source in own):
        return None
    others = [one for one in near if one.passage_id not in {source.passage_id for source in own}]
    if elsewhere := next((one for one in others if one.holds(quote)), None):
        return misattributed(quote, elsewhere)
    distant = list(far(quote)) if len(text_diff.words(quote)) >= LEAST_FAR else []
    if elsewhere := next((one for one in distant if one.holds(quote)), None):
        return misattributed(quote, elsewhere)
    if not (changed := _changed(quote, own, others)):
        for sources in (own, (*own, *others)):
            if pieces := _pieces(quote, sources):
                return _stitched(quote, pieces)
    return changed or _fabricated(quote, own, [*others, *distant])


def misattributed(quote: str, source: EvidencePassage) -> Misquote:
    """Return the fault of words that are in another passage."""
    return Misquote(
        FindingKind.MISATTRIBUTED,
        f"the words stand in {source.named}, not in the passage cited",
        {"quote": quote, "support": source.place() | {"text": source.text}},
    )


def _stitched(quote: str, pieces: Sequence[_Fragment]) -> Misquote:
    row = text_diff.words(quote)
    texts = [quote[row[one.start].start : row[one.end - 1].end] for one in pieces]
    shown = " + ".join(f"“{text}”" for text in texts)
    several = len({one.source.passage_id for one in pieces}) > 1
    where = "several passages" if several else "places of its passage that do not adjoin"
    return Misquote(
        FindingKind.STITCHED,
        f"put together from {where}: {shown}",
        {
            "quote": quote,
            "pieces": [
                one.source.place() | {"text": text} for one, text in zip(pieces, texts, strict=True)
            ],
        },
    )


def _changed(
    quote: str, own: Sequence[EvidencePassage], others: Sequence[EvidencePassage]
) -> Misquote | None:
    """Return the fault of a quotation in which only a few words differ; None for any other.

    A quotation with an ellipsis counts as stitched, and so does one with words from elsewhere.
    """
    best = _nearest(quote, own)
    if best is None or best[1].share < ALIKE or "…" in quote or "..." in quote:
        return None
    changes = best[1].changes
    moved = (one for one in changes if len(text_diff.words(one.new)) >= MOVED)
    if sum(map(_size, changes)) > OTHERS or any(
        source.holds(one.new) for one in moved for source in (*own, *others)
    ):
        return None
    return _fault_of(quote, *best, own)


def _size(change: text_diff.WordChange) -> int:
    return max(len(text_diff.words(change.old)), len(text_diff.words(change.new)))


def _fabricated(
    quote: str, own: Sequence[EvidencePassage], others: Sequence[EvidencePassage]
) -> Misquote:
    """Name the words that differ from the nearest passage, the cited one if it is similar."""
    best = _nearest(quote, own)
    if best is None or best[1].share < ALIKE:
        best = max((best, _nearest(quote, others)), key=lambda one: one[1].share if one else 0.0)
    if best and best[1].share >= ALIKE and len(best[1].changes) <= FEW:
        return _fault_of(quote, *best, own)
    nearest = {"nearest": best[0].place() | {"text": best[0].text}} if best else {}
    return Misquote(
        FindingKind.FABRICATED, "the words stand in no passage", {"quote": quote} | nearest
    )


def _nearest(
    quote: str, sources: Sequence[EvidencePassage]
) -> tuple[EvidencePassage, text_diff.Likeness] | None:
    found = [(source, text_diff.likeness(quote, source.text)) for source in sources]
    return max(found, key=lambda one: one[1].share, default=None)


def _fault_of(
    quote: str, source: EvidencePassage, found: text_diff.Likeness, own: Sequence[EvidencePassage]
) -> Misquote:
    named = ", ".join(map(str, found.changes)) or "its signs differ"
    where = "" if source in own else f", compared with {source.named}"
    return Misquote(
        FindingKind.FABRICATED,
        f"not the passage's words: {named}{where}",
        {
            "quote": quote,
            "nearest": source.place() | {"text": source.text[found.start : found.end]},
            "changed": [[change.old, change.new] for change in found.changes],
        },
        found.changes,
    )


def _pieces(quote: str, sources: Sequence[EvidencePassage]) -> list[_Fragment]:
    """Return the fewest pieces of the sources that make up a quotation; [] if none do.

    Two pieces with almost nothing between them are one piece with words left out, not a stitch.
    """
    row = text_diff.words(quote)
    keys = [word.key for word in row]
    longest = [_longest(keys, start, sources) for start in range(len(keys))]
    fewest: list[list[_Fragment] | None] = [None] * len(keys) + [[]]
    for start in reversed(range(len(keys))):
        found = longest[start]
        for end in range(start + LEAST_PIECE, found.end + 1 if found else 0):
            rest = fewest[end]
            now = fewest[start]
            if rest is not None and found and (now is None or len(rest) + 1 < len(now)):
                fewest[start] = [_Fragment(start, end, found.source, found.at), *rest]
    made = fewest[0] or []
    return made if not all(_adjoin(quote, row, *pair) for pair in pairwise(made)) else []


def _adjoin(quote: str, row: text_diff.WordSpans, one: _Fragment, then: _Fragment) -> bool:
    """Return whether almost nothing was left out between two pieces, without an ellipsis."""
    gap = then.at - (one.at + one.end - one.start)
    between = quote[row[one.end - 1].end : row[then.start].start]
    marked = "…" in between or "..." in between
    return one.source is then.source and 0 <= gap <= LEFT_OUT and not marked


def _longest(
    keys: Sequence[str], start: int, sources: Sequence[EvidencePassage]
) -> _Fragment | None:
    """Return the longest piece of a source that begins with this word of the quotation."""
    best: _Fragment | None = None
    for source in sources:
        held = text_diff.words_of(source.text)
        for at in range(len(held)):
            size = 0
            while (
                start + size < len(keys)
                and at + size < len(held)
                and keys[start + size] == held[at + size].key
            ):
                size += 1
            if size >= LEAST_PIECE and (best is None or start + size > best.end):
                best = _Fragment(start, start + size, source, at)
    return best
