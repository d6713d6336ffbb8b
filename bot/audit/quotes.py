"""Say what is wrong with a quotation that does not stand where it is said to: a kind and why.

Misattributed: its words stand in another passage. Stitched: it is put together from pieces, of one
passage or several. Fabricated: nobody wrote it; where only few words differ, they are named. Told
by words alone (bot/audit/said.py): no model. Knows nothing of records.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from bot.audit import said
from bot.audit.findings import Kind
from bot.audit.sources import Source

LEAST_PIECE = 3  # words of a piece of a stitched quotation
LEAST_FAR = 4  # words of a quotation that is looked for in the whole library
LEFT_OUT = 2  # words between two pieces that count as left out, not as a stitch
ALIKE = 0.6  # share of its words by which a quotation is a changed form of a passage's
FEW = 4  # changes that are named
MOVED = 4  # words that stand elsewhere and make up a piece, not a change
OTHERS = 4  # words that differ at most in a quotation that is changed, not stitched

Far = Callable[[str], Iterable[Source]]  # passages of the library that may hold these words


@dataclass(frozen=True)
class Fault:
    """What is wrong with a quotation, in words, and the evidence as JSON."""

    kind: Kind
    detail: str
    evidence: dict[str, Any]
    changes: tuple[said.Change, ...] = ()  # of a fabricated one, where they are few


@dataclass(frozen=True)
class _Piece:
    """Words of a quotation that stand in a source, one after the other."""

    start: int  # in the quotation, as the number of a word
    end: int
    source: Source
    at: int  # in the source


def nowhere(*_: object) -> Iterable[Source]:
    """Look into no library."""
    return ()


def fault(
    quote: str, own: Sequence[Source], near: Sequence[Source], far: Far = nowhere
) -> Fault | None:
    """Say what is wrong with a quotation of `own` passages; None if it stands in one of them.

    `near` are further passages of the same answer, `far` finds those of the library.
    """
    if any(source.holds(quote) for source in own):
        return None
    others = [one for one in near if one.passage_id not in {source.passage_id for source in own}]
    if elsewhere := next((one for one in others if one.holds(quote)), None):
        return misattributed(quote, elsewhere)
    distant = list(far(quote)) if len(said.words(quote)) >= LEAST_FAR else []
    if elsewhere := next((one for one in distant if one.holds(quote)), None):
        return misattributed(quote, elsewhere)
    if not (changed := _changed(quote, own, others)):
        for sources in (own, (*own, *others)):
            if pieces := _pieces(quote, sources):
                return _stitched(quote, pieces)
    return changed or _fabricated(quote, own, [*others, *distant])


def misattributed(quote: str, source: Source) -> Fault:
    """Return the fault of words that stand in another passage."""
    return Fault(
        Kind.MISATTRIBUTED,
        f"the words stand in {source.named}, not in the passage cited",
        {"quote": quote, "support": source.place() | {"text": source.text}},
    )


def _stitched(quote: str, pieces: Sequence[_Piece]) -> Fault:
    row = said.words(quote)
    texts = [quote[row[one.start].start : row[one.end - 1].end] for one in pieces]
    shown = " + ".join(f"“{text}”" for text in texts)
    several = len({one.source.passage_id for one in pieces}) > 1
    where = "several passages" if several else "places of its passage that do not adjoin"
    return Fault(
        Kind.STITCHED,
        f"put together from {where}: {shown}",
        {
            "quote": quote,
            "pieces": [
                one.source.place() | {"text": text} for one, text in zip(pieces, texts, strict=True)
            ],
        },
    )


def _changed(quote: str, own: Sequence[Source], others: Sequence[Source]) -> Fault | None:
    """Return the fault of a quotation of which only a few words are others; None for any else.

    Whatever has an ellipsis is a stitch, and so is what has words of another place put in.
    """
    best = _nearest(quote, own)
    if best is None or best[1].share < ALIKE or "…" in quote or "..." in quote:
        return None
    changes = best[1].changes
    moved = (one for one in changes if len(said.words(one.new)) >= MOVED)
    if sum(map(_size, changes)) > OTHERS or any(
        source.holds(one.new) for one in moved for source in (*own, *others)
    ):
        return None
    return _fault_of(quote, *best, own)


def _size(change: said.Change) -> int:
    return max(len(said.words(change.old)), len(said.words(change.new)))


def _fabricated(quote: str, own: Sequence[Source], others: Sequence[Source]) -> Fault:
    """Name the words that differ from the nearest passage, the cited one where it is alike."""
    best = _nearest(quote, own)
    if best is None or best[1].share < ALIKE:
        best = max((best, _nearest(quote, others)), key=lambda one: one[1].share if one else 0.0)
    if best and best[1].share >= ALIKE and len(best[1].changes) <= FEW:
        return _fault_of(quote, *best, own)
    nearest = {"nearest": best[0].place() | {"text": best[0].text}} if best else {}
    return Fault(Kind.FABRICATED, "the words stand in no passage", {"quote": quote} | nearest)


def _nearest(quote: str, sources: Sequence[Source]) -> tuple[Source, said.Likeness] | None:
    found = [(source, said.likeness(quote, source.text)) for source in sources]
    return max(found, key=lambda one: one[1].share, default=None)


def _fault_of(quote: str, source: Source, found: said.Likeness, own: Sequence[Source]) -> Fault:
    told = ", ".join(map(str, found.changes)) or "its signs differ"
    where = "" if source in own else f", compared with {source.named}"
    return Fault(
        Kind.FABRICATED,
        f"not the passage's words: {told}{where}",
        {
            "quote": quote,
            "nearest": source.place() | {"text": source.text[found.start : found.end]},
            "changed": [[change.old, change.new] for change in found.changes],
        },
        found.changes,
    )


def _pieces(quote: str, sources: Sequence[Source]) -> list[_Piece]:
    """Return the fewest pieces of the sources that make up a quotation; [] where none do.

    Two pieces with next to nothing between them are one piece with words left out: no stitch.
    """
    row = said.words(quote)
    keys = [word.key for word in row]
    longest = [_longest(keys, start, sources) for start in range(len(keys))]
    fewest: list[list[_Piece] | None] = [None] * len(keys) + [[]]
    for start in reversed(range(len(keys))):
        found = longest[start]
        for end in range(start + LEAST_PIECE, found.end + 1 if found else 0):
            rest = fewest[end]
            now = fewest[start]
            if rest is not None and found and (now is None or len(rest) + 1 < len(now)):
                fewest[start] = [_Piece(start, end, found.source, found.at), *rest]
    made = fewest[0] or []
    return made if not all(_adjoin(quote, row, *pair) for pair in pairwise(made)) else []


def _adjoin(quote: str, row: said.Row, one: _Piece, then: _Piece) -> bool:
    """Return whether next to nothing was left out between two pieces, and no mark says so."""
    gap = then.at - (one.at + one.end - one.start)
    between = quote[row[one.end - 1].end : row[then.start].start]
    marked = "…" in between or "..." in between
    return one.source is then.source and 0 <= gap <= LEFT_OUT and not marked


def _longest(keys: Sequence[str], start: int, sources: Sequence[Source]) -> _Piece | None:
    """Return the longest piece of a source that begins with this word of the quotation."""
    best: _Piece | None = None
    for source in sources:
        held = said.words_of(source.text)
        for at in range(len(held)):
            size = 0
            while (
                start + size < len(keys)
                and at + size < len(held)
                and keys[start + size] == held[at + size].key
            ):
                size += 1
            if size >= LEAST_PIECE and (best is None or start + size > best.end):
                best = _Piece(start, start + size, source, at)
    return best
